"""Which runs a sweep is made of, and what their keys depend on."""

from pathlib import Path

import msgspec
import pytest
from small_session import capture, record
from small_sweep import GRID, planner

import mm_tui
from mm_tui.backtest.sweep.grid import Point, points
from mm_tui.backtest.sweep.plan import Planner, idle_keys
from mm_tui.backtest.sweep.spec import DECIDING, _plug_in, code, own_strategy, source_of
from mm_tui.errors import DataError, SettingsError, UsageError
from mm_tui.settings.load import Named, load

OWN = """
from mm_tui.strategy.passive import Passive, PassiveParams

class Mine(Passive):
    pass
"""


def keys(made: Planner, *chosen: Point) -> list[str]:
    rows, specs = made.plan(chosen or points(made.axes))
    assert set(specs) == {row.key for row in rows}
    return [row.key for row in rows]


def two(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "b").mkdir()
    return capture(tmp_path), capture(tmp_path / "b", 10)


def own(tmp_path: Path, text: str = OWN) -> str:
    path = tmp_path / "mine.py"
    path.write_text(text)
    path.chmod(0o600)
    return f"{path}:Mine"


def test_every_point_on_every_recording(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    made = planner(one, other)
    rows, specs = made.plan(points(made.axes))
    assert [row.source.path for row in rows] == [str(one)] * 6 + [str(other)] * 6
    assert [row.point for row in rows[:3]] == [(3, 0.004), (3, 0.1), (4, 0.004)]
    assert len(specs) == 12
    spec = specs[rows[0].key]
    assert spec.terms.settings.strategy.passive.min_spread_bps == 3
    assert spec.terms.settings.simulator.band is False
    assert spec.terms.instrument.origin == "inferred"


def test_the_same_content_is_one_recording_wherever_it_lies(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    other.write_bytes(one.read_bytes())
    made = planner(one, other)
    assert [source.path for source in made.sources] == [str(one)]
    assert keys(planner(other)) == keys(made)
    with other.open("a") as stream:
        stream.write("\n")
    assert set(keys(planner(other))).isdisjoint(keys(made))


def test_a_key_depends_on_what_decides_the_run_and_on_nothing_else(tmp_path: Path) -> None:
    path = capture(tmp_path)
    base = keys(planner(path))
    for idle in ("ui.theme=paper", "record.enabled=false", "strategy.glft.risk_factor=0.5", "demo.seed=7"):
        assert keys(planner(path, overrides=[idle])) == base
    different = [
        keys(planner(path, overrides=["simulator.seed=2"])),
        keys(planner(path, overrides=["simulator.maker_fee_bps=1"])),
        keys(planner(path, overrides=["instrument.min_notional=5"])),
        keys(planner(path, overrides=["simulator.band=true"])),
        keys(planner(path, named=[Named("--strategy", "desk.strategy", "glft")])),
        keys(planner(path, operator=False)),
        keys(planner(path, salvage=True)),
    ]
    assert len({key for found in [base, *different] for key in found}) == 6 * 7 + 2  # glft has one key a limit


def test_a_user_s_own_strategy_counts_by_its_content(tmp_path: Path) -> None:
    path = capture(tmp_path)
    named = [Named("--strategy", "desk.strategy", own(tmp_path))]
    grid = ("risk.max_position=0.004,0.1",)
    first = keys(planner(path, grid=grid, named=named))
    (tmp_path / "elsewhere").mkdir()
    moved = own(tmp_path / "elsewhere")
    assert keys(planner(path, grid=grid, named=[Named("--strategy", "desk.strategy", moved)])) == first
    own(tmp_path, OWN + "# changed\n")
    assert set(keys(planner(path, grid=grid, named=named))).isdisjoint(first)
    with pytest.raises(DataError, match="cannot be read"):
        own_strategy("/nowhere/mine.py:Mine")


def test_a_plug_in_counts_by_its_distribution_and_module() -> None:
    words = _plug_in("passive")
    assert words.startswith("mm-tui ")
    assert _plug_in("glft") != words
    assert _plug_in("no such plug-in") == ""


def test_every_problem_of_every_point_is_named_before_anything_runs(tmp_path: Path) -> None:
    made = planner(capture(tmp_path), grid=("risk.max_position=-1,1,-2", "risk.max_positon=1", "desk.strategy=pasive"))
    with pytest.raises(SettingsError) as caught:
        made.plan(points(made.axes))
    problems = "\n".join(caught.value.problems)
    assert "--grid risk.max_position: got -1, must be > 0" in problems
    assert "--grid risk.max_position: got -2, must be > 0" in problems
    assert "risk.max_positon: unknown key (did you mean max_position?)" in problems
    assert "did you mean passive?" in problems
    assert len(caught.value.problems) == len(set(caught.value.problems))


def test_a_strategy_that_cannot_be_had_is_said_before_anything_runs(tmp_path: Path) -> None:
    broken = own(tmp_path, "raise RuntimeError('broken')")
    made = planner(capture(tmp_path), named=[Named("--strategy", "desk.strategy", broken)])
    with pytest.raises(UsageError, match="RuntimeError: broken"):
        made.plan(points(made.axes))


def test_a_key_is_set_or_varied(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="set and varied at once"):
        planner(capture(tmp_path), overrides=["risk.max_position=1"])


async def test_a_session_runs_on_its_own_settings(tmp_path: Path) -> None:
    folder = (await record(tmp_path, "risk.max_open_orders=9")).folder
    assert folder is not None
    made = planner(folder)
    (source,) = made.sources
    assert source.kind == "session"
    assert [part.name for part in source.parts] == ["session.json", "journal.jsonl", "market.log.gz"]
    rows, specs = made.plan(points(made.axes))
    assert {spec.terms.settings.risk.max_open_orders for spec in specs.values()} == {9}
    with (folder / "journal.jsonl").open("a") as stream:
        stream.write("\n")
    assert source_of(folder).sha256 != source.sha256
    assert len(rows) == 6


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: no such file"):
        source_of(tmp_path / "nowhere.log")


def test_secrets_stay_here(tmp_path: Path) -> None:
    environ = {"MM_TUI__CCXT__OPTIONS__SECRET": "hunter2"}
    made = planner(capture(tmp_path))
    made._load = lambda overrides, named: load(None, overrides, environ, tmp_path, named)
    _, specs = made.plan(points(made.axes))
    assert b"hunter2" not in msgspec.json.encode(list(specs.values()))


def test_keys_that_change_nothing_are_named(tmp_path: Path) -> None:
    made = planner(capture(tmp_path), grid=(*GRID, "ui.theme=paper,graphite", "strategy.glft.risk_factor=0.1,0.2"))
    rows, specs = made.plan(points(made.axes))
    assert (len(rows), len(specs)) == (24, 6)
    assert idle_keys(made.axes, rows) == ["ui.theme", "strategy.glft.risk_factor"]
    assert idle_keys(made.axes, rows[:1]) == []


def test_the_code_is_named_by_its_version_and_content() -> None:
    version, _, digest = code().partition("+")
    assert version.startswith("0.")
    assert len(digest) == 16


def test_all_the_code_that_decides_is_where_it_is_looked_for() -> None:
    root = Path(mm_tui.__file__).parent
    assert [name for name in DECIDING if not (root / name).exists()] == []
