"""The band: its members are whole desks, causal, and no danger to the main one."""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from crowded_market import crowded_market, desk_of, terms_of
from pure_desk import BTC, MS, SECOND, START
from random_market import RandomMarket

from mm_tui.bus import EventBus
from mm_tui.model import account as accounts
from mm_tui.model import events as ev
from mm_tui.runtime.assembly import Terms, build_desk, opening
from mm_tui.runtime.clock import EventClock
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.followers.band import NO_FIGURES, Band
from mm_tui.runtime.followers.followers import LATE_WINDOW, PIECE
from mm_tui.runtime.gauges import Gauges
from mm_tui.runtime.inbox import DeskInbox
from mm_tui.runtime.summary import summarize
from mm_tui.runtime.workers import StrategyWorker
from mm_tui.venues.api import Frame


def play(terms: Terms, events: Iterable[Any], *, each: bool, capacity: int = 100_000) -> tuple[Desk, Band]:
    """Main desk and band over the events; the members catch up after each, or at the end."""
    desk = desk_of(terms)
    band = Band(desk, terms, capacity=capacity)
    for event in events:
        desk.step(event)
        band.take(event)
        if each:
            band.catch_up(desk.ts)
    band.catch_up(desk.ts)
    return desk, band


def total(desk: Desk) -> Decimal:
    return accounts.money(desk.core.account.total2(desk.core.mid2), BTC)


def test_each_figure_is_what_a_desk_under_that_queue_comes_to_by_itself() -> None:
    bands, alone = [], []
    for model in ("risk_averse", "power", "optimistic", "log"):
        desk, band = play(terms_of(model), crowded_market(), each=False)
        assert desk.core.account.fills > 20
        bands.append(band.figures())
        alone.append(total(desk))
    assert bands == [tuple(alone[:3])] * 4
    assert len(set(alone[:3])) == 3, "the queue decides on this market"


def test_members_come_to_the_same_whenever_they_catch_up() -> None:
    events = list(crowded_market())
    desk, at_once = play(terms_of(), events, each=True)
    figures = at_once.figures()
    assert play(terms_of(), events, each=False)[1].figures() == figures
    assert play(terms_of(), events, each=False, capacity=PIECE)[1].figures() == figures
    now = iter(range(1 << 30))
    slowly = Band(desk := desk_of(terms_of()), terms_of(), clock=lambda: next(now))
    for number, event in enumerate(events):
        desk.step(event)
        slowly.take(event)
        if number % 7 == 0:
            slowly.catch_up(desk.ts, 5)
    assert slowly.behind
    slowly.catch_up(desk.ts)
    assert not slowly.behind
    assert slowly.figures() == figures


def test_a_slice_ends_with_its_time_and_what_waits_is_heard_in_the_next() -> None:
    now = [0]

    def clock() -> int:
        now[0] += 1
        return now[0]

    desk = desk_of(terms_of())
    band = Band(desk, terms_of(), clock=clock)
    for event in crowded_market(8):
        desk.step(event)
        band.take(event)
    band.catch_up(desk.ts, 4)
    assert len(band._waiting) == 11 - 4
    band.catch_up(desk.ts, 100)
    assert not band.behind


def test_a_full_buffer_makes_members_catch_up_by_a_piece() -> None:
    desk = desk_of(terms_of())
    band = Band(desk, terms_of(), capacity=PIECE + 10)
    for event in crowded_market(600):
        desk.step(event)
        band.take(event)
        assert len(band._waiting) < PIECE + 10
    assert band._members[0].desk.core.market.frames > 0


@pytest.mark.parametrize("seed", range(4))
def test_on_a_market_that_misbehaves_members_hear_the_operator_and_stay_causal(seed: int) -> None:
    def run(*, each: bool) -> tuple[Desk, Band]:
        source = RandomMarket(seed, 800)
        terms = terms_of()
        desk = build_desk(terms, EventBus(lambda: 0), request_snapshot=source.asked)
        band = Band(desk, terms)
        for event in source:
            desk.step(event)
            band.take(event)
            if each:
                band.catch_up(desk.ts)
        band.catch_up(desk.ts)
        return desk, band

    (main, at_once), (_, at_the_end) = run(each=True), run(each=False)
    assert at_once.figures() == at_the_end.figures()
    for member in at_once._members:
        core = member.desk.core
        assert core.market.frames == main.core.market.frames
        assert core.parameters.leans == main.core.parameters.leans
        assert member.desk.core.bad_frames == main.core.bad_frames
        assert member.desk.due is None or member.desk.due > main.ts


