from math import ceil, floor

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure_desk import ASK, BID, MID2, SECOND, START
from quiet_view import QuietView

from mm_tui.errors import UsageError
from mm_tui.model.events import BUY, SELL
from mm_tui.model.waterfall import Step
from mm_tui.risk.limits import Limits
from mm_tui.strategy import registry
from mm_tui.strategy.api import NEVER, Completion, Leans, Rest
from mm_tui.strategy.passive import Passive, PassiveParams
from mm_tui.strategy.waterfall import reason

STEADY = PassiveParams(quantity_jitter=0.0)


def test_quotes_stand_evenly_in_the_band_around_the_reference() -> None:
    quotes = Passive(STEADY).quote(QuietView())
    assert [quote.price for quote in quotes.bids] == [floor(MID2 / 2 * (1 - bps / 1e4)) for bps in (2, 4, 6)]
    assert [quote.price for quote in quotes.asks] == [ceil(MID2 / 2 * (1 + bps / 1e4)) for bps in (2, 4, 6)]
    assert [(quote.level, quote.quantity, quote.target) for quote in quotes.bids] == [(n, 200, 200) for n in range(3)]
    assert quotes.bids[0].reason == "mid −2.00 bps: half 2.00, tick −0.001"
    assert quotes.asks[2].reason == "mid +6.00 bps: half 2.00, level 2 +4.00, tick +0.001"
    assert quotes.reference2 == MID2


def test_the_same_object_comes_back_until_the_reference_has_drifted_by_the_threshold() -> None:
    passive, market = Passive(STEADY), QuietView()
    first = passive.quote(market)
    assert passive.quote(market) is first
    drift = floor(MID2 * 2 / 1e4)
    market.ask = ASK + drift
    assert passive.quote(market) is first
    market.ask += 1
    assert passive.quote(market) is not first


def test_a_renewal_and_a_lean_make_the_quotes_anew() -> None:
    passive, market = Passive(STEADY), QuietView()
    first = passive.quote(market)
    market.renew = True
    again = passive.quote(market)
    assert again is not first
    assert again == first
    market.renew, market.leans = False, Leans(spread_factor=2.0, size_factor=1.5, lean_bps=-0.5)
    leaned = passive.quote(market)
    centre = MID2 / 2 * (1 - 0.5 / 1e4)
    assert leaned.bids[0].price == floor(centre * (1 - 4 / 1e4))
    assert leaned.bids[0].quantity == 300
    assert leaned.bids[0].reason == "mid −4.50 bps: lean −0.5, half 4.00, spread × 2.00, tick −0.001"
    assert passive.describe() == "passive 4.0–12.0 bps × 3"
    assert passive.nearest_bps() == 4.0
    passive.forget()
    assert passive.quote(market) is not leaned


def test_nothing_is_wanted_before_the_reference_is_known() -> None:
    quotes = Passive(STEADY).quote(QuietView(known=False))
    assert (quotes.bids, quotes.asks) == ((), ())


def test_an_order_below_the_smallest_value_is_not_wanted() -> None:
    value = MID2 / 2 * 0.01 * 0.002
    params = msgspec.structs.replace(STEADY, min_order_value=value)
    quotes = Passive(params).quote(QuietView())
    assert quotes.bids == ()
    assert len(quotes.asks) == 3


def test_a_wide_touch_holds_nothing_back_and_a_lean_is_held_at_it() -> None:
    quotes = Passive(STEADY).quote(QuietView(leans=Leans(lean_bps=10.0)))
    assert [quote.price for quote in quotes.bids] == [ASK - 1] * 3
    assert quotes.bids[0].reason.endswith("held at the touch")
    assert quotes.asks[0].price > ASK


@given(seed=st.integers(0, 1000))
def test_the_jitter_is_drawn_once_an_order_and_within_its_bounds(seed: int) -> None:
    params = PassiveParams(quantity_jitter=0.1)
    quotes = Passive(params, seed).quote(QuietView())
    assert all(180 <= quote.quantity <= 220 and quote.target == 200 for quote in quotes.bids + quotes.asks)
    assert quotes == Passive(params, seed).quote(QuietView())


def test_one_order_a_side_stands_at_the_near_edge() -> None:
    quotes = Passive(msgspec.structs.replace(STEADY, orders_per_side=1)).quote(QuietView())
    assert len(quotes.bids) == 1
    assert quotes.bids[0].price == floor(MID2 / 2 * (1 - 2 / 1e4))


def test_strategies_are_found_by_name() -> None:
    built = registry.make("passive", None, 3)
    assert isinstance(built, Passive)
    assert built.params == PassiveParams()
    assert built.reference_window == 10.0


