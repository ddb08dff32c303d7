"""The program itself, started as a user does, on the embedded exchange without a screen: what it prints and leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mm_tui.journal.reader import SessionReader
from mm_tui.journal.record import Entry, MarketLine

PATIENCE_S = 60.0
"""A machine may be busy with other tests; what is promised in seconds is read from the journal's own times."""
NS = 1_000_000_000
TOP_LEVEL = {
    "version", "venue", "symbol", "strategy", "session", "started_ns", "ended_ns", "market", "orders", "fills",
    "position", "pnl", "markouts_bps", "quality", "obligation", "feed_age_ms", "risk", "latency_us", "bus", "digest",
}  # fmt: skip

Start = Callable[..., "Program"]


class Program:
    """One running `mm-tui`, and the folder it records in."""

    def __init__(self, home: Path, arguments: tuple[str, ...]) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MM_TUI")}
        environment |= {"XDG_STATE_HOME": str(home / "state"), "XDG_CONFIG_HOME": str(home / "config")}
        self.sessions = home / "sessions"
        command = ["run", "--venue", "demo", "--headless", "--json", "--session-dir", str(self.sessions), *arguments]
        self.process = subprocess.Popen(  # noqa: S603 - the program under test
            [sys.executable, "-m", "mm_tui", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=home,
            env=environment,
        )

    @property
    def folder(self) -> Path:
        """The session's folder, once there is one."""
        return next(path.parent for path in self.sessions.glob("*/session.json"))

    def journal(self) -> list[dict[str, Any]]:
        """The whole records written so far."""
        files = list(self.sessions.glob("*/journal.jsonl"))
        text = files[0].read_text() if files else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def wait_until(self, happened: Callable[[list[dict[str, Any]]], bool]) -> None:
        """Until the journal shows it."""
        deadline = time.monotonic() + PATIENCE_S
        while not happened(self.journal()):
            assert self.process.poll() is None, self.process.communicate()[1].decode()
            assert time.monotonic() < deadline, "nothing of the kind happened"
            time.sleep(0.05)

    def end(self) -> tuple[int, dict[str, Any], str]:
        """Exit code, the one document on standard output, standard error."""
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, json.loads(out), err.decode()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    programs: list[Program] = []

    def begin(*arguments: str) -> Program:
        programs.append(Program(tmp_path, arguments))
        return programs[-1]

    yield begin
    for program in programs:
        if program.process.poll() is None:
            program.process.kill()
        program.process.communicate()


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
        "app.log", "journal.jsonl", "market.log.gz", "obligation.csv", "session.json",
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