def test_what_is_the_main_desks_own_is_not_heard() -> None:
    desk, band = play(terms_of(), crowded_market(60), each=True)
    order_id = next(iter(band._members[0].desk.core.orders.open)).order_id
    own: list[Any] = [
        ev.OperatorAction(ts=desk.ts, action="cancel_order", argument=order_id),
        ev.WatchdogTripped(ts=desk.ts, rule="exposure", value="1", limit="0"),
        ev.WatchdogTripped(ts=desk.ts, rule="strategy_budget", value="1", limit="0"),
        ev.Timer(ts=desk.ts, name="stale"),
        ev.OrderAccepted(ts=desk.ts, order_id=order_id),
        ev.OrderCanceled(ts=desk.ts, order_id=order_id),
    ]
    for event in own:
        band.take(event)
    assert not band.behind
    band.take(ev.WatchdogTripped(ts=desk.ts, rule="feed_age", value="3 s", limit="2 s"))
    band.catch_up(desk.ts)
    assert {member.desk.core.state.value for member in band._members} == {"stale"}
    band.take(ev.OperatorAction(ts=desk.ts, action="kill"))
    band.take(ev.LinkDown(ts=desk.ts, venue="test", reason="reset"))
    band.catch_up(desk.ts)
    assert {member.desk.core.state.value for member in band._members} == {"halted"}
    assert desk.core.state.value == "quoting"


def test_members_have_accounts_and_strategies_of_their_own() -> None:
    desk, band = play(terms_of(), crowded_market(), each=True)
    desks = [desk, *(member.desk for member in band._members)]
    assert len({id(one.core.strategy) for one in desks}) == 3
    assert len({one.core.account.base for one in desks}) == 3
    for one in desks:
        assert (one.venue.base, one.venue.quote) == (one.core.account.base, one.core.account.quote)


