"""When `pure` quotes: refresh, tolerance, delay, age, minimum spread, ping-pong, hanging orders, changed parameters."""

from math import ceil, floor
from typing import Any

import msgspec
import pytest
from pure_desk import ASK, BID, MID2, SECOND, START
from quiet_view import QuietView

from mm_tui.model.events import BUY, SELL, Side
from mm_tui.strategy.api import NO_QUOTES, Completion, Leans, OwnOrder, Quote, Quotes
from mm_tui.strategy.passive import Passive, PassiveParams
from mm_tui.strategy.pure import Pure
from mm_tui.strategy.pure_params import PureParams

PLAIN = PureParams(inventory_skew_enabled=False)


def below(bps: float, mid2: float = MID2) -> int:
    return floor(round(mid2 / 2 * (1 - bps / 1e4), 5))


def above(bps: float, mid2: float = MID2) -> int:
    return ceil(round(mid2 / 2 * (1 + bps / 1e4), 5))


class Play:
    """A strategy and a market whose every wanted quote gets its order at once, as a core would see to it."""

    def __init__(self, **values: Any) -> None:
        self.view = QuietView()
        self.pure = Pure(msgspec.structs.replace(PLAIN, **values))
        self.quotes = NO_QUOTES

    def ask(self, *, renew: bool = False) -> Quotes:
        """What is wanted now; its orders stand from here."""
        self.view.renew = renew
        self.quotes = self.pure.quote(self.view)
        self.view.renew = False
        wanted = (*self.quotes.bids, *self.quotes.asks)
        standing: list[OwnOrder] = []
        for quote in wanted:
            order = next(
                (
                    one
                    for one in self.view.orders
                    if (one.side, one.price) == (quote.side, quote.price) and one.created >= quote.since
                ),
                None,
            )
            left = quote.quantity if order is None else order.left
            created = self.view.ts if order is None else order.created
            standing.append(OwnOrder(quote.side, quote.level, quote.price, left, created))
        self.view.orders = standing
        return self.quotes

    def after(self, seconds: float, drift_bps: float = 0.0) -> Quotes:
        """Time passes, the mid moves away from where it began."""
        self.view.ts += round(seconds * SECOND)
        move = round(MID2 / 2 * drift_bps / 1e4)
        self.view.bid, self.view.ask = BID + move, ASK + move
        return self.ask()

    def fill(self, quote: Quote) -> Quotes:
        """One order is filled to its end."""
        self.view.orders = [one for one in self.view.orders if (one.side, one.price) != (quote.side, quote.price)]
        number = len(self.view.completions) + 1
        self.view.completions.append(
            Completion(number, self.view.ts, quote.side, quote.level, quote.price, quote.quantity)
        )
        return self.ask(renew=True)

    def prices(self, side: Side) -> list[int]:
        return [quote.price for quote in (self.quotes.bids if side is BUY else self.quotes.asks)]


def test_new_quotes_are_proposed_at_the_refresh_and_not_before() -> None:
    play = Play()
    first = play.ask()
    assert (play.prices(BUY), play.prices(SELL)) == ([below(3)], [above(3)])
    assert play.after(4.9, drift_bps=2.5) is first
    assert play.after(0.1, drift_bps=2.5) is not first
    assert play.prices(BUY) == [below(3, 2 * play.view.bid + 1)]


def test_quotes_within_the_tolerance_stay_at_the_refresh() -> None:
    play = Play(order_refresh_tolerance_bps=1.0)
    first = play.ask()
    assert play.after(5.0, drift_bps=0.95) is first
    assert play.after(4.9, drift_bps=2.0) is first
    assert play.after(0.1, drift_bps=1.1) is not first


def test_without_tolerance_any_new_price_is_followed() -> None:
    play = Play(order_refresh_tolerance_bps=0.0)
    first = play.ask()
    assert play.after(5.0) is first
    assert play.after(5.0, drift_bps=0.1) is not first


def test_a_lean_and_a_renewal_are_followed_at_once() -> None:
    play = Play()
    first = play.ask()
    assert play.ask(renew=True) is not first
    assert play.quotes == first
    play.view.leans = Leans(spread_factor=2.0)
    play.ask()
    assert play.prices(BUY) == [below(6)]
    assert play.pure.describe() == "pure 6.0/6.0 bps × 1"
    assert play.pure.nearest_bps() == 6.0


