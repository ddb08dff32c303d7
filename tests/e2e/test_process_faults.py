"""What may happen to the process and its terminal: killed, stopped, frozen, cut off, out of room.

`pytest -m slow tests/e2e/test_process_faults.py` kills at 200 random instants, and sends signals at 100.
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("needs signals and a pseudo-terminal", allow_module_level=True)

from program import PATIENCE_S, Program
from terminal import Terminal, environ

from mm_tui.backtest.verify import verify
from mm_tui.journal import desks
from mm_tui.journal.meta import read_meta
from mm_tui.journal.reader import SessionReader
from mm_tui.journal.record import Entry, MarketLine

Start = Callable[..., Program]
ENDED = ("filled", "canceled", "rejected")
SENDS = ("PlaceOrder", "ReplaceOrder", "AmendOrder")
DISK = 1 << 17
"""Bytes of a disk that is soon full."""
MANY = pytest.mark.slow


@pytest.fixture(autouse=True)
def interrupts_are_heard() -> None:
    """A shell starts what runs in its background with SIGINT ignored, and programs inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    programs: list[Program] = []

    def begin(*arguments: str, **more: Any) -> Program:
        programs.append(Program(more.pop("home", tmp_path), arguments, **more))
        return programs[-1]

    yield begin
    for program in programs:
        program.kill()


def quotes(records: list[dict[str, Any]]) -> bool:
    return any(record["type"] == "OrderChanged" and record["status"] == "live" for record in records)