def test_before_the_market_is_known_nothing_is() -> None:
    desk = desk_of(terms_of())
    band = Band(desk, terms_of())
    assert band.figures() == NO_FIGURES


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    """What the band logs, whatever a session before has done to the package's log."""
    said: list[str] = []

    class Heard(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            assert record.exc_info is not None
            said.append(record.getMessage())

    handler, logger = Heard(logging.WARNING), logging.getLogger("mm_tui.runtime.followers.band")
    logger.addHandler(handler)
    yield said
    logger.removeHandler(handler)


def raising(_: Any) -> None:
    raise SystemExit(3)


def test_a_member_that_raises_is_dropped_with_one_warning_and_the_others_go_on(warnings: list[str]) -> None:
    events = list(crowded_market())
    _, whole = play(terms_of(), events, each=False)
    desk = desk_of(terms_of())
    band = Band(desk, terms_of())
    for number, event in enumerate(events):
        if number == 500:
            band._members[0].desk.step = raising  # type: ignore[method-assign,assignment]  # as a plug-in's fault would
        desk.step(event)
        band.take(event)
    band.catch_up(desk.ts)
    risk_averse, power, optimistic = band.figures()
    assert power is None
    assert (risk_averse, optimistic) == (whole.figures()[0], whole.figures()[2])
    assert warnings == ["band member=power dropped error=SystemExit: 3"]
    band._members[0].desk.advance = raising  # type: ignore[method-assign,assignment]
    band.catch_up(desk.ts)
    assert band.figures() == (risk_averse, None, optimistic), "nothing falls due at the time where it stands"
    band.catch_up(desk.ts + 1)
    assert band.figures() == (risk_averse, None, None)
    band.take(ev.OperatorAction(ts=desk.ts, action="kill"))
    assert not band.behind, "nobody is left to hear"


def test_only_an_interrupt_is_let_through() -> None:
    desk, band = play(terms_of(), crowded_market(5), each=True)

    def interrupted(_: Any) -> None:
        raise KeyboardInterrupt

    band._members[0].desk.step = interrupted  # type: ignore[method-assign,assignment]
    band.take(ev.LinkDown(ts=desk.ts, venue="test", reason="reset"))
    with pytest.raises(KeyboardInterrupt):
        band.catch_up(desk.ts)


def test_a_strategy_that_cannot_be_made_again_has_no_band(tmp_path: Path, warnings: list[str]) -> None:
    path = tmp_path / "once.py"
    path.write_text("broken = ")
    path.chmod(0o600)
    band = Band(desk_of(terms_of()), terms_of(strategy=f"{path}:Once"))
    assert len(warnings) == 2
    assert not band._members


class Stopwatch:
    """A clock that stands still but for the steps of one member."""

    def __init__(self) -> None:
        self.now = 0
        self.slow = False

    def __call__(self) -> int:
        return self.now


def slowed(desk: Desk, watch: Stopwatch, cost: int) -> None:
    """From now on each step of the desk takes so long while the watch says so."""
    step = desk.step

    def slow(event: Any, raw: bytes = b"") -> None:
        step(event, raw)
        watch.now += cost if watch.slow else 0

    desk.step = slow  # type: ignore[method-assign]


def test_a_member_that_is_late_three_times_is_dropped(warnings: list[str]) -> None:
    watch = Stopwatch()
    desk = desk_of(terms_of())
    band = Band(desk, terms_of(), timed=True, clock=watch)
    slowed(band._members[1].desk, watch, 101 * MS)
    steps = iter(crowded_market())

    def take(count: int) -> None:
        for _ in range(count):
            event = next(steps)
            desk.step(event)
            band.take(event)
            band.catch_up(desk.ts)

    take(50)
    watch.slow = True
    take(2)
    watch.slow = False
    take(10)
    assert [member.name for member in band._members] == ["power", "optimistic"]
    watch.slow = True
    take(1)
    assert [member.name for member in band._members] == ["power"]
    (words,) = warnings
    assert words.endswith("3 steps took too long, the last 101 ms")
    assert band.figures()[2] is None


def slow_band(cost: int, waiting: int) -> tuple[Desk, Band, Stopwatch]:
    """A timed band with one slow member, and so many events that wait."""
    watch = Stopwatch()
    desk = desk_of(terms_of())
    band = Band(desk, terms_of(), timed=True, clock=watch)
    slowed(band._members[0].desk, watch, cost)
    for event in crowded_market(waiting):
        desk.step(event)
        band.take(event)
    watch.slow = True
    return desk, band, watch


def test_a_member_that_takes_over_a_second_is_dropped_at_once_and_others_hear_on_in_the_next_turn(
    warnings: list[str],
) -> None:
    desk, band, watch = slow_band(30 * SECOND, 20)
    _, other = band._members
    band.catch_up(desk.ts, 1)
    assert [member.name for member in band._members] == [other.name]
    assert (watch.now, other.desk.ts) == (30 * SECOND, 0), "nobody else was asked in this turn"
    assert warnings[0].endswith("a step took 30000 ms")
    band.catch_up(desk.ts)
    assert other.desk.ts == desk.ts
    assert not band.behind


def test_at_the_end_nobody_asks_a_strategy_that_was_late_on_the_main_desk(warnings: list[str]) -> None:
    desk, band, watch = slow_band(30 * SECOND, 20)
    desk.core.quoter.late = True
    band.finish(desk.ts)
    assert (watch.now, band._members, band.behind) == (0, (), False)
    assert [words.rpartition("TimeoutError: ")[2] for words in warnings] == ["behind when the desk ended"] * 2
    assert band.figures()[1:] == (None, None)


def test_at_the_end_members_have_their_time_and_no_more(warnings: list[str]) -> None:
    desk, band, watch = slow_band(60 * MS, 400)
    band.finish(desk.ts)
    assert 5 * SECOND <= watch.now < 5 * SECOND + 100 * MS
    assert not band._members
    assert len(warnings) == 2


def test_at_the_end_of_a_desk_that_keeps_up_all_is_heard() -> None:
    desk, band, _ = slow_band(0, 400)
    band.finish(desk.ts)
    assert not band.behind
    assert None not in band.figures()
    assert {member.desk.ts for member in band._members} == {desk.ts}


def test_steps_that_are_late_once_a_minute_are_borne() -> None:
    watch = Stopwatch()
    desk = desk_of(terms_of())
    band = Band(desk, terms_of(), timed=True, clock=watch)
    slowed(band._members[0].desk, watch, 101 * MS)
    watch.slow = True
    for minute in range(5):
        band.take(ev.LinkDown(ts=START + minute * LATE_WINDOW, venue="test", reason="reset"))
        band.catch_up(desk.ts)
    assert len(band._members) == 2


async def test_the_strategy_worker_lets_members_catch_up_when_nothing_waits() -> None:
    terms = terms_of()
    desk, clock = desk_of(terms), EventClock()
    band = Band(desk, terms)
    inbox = DeskInbox(clock.now, lambda frame: clock.move(frame.event.ts))
    worker = StrategyWorker(desk, inbox, clock, Gauges(live=False), lambda ts: opening(terms, ts), [band])
    events = [event for event in crowded_market(500) if not isinstance(event, ev.SessionStarted)]
    for event in events[:300]:
        await inbox.put(Frame(event))
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0)
    for event in events[300:]:
        await inbox.put(Frame(event))
    async with asyncio.timeout(20):
        while band.behind or not inbox.empty:  # noqa: ASYNC110 - a turn or two
            await asyncio.sleep(0)
    running.cancel()
    _, expected = play(terms, crowded_market(500), each=False)
    assert band.figures() == expected.figures()
    assert None not in band.figures()


def test_the_summary_has_the_band_in_exact_figures() -> None:
    desk, band = play(terms_of(), crowded_market(), each=False)

    def pnl(chosen: Band | None) -> dict[str, Any]:
        bus = EventBus(lambda: 0).figures()
        summary = summarize(
            desk, Gauges(live=False), bus, venue="t", strategy="s", session=None, ended_ns=desk.ts, band=chosen
        )
        return msgspec.json.decode(msgspec.json.encode(summary))["pnl"]  # type: ignore[no-any-return]

    written = pnl(band)
    assert written["band"]["risk_averse"] == written["total"]
    assert tuple(Decimal(one) for one in written["band"].values()) == band.figures()
    assert list(written["band"]) == ["risk_averse", "power", "optimistic"]
    assert set(pnl(None)["band"].values()) == {None}


def test_a_second_of_silence_is_the_members_own() -> None:
    desk, band = play(terms_of(), crowded_market(60), each=False)
    desk.advance(desk.ts + 3 * SECOND)
    band.catch_up(desk.ts)
    assert {member.desk.core.state.value for member in band._members} == {"stale"}
    assert all(not member.desk.venue.orders for member in band._members)
