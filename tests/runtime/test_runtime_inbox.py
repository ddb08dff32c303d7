import asyncio

import pytest
from pure_desk import SECOND, START, delta, top

from mm_tui.model.events import OperatorAction, TopOfBook, WatchdogTripped
from mm_tui.runtime.clock import EventClock, LiveClock
from mm_tui.runtime.control import Control
from mm_tui.runtime.gauges import Gauges
from mm_tui.runtime.inbox import DeskInbox
from mm_tui.venues.api import Frame
from mm_tui.views.frames import DeskFrame, Viewport


class Clock:
    def __init__(self) -> None:
        self.ts = START

    def now(self) -> int:
        return self.ts


def frame(ts: int, number: int = 1) -> Frame:
    return Frame(top(ts, 1, 2, number), b"{}")


def inbox_of(capacity: int = 2) -> tuple[DeskInbox, Clock, list[Frame]]:
    clock, entered = Clock(), list[Frame]()
    return DeskInbox(clock.now, entered.append, capacity), clock, entered


async def test_frames_come_out_in_the_order_they_entered() -> None:
    inbox, _, entered = inbox_of(10)
    for number in range(3):
        await inbox.put(frame(START, number))
    taken = [inbox.take(0) for _ in range(3)]
    assert taken == entered
    assert inbox.take(0) is None
    assert inbox.empty
    assert inbox.high_water == 3


async def test_a_full_inbox_makes_every_part_of_the_feed_wait_and_loses_none() -> None:
    inbox, clock, _ = inbox_of(2)
    for number in range(2):
        await inbox.put(frame(START, number))
    waiting = [asyncio.create_task(inbox.put(frame(START, 10 + number))) for number in range(3)]
    await asyncio.sleep(0)
    assert inbox.waited == 3
    clock.ts = START + 5
    numbers = []
    for _ in range(5):
        taken = inbox.take(0)
        assert taken is not None
        assert isinstance(taken.event, TopOfBook)
        numbers.append((taken.event.update_id, taken.event.ts))
        for _ in range(3):
            await asyncio.sleep(0)
    assert all(task.done() for task in waiting)
    assert numbers == [(0, START), (1, START), (10, START + 5), (11, START + 5), (12, START + 5)]


async def test_one_that_is_cancelled_while_it_waits_takes_nobody_with_it() -> None:
    inbox, _, _ = inbox_of(1)
    await inbox.put(frame(START))
    first, second = (asyncio.create_task(inbox.put(frame(START, number))) for number in (7, 8))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    inbox.take(0)
    await second
    taken = inbox.take(0)
    assert taken is not None
    assert isinstance(taken.event, TopOfBook)
    assert taken.event.update_id == 8


async def test_the_head_goes_first_and_the_kill_before_all() -> None:
    inbox, _, _ = inbox_of(10)
    await inbox.put(frame(START - 7))
    inbox.act("pause", "")
    inbox.trip("feed_age", "3 s", "2 s")
    inbox.report_stuck("over 1 s")
    inbox.kill("pressed")
    events = []
    while (taken := inbox.take(START - 9)) is not None:
        events.append(taken.event)
    assert events[0] == OperatorAction(ts=START - 9, action="kill", argument="pressed")
    assert events[1] == WatchdogTripped(ts=START - 7, rule="loop_lag", value="over 1 s", limit="1 s")
    assert events[2] == WatchdogTripped(ts=START - 7, rule="feed_age", value="3 s", limit="2 s")
    assert events[3] == OperatorAction(ts=START - 7, action="pause", argument="")
    assert isinstance(events[4], TopOfBook)


async def test_nothing_falls_due_between_the_last_event_and_a_kill() -> None:
    inbox, clock, _ = inbox_of(10)
    await inbox.put(frame(START + 3))
    clock.ts = START + 9
    inbox.kill("by hand")
    taken = inbox.take(START + 1)
    assert taken is not None
    assert taken.event == OperatorAction(ts=START + 1, action="kill", argument="by hand")
    inbox.kill("before the first event")
    taken = inbox.take(0)
    assert taken is not None
    assert taken.event.ts == START + 3


async def test_once_the_desk_is_to_stop_nothing_but_a_kill_is_taken() -> None:
    inbox, _, _ = inbox_of()
    control = Control()
    control.begin()
    control.attach(inbox)
    await inbox.put(frame(START))
    inbox.act("pause", "")
    control.stop("SIGTERM")
    assert inbox.take(START) is None
    assert not inbox.empty
    control.kill("by another terminal")
    taken = inbox.take(START)
    assert taken is not None
    assert taken.event == OperatorAction(ts=START, action="kill", argument="by another terminal")
    assert inbox.take(START) is None