def journal(home: Path) -> list[dict[str, Any]]:
    """Whole records of the only session of the user who lives there."""
    [path] = (home / "state/mm-tui/sessions").glob("*/journal.jsonl")
    return [json.loads(line) for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def read_back(folder: Path) -> None:
    """A session that was cut off at any instant: whole up to its last record, and the core says the same again."""
    reader = SessionReader(folder)
    read = list(reader.records())
    entries = [one for one in read if isinstance(one, Entry)]
    frames = [one for one in read if isinstance(one, MarketLine)]
    assert [entry.seq for entry in entries] == list(range(len(entries)))
    written = (folder / "journal.jsonl").read_bytes().count(b"\n")
    assert len(entries) >= written, "every record that was written is read"
    assert not entries or entries[-1].after <= len(frames), "no record speaks of a frame that is not there"
    assert not entries or verify(folder).difference is None


def in_pairs(count: int, work: Callable[[int], None]) -> None:
    """Two at a time: most of it is waiting."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(count)))


@pytest.mark.parametrize("count", [4, pytest.param(200, marks=MANY)])
def test_killed_at_any_instant_it_reads_back_and_runs_again(start: Start, tmp_path: Path, count: int) -> None:
    chance = random.Random(count)
    instants = [chance.uniform(0.1, 2.5) for _ in range(count)]

    def kill(number: int) -> None:
        home = tmp_path / str(number)
        home.mkdir()
        program = start("--speed", "5", home=home)
        time.sleep(instants[number])
        program.process.kill()
        program.process.communicate(timeout=PATIENCE_S)
        for meta in program.sessions.glob("*/session.json"):
            read_back(meta.parent)

    in_pairs(count, kill)
    follower = start("--duration", "0.3", home=tmp_path / "0")
    code, _, said = follower.end()
    assert code == 0, said


@pytest.mark.parametrize("count", [4, pytest.param(100, marks=MANY)])
def test_a_signal_at_any_instant_leaves_nothing_behind(start: Start, tmp_path: Path, count: int) -> None:
    chance = random.Random(count)
    cases = [(chance.uniform(0.05, 2.0), chance.choice((2, 15, 1))) for _ in range(count)]

    def end(number: int) -> None:
        after, name = cases[number]
        home = tmp_path / str(number)
        home.mkdir()
        program = start("--speed", "5", home=home)
        time.sleep(after)
        program.process.send_signal(name)
        program.process.communicate(timeout=PATIENCE_S)
        code = program.process.returncode
        kept = [path.parent for path in program.sessions.glob("*/session.json")]
        assert code == 128 + name or (not kept and code in (-name, 130)), (
            code,
            after,
            "before it listened, or in order",
        )
        for folder in kept:
            meta = read_meta(folder)
            assert meta.ended in (None, signal.Signals(name).name)
            read_back(folder)
            last = {one["order_id"]: one["status"] for one in program.journal() if one["type"] == "OrderChanged"}
            assert set(last.values()) <= set(ENDED), "nothing rests"

    in_pairs(count, end)


def test_a_frozen_terminal_holds_up_neither_the_desk_nor_the_kill(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mm_tui", "demo", "--seed", "3"]
    with Terminal(command, 200, 55, environ(tmp_path)) as terminal:
        terminal.shows("QUOTING")
        terminal.until(lambda _: quotes(journal(tmp_path)), "a quote")
        before = len(journal(tmp_path))
        deadline = time.monotonic() + PATIENCE_S
        while len(journal(tmp_path)) < before + 40:
            assert time.monotonic() < deadline, "the desk stands still when nobody reads what it draws"
            time.sleep(0.05)
        (desk,) = desks.running(tmp_path / "state/mm-tui")
        heard: list[int] = []
        for _ in range(3):
            sent, count = time.time_ns(), len(kills(tmp_path))
            assert desks.kill(desk) == ""
            while len(kills(tmp_path)) == count:
                assert time.monotonic() < deadline + PATIENCE_S, "the kill is not heard"
                time.sleep(0.005)
            heard.append(kills(tmp_path)[-1]["ts"] - sent)
        records = journal(tmp_path)
        (first, *_) = kills(tmp_path)
        cancel = next(record for record in records[records.index(first) :] if record["type"] == "CancelAll")
        assert cancel["ts"] == first["ts"], "in the same event"
        assert min(heard) <= 100_000_000, heard
        assert not [one for one in records[records.index(first) :] if one["type"] in SENDS]
        terminal.shows("HALTED")


def kills(home: Path) -> list[dict[str, Any]]:
    return [record for record in journal(home) if record["type"] == "OperatorAction" and record["action"] == "kill"]


def test_a_terminal_that_is_closed_ends_the_desk_in_order(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mm_tui", "demo", "--seed", "3"]
    terminal = Terminal(command, 120, 40, environ(tmp_path))
    terminal.shows("QUOTING")
    terminal.until(lambda _: quotes(journal(tmp_path)), "a quote")
    os.close(terminal.child.child_fd)
    deadline = time.monotonic() + PATIENCE_S
    [folder] = (tmp_path / "state/mm-tui/sessions").iterdir()
    while read_meta(folder).end is None:
        assert time.monotonic() < deadline, "the session is not sealed"
        time.sleep(0.05)
    assert read_meta(folder).ended == "SIGHUP"
    last = {one["order_id"]: one["status"] for one in journal(tmp_path) if one["type"] == "OrderChanged"}
    assert set(last.values()) <= set(ENDED)
    while desks.running(tmp_path / "state/mm-tui"):
        assert time.monotonic() < deadline, "the process does not end"
        time.sleep(0.05)


def test_a_full_disk_is_said_and_the_paper_desk_goes_on(start: Start) -> None:
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (DISK, DISK))  # noqa: E731 - runs in the other process
    program = start("--speed", "5", "--duration", "3", before=limit)
    code, document, said = program.end()
    assert code == 0
    assert document["fills"]["count"] + document["orders"]["placed"] > 6
    assert document["market"]["frames"] > 100
    assert "recording" in said or "too large" in said.lower(), said
    read_back(program.folder)
    verdict = verify(program.folder)
    assert verdict.identical, "up to where the recording stopped, and it is not held against what came after"
    assert "recording stopped after" in verdict.note


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting a small disk is the superuser's")
def test_a_disk_without_room_is_the_same(start: Start, tmp_path: Path) -> None:
    small = tmp_path / "sessions"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", small], check=False)  # noqa: S603, S607 - as root, in the test's own folder
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        program = start("--speed", "5", "--duration", "3")
        code, document, said = program.end()
        assert code == 0
        assert document["orders"]["placed"] > 6
        assert "no space left" in said.lower(), said
        read_back(program.folder)
    finally:
        subprocess.run(["umount", "-l", small], check=False)  # noqa: S603, S607 - likewise


def test_a_process_that_was_asleep_takes_its_quotes_back(start: Start) -> None:
    program = start()
    program.wait_until(quotes)
    program.process.send_signal(signal.SIGSTOP)
    time.sleep(2.6)  # the machine sleeps: longer than data may be old, and than the loop may be stuck
    before = len(program.journal())
    woken = time.time_ns()
    program.process.send_signal(signal.SIGCONT)
    program.wait_until(lambda records: any(one["type"] == "StateChanged" for one in records[before:]))
    program.wait_until(lambda records: any(one["type"] == "CancelAll" for one in records[before:]))
    records = program.journal()[before:]
    first = next(number for number, one in enumerate(records) if one["type"] == "CancelAll")
    assert not [one for one in records[:first] if one["type"] in SENDS], "nothing new on old data"
    assert records[first]["ts"] - woken < 1_000_000_000
    program.process.send_signal(signal.SIGTERM)
    assert program.end()[0] == 143


def test_a_second_desk_on_the_same_folder_is_refused_with_the_first_one_s_pid(start: Start) -> None:
    first = start()
    first.wait_until(quotes)
    second = start()
    out, err = second.process.communicate(timeout=PATIENCE_S)
    assert (second.process.returncode, json.loads(out)["exit_code"]) == (64, 64)
    assert f"pid {first.process.pid}".encode() in err
    first.process.send_signal(signal.SIGTERM)
    assert first.end()[0] == 143
