"""The program itself, started as a user does, on the embedded exchange without a screen: what it prints and leaves."""

import signal
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from program import PATIENCE_S, Program

from mm_tui.journal.reader import SessionReader
from mm_tui.journal.record import Entry, MarketLine

NS = 1_000_000_000
TOP_LEVEL = {
    "version", "venue", "symbol", "strategy", "session", "started_ns", "ended_ns", "market", "orders", "fills",
    "position", "pnl", "markouts_bps", "quality", "obligation", "feed_age_ms", "risk", "latency_us", "bus", "digest",
}  # fmt: skip

Start = Callable[..., Program]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    programs: list[Program] = []

    def begin(*arguments: str) -> Program:
        programs.append(Program(tmp_path, arguments))
        return programs[-1]

    yield begin
    for program in programs:
        program.kill()


def live_sides(records: list[dict[str, Any]]) -> dict[int, int]:
    """When each side's first order was acknowledged, by the journal's clock."""
    first: dict[int, int] = {}
    for record in records:
        if record["type"] == "OrderChanged" and record["status"] == "live":
            first.setdefault(record["side"], record["ts"])
    return first


def quotes_both_sides(records: list[dict[str, Any]]) -> bool:
    return set(live_sides(records)) == {1, -1}


def resting_at_the_end(records: list[dict[str, Any]]) -> set[str]:
    """Orders that the journal leaves open."""
    last = {record["order_id"]: record["status"] for record in records if record["type"] == "OrderChanged"}
    return {order for order, status in last.items() if status not in ("filled", "canceled", "rejected")}


def check_run(program: Program, fast: float) -> None:
    """One document; both sides quoted within 5 s and a paper fill within 25 s of the market's time."""
    code, document, err = program.end()
    assert (code, err) == (0, "")
    assert set(document) == TOP_LEVEL
    assert document["venue"] == "demo"
    assert document["market"]["gaps"] == 0
    assert document["orders"]["open"] == 0
    fills = document["fills"]
    assert fills["count"] >= fills["maker"] >= 1
    assert Decimal(document["position"]["base"]) == Decimal(fills["bought"]) - Decimal(fills["sold"])
    records = program.journal()
    begun = document["started_ns"]
    sides = live_sides(records)
    assert set(sides) == {1, -1}
    assert max(sides.values()) - begun <= 5 * NS
    first_fill = next(record["ts"] for record in records if record["type"] == "Filled")
    assert (first_fill - begun) * fast <= 25 * NS
    assert sum(record["type"] == "Filled" for record in records) == fills["count"]
    assert not resting_at_the_end(records)


def test_a_short_run_at_a_faster_pace_prints_one_document_with_quotes_and_a_fill(start: Start) -> None:
    program = start("--speed", "5", "--duration", "5")
    check_run(program, fast=5)
    meta = SessionReader(program.folder).meta
    assert (meta.ended, meta.venue) == ("duration", "demo")


@pytest.mark.slow
def test_the_promised_run_of_thirty_seconds_at_the_default_settings(start: Start) -> None:
    check_run(start("--duration", "30"), fast=1)


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_cancels_seals_and_exits_with_its_number(start: Start, name: str, code: int) -> None:
    program = start()
    program.wait_until(quotes_both_sides)
    program.process.send_signal(signal.Signals[name])
    returned, document, err = program.end()
    assert (returned, err) == (code, "")
    assert document["orders"]["open"] == 0
    records = program.journal()
    assert not resting_at_the_end(records)
    assert any(record["type"] == "CancelAll" for record in records)
    assert sorted(path.name for path in program.folder.iterdir()) == [
        "app.log", "journal.jsonl", "market.index", "market.log.gz", "obligation.csv", "session.json",
    ]  # fmt: skip
    reader = SessionReader(program.folder)
    read = list(reader.records())
    assert reader.note is None
    assert reader.meta.ended == name
    assert reader.meta.market_lines == sum(isinstance(one, MarketLine) for one in read) > 0
    assert reader.meta.records == sum(isinstance(one, Entry) for one in read) == len(records)


def test_a_killed_process_leaves_every_record_and_the_next_one_starts(start: Start) -> None:
    program = start("--speed", "5")
    program.wait_until(lambda records: any(record["type"] == "OrderChanged" for record in records))
    program.process.kill()
    out, _ = program.process.communicate(timeout=PATIENCE_S)
    assert (program.process.returncode, out) == (-signal.SIGKILL, b"")
    folder = program.folder
    reader = SessionReader(folder)
    read = list(reader.records())
    assert reader.meta.ended is None
    entries = [one for one in read if isinstance(one, Entry)]
    frames = [one for one in read if isinstance(one, MarketLine)]
    assert [entry.seq for entry in entries] == list(range(len(entries)))
    assert len(entries) >= len(program.journal()) > 0
    assert entries[-1].after <= len(frames)
    assert resting_at_the_end(program.journal()), "it was killed with orders out, and the journal says which"
    follower = start("--duration", "0.5")
    code, document, _ = follower.end()
    assert code == 0
    assert document["session"] != str(folder)
