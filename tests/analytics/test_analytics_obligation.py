"""The scoreboard: small cases by hand, and against a count that looks at every nanosecond anew."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure_desk import BTC

from mm_tui.analytics.config import Obligation as Config
from mm_tui.analytics.obligation import Obligation, Stretch, Tally
from mm_tui.analytics.scores import Scores
from mm_tui.analytics.terms import NO_TERMS, Terms, terms_of
from mm_tui.model.clock import DAY
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.facts import AnyFact, BookInvalid, BookValid, LinkChanged, OrderChanged, StateChanged

HOUR = DAY // 24
MID2 = 20_000
TERMS = terms_of(Config(preset="own", min_spread_bps=20, max_spread_bps=40, min_orders_per_side=1), BTC)


def order(  # noqa: PLR0917 - a fact has this many parts
    ts: int, side: Side, status: str, name: str = "a", price: int = 0, quantity: int = 10, filled: int = 0
) -> OrderChanged:
    price = price or (9_970 if side is BUY else 10_030)
    return OrderChanged(
        ts=ts, order_id=name, side=side, price=price, quantity=quantity, filled=filled, status=status, level=0,
        reason="",
    )  # fmt: skip


def state(ts: int, word: str) -> StateChanged:
    return StateChanged(ts=ts, state=word, reason="")


class Board:
    """A scoreboard behind the scores, fed step by step."""

    def __init__(self, terms: Terms = NO_TERMS, mid2: int = MID2) -> None:
        self.scores = Scores(terms)
        self.obligation = self.scores.obligation
        self.mid2 = mid2
        self.stretches: list[tuple[int, int, Stretch]] = []
        self.obligation.on_stretch = lambda start, end, how: self.stretches.append((start, end, how))
        self.scores.after(0, mid2, True, [])

    def step(self, ts: int, *facts: AnyFact, mid2: int = 0) -> None:
        self.mid2 = mid2 or self.mid2
        self.scores.after(ts, self.mid2, True, list(facts))

    def total(self, ts: int) -> Tally:
        return self.obligation.tallies(ts)[0]


def test_nothing_is_counted_before_quoting_began() -> None:
    board = Board()
    board.step(5, order(5, BUY, "live"))
    assert board.total(9) == Tally()
    assert board.total(9).share(0) is None
    board.obligation.finish(9)
    assert board.stretches == []


def test_uptime_counts_acknowledged_orders_from_the_first_quoting() -> None:
    board = Board()
    board.step(1, order(1, BUY, "pending_new"))
    board.step(10, state(10, "quoting"))
    board.step(20, order(20, BUY, "live"))
    board.step(30, order(30, SELL, "live", "b"))
    board.step(50, order(50, BUY, "pending_amend"))
    board.step(60, order(60, BUY, "pending_cancel"))
    board.step(70, order(70, BUY, "canceled"))
    board.step(80, state(80, "paused"))
    board.step(90, state(90, "quoting"))
    for ts, expected in ((110, (50.0, 80.0, 40.0)), (210, (25.0, 90.0, 20.0))):
        total = board.total(ts)
        assert (total.share(total.bid_up), total.share(total.ask_up), total.share(total.both_up)) == expected


def test_orders_of_a_side_stand_for_one_another_and_one_in_doubt_does_not_stand() -> None:
    board = Board()
    board.step(0, state(0, "one-sided"), order(0, SELL, "live", "a"), order(0, SELL, "live", "b"))
    board.step(50, order(50, SELL, "filled", "a"))
    board.step(75, order(75, SELL, "unknown", "b"))
    assert (board.total(100).ask_up, board.total(100).bid_up) == (75, 0)
    board.step(100, order(100, SELL, "live", "b"))
    assert board.total(110).ask_up == 85


def test_a_fill_that_overtakes_the_acknowledgement_acknowledges() -> None:
    board = Board()
    board.step(0, state(0, "quoting"), order(0, BUY, "partially_filled", filled=3))
    assert board.total(10).bid_up == 10


@pytest.mark.parametrize(("price", "inside"), [(9_980, True), (9_960, True), (9_981, False), (9_959, False)])
def test_both_bounds_belong_to_the_band(price: int, *, inside: bool) -> None:
    board = Board(TERMS)
    board.step(0, state(0, "quoting"), order(0, BUY, "live", price=price), order(0, SELL, "live", "b", 20_000 - price))
    total = board.total(10)
    assert (total.bid_in_band, total.ask_in_band, total.both_in_band) == (10 * inside,) * 3
    assert (total.bid_up, total.ask_up) == (10, 10)


def test_a_side_needs_enough_orders_of_the_promised_value_and_what_is_left_counts() -> None:
    value = float(9_970 * 10 * BTC.unit)
    terms = terms_of(
        Config(preset="x", min_spread_bps=20, max_spread_bps=40, min_orders_per_side=2, min_order_value=value), BTC
    )
    board = Board(terms)
    board.step(0, state(0, "quoting"), order(0, BUY, "live", "a"))
    board.step(10, order(10, BUY, "live", "b"))
    board.step(30, order(30, BUY, "partially_filled", "b", filled=1))
    board.step(60, order(60, BUY, "live", "c", quantity=11))
    board.step(100, order(100, BUY, "canceled", "a"))
    assert board.total(150).bid_in_band == 20 + 40
    assert board.total(150).bid_up == 150
    assert board.obligation.on_stretch is not None
    board.obligation.finish(150)
    assert [how.bid_value for _, _, how in board.stretches] == [9_970 * lots for lots in (10, 20, 19, 30, 20)]


def test_the_value_of_a_side_is_that_of_all_orders_in_band_the_small_ones_too() -> None:
    unit = float(BTC.unit)
    terms = terms_of(
        Config(
            preset="x", min_spread_bps=20, max_spread_bps=40, min_order_value=90_000 * unit,
            min_depth_value=109_670 * unit,
        ),
        BTC,
    )  # fmt: skip
    board = Board(terms)
    board.step(0, state(0, "quoting"), order(0, BUY, "live"), order(0, SELL, "live", "b", quantity=11))
    board.step(10, order(10, BUY, "live", "c", quantity=1))
    board.step(30, order(30, BUY, "live", "c", price=9_990, quantity=1))
    total = board.total(40)
    assert (total.value, total.both_in_band) == (20, 40)


def test_time_that_is_the_venues_fault_is_excused_and_our_own_is_not() -> None:
    board = Board()
    board.step(0, state(0, "quoting"), order(0, BUY, "live"))
    board.step(10, LinkChanged(ts=10, up=False, reason="reset"))
    board.step(20, LinkChanged(ts=20, up=True, reason="x"), BookInvalid(ts=20, reason="reconnected"))
    board.step(50, BookValid(ts=50, update_id=3))
    board.step(60, state(60, "stale"), order(60, BUY, "canceled"))
    board.step(70, state(70, "quoting"))
    total = board.total(100)
    assert (total.counted, total.excused, total.bid_up) == (60, 40, 20)
    board.obligation.finish(100)
    assert [how.excused for _, _, how in board.stretches] == [False, True, False, False, False]
    assert [how.state for _, _, how in board.stretches] == ["quoting", "quoting", "quoting", "stale", "quoting"]


def test_slack_is_what_the_day_still_allows() -> None:
    board = Board(TERMS)
    board.step(6 * HOUR, state(6 * HOUR, "quoting"))
    names = [row.name for row in board.obligation.rows(6 * HOUR)]
    assert names == ["bid in band", "ask in band", "two-sided", "value"]
    ts = 6 * HOUR
    board.step(ts, order(ts, BUY, "live"), order(ts, SELL, "live", "b"))
    band, _, two_sided, value = board.obligation.rows(ts)
    assert band.slack_ns == 18 * HOUR * 2 // 1000
    assert two_sided.slack_ns == 18 * HOUR // 1000
    assert value.slack_ns == 18 * HOUR * 5 // 10_000
    assert band.now
    assert band.share_pct is None
    assert board.obligation.rows(ts + HOUR)[0].slack_ns == band.slack_ns
    board.step(ts + HOUR, order(ts + HOUR, BUY, "canceled"))
    later = board.obligation.rows(ts + 2 * HOUR)
    assert later[0].slack_ns == 18 * HOUR * 2 // 1000 - HOUR
    assert later[0].now is False
    assert later[0].share_pct == 50.0
    assert later[1].slack_ns == band.slack_ns
    assert (later[1].target_pct, later[1].share_pct) == (99.8, 100.0)
    tomorrow = board.obligation.rows(DAY + HOUR)
    assert tomorrow[0].slack_ns == 24 * HOUR * 2 // 1000 - HOUR


def test_excused_time_takes_from_the_day_what_may_fail() -> None:
    board = Board(TERMS)
    board.step(0, state(0, "quoting"), order(0, BUY, "live"), order(0, SELL, "live", "b"))
    board.step(0, LinkChanged(ts=0, up=False, reason="x"))
    board.step(12 * HOUR, LinkChanged(ts=12 * HOUR, up=True, reason="x"))
    assert board.obligation.rows(13 * HOUR)[0].slack_ns == 12 * HOUR * 2 // 1000


def test_without_a_promise_there_are_no_rows_and_every_order_is_in_band() -> None:
    board = Board()
    board.step(0, state(0, "quoting"), order(0, BUY, "live", price=1), order(0, SELL, "live", "b", 1 << 40))
    assert board.obligation.rows(10) == ()
    assert board.total(10).both_in_band == 10


def test_before_quoting_began_a_promise_is_neither_kept_nor_broken() -> None:
    (row, *_) = Board(TERMS).obligation.rows(5)
    assert (row.share_pct, row.slack_ns, row.now) == (None, None, None)


def test_asking_ahead_of_the_next_event_changes_nothing() -> None:
    board, other = Board(TERMS), Board(TERMS)
    for one in (board, other):
        one.step(0, state(0, "quoting"), order(0, BUY, "live"))
    board.obligation.rows(1_000)
    for one in (board, other):
        one.step(500, order(500, SELL, "live", "b"))
    assert board.total(2_000) == other.total(2_000)
    assert board.obligation.tallies(DAY + 5) == other.obligation.tallies(DAY + 5)


def test_nothing_is_worked_out_while_the_mid_stays_where_it_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    board = Board(TERMS)
    board.step(0, state(0, "quoting"), order(0, BUY, "live"), order(0, SELL, "live", "b"))
    looks: list[int] = []
    look = Obligation.look

    def watched(self: Obligation, ts: int, mid2: int) -> None:
        looks.append(mid2)
        look(self, ts, mid2)

    monkeypatch.setattr(Obligation, "look", watched)
    low, high = board.obligation.low, board.obligation.high
    assert low < MID2 < high
    for mid2 in (low, high, MID2, low + 1):
        board.step(10, mid2=mid2)
    assert looks == []
    board.step(10, mid2=high + 1)
    assert looks == [high + 1]
    assert board.obligation.tallies(11)[0].both_in_band == 10


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_mid_that_comes_back_to_the_very_bound_brings_the_order_back(side: Side) -> None:
    board = Board(TERMS)
    board.step(0, state(0, "quoting"), order(0, side, "live"))
    low, high = board.obligation.low, board.obligation.high
    ts = 0
    for bound, beyond in ((low, low - 7), (high, high + 7)):
        board.step(ts + 10, mid2=beyond)
        board.step(ts + 20, mid2=bound)
        ts += 20
    board.obligation.finish(50)
    flags = [how.bid_in_band or how.ask_in_band for _, _, how in board.stretches]
    assert flags == [True, False, True, False, True]


# -- against a count by slices of time

STATES = ("quoting", "one-sided", "paused", "stale", "halted", "reduce-only")
STATUSES = (
    "pending_new",
    "live",
    "partially_filled",
    "pending_amend",
    "pending_cancel",
    "unknown",
    "canceled",
    "filled",
)
NAMES = tuple((name, BUY if index % 2 else SELL) for index, name in enumerate("abcdef"))
START = 20_000 * DAY - 40

ORDERS = st.tuples(
    st.sampled_from(NAMES), st.sampled_from(STATUSES), st.integers(0, 60), st.integers(1, 12), st.integers(0, 3)
)
EVENTS = st.lists(
    st.tuples(
        st.integers(0, 80),
        st.one_of(
            ORDERS.map(lambda one: ("order", one)),
            ORDERS.map(lambda one: ("order", one)),
            st.integers(19_900, 20_100).map(lambda mid: ("mid", mid)),
            st.sampled_from(STATES).map(lambda word: ("state", word)),
            st.booleans().map(lambda up: ("link", up)),
            st.booleans().map(lambda valid: ("book", valid)),
        ),
    ),
    max_size=30,
)
CONFIGS = st.builds(
    Config,
    preset=st.sampled_from(["none", "seed", "own"]),
    min_spread_bps=st.sampled_from([None, 0.0, 0.25, 10.3, 20.0]),
    max_spread_bps=st.sampled_from([20.0, 33.33, 40.0, 10_000.0]),
    min_orders_per_side=st.sampled_from([None, 1, 2]),
    min_order_value=st.sampled_from([None, 0.0, 0.005]),
    min_depth_value=st.sampled_from([None, 0.0, 0.012]),
)


def facts_of(ts: int, kind: str, what: Any) -> list[AnyFact]:
    if kind == "order":
        (name, side), status, bps, quantity, filled = what
        price = 10_000 - side * bps
        return [order(ts, side, status, name, price, quantity + filled, filled)]
    if kind == "state":
        return [state(ts, what)]
    if kind == "link":
        return [LinkChanged(ts=ts, up=what, reason="")]
    if kind == "book":
        return [BookValid(ts=ts, update_id=1) if what else BookInvalid(ts=ts, reason="")]
    return []


def standing_at(history: list[Any]) -> OrderChanged | None:
    """The order as it stands after its history; None where it does not."""
    stands = False
    for fact in history:
        if fact.status in ("live", "partially_filled"):
            stands = True
        elif fact.status not in ("pending_amend", "pending_cancel"):
            stands = False
    return history[-1] if stands else None


def judged(config: Config, mid2: int, fact: OrderChanged) -> tuple[bool, Fraction]:
    """Whether an order is between the bounds, and its value in quote."""
    value = Fraction(BTC.unit) * fact.price * (fact.quantity - fact.filled)
    if config.preset == "none":
        return True, value
    ready = {"seed": (20.0, 40.0)}.get(config.preset, (0.0, 50.0))
    low = Fraction(repr(ready[0] if config.min_spread_bps is None else config.min_spread_bps))
    high = Fraction(repr(ready[1] if config.max_spread_bps is None else config.max_spread_bps))
    mid = Fraction(mid2, 2)
    distance = fact.side * (mid - fact.price) / mid * 10_000
    return low <= distance <= high, value


def by_slices(config: Config, events: list[tuple[int, tuple[str, Any]]], until: int) -> dict[str, int]:
    """What each nanosecond was, from nothing but the events before it."""
    seed = config.preset == "seed"
    needed = config.min_orders_per_side or 1
    least = (20.0 if seed else 0.0) if config.min_order_value is None else config.min_order_value
    depth = needed * least if config.min_depth_value is None else config.min_depth_value
    if config.preset == "none":
        needed, least, depth = 1, 0.0, 0.0
    counted = dict.fromkeys(msgspec.structs.asdict(Tally()), 0)
    for ts in range(START, until):
        past = [(START + at, what) for at, what in events if START + at <= ts]
        if not any(kind == "state" and word in ("quoting", "one-sided", "reduce-only") for _, (kind, word) in past):
            continue
        links = [up for _, (kind, up) in past if kind == "link"]
        books = [valid for _, (kind, valid) in past if kind == "book"]
        if (links and not links[-1]) or (books and not books[-1]):
            counted["excused"] += 1
            continue
        mids = [mid for _, (kind, mid) in past if kind == "mid"]
        counted["counted"] += 1
        sides: dict[str, tuple[bool, bool, bool]] = {}
        for word, side in (("bid", BUY), ("ask", SELL)):
            histories = [
                [fact for at, one in past if one[0] == "order" and one[1][0] == name for fact in facts_of(at, *one)]
                for name in NAMES
                if name[1] is side
            ]
            orders = [one for history in histories if history and (one := standing_at(history)) is not None]
            found = [judged(config, mids[-1] if mids else MID2, one) for one in orders]
            inside = [value for within, value in found if within]
            enough = len([value for value in inside if value >= Fraction(repr(least))]) >= needed
            full = sum(inside) >= Fraction(repr(depth)) and sum(inside) > 0
            sides[word] = bool(orders), enough, full
            counted[f"{word}_up"] += bool(orders)
            counted[f"{word}_in_band"] += enough
        for name, place in (("both_up", 0), ("both_in_band", 1), ("value", 2)):
            counted[name] += sides["bid"][place] and sides["ask"][place]
    return counted


@given(config=CONFIGS, events=EVENTS)
def test_the_scoreboard_agrees_with_a_count_of_every_nanosecond(
    config: Config, events: list[tuple[int, tuple[str, Any]]]
) -> None:
    events = sorted(events, key=lambda one: one[0])
    board = Board(terms_of(config, BTC))
    for at, (kind, what) in events:
        board.step(START + at, *facts_of(START + at, kind, what), mid2=what if kind == "mid" else 0)
    until = START + 90
    total, today = board.obligation.tallies(until)
    assert msgspec.structs.asdict(total) == by_slices(config, events, until)
    midnight = START + 40
    before = by_slices(config, events, midnight)
    assert msgspec.structs.asdict(today) == {
        name: time - before[name] for name, time in msgspec.structs.asdict(total).items()
    }
    board.obligation.finish(until)
    board.obligation.finish(until)
    spans = board.stretches
    assert sum(end - start for start, end, how in spans if not how.excused) == total.counted
    assert all(first[1] == second[0] for first, second in pairwise(spans))
    assert all(start < end for start, end, _ in spans)
