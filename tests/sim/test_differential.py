"""Every fill of ours beside hftbacktest's: on the capture, and on random markets that the capture is too tame for.

`pip install "mm-tui[differential]"`, then `pytest -m differential`. The default run only reads our own side.
"""

import csv
import gzip
import json
import re
import subprocess
import sys
from decimal import Decimal
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mm_tui.sim.hindsight import Experiment, HindsightFill, Model, run
from mm_tui.sim.twoclocks import Diff, Levels, Message, Print, Snapshot, two_clocks

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "bench"
CAPTURE = ROOT / ".." / "shared" / "data" / "btcusdt_20240808.gz"
MODELS: tuple[Model, ...] = ("risk_averse", "log", "power")
QUOTED = ((0, 1), (50, 20), (300, 100))
INSTRUMENTS = (("0.01", "0.001"), ("0.00000001", "1"), ("0.5", "0.00001"), ("0.0001", "0.1"), ("0.05", "0.01"))
"""Tick and step, of which several are no sum of powers of two."""
NS_PER_MS = 1_000_000
captured = pytest.mark.skipif(
    not CAPTURE.exists(), reason="the captured data lies beside the project only where it is developed"
)


def bench(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCH / "differential.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - ours


def terms(half: int = 0, requote: int = 1, queue: str = "log") -> list[object]:
    return ["--tick", "0.01", "--step", "0.00001", "--half", half, "--requote", requote, "--queue", queue]


@pytest.mark.differential
@captured
@pytest.mark.parametrize("queue", MODELS)
@pytest.mark.parametrize(("half", "requote"), QUOTED)
def test_every_fill_on_the_capture_is_equal(half: int, requote: int, queue: str) -> None:
    pytest.importorskip("hftbacktest")
    done = bench("--data", CAPTURE, *terms(half, requote, queue))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no difference" in done.stdout
    assert int(done.stdout.split()[1]) > 200, "so many at least, or it compares nothing"


@pytest.mark.differential
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("seed", range(30))
def test_every_fill_on_a_random_market_is_equal(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("hftbacktest")
    monkeypatch.syspath_prepend(str(BENCH))
    from hft_reference import reference_fills  # noqa: PLC0415 - an extra

    random = Random(seed)
    base_latency = random.choice((0, NS_PER_MS, 25 * NS_PER_MS))
    tick, step = INSTRUMENTS[seed % len(INSTRUMENTS)]
    clocks = two_clocks(market(random, Decimal(step)), base_latency)
    found = 0
    for queue, power in (("risk_averse", 3.0), ("log", 3.0), ("power", 3.0), ("power", 2.5), ("power", 0.5)):
        experiment = Experiment(
            half=random.choice((0, 0, 1, 2, 5)),
            requote=random.choice((1, 2, 3)),
            limit=random.choice((1, 10, 100)),
            step=float(step),
            queue=queue,
            power=power,
            entry=random.choice((0, NS_PER_MS, 10 * NS_PER_MS)),
            response=random.choice((NS_PER_MS, 3 * NS_PER_MS, 10 * NS_PER_MS)),
            compatible=True,
        )
        theirs = reference_fills(clocks.recorded, base_latency, experiment, Decimal(tick), Decimal(step))
        assert ordered(run(clocks, experiment)) == ordered(theirs), experiment
        found += len(theirs)
    assert found > 10, "so many at least, or it compares nothing"


def test_the_bench_writes_our_fills(tmp_path: Path) -> None:
    """Two files as one session, the second packed; figures as in `test_sim_hindsight`, in ms."""
    first, second, out = tmp_path / "a.log", tmp_path / "b.gz", tmp_path / "fills.csv"
    snapshot = {"lastUpdateId": 1, "bids": [["1.00", "1.0"]], "asks": [["1.02", "1.0"]]}
    diff = {"e": "depthUpdate", "E": 0, "U": 1, "u": 2, "b": [], "a": [["1.10", "1.0"]]}
    trade = {"e": "trade", "T": 50, "p": "0.99", "q": "0.1", "m": True}
    first.write_bytes(line(1, snapshot) + b"\n" + line(1, {"stream": "x@bookTicker", "data": {"u": 1}}) + line(1, diff))
    second.write_bytes(gzip.compress(line(51, {"stream": "x@trade", "data": trade})))
    done = bench("--data", first, second, *terms(), "--no-reference", "--fills", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("mm-tui: 1 fills, PnL -0.00001")
    with out.open(encoding="utf-8") as file:
        assert list(csv.DictReader(file)) == [
            {
                "exch_ts_ns": "50000000",
                "local_ts_ns": "60000000",
                "side": "buy",
                "price_ticks": "100",
                "quantity": "0.001",
                "maker": "true",
            }
        ]


@captured
def test_a_piece_of_the_capture_cut_in_two_has_the_fills_of_the_whole(tmp_path: Path) -> None:
    with gzip.open(CAPTURE) as stream:
        lines = list(islice(stream, 6000))
    whole, first, second = tmp_path / "whole.log", tmp_path / "first.gz", tmp_path / "second.log"
    whole.write_bytes(b"".join(lines))
    first.write_bytes(gzip.compress(b"".join(lines[:2345])))
    second.write_bytes(b"".join(lines[2345:]))
    found = []
    for files in ([whole], [first, second]):
        done = bench("--data", *files, *terms(), "--no-reference", "--fills", tmp_path / "fills.csv")
        assert (done.returncode, done.stderr) == (0, "")
        assert int(done.stdout.split()[1]) > 20
        found.append((done.stdout, (tmp_path / "fills.csv").read_bytes()))
    assert found[0] == found[1]


def test_the_bench_names_what_it_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "capture.log"
    book = {"bids": [["1.00", "1.0"]], "asks": [["1.02", "1.0"]]}
    diffs = [{"e": "depthUpdate", "E": 0, "U": first, "u": first, "b": [], "a": []} for first in (2, 9)]
    diffs[0]["a"] = [["1.03", "1.0"]]
    frames = [{"lastUpdateId": 1, **book}, diffs[0], {"lastUpdateId": 8, **book}, diffs[1]]
    path.write_bytes(b"".join(line(number, frame) for number, frame in enumerate(frames, 1)))
    done = bench("--data", path, *terms(), "--no-reference")
    assert done.returncode == 0
    assert "line 3: another snapshot, left out" in done.stderr
    assert "line 4: diffs 3 to 8 are missing" in done.stderr


def test_the_bench_says_that_it_cannot_write_its_fills(tmp_path: Path) -> None:
    path = tmp_path / "capture.log"
    diff = {"e": "depthUpdate", "E": 0, "U": 2, "u": 2, "b": [["1.00", "1.0"]], "a": []}
    path.write_bytes(line(1, {"lastUpdateId": 1, "bids": [], "asks": []}) + line(1, diff))
    done = bench("--data", path, *terms(), "--no-reference", "--fills", tmp_path / "no" / "fills.csv")
    assert done.returncode == 73
    assert "fills.csv cannot be written: No such file" in done.stderr


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "cannot be read"),
        (b"nonsense\n", "line 1: .* is this a capture of Binance's streams"),
        (b"1 []\n", "line 1: .* is this a capture of Binance's streams"),
        (b"1 {}\n", "no snapshot of the book"),
        (b'\n1 {"lastUp', "line 2 breaks off; read up to there"),
        (
            b'1 {"lastUpdateId":1,"bids":[["1.005","1"]],"asks":[]}',
            "line 1: price 1.005 is no multiple of --tick 0.01$",
        ),
        (
            b'1 {"e":"trade","s":"A","p":"1","q":"1","T":1,"m":true}\n1 {"e":"trade","s":"B"}\n',
            "line 2: B among the data of A",
        ),
    ],
)
def test_the_bench_says_what_is_wrong_with_its_data(content: bytes | None, word: str, tmp_path: Path) -> None:
    path = tmp_path / "capture.log"
    if content is not None:
        path.write_bytes(content)
    done = bench("--data", path, *terms(), "--no-reference")
    assert done.returncode == 65
    assert re.search(word, done.stderr, re.MULTILINE)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (["--entry-ms", "0", "--response-ms", "0"], "cannot both be 0"),
        (["--requote", "0"], "--requote 1 or more"),
        (["--quantity", "0"], "0 must be above 0"),
        (["--max-position", "-1"], "-1 must be 0 or more"),
        (["--tick", "x"], "'x' is no number"),
        (["--power", "nan"], "nan must be 0 or more"),
    ],
)
def test_the_bench_says_what_is_wrong_with_its_options(more: list[str], word: str) -> None:
    done = bench("--data", "nothing", *terms(), "--no-reference", *more)
    assert done.returncode == 64
    assert word in done.stderr


