"""Tables of a recording, as CSV and as Parquet: what the session did to the last digit, whole or not at all."""

import asyncio
import csv
import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import pytest
from small_session import capture, record

from mm_tui.backtest.export import csvfile, parquetfile
from mm_tui.backtest.export.files import Export, export
from mm_tui.backtest.export.obligation import proof_rows
from mm_tui.backtest.export.rows import read
from mm_tui.backtest.export.shape import FROM_MARKET, NAMES, columns
from mm_tui.backtest.recording import Changes, RecordedCapture, RecordedSession, Recording, open_recording
from mm_tui.backtest.runner import Job, run
from mm_tui.errors import DataError, UsageError
from mm_tui.journal.record import Entry
from mm_tui.model.facts import Filled, OrderChanged
from mm_tui.model.instrument import Instrument
from mm_tui.settings.sections import Settings

CAPTURE = Path(__file__).resolve().parents[3] / "shared" / "data" / "btcusdt_20240808.gz"


def quiet(_: float) -> None:
    pass


async def session(tmp_path: Path, *overrides: str) -> RecordedSession:
    folder = (await record(tmp_path, *overrides)).folder
    assert folder is not None
    return RecordedSession(folder, Changes())


def to(form: str, recording: Recording, out: Path, *names: str, told: Callable[[float], None] = quiet) -> Export:
    return export(recording, form, out, names, told)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


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


# -- what is not whole


async def test_a_killed_session_is_written_up_to_its_last_record(tmp_path: Path) -> None:
    recording = await session(tmp_path)
    facts = [one.message for one in recording.reader.records() if isinstance(one, Entry)]
    fills = sum(isinstance(one, Filled) for one in facts)
    journal, proof = recording.path / "journal.jsonl", recording.path / "obligation.csv"
    cut = next(seq for seq, one in enumerate(facts) if isinstance(one, Filled))
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[: cut + 1]) + lines[cut + 1][:20])
    proof.write_bytes(proof.read_bytes()[:-5])
    meta = json.loads((recording.path / "session.json").read_text())
    (recording.path / "session.json").write_text(json.dumps({**meta, "end": None, "market_lines": None}))
    found = to("csv", RecordedSession(recording.path, Changes()), tmp_path / "out")
    assert fills > 1
    assert len(rows(tmp_path / "out" / "fills.csv")) == 1
    assert len(rows(tmp_path / "out" / "orders.csv")) == sum(isinstance(one, OrderChanged) for one in facts[: cut + 1])
    assert len(found.notes) == 2
    assert "obligation.csv ends within line" in found.notes[0]
    assert f"journal.jsonl ends within record {cut + 1} at byte" in found.notes[1]


async def test_a_damaged_session_is_named_with_record_and_byte_and_leaves_nothing(tmp_path: Path) -> None:
    recording = await session(tmp_path)
    journal = recording.path / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[10] = b'{"seq":10,"after"\x00\n'
    journal.write_bytes(b"".join(lines))
    out = tmp_path / "out"
    out.mkdir()
    (out / "fills.csv").write_text("of before")
    for form in ("csv", "parquet", "hftbacktest"):
        if form == "parquet":
            pytest.importorskip("polars", reason="polars, the extra `parquet`, is not installed")
        with pytest.raises(DataError, match=rf"record 10, byte {len(b''.join(lines[:10]))}"):
            to(form, recording, out)
        assert [path.name for path in out.iterdir()] == ["fills.csv"]
    assert (out / "fills.csv").read_text() == "of before"
    found = to("csv", open_recording(recording.path, Changes(), Settings(), salvage=True), out)
    assert "1 lines could not be read and were passed over" in found.notes[0]
    assert len(rows(out / "fills.csv")) > 5


async def test_a_frame_that_no_desk_can_have_taken_is_named_with_line_and_byte(tmp_path: Path) -> None:
    recording = await session(tmp_path)
    packed = recording.path / "market.log.gz"
    lines = gzip.decompress(packed.read_bytes()).splitlines(keepends=True)
    lines[20] = lines[20].replace(b'"p": "6', b'"p": "-6').replace(b'"U": ', b'"U": -')
    packed.write_bytes(gzip.compress(b"".join(lines)))
    where = rf"market\.log\.gz: line 21 of the session, byte {len(b''.join(lines[:20]))}: "
    for attempt in (lambda: to("csv", recording, tmp_path / "out"), lambda: list(recording.inputs())):
        with pytest.raises(DataError, match=where):
            attempt()
    salvaged = RecordedSession(recording.path, Changes(), salvage=True)
    found = to("csv", salvaged, tmp_path / "out")
    assert "1 lines could not be read and were passed over, first" in found.notes[0]
    run(salvaged, Job())
    assert "1 lines could not be read" in salvaged.note


