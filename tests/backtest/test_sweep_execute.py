"""One run of a sweep: what a backtest on the same settings gives, the same bytes from memory as from the file."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from small_session import capture, record
from small_sweep import planner

from mm_tui.backtest.recording import Changes, RecordedSession, open_recording
from mm_tui.backtest.runner import Job, run
from mm_tui.backtest.sweep.decoded import DecodedInputs
from mm_tui.backtest.sweep.execute import execute
from mm_tui.backtest.sweep.grid import points
from mm_tui.backtest.sweep.plan import Planner
from mm_tui.backtest.sweep.spec import Spec
from mm_tui.errors import DataError
from mm_tui.settings.load import Named
from mm_tui.settings.sections import Settings

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CAPTURE = DATA / "btcusdt_20240808.gz"
ONE = ("simulator.seed=1",)


def specs(made: Planner) -> list[Spec]:
    return list(made.plan(points(made.axes))[1].values())


def summary(record: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(record)["summary"]
    return found


def garble(path: Path) -> None:
    path.write_bytes(b"?" * (path.stat().st_size - 1) + b"\n")


def test_a_run_is_the_backtest_on_those_settings(tmp_path: Path) -> None:
    path = capture(tmp_path)
    (spec,) = specs(planner(path, grid=ONE))
    settings = msgspec.convert({"simulator": {"band": False}, "strategy": {"passive": {}}}, Settings)
    alone = run(open_recording(path, Changes(), settings), Job())
    assert summary(execute(spec, path, DecodedInputs())) == json.loads(msgspec.json.encode(alone))
    assert alone["fills"]["count"] > 5


async def test_a_session_s_run_is_its_backtest_with_those_changes(tmp_path: Path) -> None:
    folder = (await record(tmp_path)).folder
    assert folder is not None
    (spec,) = specs(planner(folder, grid=("risk.max_position=0.004",)))
    changes = Changes(["risk.max_position=0.004", "simulator.band=false"])
    alone = run(RecordedSession(folder, changes), Job())
    decoded = DecodedInputs()
    for _ in range(2):
        assert summary(execute(spec, folder, decoded)) == json.loads(msgspec.json.encode(alone))


def test_the_operator_can_be_left_out_from_memory_too(tmp_path: Path) -> None:
    path = capture(tmp_path)
    decoded = DecodedInputs()
    with_operator, without = (specs(planner(path, grid=ONE, operator=acts))[0] for acts in (True, False))
    execute(with_operator, path, decoded)
    rows = decoded.rows
    execute(without, path, decoded)
    assert decoded.rows == 2 * rows > 400


def test_the_same_bytes_from_memory_as_from_the_file(tmp_path: Path) -> None:
    path = capture(tmp_path)
    small, large = DecodedInputs(rows=100), DecodedInputs()
    for spec in specs(planner(path)):
        fresh = execute(spec, path, DecodedInputs())
        assert fresh == execute(spec, path, small) == execute(spec, path, large)
        assert json.loads(fresh)["key"] == spec.key
    assert small.rows == 0
    garble(path)
    shares: list[float] = []
    assert execute(spec, path, large, shares.append) == fresh
    assert shares == [0.0, 1.0]
    with pytest.raises(DataError, match="line 1"):
        execute(spec, path, small)


def test_the_recordings_last_run_stay_in_memory(tmp_path: Path) -> None:
    paths = []
    for seconds in (20, 21, 22):
        (tmp_path / str(seconds)).mkdir()
        paths.append(capture(tmp_path / str(seconds), seconds))
    found = [specs(planner(path, grid=ONE))[0] for path in paths]
    decoded = DecodedInputs(rows=1600)
    for spec, path in zip(found, paths, strict=True):
        execute(spec, path, decoded)
    assert 1000 < decoded.rows <= 1600
    for path in paths:
        garble(path)
    for spec, path in zip(found[1:], paths[1:], strict=True):
        execute(spec, path, decoded)
    with pytest.raises(DataError):
        execute(found[0], paths[0], decoded)


def test_peaks_are_those_of_the_equity(tmp_path: Path) -> None:
    path = capture(tmp_path)
    (spec,) = specs(planner(path, grid=ONE))
    peaks = json.loads(execute(spec, path, DecodedInputs()))["peaks"]
    settings = msgspec.convert({"simulator": {"band": False}}, Settings)
    run(open_recording(path, Changes(), settings), Job(out=tmp_path / "out"))
    rows = [line.split(",") for line in (tmp_path / "out" / "equity.csv").read_text().splitlines()[1:]]
    positions = [abs(Decimal(row[2])) for row in rows]
    assert Decimal(peaks["max_position"]) >= max(positions) > 0
    peak = fall = Decimal(0)
    for row in rows:
        peak = max(peak, Decimal(row[3]))
        fall = max(fall, peak - Decimal(row[3]))
    assert Decimal(peaks["max_drawdown"]) >= fall > 0


def test_what_was_never_known_is_null_and_what_broke_off_is_noted(tmp_path: Path) -> None:
    path = capture(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    (spec,) = specs(planner(path, grid=ONE))
    assert "breaks off; read up to there" in json.loads(execute(spec, path, DecodedInputs()))["note"]
    path.write_bytes(b"".join(line for line in whole.splitlines(keepends=True) if b"@trade" in line))
    (spec,) = specs(planner(path, grid=ONE))
    found = json.loads(execute(spec, path, DecodedInputs()))
    assert found["peaks"] == {"max_drawdown": None, "max_position": None}
    assert found["note"] is None
    assert found["ran_by"] == "core"


def test_a_recording_that_grows_meanwhile_is_no_recording_of_that_key(tmp_path: Path) -> None:
    path = capture(tmp_path)
    (spec,) = specs(planner(path, grid=ONE))
    content = path.read_bytes()

    def grow(_share: float) -> None:
        path.write_bytes(content + b"\n")

    with pytest.raises(DataError, match="has changed since the sweep was planned"):
        execute(spec, path, DecodedInputs(), grow)
    with pytest.raises(DataError, match="has changed since the sweep was planned"):
        execute(spec, path, DecodedInputs())
    path.unlink()
    with pytest.raises(DataError, match="cannot be read: no such file"):
        execute(spec, path, DecodedInputs())


def test_the_band_runs_where_it_is_asked_for(tmp_path: Path) -> None:
    path = capture(tmp_path)
    without, with_band = (specs(planner(path, grid=(f"simulator.band={on}",)))[0] for on in ("false", "true"))
    assert set(summary(execute(without, path, DecodedInputs()))["pnl"]["band"].values()) == {None}
    band = summary(execute(with_band, path, DecodedInputs()))["pnl"]["band"]
    assert None not in band.values()


def test_a_user_s_own_strategy_runs_as_it_was_when_planned(tmp_path: Path) -> None:
    text = "from mm_tui.strategy.passive import Passive\n\nclass Mine(Passive):\n    pass\n"
    own = tmp_path / "mine.py"
    own.write_text(text)
    own.chmod(0o600)
    path = capture(tmp_path)
    (spec,) = specs(planner(path, grid=ONE, named=[Named("--strategy", "desk.strategy", f"{own}:Mine")]))
    first = execute(spec, path, DecodedInputs())
    assert summary(first)["strategy"] == f"{own}:Mine"
    assert summary(first)["fills"]["count"] > 5
    own.write_text("raise RuntimeError")
    assert execute(spec, path, DecodedInputs()) == first
    own.unlink()
    assert execute(spec, path, DecodedInputs()) == first


@pytest.mark.untraced
@pytest.mark.skipif(not CAPTURE.exists(), reason=f"the captured data is not there: {CAPTURE}")
def test_the_recorded_market_gives_the_backtest_s_figures() -> None:
    made = planner(CAPTURE, grid=("strategy.passive.min_spread_bps=3",))
    decoded = DecodedInputs()
    for spec in specs(made):
        alone = run(open_recording(CAPTURE, Changes(), spec.terms.settings), Job())
        assert summary(execute(spec, CAPTURE, decoded)) == json.loads(msgspec.json.encode(alone))
        assert alone["fills"]["count"] > 20
