"""Where the PnL came from, markouts, uptime: small cases worked out by hand, and identities over many."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure_desk import BTC, SECOND

from mm_tui.analytics.histogram import Histogram
from mm_tui.analytics.latency import NONSENSE, WINDOW, FeedLatency
from mm_tui.analytics.markout import Markouts
from mm_tui.analytics.pnl import TAU, PnlSplit, unrealized2
from mm_tui.analytics.scores import Scores
from mm_tui.analytics.worth import HORIZONS, Worth, worth_of
from mm_tui.model.account import MICRO, Account, money
from mm_tui.model.clock import MINUTE
from mm_tui.model.events import BUY, SELL, OrderFilled, Side
from mm_tui.model.facts import Filled, Noted, ParameterChanged, QuoteDecided, StateChanged


def fill(ts: int, side: Side, price: int, quantity: int = 1, fee: int = 0) -> Filled:
    return Filled(
        ts=ts, order_id="a", trade_id="t", side=side, price=price, quantity=quantity, maker=True,
        fee=fee, fee_in_base=side is BUY, matched=ts, mid2=None, position=0,
    )  # fmt: skip


def worth(ts: int, side: Side, price: int, quantity: int = 1, fee: int = 0, *, mid2: int = 200) -> Worth:
    return worth_of(1, fill(ts, side, price, quantity, fee), mid2)


def move(split: PnlSplit, ts: int, mid2: int) -> None:
    split.settle(ts)
    split.mid2 = mid2


def test_the_four_parts_of_one_fill() -> None:
    split = PnlSplit()
    move(split, 0, 200)
    split.on_fill(worth(SECOND, BUY, 99, 3))
    move(split, 2 * SECOND, 196)
    assert split.split().adverse_selection == -12 * MICRO
    move(split, SECOND + TAU, 210)
    move(split, SECOND + TAU + 1, 190)
    parts = split.split()
    assert parts.spread_captured == 3 * 2 * MICRO
    assert parts.adverse_selection == 3 * 10 * MICRO
    assert parts.inventory == 3 * -20 * MICRO
    assert parts.fees == 0
    assert parts.total == 3 * (190 - 198) * MICRO


def test_the_mid_at_five_seconds_sharp_is_the_one_that_counts() -> None:
    split = PnlSplit()
    split.on_fill(worth(0, SELL, 100))
    move(split, TAU, 220)
    move(split, TAU + 1, 300)
    assert split.split().adverse_selection == -20 * MICRO
    assert split.split().inventory == -80 * MICRO


def test_base_fees_are_valued_when_paid_and_drift_as_inventory() -> None:
    split = PnlSplit()
    split.on_fill(worth(0, BUY, 100, 10, fee=5_000))
    assert split.split().fees == -5_000 * 200
    move(split, 2 * TAU, 200)
    move(split, 2 * TAU + 1, 210)
    assert split.split().inventory == 10 * 10 * MICRO - 5_000 * 10
    split.on_fill(worth(3 * TAU, SELL, 100, 10, fee=7, mid2=210))
    assert split.split().fees == -5_000 * 200 - 14


FILLS = st.lists(
    st.tuples(
        st.integers(0, 4 * TAU),
        st.sampled_from([BUY, SELL]),
        st.integers(90, 110),
        st.integers(1, 9),
        st.integers(0, 9_999),
    ),
    max_size=12,
)
MIDS = st.lists(st.tuples(st.integers(0, 4 * TAU), st.integers(180, 220)), min_size=1, max_size=25)


@given(fills=FILLS, mids=MIDS)
def test_parts_and_books_add_up_to_the_last_digit(
    fills: list[tuple[int, Side, int, int, int]], mids: list[tuple[int, int]]
) -> None:
    account, scores, mid2 = Account(1_000, 10_000), Scores(), 200
    scores.after(0, mid2, True, [])
    events = sorted(
        [(ts, 1, one) for ts, *one in fills] + [(ts, 0, [mid]) for ts, mid in mids], key=lambda one: one[:2]
    )
    spread = 0
    for ts, is_fill, values in events:
        if is_fill:
            side, price, quantity, fee = Side(values[0]), *values[1:]
            fact = fill(ts, side, price, quantity, fee)
            account.book(
                side,
                OrderFilled(
                    ts=ts, order_id="a", trade_id="t", price=price, quantity=quantity, maker=True, fee=fee,
                    fee_in_base=side is BUY,
                ),
            )  # fmt: skip
            spread += side * quantity * (mid2 - 2 * price) * MICRO
            scores.after(ts, mid2, True, [fact])
        else:
            (mid2,) = values
            scores.after(ts, mid2, True, [])
        parts = scores.pnl.split()
        total = account.total2(mid2)
        assert parts.total == total
        assert account.realized2 + unrealized2(account, parts.fees, mid2) + parts.fees == total
        assert parts.spread_captured == spread
    assert money(account.total2(mid2), BTC) == account.total2(mid2) * BTC.unit / (2 * MICRO)


def test_a_markout_is_signed_by_side_weighted_by_quantity_and_in_bps_of_the_price() -> None:
    markouts = Markouts()
    bought, sold = worth(0, BUY, 10_000, 1), worth(0, SELL, 10_010, 3)
    markouts.on_fill(bought)
    markouts.on_fill(sold)
    assert markouts.due == SECOND // 10
    markouts.settle(SECOND, lambda _: (20_000, True))
    markouts.settle(SECOND + 1, lambda _: (20_020, True))
    expected = (10.0 * 1 + 0.0 * 3) / 4
    assert markouts.figures()["1s"] == pytest.approx(expected)
    assert markouts.figures()["100ms"] == pytest.approx((0.0 * 1 + 10 / 10_010 * 10_000 * 3) / 4, abs=1e-4)
    assert markouts.figures()["5s"] is None
    assert markouts.figures(BUY)["1s"] == 10.0
    assert markouts.figures(SELL) == {"100ms": 9.99, "1s": 0.0, "5s": None, "30s": None, "60s": None}
    assert bought.markouts == [0.0, 10.0, None, None, None]
    assert (bought.looks, bought.complete) == (2, False)
    assert markouts.due == 5 * SECOND


def test_a_markout_counts_when_its_time_is_over_though_the_mid_stood() -> None:
    scores = Scores()
    scores.after(0, 20_000, True, [fill(0, BUY, 9_999)])
    scores.after(SECOND, 20_000, True, [])
    assert scores.markouts.figures()["1s"] is None
    scores.after(SECOND + 1, 20_000, True, [])
    assert scores.markouts.figures()["1s"] == pytest.approx(1.0001)


def test_a_book_that_is_invalid_at_the_horizon_gives_no_markout() -> None:
    scores = Scores()
    scores.after(0, 20_000, True, [fill(0, BUY, 9_999)])
    scores.after(SECOND // 2, 20_000, False, [])
    scores.after(2 * SECOND, 20_000, True, [])
    scores.after(9 * SECOND, 20_000, True, [])
    figures = scores.markouts.figures()
    assert figures["1s"] is None
    assert figures["100ms"] is not None
    assert figures["5s"] is not None
    assert list(figures) == list(HORIZONS)


def test_the_limit_is_looked_at_when_a_parameter_changes_and_messages_are_counted() -> None:
    limit = [10]
    scores = Scores(limit=lambda: limit[0])
    scores.after(0, 20_000, True, [StateChanged(ts=0, state="quoting", reason="")])
    wanted = QuoteDecided(ts=0, side=BUY, level=0, price=9_990, quantity=5, reason="")
    scores.after(0, 20_000, True, [wanted])
    limit[0] = 4
    tightened = ParameterChanged(ts=40, name="risk.max_position", before="10", after="4")
    scores.after(40, 20_000, True, [tightened, Noted(ts=40, kind="info", text="nothing to score")])
    assert scores.inventory.at_limit_pct(100) == 60.0
    scores.sent()
    assert scores.quality.messages == 1


def test_latency_is_shown_above_the_smallest_and_never_negative() -> None:
    latency = FeedLatency()
    assert latency.last is None
    ahead = 1_270_000_000
    seen: list[int | None] = []
    for local, delay in ((0, 5), (1, 3), (2, 9), (3, 1)):
        latency.add(local, local + ahead - delay)
        seen.append(latency.last)
    assert seen == [0, 0, 6, 0]
    latency.add(4, 4 + NONSENSE + 1)
    assert latency.last == 0


def test_the_smallest_latency_is_forgotten_after_ten_minutes() -> None:
    latency = FeedLatency()
    latency.add(0, 0)
    for minute in range(1, WINDOW):
        latency.add(minute * MINUTE, minute * MINUTE - 50)
        assert latency.last == 50
    latency.add(WINDOW * MINUTE, WINDOW * MINUTE - 50)
    assert latency.last == 0


@given(st.lists(st.integers(-5, 1 << 70), min_size=1, max_size=60), st.floats(0.01, 1.0))
def test_a_percentile_is_at_most_an_eighth_too_high(values: list[int], share: float) -> None:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    ordered = sorted(max(value, 0) for value in values)
    exact = next(value for index, value in enumerate(ordered, 1) if index >= share * len(ordered) - 1e-9)
    found = histogram.percentile(share)
    assert found is not None
    if exact < 1 << 62:
        assert exact <= found <= max(exact * 9 / 8, exact + 0)
    assert histogram.count == len(values)
    assert histogram.largest == ordered[-1]


def test_an_empty_histogram_knows_nothing() -> None:
    assert Histogram().summary(1000) == {"p50": None, "p99": None, "max": None}
    histogram = Histogram()
    histogram.add(5_000)
    assert histogram.summary(1000) == {"p50": 5.0, "p99": 5.0, "max": 5.0}


class Remembered:
    """Scores over a market that remembers its mids; `(since, mid, whether the book is valid)`."""

    def __init__(self) -> None:
        self.mids: list[tuple[int, int, bool]] = []
        self.scores = Scores(mid_before=self.before)

    def before(self, ts: int) -> tuple[int, bool]:
        return next(((mid2, valid) for at, mid2, valid in reversed(self.mids) if at < ts), (0, False))

    def after(self, ts: int, mid2: int, *facts: Filled, valid: bool = True) -> None:
        if not self.mids or self.mids[-1][1:] != (mid2, valid):
            self.mids.append((ts, mid2, valid))
        self.scores.after(ts, mid2, valid, list(facts))


STEP = SECOND // 20
COURSE = (
    (0, 20_000, True), (2, 20_010, True), (3, 20_030, True), (15, 19_900, True), (19, 19_900, False),
    (30, 19_800, True), (90, 20_200, True), (105, 18_000, True), (500, 17_000, True), (700, 16_000, True),
    (1300, 15_000, True),
)  # fmt: skip
"""Twentieths of a second: the mid, and whether the book is valid."""


def lived(fills: list[Filled]) -> Scores:
    """The course with fills reported on the way."""
    market = Remembered()
    reports = sorted(fills, key=lambda one: one.ts)
    now, valid = COURSE[0][1:]
    moments = sorted({step * STEP for step, *_ in COURSE} | {one.ts for one in reports})
    course = {step * STEP: (mid2, whole) for step, mid2, whole in COURSE}
    for ts in moments:
        now, valid = course.get(ts, (now, valid))
        market.after(ts, now, *(one for one in reports if one.ts == ts), valid=valid)
    market.after(1400 * STEP, now)
    return market.scores


def late(traded: int, delay: int, side: Side = BUY, price: int = 9_990) -> Filled:
    """A fill that traded just after a twentieth of a second, and is reported so many later."""
    mid2 = next(mid2 for step, mid2, _ in reversed(COURSE) if step <= traded)
    report = fill(traded * STEP + 1, side, price)
    return msgspec.structs.replace(report, ts=traded * STEP + 1 + delay * STEP, matched=traded * STEP + 1, mid2=mid2)


@pytest.mark.parametrize("delay", [1, 6, 40, 110, 640, 1250])
def test_a_fill_is_worth_the_same_however_late_it_is_reported(delay: int) -> None:
    prompt, slow = lived([late(1, 0)]), lived([late(1, delay)])
    assert prompt.markouts.figures()["100ms"] == round((20_030 - 19_980) * 10_000 / 19_980, 4)
    assert prompt.markouts.figures()["1s"] is None, "the book is not valid then"
    assert prompt.markouts.figures()["5s"] == round((20_200 - 19_980) * 10_000 / 19_980, 4)
    assert None not in [prompt.markouts.figures()[name] for name in ("30s", "60s")]
    assert slow.markouts.figures() == prompt.markouts.figures()
    assert slow.pnl.split() == prompt.pnl.split()
    (one,), (other,) = prompt.ledger.last, slow.ledger.last
    assert one == other
    assert other.complete
    assert slow.ledger.break_even_bps(1400 * STEP) == prompt.ledger.break_even_bps(1400 * STEP) is not None


def test_fills_reported_in_another_order_than_they_traded_are_each_looked_at_in_time() -> None:
    orderly = lived([late(1, 0), late(2, 0, SELL), late(3, 0)])
    swapped = lived([late(1, 30), late(2, 4, SELL), late(3, 0)])
    assert swapped.markouts.figures() == orderly.markouts.figures()
    assert swapped.markouts.figures(SELL) == orderly.markouts.figures(SELL)
    assert swapped.pnl.split() == orderly.pnl.split()


def test_a_horizon_that_nobody_remembers_gives_no_markout() -> None:
    scores = Scores()
    scores.after(0, 20_000, True, [])
    report = msgspec.structs.replace(fill(1, BUY, 9_999), ts=2 * SECOND)
    scores.after(2 * SECOND, 19_000, True, [report])
    scores.after(6 * SECOND, 19_000, True, [])
    assert scores.markouts.figures() == {"100ms": None, "1s": None, "5s": -499.0499, "30s": None, "60s": None}
    assert scores.due == 30 * SECOND + 1


def test_where_the_mid_of_a_late_fill_was_not_known_the_one_before_it_stands_in() -> None:
    market = Remembered()
    market.after(0, 20_000)
    market.after(1, 20_000, valid=False)
    report = msgspec.structs.replace(fill(2, BUY, 9_999), ts=SECOND, mid2=None)
    market.after(SECOND // 2, 19_000)
    market.after(SECOND, 19_000, report)
    (one,) = market.scores.ledger.last
    assert (one.known, one.mid2) == (False, 20_000)
