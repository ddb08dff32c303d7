"""The line before an inbox, on a loop whose clock only the test moves."""

import asyncio

import pytest
from pure_desk import START, delta, trade

from mm_tui.model.events import BUY
from mm_tui.runtime.line import Line
from mm_tui.venues.api import Frame


async def test_everything_passes_until_it_is_told_otherwise() -> None:
    line = Line()
    assert line.whole
    assert await line.passes(Frame(delta(START, 1, 1)))
    line.lose = 1
    assert not line.whole
    assert await line.passes(Frame(trade(START, 1, 5, BUY))), "the book's updates alone are lost"
    assert not await line.passes(Frame(delta(START, 2, 2)))
    assert line.whole


async def test_a_hold_may_be_lengthened_while_a_frame_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, line = asyncio.get_running_loop(), Line()
    now = loop.time()
    slept: list[float] = []

    async def nap(seconds: float) -> None:
        nonlocal now
        slept.append(seconds)
        now += seconds
        if len(slept) == 1:
            line.hold(2.0)

    monkeypatch.setattr(loop, "time", lambda: now)
    monkeypatch.setattr(asyncio, "sleep", nap)
    line.hold(5.0)
    assert await line.passes(Frame(delta(START, 1, 1)))
    assert slept == [pytest.approx(5.0), pytest.approx(2.0)]
    assert line.whole
