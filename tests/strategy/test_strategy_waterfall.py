"""How a price falls from the reference to a tick, and the line that is read off it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quiet_view import QuietView

from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.waterfall import Step
from mm_tui.strategy.api import Quote
from mm_tui.strategy.waterfall import Fall, reason, resized, signed


def fall(side: Side, price2: float) -> Fall:
    made = Fall(side, 2000.0, "mid")
    made.to("spread", price2, "half")
    return made


@pytest.mark.parametrize(
    ("side", "price2", "price", "more"),
    [
        (BUY, 1990.0, 995, []),
        (BUY, 1991.0, 995, [Step("rounding", 1990, "tick −5.023")]),
        (SELL, 2011.0, 1006, [Step("rounding", 2012, "tick +4.973")]),
        (BUY, 2008.0, 1000, [Step("clamp", 2000, "held at the touch")]),
        (SELL, 1989.5, 1000, [Step("rounding", 1990, "tick +2.513"), Step("clamp", 2000, "held at the touch")]),
        (BUY, 0.0, 0, []),
        (SELL, -0.5, 1000, [Step("rounding", 0, "tick −10000.000"), Step("clamp", 2000, "held at the touch")]),
    ],
)
def test_a_price_settles_on_a_tick_and_behind_the_touch(side: Side, price2: float, price: int, more: object) -> None:
    made = fall(side, price2)
    assert made.settle(QuietView(bid=999, ask=1001)) == price
    assert made.steps[2:] == more
    assert made.price2 == made.steps[-1].price2 == 2 * price


@given(st.sampled_from([BUY, SELL]), st.floats(1800, 2200), st.integers(0, 50))
def test_a_settled_price_never_crosses_and_is_never_nearer_than_it_was_meant(
    side: Side, price2: float, gap: int
) -> None:
    view = QuietView(bid=1000 - gap, ask=1001 + gap)
    price = fall(side, price2).settle(view)
    assert price < view.ask if side is BUY else price > view.bid
    assert side * (2 * price - price2) <= 1e-6


def test_noise_of_floating_point_moves_no_price() -> None:
    assert fall(BUY, 1989.9999999).settle(QuietView(bid=999, ask=1001)) == 995
    assert fall(SELL, 2010.0000001).settle(QuietView(bid=999, ask=1001)) == 1005


def test_the_line_is_read_off_the_steps() -> None:
    made = fall(BUY, 1991.0)
    made.to("size", made.price2)
    price = made.settle(QuietView(bid=999, ask=1001))
    quote = made.quote(2, price, 7, 8, since=9)
    assert quote == Quote(BUY, 2, 995, 7, 8, "mid −50.00 bps: half, tick −5.023", tuple(made.steps), 9)
    assert reason((Step("reference", 10.0, "vwap"),)) == "vwap +0.00 bps"
    assert reason((Step("reference", 0.0, "mid"), Step("size", 0.0, "less"))) == "mid ? bps: less"


def test_fewer_lots_are_a_step_and_the_line_says_it_too() -> None:
    made = fall(SELL, 2010.0)
    quote = made.quote(0, 1005, 100, 90)
    cut = resized(quote, 40, "cut")
    assert (cut.quantity, cut.target, cut.steps[-1]) == (40, 40, Step("size", 2010, "cut"))
    assert cut.reason == "mid +50.00 bps: half, cut" == reason(cut.steps)
    assert resized(Quote(SELL, 0, 1005, 100, 100, "mine"), 40, "cut").reason == "mine, cut"
    assert resized(Quote(SELL, 0, 1005, 100, 100), 40, "cut").reason == "cut"


def test_signs() -> None:
    assert [signed(value, 2) for value in (1.0, -1.0, 0.0, -0.0, -0.001)] == [
        "+1.00",
        "−1.00",
        "+0.00",
        "+0.00",
        "+0.00",
    ]
