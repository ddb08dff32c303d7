"""Whole sessions in this process: a file's own time, a live feed, and every way to end."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pure_desk import ASK, BID, BTC, SECOND, snapshot, top
from small_session import capture, loaded, options

from mm_tui.errors import VenueError
from mm_tui.journal import folder
from mm_tui.journal.meta import read_meta, write_meta
from mm_tui.model.events import LinkUp
from mm_tui.model.orders import Status
from mm_tui.runtime import session as module
from mm_tui.runtime import workers
from mm_tui.runtime.control import Control
from mm_tui.runtime.feeds import Chosen, choose
from mm_tui.runtime.headless import run_headless
from mm_tui.runtime.session import run_session
from mm_tui.runtime.stopping import StopDesk
from mm_tui.settings.load import Loaded
from mm_tui.settings.options import RunOptions
from mm_tui.settings.places import BOXES
from mm_tui.venues.api import FeedStatus, Frame, Inbox


def run(capsys: pytest.CaptureFixture[str], chosen: RunOptions, settings: Loaded) -> tuple[int, dict[str, Any], str]:
    code = run_headless(chosen, settings)
    out, err = capsys.readouterr()
    return code, json.loads(out) if chosen.json else {"out": out}, err


def test_a_file_is_played_to_its_end_and_recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = capture(tmp_path)
    code, summary, _ = run(capsys, options(tmp_path, f"file:{path}", json=True), loaded())
    assert code == 0
    assert summary["market"]["frames"] == 1 + 2 * 199
    assert summary["orders"]["placed"] >= 6
    assert summary["orders"]["open"] == 0
    assert summary["fills"]["count"] >= 2
    assert set(summary["pnl"]["band"].values()) == {summary["pnl"]["total"]}, "every fill there goes through the price"
    session = Path(summary["session"])
    assert {one.name for one in session.iterdir()} >= {"session.json", "market.log.gz", "journal.jsonl", "app.log"}
    meta = json.loads((session / "session.json").read_bytes())
    assert (meta["ended"], meta["market_lines"], meta["symbol"]) == ("end of file", 399, "BTC/USDT")
    result = {"placed": summary["orders"]["placed"], "fills": summary["fills"]["count"]}
    assert meta["result"] == {**result, "pnl": summary["pnl"]["total"], "position": summary["position"]["base"]}
    records = [json.loads(line) for line in (session / "journal.jsonl").read_bytes().splitlines()]
    assert records[0]["type"] == "SessionStarted"
    assert [one["seq"] for one in records] == list(range(records[0]["seq"], records[0]["seq"] + len(records)))
    assert records[-1]["type"] in {"OrderChanged", "ArmTimer"}
    alone = loaded("simulator.band=false")
    code, again, _ = run(capsys, options(tmp_path, f"file:{path}", json=True, record=False), alone)
    assert again["digest"] == summary["digest"]
    assert set(again["pnl"]["band"].values()) == {None}
    assert again["session"] is None


def test_a_duration_is_of_the_files_own_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = capture(tmp_path, 60)
    digests = set()
    for speed in (40.0, "max"):
        chosen = options(tmp_path, f"file:{path}", json=True, duration=2.0, speed=speed)
        _, summary, _ = run(capsys, chosen, loaded())
        assert 1.8 * SECOND < summary["ended_ns"] - summary["started_ns"] <= 2.1 * SECOND, "and the cancels"
        digests.add(summary["digest"])
        assert json.loads((Path(summary["session"]) / "session.json").read_bytes())["ended"] == "duration"
    assert len(digests) == 1


def test_five_lines_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = capture(tmp_path)
    _, said, _ = run(capsys, options(tmp_path, f"file:{path}"), loaded())
    lines = said["out"].splitlines()
    assert len(lines) == 5
    assert lines[0] == "0:00:19 on file BTC/USDT, ended by end of file"
    assert "net of fees, position" in lines[1]
    assert lines[2].startswith("Session: ")
    _, said, _ = run(capsys, options(tmp_path, f"file:{path}", record=False), loaded())
    assert said["out"].splitlines()[2] == "Nothing was recorded."


def test_the_next_start_says_what_was_killed_and_why_the_market_is_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def instead(*wanted: Any) -> Chosen:
        return msgspec.structs.replace(await choose(*wanted), demo_cause="no Binance: refused")

    chosen = options(tmp_path, f"file:{capture(tmp_path, 20)}", json=True)
    _, summary, err = run(capsys, chosen, loaded())
    assert err == ""
    killed = Path(summary["session"])
    write_meta(killed, msgspec.structs.replace(read_meta(killed), end=None))
    monkeypatch.setattr(module, "choose", instead)
    _, summary, err = run(capsys, chosen, loaded())
    first, second = err.splitlines()
    assert first == "no Binance: refused: on the embedded exchange instead, no real market"
    assert re.fullmatch(
        rf"{killed.name} was killed; it reads back up to [\d:]{{8}} UTC: mm-tui report {killed.name}", second
    )
    assert f"WARNING mm_tui.runtime.session {second}" in (Path(summary["session"]) / "app.log").read_text()
    monkeypatch.undo()
    assert run(capsys, chosen, loaded())[2] == "", "once is enough"


def test_a_folder_that_cannot_be_written_is_said_and_the_desk_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sessions").write_text("a file stands where the folder should")
    code, summary, err = run(capsys, options(tmp_path, f"file:{capture(tmp_path)}", json=True), loaded())
    assert code == 0
    assert summary["session"] is None
    assert summary["orders"]["placed"] >= 6
    assert "sessions" in err


def test_a_desk_that_no_other_terminal_finds_says_so_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = msgspec.structs.replace(options(tmp_path, f"file:{capture(tmp_path)}", json=True), state=tmp_path / "f")
    (tmp_path / "f").write_text("a file stands where the folder should")
    code, summary, err = run(capsys, chosen, loaded())
    assert code == 0
    assert summary["orders"]["placed"] >= 6
    assert "`mm-tui kill` will not find this desk" in err


class LiveFeed:
    """A feed in memory that says what the test tells it to."""

    name = "live"
    words = "a test's feed"

    def __init__(self, script: Callable[[Inbox], Awaitable[None]]) -> None:
        self.status = FeedStatus(link="up")
        self.script = script
        self.asked = 0

    async def instrument(self) -> Any:
        return BTC

    async def run(self, inbox: Inbox) -> None:
        await inbox.put(Frame(LinkUp(ts=inbox.now(), venue="live")))
        await inbox.put(Frame(snapshot(inbox.now())))
        await self.script(inbox)
        await asyncio.Event().wait()

    def request_snapshot(self) -> None:
        self.asked += 1


async def ticking(inbox: Inbox) -> None:
    """Clean data for ever."""
    number = 1000
    while True:
        number += 1
        await inbox.put(Frame(top(inbox.now(), BID, ASK, number)))
        await asyncio.sleep(0.005)


async def silent(inbox: Inbox) -> None:
    """Nothing more."""
    del inbox


class Live:
    """A live session on a feed of the test's own."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, script: Callable[[Inbox], Awaitable[None]], stale_ms: int = 200
    ) -> None:
        self.feed = LiveFeed(script)
        self.control = Control()
        self.sessions: list[module.Session] = []
        chosen = Chosen(self.feed, 0.0, 5.0, stale_ms)

        async def choose_this(*_: Any) -> Chosen:
            return chosen

        made = module.Session.open

        def opened(session: module.Session) -> None:
            made(session)
            self.sessions.append(session)

        monkeypatch.setattr(module, "choose", choose_this)
        monkeypatch.setattr(module.Session, "open", opened)

    async def until(self, what: Callable[[module.Session], bool], seconds: float = 5.0) -> module.Session:
        async with asyncio.timeout(seconds):
            while not (self.sessions and what(self.sessions[0])):  # noqa: ASYNC110 - any state may be waited for
                await asyncio.sleep(0.002)
        return self.sessions[0]


