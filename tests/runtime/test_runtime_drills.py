"""Drills on the line of a running desk; a loop whose clock only the test moves."""

import asyncio
import logging
from typing import Any

import pytest
from pure_desk import START, delta, trade

from mm_tui.model.drills import Drill, read_drill
from mm_tui.model.events import BUY
from mm_tui.runtime.drills import Drills
from mm_tui.runtime.inbox import DeskInbox
from mm_tui.venues.api import Frame


class NoConnection:
    """A feed that polls."""

    name = "ccxt:kraken"


class Connected(NoConnection):
    cuts = 0

    def cut(self) -> None:
        self.cuts += 1


class Ticking:
    """Each look at the clock is a nanosecond later."""

    ts = START

    def now(self) -> int:
        self.ts += 1
        return self.ts


def desk_inbox() -> DeskInbox:
    return DeskInbox(Ticking().now, lambda frame: None)


def drills(inbox: DeskInbox, feed: Any = None, market: Any = None) -> Drills:
    return Drills(feed or NoConnection(), inbox, market)


def taken(inbox: DeskInbox) -> list[Any]:
    found = []
    while (frame := inbox.take(0)) is not None:
        found.append(frame.event)
    return found


async def test_a_gap_loses_the_next_update_of_the_book_alone() -> None:
    inbox = desk_inbox()
    drills(inbox).do(read_drill("gap"))
    for event in (trade(START, 1, 5, BUY), delta(START, 1, 1), delta(START, 2, 2), delta(START, 3, 3)):
        await inbox.put(Frame(event))
    events = taken(inbox)
    assert [type(event).__name__ for event in events] == ["Trade", "BookDelta", "BookDelta"]
    assert [event.first_id for event in events[1:]] == [2, 3]
    assert inbox.line is None, "the line is whole again and costs nothing"


async def test_what_is_held_comes_at_once_and_is_stamped_when_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = desk_inbox()
    loop = asyncio.get_running_loop()
    now = loop.time()
    slept: list[float] = []

    async def nap(seconds: float) -> None:
        nonlocal now
        slept.append(seconds)
        now += seconds

    monkeypatch.setattr(loop, "time", lambda: now)
    monkeypatch.setattr(asyncio, "sleep", nap)
    drills(inbox).do(read_drill("stall 5s"))
    await inbox.put(Frame(delta(START, 1, 1)))
    await inbox.put(Frame(delta(START, 2, 2)))
    assert slept == [pytest.approx(5.0)]
    first, second = taken(inbox)
    assert first.ts > START, "a frame is received when the desk gets it"
    assert second.ts == START, "and one that did not wait when it came"


async def test_a_connection_is_cut_where_there_is_one(caplog: pytest.LogCaptureFixture) -> None:
    feed = Connected()
    drills(desk_inbox(), feed).do(read_drill("disconnect"))
    assert feed.cuts == 1
    with caplog.at_level(logging.WARNING):
        drills(desk_inbox()).do(read_drill("disconnect"))
    assert "no connection to cut" in caplog.text


async def test_a_made_up_market_is_told_and_a_real_one_is_not(caplog: pytest.LogCaptureFixture) -> None:
    told: list[Drill] = []
    mine = drills(desk_inbox(), market=told.append)
    for text in ("jump 2%", "burst", "latency 300", "reject"):
        mine.do(read_drill(text))
    assert told == [Drill("jump", 2.0), Drill("burst")]
    with caplog.at_level(logging.WARNING):
        drills(desk_inbox()).do(read_drill("burst"))
    assert "no exercise" in caplog.text
