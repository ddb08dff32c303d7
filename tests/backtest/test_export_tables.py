"""Tables of a recording, as CSV and as Parquet: what the session did to the last digit, whole or not at all."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from exported import quiet, rows, session, to
from small_session import capture

from mm_tui.backtest.export import csvfile, parquetfile
from mm_tui.backtest.export.rows import read
from mm_tui.backtest.export.shape import FROM_MARKET, NAMES, columns
from mm_tui.backtest.recording import Changes, RecordedCapture, RecordedSession
from mm_tui.backtest.runner import Job, run
from mm_tui.model.instrument import Instrument
from mm_tui.settings.sections import Settings

CAPTURE = Path(__file__).resolve().parents[3] / "shared" / "data" / "btcusdt_20240808.gz"


async def test_a_session_s_tables_are_those_of_its_backtest_byte_for_byte(tmp_path: Path) -> None:
    recording = await session(tmp_path)
    told: list[float] = []
    found = to("csv", recording, tmp_path / "out", told=told.append)
    assert [file.name for file in found.files] == [f"{name}.csv" for name in NAMES]
    assert found.notes == ()
    run(RecordedSession(recording.path, Changes()), Job(out=tmp_path / "again"))
    for name in ("fills", "orders", "equity", "obligation"):
        ours = (tmp_path / "out" / f"{name}.csv").read_bytes()
        assert ours == (tmp_path / "again" / f"{name}.csv").read_bytes()
        assert len(ours.splitlines()) > 5, "so many at least, or it compares nothing"
    assert (tmp_path / "out" / "obligation.csv").read_bytes() == (recording.path / "obligation.csv").read_bytes()
    assert told[-1] == 1.0
    for file in found.files:
        path = tmp_path / "out" / file.name
        assert (len(rows(path)), path.stat().st_size) == (file.rows, file.bytes)


async def test_what_was_recorded_is_told_and_nothing_is_decided_anew(tmp_path: Path) -> None:
    """A journal that says what no core would: the export says the same."""
    recording = await session(tmp_path)
    to("csv", recording, tmp_path / "before")
    journal = recording.path / "journal.jsonl"
    records = [json.loads(line) for line in journal.read_text().splitlines()]
    at = next(seq for seq, one in enumerate(records) if one["type"] == "Filled")
    records[at]["price"] -= 1_000_000
    journal.write_text("".join(f"{json.dumps(one)}\n" for one in records))
    to("csv", recording, tmp_path / "after")
    (fill, *_), (cheap, *_) = (rows(tmp_path / name / "fills.csv") for name in ("before", "after"))
    assert Decimal(fill["price"]) - Decimal(cheap["price"]) == 10_000
    before, after = (Decimal(rows(tmp_path / name / "equity.csv")[-1]["total"]) for name in ("before", "after"))
    gained = Decimal(fill["quantity"]) * 10_000
    assert after - before == (gained if fill["side"] == "buy" else -gained)


async def test_the_market_is_there_level_by_level(tmp_path: Path) -> None:
    path = capture(tmp_path)
    found = to("csv", RecordedCapture(path, Settings()), tmp_path / "out")
    assert [file.name for file in found.files] == ["trades.csv", "book.csv", "depth.csv"]
    trades, depth, book = (rows(tmp_path / "out" / f"{name}.csv") for name in ("trades", "depth", "book"))
    assert len(trades) == 199
    assert trades[0] == {
        "ts_ns": trades[0]["ts_ns"],
        "exch_ts_ns": str(int(trades[0]["ts_ns"]) // 10**6 * 10**6),
        "trade_id": "1",
        "side": "sell",
        "price": "61770.00",
        "quantity": "0.001",
    }
    assert [(row["frame"], row["side"], row["price"], row["quantity"]) for row in depth[:2]] == [
        ("snapshot", "bid", "61800.00", "1.000"),
        ("snapshot", "bid", "61797.00", "1.000"),
    ]
    assert (depth[0]["first_id"], depth[0]["final_id"], depth[0]["exch_ts_ns"]) == ("", "100", "")
    assert (depth[-1]["frame"], depth[-1]["first_id"], depth[-1]["price"]) == ("diff", "299", "61500.00")
    assert len(depth) == 120 + 199
    assert [tuple(row.values())[1:] for row in book] == [("61800.00", "1.000", "61800.01", "1.000")]


def hand_made(tmp_path: Path) -> Path:
    """Best prices that move, a ticker that is ahead, a gap, a fresh snapshot, and books of the top levels."""

    def depth(first: int, last: int, bids: list[list[str]]) -> dict[str, Any]:
        data = {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "U": first, "u": last, "b": bids, "a": []}
        return {"stream": "btcusdt@depth@100ms", "data": data}

    def top(update: int, bid: str) -> dict[str, Any]:
        data = {"u": update, "s": "BTCUSDT", "b": bid, "B": "1.5", "a": "1.10", "A": "2"}
        return {"stream": "btcusdt@bookTicker", "data": data}

    frames = [
        depth(8, 9, [["0.90", "9"]]),
        {"lastUpdateId": 9, "bids": [["1.00", "1"]], "asks": [["1.10", "2"]]},
        depth(10, 10, [["1.01", "1"]]),
        depth(10, 10, [["1.01", "1"]]),
        top(12, "1.02"),
        top(11, "1.00"),
        depth(20, 20, [["1.03", "1"]]),
        depth(21, 21, [["1.03", "1"]]),
        {"lastUpdateId": 5, "bids": [["1.00", "1"]], "asks": [["1.10", "2"]]},
        {"lastUpdateId": 30, "bids": [["1.00", "1"]], "asks": [["1.10", "2"]]},
        {"stream": "btcusdt@depth5", "data": {"lastUpdateId": 31, "bids": [["1.04", "1"]], "asks": [["1.10", "2"]]}},
    ]  # fmt: skip
    path = tmp_path / "made.log"
    path.write_text("".join(f"{ts} {json.dumps(frame)}\n" for ts, frame in enumerate(frames, 1)))
    return path


def test_the_touch_is_told_where_it_changes_and_where_it_is_not_known(tmp_path: Path) -> None:
    to("csv", RecordedCapture(hand_made(tmp_path), Settings()), tmp_path / "out", "book", "depth")
    assert [tuple(row.values()) for row in rows(tmp_path / "out" / "book.csv")] == [
        ("2", "1.00", "1.0", "1.10", "2.0"),
        ("3", "1.01", "1.0", "1.10", "2.0"),
        ("5", "1.02", "1.5", "1.10", "2.0"),
        ("7", "", "", "", ""),
        ("10", "1.00", "1.0", "1.10", "2.0"),
        ("11", "1.04", "1.0", "1.10", "2.0"),
    ]
    kinds = [row["frame"] for row in rows(tmp_path / "out" / "depth.csv")]
    assert kinds == ["diff", "snapshot", "snapshot", *["diff"] * 4, *["snapshot"] * 4, "partial", "partial"]


async def test_a_reconnection_makes_the_touch_unknown(tmp_path: Path) -> None:
    recording = await session(tmp_path)
    journal = recording.path / "journal.jsonl"
    lines = journal.read_text().splitlines()
    head, last = json.loads(lines[-1]), len(lines)
    lost = {"seq": last, "after": head["after"], "type": "LinkUp", "ts": head["ts"], "venue": "file", "resync": True}
    journal.write_text("\n".join([*lines, json.dumps(lost)]) + "\n")
    to("csv", recording, tmp_path / "out", "book")
    assert list(rows(tmp_path / "out" / "book.csv")[-1].values())[1:] == [""] * 4


async def test_parquet_holds_the_same_values_typed(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars", reason="polars, the extra `parquet`, is not installed")
    recording = await session(tmp_path)
    to("csv", recording, tmp_path)
    found = to("parquet", recording, tmp_path)
    assert [file.name for file in found.files] == [f"{name}.parquet" for name in NAMES]
    instrument = recording.terms.instrument
    for name, file in zip(NAMES, found.files, strict=True):
        frame = polars.read_parquet(tmp_path / file.name)
        shape = columns(name, instrument)
        assert frame.columns == [column.name for column in shape]
        expected = rows(tmp_path / f"{name}.csv")
        assert len(frame) == len(expected) == file.rows > 0
        for kind, cells, texts in zip(
            frame.dtypes, frame.iter_columns(), zip(*(row.values() for row in expected), strict=True), strict=True
        ):
            if isinstance(kind, polars.Decimal):
                assert cells.to_list() == [Decimal(text) if text else None for text in texts]
            elif kind == polars.Boolean:
                assert [str(int(cell)) for cell in cells] == list(texts)
            else:
                assert ["" if cell is None else str(cell) for cell in cells] == list(texts)
        assert frame.dtypes[0] == polars.Int64
    metadata = json.loads(polars.read_parquet_metadata(tmp_path / "fills.parquet")["mm_tui"])
    assert metadata == {"symbol": "BTC/USDT", "tick_size": "0.01", "step_size": "0.001"}


READ = """
import json, sys, duckdb
def text(cell):
    return "" if cell is None else str(int(cell) if isinstance(cell, bool) else cell)