def test_a_name_that_is_close_is_suggested() -> None:
    with pytest.raises(
        UsageError,
        match=r"no strategy is named 'pasive' \(did you mean passive\?\); there are avellaneda, glft, passive",
    ):
        registry.make("pasive", None, 1)
    with pytest.raises(UsageError, match="no strategy is named 'zzz'; there are"):
        registry.make("zzz", None, 1)


def test_plug_ins_are_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "BUILT_IN", {})
    built = registry.make("passive", STEADY, 3)
    assert built.params is STEADY


@given(lean=st.sampled_from([0.0, -0.5, 10.0]), factor=st.sampled_from([1.0, 0.1, 1.5]), gap=st.integers(1, 4000))
def test_the_steps_fall_from_the_reference_to_the_price(lean: float, factor: float, gap: int) -> None:
    market = QuietView(ask=BID + gap, leans=Leans(lean_bps=lean, spread_factor=factor))
    quotes = Passive(STEADY).quote(market)
    for quote in (*quotes.bids, *quotes.asks):
        assert quote.steps[0] == Step("reference", BID + BID + gap, "mid")
        assert quote.steps[-1].price2 == 2 * quote.price
        assert quote.reason == reason(quote.steps)
        names = [step.name for step in quote.steps]
        told = ["reference", "lean", "spread", "level", "rounding", "clamp"]
        assert names == [name for name in told if name in names]
        assert ("lean" in names, "level" in names) == (lean != 0, quote.level > 0)
        held = quote.price == (market.ask - 1 if quote.side > 0 else market.bid + 1)
        assert "clamp" not in names or held


def places(passive: Passive, market: QuietView) -> list[tuple[int, ...]]:
    """Levels that are quoted, bids and asks."""
    quotes = passive.quote(market)
    return [tuple(one.level for one in side) for side in (quotes.bids, quotes.asks)]


def test_where_a_quote_was_filled_none_stands_for_a_while_and_the_others_do() -> None:
    passive, market = Passive(STEADY), QuietView()
    assert places(passive, market) == [(0, 1, 2), (0, 1, 2)]
    market.renew = True
    market.completions.append(Completion(1, START, BUY, 0, BID, 200))
    assert places(passive, market) == [(1, 2), (0, 1, 2)]
    market.renew = False
    rest = passive.rest()
    assert isinstance(rest, Rest)
    assert rest.until == START + 15 * SECOND
    market.ts, market.renew = START + 5 * SECOND, True
    market.completions += [Completion(2, market.ts, BUY, 1, BID, 200), Completion(3, market.ts, SELL, 2, ASK, 200)]
    assert places(passive, market) == [(2,), (0, 1)]
    market.renew = False
    market.ts = START + 15 * SECOND - 1
    assert places(passive, market) == [(2,), (0, 1)]
    market.ts += 1
    assert places(passive, market) == [(0, 2), (0, 1)]
    market.ts = START + 20 * SECOND
    assert places(passive, market) == [(0, 1, 2), (0, 1, 2)]
    rest = passive.rest()
    assert isinstance(rest, Rest)
    assert rest.until == NEVER


def test_other_parameters_leave_empty_what_was_and_no_delay_leaves_nothing_empty() -> None:
    passive, market = Passive(STEADY), QuietView()
    market.completions.append(Completion(1, START, BUY, 0, BID, 200))
    market.leans = Leans(spread_factor=2.0)
    assert places(passive, market) == [(1, 2), (0, 1, 2)]
    other = Passive(msgspec.structs.replace(STEADY, min_spread_bps=3.0))
    other.inherit(passive)
    other.inherit(object())
    assert other.describe().startswith("passive 6.0–"), "the operator's factor counts before it quotes"
    assert places(other, market) == [(1, 2), (0, 1, 2)]
    assert places(Passive(msgspec.structs.replace(STEADY, refill_delay_s=0.0)), market) == [(0, 1, 2), (0, 1, 2)]


@given(seed=st.integers(0, 1000), delay=st.sampled_from([15.0, 20.0, 40.0]))
def test_by_default_no_side_is_filled_more_often_than_the_limit_allows(seed: int, delay: float) -> None:
    """Whatever stands is filled as soon as it may be, on one side alone."""
    passive, market = Passive(msgspec.structs.replace(STEADY, refill_delay_s=delay), seed), QuietView(ts=START)
    times: list[int] = []
    for step in range(400):
        market.ts, market.renew = START + step * SECOND // 4 + step, True
        for quote in passive.quote(market).bids:
            if (seed * 7919 + step * 104_729 + quote.level) % 3 == 0:
                times.append(market.ts)
                market.completions.append(Completion(len(times), market.ts, BUY, quote.level, quote.price, 1))
    limits = Limits()
    window = round(limits.same_side_window_s * SECOND)
    assert all(sum(0 <= now - one <= window for one in times) <= limits.max_same_side_fills for now in times)