def test_nothing_is_wanted_before_the_reference_is_known() -> None:
    assert Pure(PLAIN).quote(QuietView(known=False)) is NO_QUOTES


def test_after_a_fill_nothing_new_is_quoted_for_the_delay() -> None:
    play = Play(filled_order_delay_s=3.0)
    bid = play.ask().bids[0]
    play.after(1.0)
    play.fill(bid)
    assert (play.prices(BUY), play.prices(SELL)) == ([], [above(3)])
    assert play.quotes.reason == "waits after a fill"
    play.after(2.9, drift_bps=-3.0)
    assert (play.prices(BUY), play.prices(SELL)) == ([], [above(3)])
    play.after(0.1, drift_bps=-3.0)
    mid2 = 2 * play.view.bid + 1
    assert (play.prices(BUY), play.prices(SELL)) == ([below(3, mid2)], [above(3, mid2)])
    assert play.quotes.reason == ""


def test_what_stands_goes_when_its_refresh_falls_into_the_delay() -> None:
    play = Play(filled_order_delay_s=3.0)
    bid = play.ask().bids[0]
    play.after(4.0)
    play.fill(bid)
    play.after(0.9)
    assert play.prices(SELL) == [above(3)]
    play.after(0.1)
    assert (play.quotes.bids, play.quotes.asks) == ((), ())
    empty = play.quotes
    assert play.after(1.9) is empty
    play.after(0.1)
    assert (play.prices(BUY), play.prices(SELL)) == ([below(3)], [above(3)])


def test_without_delay_the_filled_side_is_quoted_again_at_once() -> None:
    play = Play(filled_order_delay_s=0.0)
    play.fill(play.ask().bids[0])
    assert (play.prices(BUY), play.prices(SELL)) == ([below(3)], [above(3)])


def test_a_lean_during_the_delay_waits_for_its_end() -> None:
    play = Play(filled_order_delay_s=3.0)
    play.fill(play.ask().bids[0])
    play.view.leans = Leans(spread_factor=2.0)
    play.after(1.0)
    assert (play.prices(BUY), play.prices(SELL)) == ([], [above(3)])
    play.after(2.0)
    assert (play.prices(BUY), play.prices(SELL)) == ([below(6)], [above(6)])


def test_with_levels_the_filled_one_alone_is_missing() -> None:
    play = Play(order_levels=3)
    bids = play.ask().bids
    play.fill(bids[1])
    assert [quote.level for quote in play.quotes.bids] == [0, 2]
    assert len(play.quotes.asks) == 3


def test_an_order_past_its_age_is_replaced_even_at_the_same_price() -> None:
    play = Play(max_order_age_s=12.0, order_refresh_time_s=5.0)
    first = play.ask()
    assert play.after(11.9) is first
    play.after(0.2)
    assert play.quotes is not first
    aged = play.view.ts
    for before, now in ((first.bids, play.quotes.bids), (first.asks, play.quotes.asks)):
        assert [(one.price, one.quantity) for one in now] == [(one.price, one.quantity) for one in before]
        assert [one.since for one in now] == [aged]
    assert all(order.created == aged for order in play.view.orders)
    assert play.after(11.9).bids[0].since == aged
    play.after(0.2)
    assert play.quotes.bids[0].since == play.view.ts


def test_an_order_never_ages_where_no_age_is_set() -> None:
    play = Play(max_order_age_s=0.0)
    first = play.ask()
    for _ in range(100):
        assert play.after(60.0) is first


def test_an_order_that_cannot_be_replaced_does_not_have_the_market_asked_for_ever() -> None:
    play = Play(max_order_age_s=1.0)
    play.ask()
    stuck = play.view.orders
    play.after(1.1)
    aged, play.view.orders = play.quotes, stuck
    play.view.ts += SECOND // 2
    assert play.pure.quote(play.view) is aged
    play.view.ts += SECOND
    assert play.pure.quote(play.view) is not aged


def test_a_quote_that_the_price_came_too_near_to_is_pulled_until_the_refresh() -> None:
    play = Play(minimum_spread_bps=1.0, order_refresh_tolerance_bps=0.0)
    first = play.ask()
    assert play.after(1.0, drift_bps=1.99) is first
    play.after(0.1, drift_bps=2.01)
    assert (play.prices(BUY), play.prices(SELL)) == ([below(3)], [])
    pulled = play.quotes
    assert play.after(0.1) is pulled
    play.after(3.8)
    assert (play.prices(BUY), play.prices(SELL)) == ([below(3)], [above(3)])
    play.after(0.1, drift_bps=-2.01)
    assert (play.prices(BUY), play.prices(SELL)) == ([], [above(3)])


