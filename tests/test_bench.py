"""The benchmarks run, and what they measure is real work: on a piece of the capture, in processes of their own."""

import gzip
import json
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
DATA = ROOT / ".." / "shared" / "data"
pytestmark = pytest.mark.untraced

CAPTURE = DATA / "btcusdt_20240808.gz"
EXCHANGE_INFO = "exchangeInfo_20211012.json"
LINES = 600


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "bench" / script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - ours


@pytest.mark.skipif(not CAPTURE.exists(), reason="the captured data lies beside the project only where it is developed")
def test_the_live_benchmark_times_every_contestant_on_every_kind_of_frame(tmp_path: Path) -> None:
    with gzip.open(CAPTURE) as lines:
        (tmp_path / "piece.log").write_bytes(b"".join(islice(lines, LINES)))
    (tmp_path / EXCHANGE_INFO).write_bytes((DATA / EXCHANGE_INFO).read_bytes())
    done = run("live.py", str(tmp_path / "piece.log"), "--rounds", "1", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    result: dict[str, Any] = json.loads(done.stdout)
    assert sum(result["frames"].values()) == LINES - 1, "all but the snapshot"
    assert set(result["us"]) == {"json", "decode", "book", "step", "journal", "band", "ccxt"}
    for figures in result["us"].values():
        assert set(figures) == {"depth", "trade", "bookTicker", "all"}
        assert all(0 < one["p50"] <= one["p99"] for one in figures.values())
    assert result["reports"]["step"]["placed"] > 0
    assert len(result["reports"]["band"]["band"]) == 3
    assert result["reports"]["ccxt"]["quoted"] is True


def test_without_its_data_it_says_what_to_name(tmp_path: Path) -> None:
    done = run("live.py", str(tmp_path / "missing.gz"))
    assert done.returncode == 65
    assert "missing.gz is not there; name a capture" in done.stderr


def test_the_strategies_table_is_printed_and_put_between_its_marks(tmp_path: Path) -> None:
    if not CAPTURE.exists():
        pytest.skip("the captured data lies beside the project only where it is developed")
    with gzip.open(CAPTURE) as lines:
        (tmp_path / "piece.log").write_bytes(b"".join(islice(lines, 6000)))
    guide = tmp_path / "guide.md"
    marks = ("<!-- the table of bench/strategies.py -->", "<!-- its end -->")
    guide.write_text(f"before\n{marks[0]}\nold\n{marks[1]}\nafter\n", encoding="utf-8")
    touch = "strategy.passive.min_spread_bps=0.0001"
    arguments = [str(tmp_path / "piece.log"), "--strategies", "passive,glft", "--set", touch, "--markdown"]
    done = run("strategies.py", *arguments, "--write", "--guide", str(guide))
    assert (done.returncode, done.stderr) == (0, "")
    assert guide.read_text(encoding="utf-8") == f"before\n{marks[0]}\n{done.stdout}{marks[1]}\nafter\n"
    head, rule, *body = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines()]
    assert len(head) == len(rule) == 13
    passive, glft = (dict(zip(head, row, strict=True)) for row in body)
    assert (passive["strategy"], glft["strategy"]) == ("passive", "glft")
    assert int(passive["fills"]) > 0
    net, *others = passive["band: risk-averse / power / optimistic"].replace("\u2212", "-").split(" / ")
    assert abs(float(net) - float(passive["PnL net"].replace("\u2212", "-"))) < 0.01
    assert len(others) in (0, 2)
    assert passive["in band"] == "0.0 %", "its quotes stand nearer than 20 bps"
    assert float(passive["two-sided"].removesuffix(" %")) > 50


def test_strategies_that_cannot_be_run_are_said(tmp_path: Path) -> None:
    missing = run("strategies.py", str(tmp_path / "missing.gz"))
    assert missing.returncode == 65
    assert "missing.gz is not there; name a capture" in missing.stderr
    if CAPTURE.exists():
        unknown = run("strategies.py", "--strategies", "pasive")
        assert unknown.returncode == 64
        assert "did you mean passive?" in unknown.stderr


@pytest.mark.skipif(not CAPTURE.exists(), reason="the captured data lies beside the project only where it is developed")
def test_the_sweep_s_benchmark_runs_every_way_to_the_same_digests(tmp_path: Path) -> None:
    with gzip.open(CAPTURE) as lines:
        (tmp_path / "piece.log").write_bytes(b"".join(islice(lines, 6000)))
    done = run("sweep.py", str(tmp_path / "piece.log"), "--runs", "4", "--few", "3", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["same_digests"] is True
    assert {way: one["runs"] for way, one in result["ways"].items()} == {"file": 3, "memory": 4, "index": 4}
    assert {one["frames"] for one in result["ways"].values()} == {result["ways"]["file"]["frames"]}
    assert result["ways"]["index"]["ran_by"] == "index"
    assert all(one["runs_a_second"] > 0 for one in result["ways"].values())
    assert run("sweep.py", str(tmp_path / "missing.gz")).returncode == 65


@pytest.mark.skipif(not CAPTURE.exists(), reason="the captured data lies beside the project only where it is developed")
def test_the_replay_benchmark_seeks_in_a_tiled_recording(tmp_path: Path) -> None:
    with gzip.open(CAPTURE) as lines:
        (tmp_path / "piece.gz").write_bytes(gzip.compress(b"".join(islice(lines, LINES))))
    done = run("replay.py", str(tmp_path / "piece.gz"), "--tiles", "3", "--seeks", "5", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    figures: dict[str, Any] = json.loads(done.stdout)
    assert figures["inputs"] > LINES / 2
    for part in ("first", "looked", "again"):
        assert 0 < figures[f"{part}_seek_p50_s"] <= figures[f"{part}_seek_max_s"], part
