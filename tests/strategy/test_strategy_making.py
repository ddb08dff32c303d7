"""When a formula is asked and followed, and how a distance becomes an order."""

from decimal import Decimal

import msgspec
import pytest
from pure_desk import BTC, SECOND
from quiet_view import QuietView

from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.waterfall import Step
from mm_tui.strategy.api import Leans, Quote, Quotes
from mm_tui.strategy.making import Lot, Occasion, Said, Wish, believed, place
from mm_tui.strategy.signals import Estimates

MID2 = 12_360_000.0


def view() -> QuietView:
    return QuietView(bid=6_179_999, ask=6_180_001)


def said(half: float, skew: float = 0.0) -> Said:
    return Said(skew, half, "", "why")


def at(side: Side, away: float, lots: float = 200.0) -> Quote | None:
    """A quote so far from the mid, bps."""
    return place(Wish(side, lots, -1e9), said(away), MID2, view())


@pytest.mark.parametrize(
    ("side", "away", "price", "reason"),
    [
        (BUY, 1.0, 6_179_382, "mid −1.00 bps: why"),
        (SELL, 1.0, 6_180_618, "mid +1.00 bps: why"),
        (BUY, 2.5, 6_178_455, "mid −2.50 bps: why"),
        (BUY, 1.001, 6_179_381, "mid −1.00 bps: why, tick −0.001"),
        (SELL, 1.001, 6_180_619, "mid +1.00 bps: why, tick +0.001"),
        (BUY, -1.0, 6_180_000, "mid +0.00 bps: why, held at the touch"),
        (SELL, -1.0, 6_180_000, "mid +0.00 bps: why, held at the touch"),
    ],
)
def test_a_bid_is_floored_an_ask_ceiled_and_neither_crosses(side: Side, away: float, price: int, reason: str) -> None:
    quote = at(side, away)
    assert quote is not None
    assert quote == Quote(side, 0, price, 200, 200, reason, quote.steps)
    if away == 1.0:
        assert quote.price * 2 / MID2 == pytest.approx(1 - side * 1e-4, abs=1e-9)


def test_the_steps_fall_from_the_mid_to_the_price_in_their_order() -> None:
    market = QuietView(bid=6_179_999, ask=6_180_001, leans=Leans(lean_bps=3.0))
    wish = Wish(SELL, 100.0, 2.0005, 1, 0.5, "cut to the bound")
    quote = place(wish, Said(-1.0, 1.5, "skew", "half"), MID2, market)
    assert quote is not None

    def away(bps: float) -> float:
        return round(MID2 * (1 + bps / 10_000), 6)

    assert quote.steps == (
        Step("reference", MID2, "mid"),
        Step("skew", away(-1.0), "skew"),
        Step("spread", away(0.5), "half"),
        Step("level", away(1.0), "level 1 +0.50"),
        Step("lean", away(4.0), "lean +3.0"),
        Step("size", away(4.0), "cut to the bound"),
    )
    nearer = place(wish, Said(-4.0, 1.5, "skew", "half"), MID2, market)
    assert nearer is not None
    assert nearer.steps[5:] == (
        Step("floor", away(2.0005), "no nearer than 2.0005"),
        Step("size", away(2.0005), "cut to the bound"),
        Step("rounding", 2.0 * nearer.price, "tick +0.001"),
    )
    assert nearer.level == 1
    assert nearer.reason.endswith("lean +3.0, no nearer than 2.0005, cut to the bound, tick +0.001")


@pytest.mark.parametrize(("away", "lots"), [(1.0, 0.4), (1.0, 5.0), (10_000.0, 200.0)], ids=["none", "small", "free"])
def test_what_no_venue_would_take_is_no_quote(away: float, lots: float) -> None:
    assert at(BUY, away, lots) is None


def test_an_amount_is_measured_in_the_instruments_own_lots() -> None:
    lot = Lot(0.002)
    assert lot.measure(BTC) == 200
    assert lot.measure(msgspec.structs.replace(BTC, step_size=Decimal("0.001"))) == 2
    assert lot.lots == 2


def test_the_formula_is_asked_for_a_reason() -> None:
    occasion, market = Occasion(0.5), view()
    assert occasion.has_come(market, MID2)
    assert not occasion.has_come(market, MID2 * (1 + 0.49e-4))
    assert occasion.has_come(market, MID2 * (1 - 0.51e-4))
    assert occasion.has_come(market, MID2)
    market.position = 1
    assert occasion.has_come(market, MID2)
    market.leans = Leans(lean_bps=1.0)
    assert occasion.has_come(market, MID2)
    market.renew = True
    assert occasion.has_come(market, MID2)
    market.renew = False
    assert not occasion.has_come(market, MID2)
    market.ts += SECOND
    assert occasion.has_come(market, MID2)


def test_without_a_tolerance_any_move_is_one() -> None:
    occasion, market = Occasion(0.0), view()
    assert occasion.has_come(market, MID2)
    assert not occasion.has_come(market, MID2)
    assert occasion.has_come(market, MID2 + 1)


def test_an_answer_is_followed_where_it_says_something_new() -> None:
    occasion, market = Occasion(0.5), view()
    first, near, far, small = at(BUY, 2.0), at(BUY, 2.4), at(BUY, 2.6), at(BUY, 2.0, 100.0)
    assert first is not None
    assert near is not None
    assert far is not None
    assert small is not None
    before = Quotes(bids=(first,))
    occasion.has_come(market, MID2)
    again = Quotes(bids=(first,))
    assert occasion.choose(before, again) is again
    market.ts += SECOND
    occasion.has_come(market, MID2)
    assert occasion.choose(before, Quotes(bids=(near,))) is before
    for other in (Quotes(bids=(far,)), Quotes(bids=(small,)), Quotes(), Quotes(bids=(first,), asks=(first,))):
        assert occasion.choose(before, other) is other


def test_what_is_believed_is_in_words() -> None:
    seen = Estimates(volatility=1.234, decay=0.567, arrivals=1.5, fit=None, seconds=0)
    quiet = believed(seen, -0.0, 2.0, 0.0, Leans())
    assert quiet == Said(0.0, 2.0, "skew +0.00 at +0.00 units", "half 2.00 (σ 1.23, κ 0.57, A 1.50, prior)")
    fitted = believed(msgspec.structs.replace(seen, fit=0.876), -0.5, 2.0, 1.25, Leans(spread_factor=1.1))
    assert fitted.skew_why == "skew −0.50 at +1.25 units"
    assert fitted.half_why == "half 2.00 (σ 1.23, κ 0.57, A 1.50, fit 0.88), spread × 1.10"