for path in sys.argv[1:]:
    for row in duckdb.sql(f"select * from read_parquet('{path}')").fetchall():
        print(json.dumps([text(cell) for cell in row]))
bought = f"select sum(quantity * price) from read_parquet('{sys.argv[1]}') where side = 'buy'"
print(duckdb.sql(bought).fetchall()[0][0])
"""
"""In a process of its own: DuckDB 2.0 says at its end what it did not free."""


async def test_duckdb_reads_the_same(tmp_path: Path) -> None:
    pytest.importorskip("polars", reason="polars, the extra `parquet`, is not installed")
    if find_spec("duckdb") is None:
        pytest.skip("duckdb is not installed; the extra `test` brings it")
    recording = await session(tmp_path)
    to("csv", recording, tmp_path)
    to("parquet", recording, tmp_path)
    command = [sys.executable, "-c", READ, *(f"{name}.parquet" for name in NAMES)]
    done = await asyncio.to_thread(read_with, command, tmp_path)
    *found, bought = done.stdout.splitlines()
    expected = [row.values() for name in NAMES for row in rows(tmp_path / f"{name}.csv")]
    assert len(found) == len(expected)
    for line, cells in zip(found, expected, strict=True):
        assert [plain(cell) for cell in json.loads(line)] == [plain(cell) for cell in cells]
    fills = rows(tmp_path / "fills.csv")
    exact = sum((Decimal(row["quantity"]) * Decimal(row["price"]) for row in fills if row["side"] == "buy"), Decimal(0))
    assert Decimal(bought) == exact > 0


def read_with(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - ours


def plain(cell: str) -> str | Decimal:
    """A number by its value, since the digits behind its last one differ; words as they are."""
    try:
        return Decimal(cell)
    except ArithmeticError:
        return cell


def test_blocks_become_one_file_and_nothing_else_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    polars = pytest.importorskip("polars", reason="polars, the extra `parquet`, is not installed")
    recording = RecordedCapture(capture(tmp_path), Settings())
    to("parquet", recording, tmp_path / "whole")
    monkeypatch.setattr(parquetfile, "BLOCK", 50)
    found = to("parquet", recording, tmp_path / "blocks")
    assert sorted(path.name for path in (tmp_path / "blocks").iterdir()) == sorted(file.name for file in found.files)
    for file in found.files:
        one, other = (polars.read_parquet(tmp_path / folder / file.name) for folder in ("whole", "blocks"))
        assert one.equals(other)


def test_a_table_of_nothing_has_its_columns(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars", reason="polars, the extra `parquet`, is not installed")
    path = capture(tmp_path)
    path.write_bytes(b"".join(line for line in path.read_bytes().splitlines(keepends=True) if b"@trade" not in line))
    recording = RecordedCapture(path, Settings())
    to("parquet", recording, tmp_path, "trades")
    frame = polars.read_parquet(tmp_path / "trades.parquet")
    assert frame.shape == (0, 6)
    assert frame.schema["price"] == polars.Decimal(38, 2)


@pytest.mark.parametrize("tick", ["0.01", "0.05", "1", "10", "0.00000001"])
def test_any_tick_and_step_is_exact_either_way(tick: str, tmp_path: Path) -> None:
    polars = pytest.importorskip("polars", reason="polars, the extra `parquet`, is not installed")
    instrument = Instrument("A/B", "A", "B", Decimal(tick), Decimal("0.025"))
    shape = columns("book", instrument)
    values = [(1, 7, 3, 9_007_199_254, 41), (2, None, None, None, None)]
    tables = [csvfile.CsvTable(tmp_path / "book.csv", shape, instrument)]
    tables.append(parquetfile.ParquetTable(tmp_path / "book.parquet", shape, instrument))  # type: ignore[arg-type]
    for table in tables:
        for one in values:
            table.row(one)
        table.finish()
    bid, quantity, ask = Decimal(tick) * 7, Decimal("0.075"), Decimal(tick) * 9_007_199_254
    row, nothing = rows(tmp_path / "book.csv")
    assert (Decimal(row["bid"]), Decimal(row["bid_quantity"]), Decimal(row["ask"])) == (bid, quantity, ask)
    assert "E" not in "".join(row.values())
    assert set(nothing.values()) == {"2", ""}
    assert polars.read_parquet(tmp_path / "book.parquet").rows()[0] == (1, bid, quantity, ask, Decimal("1.025"))


def test_texts_that_are_remembered_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csvfile, "REMEMBERED", 3)
    texts = csvfile._Texts(lambda count: Decimal(count) / 10)
    assert [texts.get(count) for count in (1, 2, 3, 4, 1)] == ["0.1", "0.2", "0.3", "0.4", "0.1"]
    assert len(texts._known) <= 3


@pytest.mark.untraced
@pytest.mark.skipif(not CAPTURE.exists(), reason=f"the captured data is not there: {CAPTURE}")
def test_the_recorded_market_has_every_trade_and_level(tmp_path: Path) -> None:
    counts = dict.fromkeys(FROM_MARKET, 0)

    def counter(name: str) -> Callable[[tuple[Any, ...]], None]:
        def count(_: tuple[Any, ...]) -> None:
            counts[name] += 1

        return count

    read(RecordedCapture(CAPTURE, Settings()), {name: counter(name) for name in FROM_MARKET}, quiet)
    assert counts["trades"] == 9757
    assert counts["depth"] > 100_000
    assert 10_000 < counts["book"] < 28_040 + 3451