async def test_a_desk_that_was_stopped_before_it_had_an_inbox_takes_nothing() -> None:
    inbox, _, _ = inbox_of()
    control = Control()
    control.stop("SIGINT")
    control.attach(inbox)
    await inbox.put(frame(START))
    assert inbox.take(START) is None


async def test_an_action_is_stamped_now_where_no_frame_waits_and_never_before_the_last_event() -> None:
    inbox, _, _ = inbox_of()
    inbox.act("pause", "")
    taken = inbox.take(0)
    assert taken is not None
    assert taken.event.ts == START
    inbox.act("pause", "")
    taken = inbox.take(START + SECOND)
    assert taken is not None
    assert taken.event.ts == START + SECOND


async def test_waiting_ends_when_something_comes() -> None:
    inbox, _, _ = inbox_of()
    waiting = asyncio.create_task(inbox.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    inbox.act("pause", "")
    inbox.wake()
    await waiting
    await inbox.wait()
    inbox.take(0)
    again = asyncio.create_task(inbox.wait())
    await asyncio.sleep(0)
    again.cancel()
    with pytest.raises(asyncio.CancelledError):
        await again
    inbox.wake()


async def test_a_control_reaches_the_inbox_from_another_thread_and_only_while_there_is_a_desk() -> None:
    control = Control()
    control.act("pause")
    control.kill()
    stopped = control.begin()
    inbox, _, _ = inbox_of()
    control.attach(inbox)
    early = inbox.take(0)
    assert early is not None, "a kill before there is a desk is not lost: it begins halted"
    assert isinstance(early.event, OperatorAction)
    assert early.event.action == "kill"
    await asyncio.to_thread(control.act, "widen", "1")
    await asyncio.sleep(0)
    taken = inbox.take(0)
    assert taken is not None
    assert isinstance(taken.event, OperatorAction)
    assert (taken.event.action, taken.event.argument) == ("widen", "1")
    waiting = asyncio.create_task(inbox.wait())
    await asyncio.sleep(0)
    await asyncio.to_thread(control.kill, "by a test")
    await waiting
    killed = inbox.take(0)
    assert killed is not None
    assert isinstance(killed.event, OperatorAction)
    assert killed.event.argument == "by a test"
    await asyncio.to_thread(control.stop, "quit")
    await stopped.wait()
    control.stop("later")
    assert control.stopping == "quit"
    control.detach()
    control.act("pause")
    assert inbox.empty


async def test_a_stop_before_the_beginning_stops_at_once() -> None:
    control = Control()
    control.stop("SIGTERM")
    assert control.begin().is_set()


def test_frames_go_out_by_reference_and_the_viewport_comes_in() -> None:
    control = Control()
    frame_of = DeskFrame(ts=5)
    control.show(frame_of)
    assert control.frame is frame_of
    view = Viewport(rows=9)
    control.look(view)
    assert control.viewport is view


def test_a_live_clock_never_goes_back_though_the_systems_does(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = LiveClock()
    first = clock.now()
    monkeypatch.setattr("time.time_ns", lambda: 0)
    second = clock.now()
    assert first <= second < first + 60 * SECOND
    monkeypatch.setattr("time.monotonic_ns", lambda: 0)
    assert clock.now() == second


def test_an_event_clock_stands_where_the_last_event_stood() -> None:
    clock = EventClock()
    assert clock.now() == 0
    clock.move(7)
    clock.move(5)
    assert clock.now() == 7


def test_gauges_measure_market_frames_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 10 * SECOND
    monkeypatch.setattr("time.monotonic_ns", lambda: now)
    gauges = Gauges(live=True)
    assert gauges.age_ns() is None
    assert gauges.worst_lag is None
    gauges.entered(Frame(OperatorAction(ts=1, action="x")), 5)
    assert gauges.last_frame is None
    gauges.entered(frame(START), START + 3_000)
    assert gauges.age_ns() is None, "the ticker alone is no book"
    gauges.entered(Frame(delta(START, 1, 1), b"{}"), START + 3_000)
    now += 250
    assert gauges.age_ns() == 250
    assert gauges.decode.largest == 3_000
    assert gauges.latency.last is None
    gauges.lagged(5)
    gauges.lagged(9)
    assert gauges.worst_lag == 9
    now += SECOND
    gauges.lagged(2)
    assert gauges.worst_lag == 2
    file = Gauges(live=False)
    file.entered(frame(START), START + 3_000)
    assert file.decode.count == 0