def state(session: module.Session) -> str:
    return session.desk.core.state.value


async def test_a_live_desk_quotes_and_ends_with_nothing_resting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Live(monkeypatch, ticking, 2000)
    running = asyncio.create_task(run_session(options(tmp_path, "live"), loaded(), live.control, screen=False))
    session = await live.until(lambda one: len(one.desk.venue.orders) == 6)
    assert state(session) == "quoting"
    live.control.stop("SIGTERM")
    outcome = await running
    assert outcome.ended == "SIGTERM"
    assert outcome.resting == ()
    assert outcome.summary["orders"]["canceled"] == 6
    assert not session.desk.venue.orders
    assert outcome.summary["latency_us"]["tick_to_order"]["max"] > 0


async def test_a_feed_that_falls_silent_has_its_quotes_pulled_by_a_timer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Live(monkeypatch, silent)
    running = asyncio.create_task(
        run_session(options(tmp_path, "live", record=False), loaded(), live.control, screen=False)
    )
    await live.until(lambda one: len(one.desk.venue.orders) == 6)
    session = await live.until(lambda one: state(one) == "stale" and not one.desk.venue.orders)
    late = session.desk.ts - session.desk.core.market.book_ts
    assert 200_000_000 <= late < 450_000_000
    live.control.stop("quit")
    await running


