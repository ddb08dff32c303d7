from math import exp

import pytest
from pure_desk import SECOND

from mm_tui.model.events import BUY, Trade
from mm_tui.strategy.reference import NAMES, References


def traded(ts: int, price: int, quantity: int) -> Trade:
    return Trade(ts=ts, trade_id=1, price=price, quantity=quantity, side=BUY)


def moved(*mids: tuple[float, int, int], window: float = 10.0) -> References:
    references = References(window)
    for seconds, bid, ask in mids:
        references.observe(round(seconds * SECOND), bid, 10, ask, 30)
    return references


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_known_before_the_first_touch(name: str) -> None:
    assert References(10).get(name, SECOND) is None


@pytest.mark.parametrize("name", ["mid", "twap", "vwap", "ema", "hybrid"])
def test_a_mid_that_stands_is_every_reference(name: str) -> None:
    assert moved((1, 100, 102)).get(name, 50 * SECOND) == pytest.approx(202)


def test_a_name_that_is_none() -> None:
    with pytest.raises(ValueError, match="no reference price is named 'median'; there are mid, microprice"):
        moved((1, 100, 102)).get("median", 0)


def test_the_microprice_leans_to_the_thinner_side() -> None:
    references = moved((1, 100, 102))
    assert references.get("microprice", SECOND) == pytest.approx(2 * (100 * 30 + 102 * 10) / 40)
    references.observe(2 * SECOND, 100, 0, 102, 0)
    assert references.get("microprice", 2 * SECOND) == 202


def test_a_touch_whose_mid_stands_says_so() -> None:
    references = References(10)
    assert references.observe(1, 100, 1, 102, 1)
    assert not references.observe(2, 99, 1, 103, 1)
    assert (references.bid, references.ask) == (99, 103)


def test_the_twap_weighs_each_mid_by_its_time_within_the_window() -> None:
    references = moved((0, 100, 100), (4, 110, 110), (8, 120, 120))
    assert references.get("twap", 10 * SECOND) == pytest.approx((4 * 200 + 4 * 220 + 2 * 240) / 10)
    assert references.get("twap", 12 * SECOND) == pytest.approx((2 * 200 + 4 * 220 + 4 * 240) / 10)
    assert references.get("twap", 18 * SECOND) == pytest.approx(240)
    assert references.get("twap", 60 * SECOND) == pytest.approx(240)


def test_the_twap_of_no_time_is_the_mid() -> None:
    assert moved((3, 100, 100)).get("twap", 3 * SECOND) == 200.0


def test_the_vwap_weighs_trades_of_the_window_by_quantity() -> None:
    references = moved((0, 100, 102))
    references.trade(traded(1 * SECOND, 100, 1))
    references.trade(traded(5 * SECOND, 110, 3))
    assert references.get("vwap", 11 * SECOND) == pytest.approx(2 * (100 + 330) / 4)
    assert references.get("vwap", 11 * SECOND + 1) == pytest.approx(220)
    assert references.get("vwap", 16 * SECOND) == 202.0


def test_the_ema_forgets_by_its_time_constant() -> None:
    references = moved((0, 100, 100), (5, 110, 110))
    assert references.get("ema", 5 * SECOND) == pytest.approx(200)
    assert references.get("ema", 15 * SECOND) == pytest.approx(220 - 20 * exp(-1), abs=1e-5)
    references.observe(15 * SECOND, 100, 1, 100, 1)
    assert references.get("ema", 15 * SECOND) == pytest.approx(220 - 20 * exp(-1), abs=1e-5)


def test_the_hybrid_is_sixty_to_forty() -> None:
    references = moved((0, 100, 100), (5, 110, 110))
    references.trade(traded(6 * SECOND, 105, 2))
    twap, vwap = references.get("twap", 10 * SECOND), references.get("vwap", 10 * SECOND)
    assert twap is not None
    assert vwap is not None
    assert references.get("hybrid", 10 * SECOND) == pytest.approx(0.6 * twap + 0.4 * vwap)


def test_another_window_counts_from_now_on() -> None:
    references = moved((0, 100, 100), (5, 110, 110))
    references.resize(2)
    assert references.get("twap", 10 * SECOND) == pytest.approx(220)