def test_a_side_that_was_filled_waits_for_the_other() -> None:
    play = Play(ping_pong_enabled=True)
    play.fill(play.ask().bids[0])
    play.after(3.0)
    assert (play.prices(BUY), play.prices(SELL)) == ([], [above(3)])
    assert play.quotes.reason == "ping-pong: 1 bid level wait"
    for _ in range(5):
        play.after(5.0)
        assert play.prices(BUY) == []
    play.fill(play.quotes.asks[0])
    play.after(3.0)
    assert (play.prices(BUY), play.prices(SELL)) == ([below(3)], [above(3)])


def test_ping_pong_takes_as_many_levels_away_as_were_filled() -> None:
    play = Play(ping_pong_enabled=True, order_levels=3)
    asks = play.ask().asks
    play.fill(asks[0])
    play.fill(asks[1])
    play.after(3.0)
    assert [quote.level for quote in play.quotes.asks] == [2]
    assert [quote.level for quote in play.quotes.bids] == [0, 1, 2]
    play.fill(play.quotes.bids[0])
    play.after(3.0)
    assert [quote.level for quote in play.quotes.asks] == [2]
    assert [quote.level for quote in play.quotes.bids] == [1, 2]
    play.fill(play.quotes.bids[0])
    play.after(3.0)
    assert len(play.quotes.asks) == len(play.quotes.bids) == 3


def hung() -> Play:
    """A bid was filled, its ask hangs, and the delay is over with the mid 5 bps lower."""
    play = Play(hanging_orders_enabled=True, hanging_orders_cancel_pct=0.2)
    play.fill(play.ask().bids[0])
    assert [quote.level for quote in play.quotes.asks] == [100]
    play.after(3.0, drift_bps=-5.0)
    return play


def test_what_stood_opposite_to_a_fill_hangs_beside_the_new_quotes() -> None:
    play = hung()
    mid2 = 2 * play.view.bid + 1
    assert play.prices(BUY) == [below(3, mid2)]
    assert play.prices(SELL) == [above(3), above(3, mid2)]
    hanging = play.quotes.asks[0]
    assert (hanging.level, hanging.quantity, hanging.target, hanging.since) == (100, 200, 200, 0)
    assert hanging.reason == "hanging since the bid opposite was filled"
    assert hanging.steps[0].name == "hanging"
    play.after(20.0, drift_bps=-8.0)
    assert play.prices(SELL)[0] == above(3)


def test_a_hanging_order_is_for_what_was_left_of_it() -> None:
    play = Play(hanging_orders_enabled=True)
    bid = play.ask().bids[0]
    play.view.orders = [
        msgspec.structs.replace(order, left=70) if order.side is SELL else order for order in play.view.orders
    ]
    play.fill(bid)
    assert play.quotes.asks[0].quantity == 70


def test_the_fill_of_a_hanging_order_is_no_reason_to_wait() -> None:
    play = hung()
    before = play.prices(BUY)
    play.fill(play.quotes.asks[0])
    assert [quote.level for quote in play.quotes.asks] == [0]
    play.after(1.0, drift_bps=-5.0)
    assert play.prices(BUY) == before
    assert [quote.level for quote in play.quotes.bids] == [0]


def test_a_hanging_order_goes_when_the_price_has_left_it() -> None:
    play = hung()
    play.after(0.1, drift_bps=-16.9)
    assert play.quotes.asks[0].level == 100
    play.after(0.1, drift_bps=-17.1)
    assert [quote.level for quote in play.quotes.asks] == [0]


def test_a_hanging_order_that_was_cancelled_does_not_come_back() -> None:
    play = hung()
    play.view.orders = [order for order in play.view.orders if order.level < 100]
    quotes = play.pure.quote(play.view)
    assert quotes.asks[0].level == 100
    play.view.ts += 5 * SECOND
    quotes = play.pure.quote(play.view)
    assert [quote.level for quote in quotes.asks] == [0]


