from itertools import pairwise

import pytest

from mm_tui.venues.demo.market import Depth, Diff, Market, Output, Print, Touch

START = 6_180_000


def market(seed: int = 1) -> Market:
    return Market(seed, START, 1.75, 25.0)


class NaiveBook:
    """Sizes by price from one snapshot and the diffs after it, by the exchange's rules and nothing else."""

    def __init__(self, depth: Depth) -> None:
        self.bids = {level.price: level.lots for level in depth.bids}
        self.asks = {level.price: level.lots for level in depth.asks}
        self.last_update_id = depth.last_update_id

    def apply(self, diff: Diff) -> None:
        if diff.last_update_id <= self.last_update_id:
            return
        assert diff.first_update_id <= self.last_update_id + 1, "gap"
        for side, levels in ((self.bids, diff.bids), (self.asks, diff.asks)):
            side.update((level.price, level.lots) for level in levels)
        self.last_update_id = diff.last_update_id

    def standing(self) -> tuple[dict[int, int], dict[int, int]]:
        bids, asks = ({price: lots for price, lots in side.items() if lots} for side in (self.bids, self.asks))
        return bids, asks


def diffs(outputs: list[Output]) -> list[Diff]:
    return [output for output in outputs if isinstance(output, Diff)]


def until_diff(venue: Market) -> list[Output]:
    """Run to the next diff exactly, so that a book of diffs is level with the market's own."""
    return venue.advance(venue._next_diff)


def test_the_same_seed_is_the_same_market_however_it_is_stepped() -> None:
    whole, stepped = market(4), market(4)
    outputs: list[Output] = []
    for number in range(1, 1001):
        outputs += stepped.advance(number * 0.02)
    assert outputs == whole.advance(20.0)
    assert len(outputs) > 1000


def test_another_seed_is_another_market() -> None:
    assert market(4).advance(2.0) != market(5).advance(2.0)


def test_update_ids_are_continuous_and_diffs_come_each_100_ms() -> None:
    venue = market()
    published = diffs(venue.advance(60.0))
    for diff, later in pairwise(published):
        assert later.first_update_id == diff.last_update_id + 1
        assert later.at - diff.at == pytest.approx(0.1)
    assert len(published) == pytest.approx(600, abs=2)


@pytest.mark.parametrize("seed", range(5))
def test_a_snapshot_at_any_moment_and_the_diffs_after_it_are_the_book(seed: int) -> None:
    venue = market(seed)
    venue.advance(3.0 + seed * 0.037)
    naive = NaiveBook(venue.depth(100_000))
    for _ in range(50):
        for diff in diffs(until_diff(venue)):
            naive.apply(diff)
        assert naive.standing() == (venue.ladder.bids.lots, venue.ladder.asks.lots)
        assert naive.last_update_id == venue.ladder.update_id


def test_touches_carry_their_own_ids_and_the_last_is_the_book() -> None:
    venue = market()
    outputs = venue.advance(30.0)
    touches = [output for output in outputs if isinstance(output, Touch)]
    assert all(later.update_id > touch.update_id for touch, later in pairwise(touches))
    assert all(touch.bid < touch.ask and min(touch.bid_lots, touch.ask_lots) > 0 for touch in touches)
    last = touches[-1]
    assert (last.bid, last.bid_lots) == (venue.ladder.bids.best, venue.ladder.bids.best_lots)
    assert (last.ask, last.ask_lots) == (venue.ladder.asks.best, venue.ladder.asks.best_lots)


def test_trades_meet_the_best_price_and_no_more_than_rests_there() -> None:
    touch = None
    trade_ids = []
    for output in market(3).advance(120.0):
        if isinstance(output, Touch):
            touch = output
        elif isinstance(output, Print):
            trade_ids.append(output.trade_id)
            if touch is not None and touch.at == output.at:
                best = (touch.bid, touch.bid_lots) if output.buyer_is_maker else (touch.ask, touch.ask_lots)
                assert output.price == best[0]
                assert output.lots <= best[1]
    assert trade_ids == list(range(trade_ids[0], trade_ids[0] + len(trade_ids)))
    assert len(trade_ids) > 1000


@pytest.mark.untraced
def test_the_book_stays_deep_on_both_sides_for_a_quarter_of_an_hour() -> None:
    venue = market(11)
    for minute in range(1, 16):
        venue.advance(minute * 60.0)
        for side in (venue.ladder.bids, venue.ladder.asks):
            assert 500 < len(side.keys) < 4000
            assert abs(side.worst / side.best - 1) * 10_000 < 160
        assert venue.ladder.spread > 0


@pytest.mark.parametrize("bps", [40.0, -40.0, 500.0, -500.0])
def test_a_jump_carries_the_mid_along_and_leaves_a_book(bps: float) -> None:
    venue = market(2)
    venue.advance(5.0)
    naive, before = NaiveBook(venue.depth(100_000)), venue.ladder.mid
    venue.jump(bps)
    outputs = venue.advance(6.0) + until_diff(venue)
    assert (venue.ladder.mid / before - 1) * 10_000 == pytest.approx(bps, abs=12)
    for diff in diffs(outputs):
        naive.apply(diff)
    assert naive.standing() == (venue.ladder.bids.lots, venue.ladder.asks.lots)
    venue.advance(30.0)
    assert min(len(venue.ladder.bids.keys), len(venue.ladder.asks.keys)) > 100


def test_a_burst_is_so_many_trades_at_once() -> None:
    venue = market(2)
    venue.advance(5.0)
    venue.burst(10_000)
    outputs = venue.advance(5.0)
    assert sum(isinstance(output, Print) for output in outputs) == 10_000
    assert {output.at for output in outputs} == {5.0}
    assert abs(venue.ladder.mid / START - 1) < 0.01
    assert sum(isinstance(output, Print) for output in venue.advance(6.0)) < 1000


@pytest.mark.untraced
def test_other_settings_are_heard() -> None:
    calm, wild = Market(6, START, 0.5, 25.0), Market(6, START, 5.0, 25.0)
    busy = Market(6, START, 1.75, 100.0)
    moved: list[list[float]] = [[], []]
    for number in range(1, 121):
        for venue, mids in zip((calm, wild), moved, strict=True):
            venue.advance(number)
            mids.append(venue.ladder.mid)
    calm_move, wild_move = (sum(abs(later - mid) for mid, later in pairwise(mids)) for mids in moved)
    assert wild_move > 4 * calm_move
    assert sum(isinstance(output, Print) for output in busy.advance(120.0)) > 50 * 120
