"""Exports of what is not whole, and to where nothing can be written."""

import gzip
import json
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from exported import rows, session, to
from small_session import capture

from mm_tui.backtest.export import parquetfile
from mm_tui.backtest.export.obligation import proof_rows
from mm_tui.backtest.export.shape import columns
from mm_tui.backtest.recording import Changes, RecordedCapture, RecordedSession, open_recording
from mm_tui.backtest.runner import Job, run
from mm_tui.errors import DataError, OutputError, UsageError
from mm_tui.journal.record import Entry
from mm_tui.model.facts import Filled, OrderChanged
from mm_tui.model.instrument import Instrument
from mm_tui.settings.sections import Settings


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
    with pytest.raises(OutputError, match="taken cannot be written"):
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
    with pytest.raises(OutputError, match=r"out cannot be written: .*No space left"):
        to(form, RecordedCapture(capture(tmp_path, seconds=200), Settings()), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_without_polars_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "polars", None)
    with pytest.raises(UsageError, match=r'pip install "mm-tui\[parquet\]"'):
        to("parquet", RecordedCapture(capture(tmp_path), Settings()), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