def test_a_hanging_order_past_its_age_is_renewed_at_its_price() -> None:
    play = Play(hanging_orders_enabled=True, max_order_age_s=20.0)
    play.fill(play.ask().bids[0])
    play.after(10.0)
    hanging = play.quotes.asks[0]
    play.view.orders = [
        msgspec.structs.replace(order, left=50) if order.price == hanging.price else order for order in play.view.orders
    ]
    play.after(10.1)
    renewed = play.quotes.asks[0]
    assert (renewed.level, renewed.price, renewed.quantity, renewed.since) == (100, hanging.price, 50, play.view.ts)


def test_with_levels_every_order_opposite_hangs() -> None:
    play = Play(hanging_orders_enabled=True, order_levels=2)
    play.fill(play.ask().asks[0])
    assert [quote.level for quote in play.quotes.bids] == [100, 101]
    assert [quote.level for quote in play.quotes.asks] == [1]
    play.after(3.0)
    assert [quote.level for quote in play.quotes.bids] == [100, 101, 0, 1]


def with_params(play: Play, **values: Any) -> Play:
    """The parameters change while it runs."""
    before = play.pure
    play.pure = Pure(msgspec.structs.replace(before.params, **values))
    play.pure.inherit(before)
    play.view.renew = True
    return play


def test_a_change_of_parameters_is_followed_at_once() -> None:
    play = with_params(Play(), bid_spread_bps=4.0)
    play.ask()
    with_params(play, bid_spread_bps=5.0).ask()
    assert play.prices(BUY) == [below(5)]


def test_what_happened_before_a_change_of_parameters_still_counts() -> None:
    play = Play(ping_pong_enabled=True, hanging_orders_enabled=True)
    play.fill(play.ask().bids[0])
    play.after(1.0)
    with_params(play, ask_spread_bps=4.0).ask(renew=True)
    assert (play.prices(BUY), play.prices(SELL)) == ([], [above(3)])
    play.after(2.0)
    assert (play.prices(BUY), play.prices(SELL)) == ([], [above(3), above(4)])
    with_params(play, hanging_orders_enabled=False).ask(renew=True)
    assert (play.prices(BUY), play.prices(SELL)) == ([], [above(4)])
    with_params(play, ping_pong_enabled=False).ask(renew=True)
    assert (play.prices(BUY), play.prices(SELL)) == ([below(3)], [above(4)])


def test_the_strategy_before_goes_its_own_way() -> None:
    play = hung()
    before = play.pure
    with_params(play, hanging_orders_enabled=False).ask(renew=True)
    play.view.leans = Leans(size_factor=2.0)
    assert [quote.level for quote in before.quote(play.view).asks] == [100, 0]


def test_another_strategy_leaves_nothing_to_inherit() -> None:
    play = Play()
    first = play.ask()
    play.pure.inherit(Passive(PassiveParams()))
    assert play.ask() is first


def test_fills_from_before_its_time_are_not_its_own() -> None:
    play = Play()
    play.view.completions.append(Completion(7, START, BUY, 0, BID, 200))
    play.ask()
    assert len(play.quotes.bids) == 1


def test_a_fill_of_an_order_that_is_not_wanted_any_more_counts_too() -> None:
    play = Play(ping_pong_enabled=True, minimum_spread_bps=1.0)
    bid = play.ask().bids[0]
    play.after(0.1, drift_bps=-2.5)
    assert play.prices(BUY) == []
    play.fill(bid)
    play.after(3.0)
    assert play.prices(BUY) == []
    assert len(play.quotes.asks) == 1


def test_volatility_is_watched_where_spreads_answer_to_it() -> None:
    assert Pure(PLAIN).signal_rules is None
    assert Pure(msgspec.structs.replace(PLAIN, volatility_spread_factor=1.0)).signal_rules is not None


def test_its_reference_looks_back_as_far_as_it_is_told() -> None:
    assert Pure(msgspec.structs.replace(PLAIN, reference_window=3.0)).reference_window == 3.0


@pytest.mark.parametrize(("costs", "nearest"), [(False, 2.0), (True, 12.0)])
def test_the_nearest_quote_is_held_against_the_fee(costs: bool, nearest: float) -> None:  # noqa: FBT001 - a case
    play = Play(bid_spread_bps=2.0, ask_spread_bps=4.0, add_transaction_costs=costs)
    play.view.maker_fee_bps = 10.0
    play.ask()
    assert play.pure.nearest_bps() == nearest
    assert play.pure.describe() == "pure 2.0/4.0 bps × 1"
