from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mm_tui import bus as module
from mm_tui.analytics.histogram import _bucket, _upper
from mm_tui.bus import EventBus
from mm_tui.model.facts import BookValid, Fact, LinkChanged, Noted


@dataclass
class Clock:
    """A clock that is moved by hand."""

    now: int = 0

    def __call__(self) -> int:
        return self.now


def note(number: int) -> Noted:
    return Noted(ts=number, kind="info", text="")


def quiet() -> EventBus:
    return EventBus(Clock())


def test_each_hears_what_it_asked_for_in_order() -> None:
    bus = quiet()
    notes, both, every = (
        bus.subscribe("notes", (Noted,)),
        bus.subscribe("both", (Noted, BookValid)),
        bus.subscribe("every", (Fact,)),
    )
    published = [note(1), BookValid(ts=2, update_id=1), LinkChanged(ts=3, up=True, reason=""), note(4)]
    for fact in published:
        bus.publish(fact)
    assert notes.drain() == [published[0], published[3]]
    assert both.drain() == [published[0], published[1], published[3]]
    assert every.drain() == published
    assert every.drain() == []


def test_one_who_comes_later_hears_what_follows() -> None:
    bus = quiet()
    bus.publish(note(1))
    late = bus.subscribe("late", (Noted,))
    bus.publish(note(2))
    assert late.drain() == [note(2)]


def test_one_who_left_hears_nothing() -> None:
    bus = quiet()
    gone, stays = bus.subscribe("gone", (Noted,)), bus.subscribe("stays", (Noted,))
    bus.unsubscribe(gone)
    bus.publish(note(1))
    assert gone.drain() == []
    assert stays.drain() == [note(1)]
    assert [one.name for one in bus.figures().subscribers] == ["stays"]


def test_a_full_queue_lets_the_oldest_go() -> None:
    bus = quiet()
    queue = bus.subscribe("q", (Noted,), capacity=2)
    for number in range(5):
        bus.publish(note(number))
    figures = bus.figures()
    assert queue.drain() == [note(3), note(4)]
    assert (figures.published, figures.delivered, figures.dropped, figures.high_water) == (5, 5, 3, 2)
    assert figures.subscribers[0].waiting == 2


def test_or_the_newest() -> None:
    bus = quiet()
    queue = bus.subscribe("q", (Noted,), capacity=2, overflow="drop_newest")
    for number in range(5):
        bus.publish(note(number))
    assert queue.drain() == [note(0), note(1)]
    assert (bus.figures().delivered, bus.figures().dropped) == (2, 3)


def test_a_subscriber_that_fails_is_counted_and_stops_nobody() -> None:
    bus = quiet()
    heard: list[Fact] = []

    def broken(_fact: Fact) -> None:
        raise ValueError("no")

    bus.subscribe("broken", (Noted,), broken)
    bus.subscribe("well", (Noted,), heard.append)
    bus.publish(note(1))
    bus.publish(note(2))
    assert heard == [note(1), note(2)]
    figures = bus.figures()
    assert figures.failures == 2
    assert figures.subscribers[0].last_failure == "ValueError: no"


def test_what_a_subscriber_publishes_comes_after_what_it_heard() -> None:
    bus = quiet()
    heard: list[int] = []

    def echo(fact: Fact) -> None:
        if fact.ts < 3:
            bus.publish(note(fact.ts + 1))

    bus.subscribe("echo", (Noted,), echo)
    bus.subscribe("listener", (Noted,), lambda fact: heard.append(fact.ts))
    bus.publish(note(0))
    assert heard == [0, 1, 2, 3]


def test_a_subscriber_cannot_fill_the_memory_with_facts_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_NESTED", 3)
    bus = quiet()

    def flood(fact: Fact) -> None:
        if fact.ts == 0:
            for number in range(1, 6):
                bus.publish(note(number))

    bus.subscribe("flood", (Noted,), flood)
    bus.publish(note(0))
    assert bus.figures().dropped == 2
    assert bus.figures().delivered == 4


def test_a_subscriber_that_leaves_while_it_hears_is_no_trouble() -> None:
    bus = quiet()

    def once(_fact: Fact) -> None:
        bus.publish(note(9))
        bus.unsubscribe(subscription)

    subscription = bus.subscribe("once", (Noted,), once)
    bus.publish(note(1))
    bus.publish(note(2))
    assert subscription.delivered == 1


def test_handling_times_are_measured() -> None:
    clock = Clock()
    bus = EventBus(clock)
    spent = iter([*[100] * 99, 5000])

    def work(_fact: Fact) -> None:
        clock.now += next(spent)

    bus.subscribe("worker", (Noted,), work)
    before = bus.figures().subscribers[0]
    assert (before.handling_mean, before.handling_p99, before.handling_max) == (None, None, None)
    for number in range(100):
        bus.publish(note(number))
    after = bus.figures().subscribers[0]
    assert after.handling_mean == 149.0
    assert after.handling_max == 5000
    assert after.handling_p99 is not None
    assert 100 <= after.handling_p99 <= 113


def test_a_clock_that_goes_back_spends_no_less_than_nothing() -> None:
    clock = Clock()
    bus = EventBus(clock)

    def back(_fact: Fact) -> None:
        clock.now -= 5

    bus.subscribe("back", (Noted,), back)
    bus.publish(note(1))
    assert bus.figures().subscribers[0].handling_max == 0


def test_a_queue_worked_off_is_timed_and_guarded() -> None:
    clock = Clock()
    bus = EventBus(clock)
    queue = bus.subscribe("q", (Noted,))
    for number in range(3):
        bus.publish(note(number))

    def handler(fact: Fact) -> None:
        clock.now += 10
        if fact.ts == 1:
            raise RuntimeError

    assert queue.work(handler) == 3
    figures = queue.figures()
    assert (figures.handling_mean, figures.handling_p99, figures.failures) == (10.0, 10, 1)


@given(st.integers(0, 1 << 62))
def test_a_bucket_is_at_most_an_eighth_wide(value: int) -> None:
    index = _bucket(value)
    top = _upper(index)
    assert value <= top <= value + value // 8
    assert index == 0 or _upper(index - 1) < value


@given(st.lists(st.integers(0, 10**10), min_size=1, max_size=60))
def test_the_99th_percentile_is_near_the_real_one(times: list[int]) -> None:
    clock = Clock()
    bus = EventBus(clock)
    spent = iter(times)
    handler: Callable[[Fact], None] = lambda _fact: setattr(clock, "now", clock.now + next(spent))  # noqa: E731  # one line says it
    bus.subscribe("s", (Noted,), handler)
    for number in range(len(times)):
        bus.publish(note(number))
    ordered = sorted(times)
    exact = next(value for value in ordered if bisect_left(ordered, value + 1) >= 0.99 * len(times))
    found = bus.figures().subscribers[0].handling_p99
    assert found is not None
    assert exact <= found <= exact + exact // 8