@pytest.mark.parametrize("seed", range(6))
async def test_damaged_anywhere_it_is_written_or_refused_and_never_half(tmp_path: Path, seed: int) -> None:
    folder, out, random = (await session(tmp_path)).path, tmp_path / "out", Random(seed)
    whole = {name: (folder / name).read_bytes() for name in ("journal.jsonl", "market.log.gz", "obligation.csv")}
    ended = set()
    for _ in range(15):
        for name, data in whole.items():
            (folder / name).write_bytes(data)
        name, data = random.choice(list(whole.items()))
        at, length = random.randrange(len(data)), random.randrange(1, 100)
        damaged = random.choice(
            (data[:at], data[:at] + random.randbytes(length) + data[at:], data[:at] + data[at + length :])
        )
        (folder / name).write_bytes(damaged)
        salvage = random.random() < 0.5
        try:
            to(random.choice(("csv", "hftbacktest")), RecordedSession(folder, Changes(), salvage=salvage), out)
            ended.add("written")
        except DataError:
            ended.add("refused")
        assert not list(out.glob("*.part*"))
    assert ended == {"written", "refused"}


def written(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_a_value_that_no_parquet_column_can_hold_is_said(tmp_path: Path) -> None:
    pytest.importorskip("polars", reason="polars, the extra `parquet`, is not installed")
    instrument = Instrument("A/B", "A", "B", Decimal("0.01"), Decimal("0.001"))
    cases: list[tuple[str, tuple[Any, ...], str]] = [
        ("book", (1 << 70, 1, 1, 1, 1), "ts_ns"),
        ("book", (1, 1 << 70, 1, 1, 1), "bid"),
        ("equity", (1, Decimal("1e40"), *[Decimal(0)] * 7), "mid"),
    ]
    for name, values, column in cases:
        table = parquetfile.ParquetTable(tmp_path / f"{name}.parquet", columns(name, instrument), instrument)
        table.row(values)
        with pytest.raises(DataError, match=rf"{name}: {column} holds a value .*between rows 1 and 1"):
            table.finish()


async def test_a_proof_that_is_none_is_named_with_line_and_byte(tmp_path: Path) -> None:
    recording = await session(tmp_path)
    proof = recording.path / "obligation.csv"
    text = proof.read_text()
    lines = text.splitlines()
    proof.write_text("\n".join([*lines[:2], "1,2,quoting,yes", *lines[2:]]) + "\n")
    for nonsense in ("2,1", "1,99999999999999999999", "-1,1"):
        row = ",".join([nonsense, *lines[1].split(",")[2:]])
        with pytest.raises(DataError, match=r"line 2, byte \d+: no row of a proof"):
            list(proof_rows(written(tmp_path / "proof.csv", lines[0], row), print))
    row = lines[1].replace(lines[1].split(",")[5], "NaN")
    with pytest.raises(DataError, match="no row of a proof"):
        list(proof_rows(written(tmp_path / "proof.csv", lines[0], row), print))
    with pytest.raises(DataError, match=rf"line 3, byte {len(lines[0]) + len(lines[1]) + 2}: no row of a proof"):
        to("csv", recording, tmp_path / "out", "obligation")
    found = to("csv", RecordedSession(recording.path, Changes(), salvage=True), tmp_path / "out", "obligation")
    assert (tmp_path / "out" / "obligation.csv").read_text() == text
    assert "passed over" in found.notes[0]
    proof.write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="the columns are not those of a proof"):
        to("csv", recording, tmp_path / "out", "obligation")
    proof.unlink()
    assert "obligation.csv" not in [file.name for file in to("csv", recording, tmp_path / "out").files]


def test_what_a_capture_has_not_is_said(tmp_path: Path) -> None:
    recording = RecordedCapture(capture(tmp_path), Settings())
    with pytest.raises(UsageError, match="has no table fills; it has trades, book, depth"):
        to("csv", recording, tmp_path / "out", "fills")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    recording = RecordedCapture(capture(tmp_path), Settings())
    (tmp_path / "taken").write_text("")
    with pytest.raises(DataError, match="taken cannot be written"):
        to("csv", recording, tmp_path / "taken")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is full")
@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("csv", ["trades.csv.part", "depth.csv.part"]),
        ("parquet", ["trades.parquet.part"]),
        ("hftbacktest", ["events.npz.part.rows"]),
        ("hftbacktest", ["events.npz.part"]),
    ],
)
def test_a_disk_that_is_full_is_said_and_nothing_is_left(tmp_path: Path, form: str, names: list[str]) -> None:
    if form == "parquet":
        pytest.importorskip("polars", reason="polars, the extra `parquet`, is not installed")
    for name in names:
        (tmp_path / "out").mkdir(exist_ok=True)
        (tmp_path / "out" / name).symlink_to("/dev/full")
    with pytest.raises(DataError, match=r"out cannot be written: .*No space left"):
        to(form, RecordedCapture(capture(tmp_path, seconds=200), Settings()), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_without_polars_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "polars", None)
    with pytest.raises(UsageError, match=r'pip install "mm-tui\[parquet\]"'):
        to("parquet", RecordedCapture(capture(tmp_path), Settings()), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


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
