"""A session held against the core: identical as it was recorded, and any change is found where it is."""

import gzip
import json
from pathlib import Path

import pytest
from small_session import record

from mm_tui.backtest.verify import EARLIER_RULES, verify
from mm_tui.errors import DataError
from mm_tui.journal.meta import RULES


def edit(folder: Path, old: str, new: str, times: int = 1) -> None:
    journal = folder / "journal.jsonl"
    text = journal.read_text()
    assert old in text
    journal.write_text(text.replace(old, new, times))


async def recorded(tmp_path: Path) -> Path:
    folder = (await record(tmp_path)).folder
    assert folder is not None
    return folder


async def test_a_recorded_session_is_identical(tmp_path: Path) -> None:
    verdict = verify(await recorded(tmp_path))
    assert verdict.difference is None
    assert verdict.inputs > 400
    assert verdict.outputs > 50
    assert verdict.words().startswith("identical: ")
    assert verdict.document()["identical"] is True


async def test_another_output_is_found_where_it_is(tmp_path: Path) -> None:
    folder = await recorded(tmp_path)
    edit(folder, '"type":"PlaceOrder"', '"type":"PlaceOrder" ')
    assert verify(folder).difference is None  # another spelling is no other order
    lines = (folder / "journal.jsonl").read_text().splitlines()
    at = next(seq for seq, line in enumerate(lines) if '"PlaceOrder"' in line)
    price = json.loads(lines[at])["price"]
    lines[at] = lines[at].replace(f'"price":{price}', f'"price":{price + 1}')
    (folder / "journal.jsonl").write_text("\n".join(lines) + "\n")
    difference = verify(folder).difference
    assert difference is not None
    assert difference.record == at
    assert f'"price":{price + 1}' in difference.words().splitlines()[1]
    assert f'"price":{price}' in difference.words().splitlines()[2]


async def test_a_missing_and_an_invented_output_are_found(tmp_path: Path) -> None:
    folder = await recorded(tmp_path)
    original = (folder / "journal.jsonl").read_text().splitlines()
    at = next(seq for seq, line in enumerate(original) if '"QuoteDecided"' in line)

    def write(lines: list[str]) -> None:
        numbered = [json.dumps({**json.loads(line), "seq": seq}) for seq, line in enumerate(lines)]
        (folder / "journal.jsonl").write_text("\n".join(numbered) + "\n")

    write(original[:at] + original[at + 1 :])
    difference = verify(folder).difference
    assert difference is not None
    assert difference.record == at
    write([*original[: at + 1], original[at], *original[at + 1 :]])
    difference = verify(folder).difference
    assert difference is not None
    assert difference.record in (at, at + 1)
    outputs = [seq for seq, line in enumerate(original) if '"OrderChanged"' in line]
    write(original[: outputs[-1]])
    ended = verify(folder).difference
    assert ended is not None
    assert ended.recorded is None
    assert "recorded: nothing" in ended.words()
    journal = folder / "journal.jsonl"
    whole = "\n".join(original).encode()
    journal.write_bytes(whole[: len(whole) // 2])
    cut = verify(folder)
    assert cut.difference is not None
    assert cut.note.startswith("journal.jsonl ends within record ")


async def test_a_session_that_was_killed_amid_a_step_is_identical_up_to_there(tmp_path: Path) -> None:
    folder = await recorded(tmp_path)
    meta = json.loads((folder / "session.json").read_text())
    (folder / "session.json").write_text(json.dumps({**meta, "end": None, "ended": None}))
    lines = (folder / "journal.jsonl").read_text().splitlines()
    at = next(seq for seq, line in enumerate(lines) if '"QuoteDecided"' in line)
    (folder / "journal.jsonl").write_text("\n".join(lines[:at]) + "\n")
    market = gzip.decompress((folder / "market.log.gz").read_bytes()).splitlines(keepends=True)
    (folder / "market.log").write_bytes(b"".join(market[: json.loads(lines[at])["after"]]))
    verdict = verify(folder)
    assert verdict.difference is None
    assert verdict.outputs > 5


async def test_a_changed_market_changes_what_is_decided(tmp_path: Path) -> None:
    folder = await recorded(tmp_path)
    packed = folder / "market.log.gz"
    text = gzip.decompress(packed.read_bytes()).replace(b'"61800.01"', b'"61801.01"')
    (folder / "market.log").write_bytes(text)
    packed.unlink()
    assert verify(folder).difference is not None


async def test_a_frame_that_cannot_be_read_is_named_with_line_and_byte(tmp_path: Path) -> None:
    folder = await recorded(tmp_path)
    packed = folder / "market.log.gz"
    lines = gzip.decompress(packed.read_bytes()).splitlines(keepends=True)
    lines[7] = lines[7].replace(b'"U": ', b'"U": -')
    packed.write_bytes(gzip.compress(b"".join(lines)))
    with pytest.raises(DataError, match=rf"line 8 of the session, byte {len(b''.join(lines[:7]))}: "):
        verify(folder)


def test_no_session_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no session"):
        verify(tmp_path)


async def test_queries_are_recorded_and_a_recording_by_earlier_rules_says_why_it_differs(tmp_path: Path) -> None:
    """Orders take longer than an answer is waited for, so that each comes into doubt."""
    folder = (await record(tmp_path, "simulator.order_latency_ms=7000")).folder
    assert folder is not None
    text = (folder / "journal.jsonl").read_text()
    assert '"type":"QueryOrder"' in text
    assert '"type":"OrderStatus"' in text
    assert verify(folder).words().startswith("identical: ")
    edit(folder, '"type":"QueryOrder"', '"type":"CancelOrder"')
    difference = verify(folder).difference
    assert difference is not None
    assert len(difference.words().splitlines()) == 3
    meta = folder / "session.json"
    meta.write_text(meta.read_text().replace(f'"rules": {RULES}', '"rules": 1'))
    difference = verify(folder).difference
    assert difference is not None
    assert difference.words().splitlines()[3] == EARLIER_RULES
    lines = text.splitlines()
    at = next(seq for seq, line in enumerate(lines) if '"type":"QueryOrder"' in line)
    kept = [json.dumps({**json.loads(line), "seq": seq}) for seq, line in enumerate(lines[:at] + lines[at + 1 :])]
    (folder / "journal.jsonl").write_text("\n".join(kept) + "\n")
    difference = verify(folder).difference
    assert difference is not None
    assert (difference.recorded is None or difference.found is not None, difference.why) == (True, EARLIER_RULES)