def line(local_ms: int, frame: dict[str, Any]) -> bytes:
    return f"{local_ms * NS_PER_MS} {json.dumps(frame)}\n".encode()


def ordered(fills: list[HindsightFill]) -> list[HindsightFill]:
    return sorted(fills, key=lambda fill: (fill.exch_ts, fill.local_ts, -fill.side))


def market(random: Random, step: Decimal, length: int = 600) -> list[Message]:
    """Jumps, crossed diffs, emptied levels, huge and tiny quantities, frames that overtake each other.

    In one of four, quantities are finer than the step. Two of three are calm: the touch stays, is traded at and changes
    its size, so that the queue decides.
    """
    ms, mid, update = 1_700_000_000_000, 10_000, 11
    offset = random.choice((-1_270 * NS_PER_MS, 0, 5 * NS_PER_MS, -3 * NS_PER_MS))
    scale = random.choice((1, 50, 100_000))
    calm = random.random() < 2 / 3
    moves = (0,) * 200 + (-1, 1) if calm else (0,) * 10 + (-1, 1, -2, 2)
    away = (1, 1, 1, 2, 3) if calm else (-1, 1, 1, 1, 2, 3, 4, 5, 8, 20, 90)
    emptied = 0.02 if calm else 0.5
    digits = 3 if random.random() < 3 / 4 else 5

    def received() -> int:
        delay = random.choice((3 * NS_PER_MS, random.randrange(2 * NS_PER_MS, 60 * NS_PER_MS)))
        return ms * NS_PER_MS + offset + delay

    def some() -> float:
        size = random.choice((0.001, 0.01, 1, 3 * random.random() + 0.001, 7)) * random.choice((1, 1, scale))
        return float(Decimal(str(round(size, digits))) * 1000 * step)

    def levels(side: int) -> Levels:
        return [
            (mid + side * random.choice(away), 0.0 if random.random() < emptied else some())
            for _ in range(random.randrange(6))
        ]

    bids = [(mid - off, some()) for off in range(1, 30)]
    asks = [(mid + off, some()) for off in range(1, 30)]
    messages: list[Message] = [
        Diff(received(), ms * NS_PER_MS, 11, [(mid - 1, 1.0)], []),
        Snapshot(received(), 10, bids, asks),
    ]
    for _ in range(length):
        ms += random.choice((0, 0, 1, 3, 10, 10, 100, random.randrange(500)))
        mid += random.choice(moves) + (random.choice((-60, 60)) if not calm and random.random() < 1 / 300 else 0)
        if random.random() < 0.5:
            sold = random.random() < 0.5
            touch = mid + (-1 if sold else 1)
            price = touch if calm else touch + random.choice((-1, 0, 0, 1))
            messages.append(Print(received(), ms * NS_PER_MS, price, some(), sold))
        else:
            update += 1
            messages.append(Diff(received(), ms * NS_PER_MS, update, levels(-1), levels(1)))
    return messages
