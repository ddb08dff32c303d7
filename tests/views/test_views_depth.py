"""Columns of the heat map from a real desk's book."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure_desk import ASK, BID, MS, Rig, ask, bid, delta, trade

from mm_tui.model.events import BUY, SELL
from mm_tui.views import depth as depth_module
from mm_tui.views.depth import DepthView, merged
from mm_tui.views.frames import DepthColumn, DepthTrades
from mm_tui.views.frames.depth import HALF, UNKNOWN, code_of, lots_of

QUARTER = 250 * MS


@given(st.integers(0, 2**31))
def test_a_code_holds_a_quantity_to_a_fiftieth_of_a_percent(lots: int) -> None:
    code = code_of(lots)
    assert 0 <= code < UNKNOWN
    assert abs(lots_of(code) - lots) <= 0.5 + lots * 2e-4
    assert lots_of(UNKNOWN) == 0


def test_a_column_holds_what_is_displayed_quoted_and_traded() -> None:
    rig = Rig()
    view = DepthView(rig.core)
    view.sample(rig.ts)
    assert view.frame().columns == ()
    rig.quoting(bid(BID - 3), ask(ASK + 3))
    view.sample(rig.ts)
    rig.hear(trade(rig.ts + 1, BID, 5, SELL))
    view.sample(rig.ts)
    rig.hear(trade(rig.ts + 2, BID, 2, BUY, 77))
    rig.ts += QUARTER
    view.sample(rig.ts)
    frame = view.frame()
    assert view.frame() is frame
    first, second = frame.columns
    assert (first.bid, first.ask, first.own_bids, first.own_asks) == (BID, ASK, (BID - 3,), (ASK + 3,))
    group = frame.group
    assert second.trades == (DepthTrades(bucket=BID // group, bought=2, sold=5),)
    shown = sum(quantity for price, quantity in rig.core.book.bids.levels.items() if price // group == BID // group)
    shown += sum(quantity for price, quantity in rig.core.book.asks.levels.items() if price // group == BID // group)
    assert lots_of(first.code(BID // group)) == pytest.approx(shown, rel=2e-4)
    worst = min(rig.core.book.bids.levels)
    assert first.code(worst // group - 1) == UNKNOWN
    assert first.code(first.low - 1) == first.code(first.low + 2 * HALF) == UNKNOWN


def test_a_book_that_cannot_be_trusted_gives_an_empty_column() -> None:
    rig = Rig()
    view = DepthView(rig.core)
    rig.quoting(bid(BID - 3))
    view.sample(rig.ts)
    rig.hear(delta(rig.ts + QUARTER, 5_000, 5_001))
    view.sample(rig.ts + QUARTER)
    last = view.frame().columns[-1]
    assert (last.codes, last.bid, last.ask) == (b"", 0, 0)
    assert last.code(BID) == UNKNOWN


def test_levels_behind_the_last_that_is_looked_at_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depth_module, "MOST_LEVELS", 1)
    rig = Rig()
    view = DepthView(rig.core)
    rig.quoting(bid(BID - 3))
    view.sample(rig.ts)
    (column,) = view.frame().columns
    group = view.frame().group
    assert column.code(BID // group) not in (0, UNKNOWN)
    assert column.code(BID // group - 2) == UNKNOWN


def test_another_order_of_price_begins_anew() -> None:
    rig = Rig()
    view = DepthView(rig.core)
    rig.quoting(bid(BID - 3))
    view.sample(rig.ts)
    group = view.frame().group
    view._chosen_at *= 10
    rig.ts += QUARTER
    view.sample(rig.ts)
    assert len(view.frame().columns) == 1
    assert view.frame().group == group


def test_old_columns_keep_all_that_traded() -> None:
    def column(ts: int, *trades: DepthTrades) -> DepthColumn:
        return DepthColumn(ts=ts, low=0, codes=b"", bid=ts, trades=trades)

    one, two = DepthTrades(bucket=1, bought=2, sold=1), DepthTrades(bucket=1, sold=4)
    other = DepthTrades(bucket=3, bought=5)
    both = merged(column(1, one), column(2, two, other))
    assert (both.ts, both.bid) == (2, 2)
    assert both.trades == (DepthTrades(bucket=1, bought=2, sold=5), other)
    assert merged(column(1), column(2, one)).trades == (one,)
