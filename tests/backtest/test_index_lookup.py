"""What an index answers, held against the book as it was and against the plain way to look."""

from array import array
from bisect import bisect_right
from itertools import product

import pytest
from coarse_market import COARSE, CoarseMarket
from hypothesis import given
from hypothesis import strategies as st
from pure_desk import BTC
from two_ways import indexed, random_events

from mm_tui.backtest.index.market import IndexedMarket
from mm_tui.backtest.index.reach import Reach
from mm_tui.core.config import FeedRules
from mm_tui.core.market import Market
from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL, AnyEvent
from mm_tui.model.instrument import Instrument
from mm_tui.risk.breaker import Breaker
from mm_tui.risk.limits import Limits
from mm_tui.sim.resting import NO_ASK
from mm_tui.strategy.api import NEVER

VALUES = st.lists(st.integers(-50, 50), min_size=1, max_size=400)


@given(VALUES, st.data())
def test_the_next_place_is_found_as_one_by_one(values: list[int], data: st.DataObject) -> None:
    reach = Reach(array("q", values))
    start, bound = data.draw(st.integers(0, len(values))), data.draw(st.floats(-60, 60))
    places = range(start, len(values))
    assert reach.at_least(start, bound) == next((at for at in places if values[at] >= bound), len(values))
    assert reach.at_most(start, bound) == next((at for at in places if values[at] <= bound), len(values))
    if start < len(values):
        end = data.draw(st.integers(start + 1, len(values)))
        assert reach.extremes(start, end) == (min(values[start:end]), max(values[start:end]))


def lived(market: Market, event: AnyEvent) -> bool:
    """Let a market take an event as a core does; whether the mid moved."""
    if isinstance(event, ev.Trade):
        market.on_trade(event)
        return False
    if isinstance(event, ev.TopOfBook):
        return market.on_top(event) and market.observe(event.ts)
    if isinstance(event, ev.BookDelta | ev.BookSnapshot):
        taken = market.on_delta(event) if isinstance(event, ev.BookDelta) else market.on_snapshot(event)
        return taken.value in ("applied", "live") and market.observe(event.ts)
    if isinstance(event, ev.LinkUp):
        market.reset(event.ts)
    return False


@pytest.mark.parametrize(
    ("events", "instrument"),
    [
        (list(CoarseMarket(7, 700)), COARSE),
        (list(CoarseMarket(8, 700, partial=True)), COARSE),
        (random_events(3, 900), BTC),
    ],
    ids=("coarse", "small books", "random"),
)
def test_the_market_is_the_same_at_every_moment(events: list[AnyEvent], instrument: Instrument) -> None:
    lookup = indexed(events, instrument)
    live, late = Market(instrument, FeedRules()), IndexedMarket(instrument, FeedRules(), lookup)
    prices = sorted({price for event in events if isinstance(event, ev.BookDelta | ev.BookSnapshot)
                     for price, _ in (*event.bids, *event.asks)})  # fmt: skip
    asked = prices[:: max(1, len(prices) // 40)]
    asked += [price + 1 for price in asked] + [prices[0] - 5, prices[-1] + 5]
    for at, event in enumerate(events):
        late.seek(at)
        assert late.book_ts == live.book_ts
        for name in ("bid", "ask", "mid2"):
            assert getattr(late.references, name) == getattr(live.references, name)
        if at % 7 == 0:
            for mine, theirs in ((late.book.bids, live.book.bids), (late.book.asks, live.book.asks)):
                assert mine.best() == theirs.best()
                assert [mine.displayed(price) for price in asked] == [theirs.displayed(price) for price in asked]
                assert [mine.levels.get(price, 0) for price in asked] == [
                    theirs.levels.get(price, 0) for price in asked
                ]
                assert list(reversed(mine.keys)) == list(reversed(theirs.keys))
                limit = theirs.best() - 3 * theirs.sign
                assert list(mine.walk(limit)) == list(theirs.walk(limit))
            assert late.book.two_sided == live.book.two_sided
            assert late.mid_before(event.ts - 90_000_000) == live.mid_before(event.ts - 90_000_000)
        lived(live, event)
    late.seek(len(events))
    late.finish()
    for name in ("frames", "trades", "book_updates", "gaps", "resyncs"):
        assert getattr(late, name) == getattr(live, name)
    assert late.book.last_update_id == live.book.last_update_id


def test_what_comes_next_is_found_as_one_by_one() -> None:
    events = list(CoarseMarket(9, 600))
    lookup = indexed(events, COARSE)
    market, bests, stood = Market(COARSE, FeedRules()), [], []
    for event in events:
        lived(market, event)
        bests.append((market.book.bids.best(), market.book.asks.best()))
        stood.append((market.references.mid2, market.book.valid))
    count = len(events)
    for at in range(2, count, 13):
        bid, ask = bests[at - 1]
        for off in (1, 2, 3):
            first = next((n for n in range(at, count) if bests[n][1] <= bid - off), NEVER)
            assert lookup.asks.crosses(bid - off, at) == first
            first = next((n for n in range(at, count) if bests[n][0] >= ask + off), NEVER)
            assert lookup.bids.crosses(ask + off, at) == first
        assert lookup.asks.crosses(ask, at) == lookup.bids.crosses(bid, at) == at
        books = [n for n in range(at, count) if isinstance(events[n], ev.BookDelta | ev.BookSnapshot)]
        assert lookup.book_from(at) == (books[0] if books else count)
        times = [event.ts for event in events]
        assert lookup.stood(times[at]) == stood[bisect_right(times, times[at]) - 1]
        if isinstance(events[at], ev.Trade):
            assert lookup.trade(at) == events[at]
    assert lookup.stood(times[0] - 1) == (0, False)
    assert lookup.side(BUY).rows(1) == lookup.side(SELL).rows(NO_ASK) == (0, 0)
    assert lookup.side(BUY).displayed(1, count) is None


@pytest.mark.untraced
@pytest.mark.parametrize("seed", range(3))
def test_whether_the_price_moves_too_far_is_known_as_the_breaker_knows_it(seed: int) -> None:
    lookup = indexed(random_events(seed, 3000), BTC)
    found = set()
    for bps, window in product((0.01, 1, 20, 60, 150, 400, 3000), (0.2, 3, 30)):
        limits = Limits(max_price_change_bps=bps, price_change_window_s=window)
        breaker, moves = Breaker(limits), zip(lookup.touch_at, lookup.mids.values, strict=True)
        calm = all(breaker.on_mid(lookup.ts[at], mid2) is None for at, mid2 in moves)
        assert lookup.calm(limits) is calm
        found.add((calm, lookup._plainly_calm(limits)))
    assert {(True, True), (False, False)} <= found