async def test_a_kill_from_another_thread_halts_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live = Live(monkeypatch, ticking, 2000)
    running = asyncio.create_task(
        run_session(options(tmp_path, "live", record=False), loaded(), live.control, screen=True)
    )
    await live.until(lambda one: len(one.desk.venue.orders) == 6)
    await live.until(lambda one: None not in live.control.frame.position.band)
    await asyncio.to_thread(live.control.kill)
    session = await live.until(lambda one: state(one) == "halted" and not one.desk.venue.orders)
    placed = session.desk.core.orders.placed
    await live.until(lambda one: live.control.frame.header.state == "halted")
    assert {row.name for row in live.control.frame.workers} == {"feed", "strategy", "risk", "simulator", "recorder"}
    assert live.control.frame.history[0].moves[0].what == "placed"
    live.control.act("rearm")
    await live.until(lambda one: state(one) == "paused")
    assert session.desk.core.orders.placed == placed
    live.control.stop("quit")
    assert (await running).ended == "quit"


async def test_a_kill_leaves_a_black_box_though_the_session_ends_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Live(monkeypatch, ticking, 2000)
    running = asyncio.create_task(run_session(options(tmp_path, "live"), loaded(), live.control, screen=False))
    session = await live.until(lambda one: len(one.desk.venue.orders) == 6)
    await asyncio.to_thread(live.control.kill)
    await live.until(lambda one: state(one) == "halted" and not one.desk.venue.orders)
    live.control.stop("quit")
    outcome = await running
    [box, _] = sorted(
        folder.sessions(tmp_path / "sessions", tmp_path / "state" / BOXES), key=lambda one: one.path.name, reverse=True
    )
    assert box.meta is not None
    assert box.meta.black_box_of is not None
    assert box.meta.black_box_of.session == str(outcome.folder.resolve())  # type: ignore[union-attr]
    assert box.meta.ended == "black box: kill pressed, halt"
    assert session.desk.core.state.value == "halted"


async def test_a_loop_that_was_stuck_finds_its_quotes_pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "STUCK_AFTER", 0.1)
    monkeypatch.setattr(workers, "CHECK_EVERY", 0.02)
    live = Live(monkeypatch, ticking, 5000)
    running = asyncio.create_task(
        run_session(options(tmp_path, "live", record=False), loaded(), live.control, screen=False)
    )
    await live.until(lambda one: len(one.desk.venue.orders) == 6)
    time.sleep(0.3)  # noqa: ASYNC251 - the loop is to be stuck
    session = await live.until(lambda one: state(one) == "stale")
    assert "loop lag" in session.desk.core.reason
    live.control.stop("quit")
    await running


async def test_exposure_that_the_wire_does_not_know_halts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live = Live(monkeypatch, ticking, 2000)
    running = asyncio.create_task(
        run_session(options(tmp_path, "live", record=False), loaded(), live.control, screen=False)
    )
    session = await live.until(lambda one: [order.status for order in one.desk.core.orders.open] == 6 * [Status.LIVE])
    session.desk.wire.left["mm-1"] += 1
    await live.until(lambda one: state(one) == "halted")
    assert session.desk.core.reason.startswith("exposure at the wire")
    live.control.stop("quit")
    await running


async def test_a_feed_that_fails_ends_the_desk_in_order_and_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(inbox: Inbox) -> None:
        await asyncio.sleep(0.05)
        raise VenueError("gone")

    live = Live(monkeypatch, failing, 2000)
    with pytest.raises(VenueError, match="gone"):
        await run_session(options(tmp_path, "live"), loaded(), live.control, screen=False)
    session = live.sessions[0]
    assert not session.desk.venue.orders
    (folder,) = (tmp_path / "sessions").iterdir()
    assert json.loads((folder / "session.json").read_bytes())["ended"].startswith("error: ")


async def test_a_stop_while_the_venue_is_asked_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    control = Control()
    control.stop("SIGINT")
    with pytest.raises(StopDesk):
        await run_session(options(tmp_path, "file:/nowhere"), loaded(), control, screen=False)
    assert not (tmp_path / "sessions").exists()


def test_a_stop_before_the_desk_is_open_is_a_document_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mm_tui.runtime.headless.listen", lambda control: control.stop("SIGTERM"))
    code, document, _ = run(capsys, options(tmp_path, "file:/nowhere", json=True), loaded())
    assert code == 143
    assert document == {"error": "ended by SIGTERM before the desk was open", "exit_code": 143}
    assert run(capsys, options(tmp_path, "file:/nowhere"), loaded())[:2] == (143, {"out": ""})


async def test_a_duration_of_the_clock_ends_a_live_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live = Live(monkeypatch, ticking, 2000)
    outcome = await run_session(
        options(tmp_path, "live", record=False, duration=0.1), loaded(), live.control, screen=False
    )
    assert outcome.ended == "duration"
    assert not outcome.summary["session"]
