"""Fill ratio, messages, lives of quotes, maker share; worked out by hand."""

from mm_tui.analytics import quality as module
from mm_tui.analytics.quality import LIVES, RECENT, Quality
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY
from mm_tui.model.facts import Filled, OrderChanged


def changed(ts: int, status: str, name: str = "a", filled: int = 0, level: int = 0) -> OrderChanged:
    return OrderChanged(
        ts=ts, order_id=name, side=BUY, price=1, quantity=9, filled=filled, status=status, level=level, reason=""
    )


def fill(price: int, quantity: int, *, maker: bool) -> Filled:
    return Filled(
        ts=0, order_id="a", trade_id="t", side=BUY, price=price, quantity=quantity, maker=maker, fee=0,
        fee_in_base=True, matched=0, mid2=None, position=0,
    )  # fmt: skip


def test_nothing_is_known_before_anything_happened() -> None:
    quality = Quality()
    assert quality.fill_ratio_pct is None
    assert quality.fills_per_1000 is None
    assert quality.quote_life_s is None
    assert quality.maker_pct is None


def test_the_fill_ratio_counts_quotes_that_ended_and_not_those_refused() -> None:
    quality = Quality()
    for fact in (
        changed(1, "live"), changed(2, "partially_filled", filled=3), changed(3, "canceled", filled=3),
        changed(1, "live", "b"), changed(4, "canceled", "b"),
        changed(1, "live", "c"), changed(5, "filled", "c", filled=9),
        changed(5, "rejected", "d"),
        changed(5, "filled", "e", filled=9, level=-1),
        changed(1, "live", "f"),
    ):  # fmt: skip
        quality.on_order(fact)
    assert quality.fill_ratio_pct == round(200 / 3, 4)


def test_a_fill_after_the_cancel_counts_once() -> None:
    quality = Quality()
    for fact in (
        changed(1, "live"), changed(2, "canceled"), changed(3, "canceled", filled=2), changed(4, "filled", filled=9),
    ):  # fmt: skip
        quality.on_order(fact)
    assert quality.fill_ratio_pct == 100.0
    assert quality.quote_life_s == 0.0


def test_the_life_is_the_median_from_acknowledgement_to_end() -> None:
    quality = Quality()
    for name, start, end in (("a", 0, 4), ("b", 1, 2), ("c", 2, 12)):
        quality.on_order(changed(0, "pending_new", name))
        quality.on_order(changed(start * SECOND, "live", name))
        quality.on_order(changed((start + end) * SECOND // 2, "pending_cancel", name))
        quality.on_order(changed(end * SECOND, "canceled", name))
    assert quality.quote_life_s == 4.0
    quality.on_order(changed(0, "live", "d"))
    quality.on_order(changed(5 * SECOND, "filled", "d", filled=9))
    assert quality.quote_life_s == 4.5
    quality.on_order(changed(5 * SECOND, "canceled", "never acknowledged"))
    assert quality.quote_life_s == 4.5
    quality.on_order(changed(6 * SECOND, "live", "r"))
    quality.on_order(changed(7 * SECOND, "rejected", "r"))
    assert quality.quote_life_s == 4.5


def test_the_median_forgets_what_is_long_over() -> None:
    quality = Quality()
    for number in range(LIVES + 10):
        quality.on_order(changed(0, "live", str(number)))
        quality.on_order(changed(SECOND if number < 10 else 3 * SECOND, "canceled", str(number)))
    assert quality.quote_life_s == 3.0
    assert len(quality._sorted) == LIVES
    assert len(quality._recent) == RECENT == module.RECENT
    assert not quality._acknowledged


def test_messages_and_volume() -> None:
    quality = Quality()
    quality.messages = 8
    quality.on_fill(fill(100, 3, maker=True))
    quality.on_fill(fill(50, 2, maker=False))
    assert quality.fills_per_1000 == 250.0
    assert quality.maker_pct == 75.0
