"""The ladder's rows against the book they are made of."""

from typing import Any

from pure_desk import ASK, BID, SECOND, Rig, ask, bid, delta, trade

from mm_tui.model.events import BUY
from mm_tui.views.frames import Viewport
from mm_tui.views.ladder import LadderView, round_up
from mm_tui.views.traded import TradedAtPrice


def ladder_of(rig: Rig, view: Viewport, ladder: LadderView | None = None) -> Any:
    core = rig.core
    refs = core.references
    touch = (refs.bid, refs.bid_quantity, refs.ask, refs.ask_quantity)
    return (ladder or LadderView()).present(core.book, touch, core.orders, core.market.tape.last, view)


def test_every_row_of_a_ladder_of_single_ticks_is_the_books() -> None:
    rig = Rig()
    rig.quoting(bid(BID - 2, 30), ask(ASK + 1, 40))
    rig.hear(delta(rig.ts, 101, 200, [(BID, 55)], [(ASK, 66)]))
    frame = ladder_of(rig, Viewport(rows=10, group=1))
    rows = {row.price: row for row in frame.rows}
    assert [row.price for row in frame.rows] == sorted(rows, reverse=True)
    assert len(rows) == 10
    assert (rows[BID].bid, rows[BID].touch, rows[ASK].ask, rows[ASK].touch) == (55, "bid", 66, "ask")
    assert (rows[BID - 2].own_bid, rows[BID - 2].bid, rows[ASK + 1].own_ask) == (30, 100_000, 40)
    assert (frame.spread, frame.mid2, frame.valid, frame.largest) == (1, BID + ASK, True, 100_000)
    assert not any(row.own_pending for row in frame.rows)


def test_groups_hold_what_lies_in_them_and_the_touch_stays_exact() -> None:
    rig = Rig()
    rig.quoting(bid(BID - 2, 30), ask(ASK + 1, 40))
    frame = ladder_of(rig, Viewport(rows=10, group=10))
    assert sum(row.bid for row in frame.rows) == 100 + 4 * 100_000
    assert sum(row.ask for row in frame.rows) == 100 + 4 * 100_000
    assert sum(row.own_bid for row in frame.rows) == 30
    assert [row.price for row in frame.rows if row.touch == "bid"] == [BID]
    assert [row.price for row in frame.rows if row.touch == "ask"] == [ASK]


def test_the_ladder_groups_by_itself_until_the_own_quotes_fit() -> None:
    rig = Rig()
    rig.quoting(bid(BID - 3000), ask(ASK + 3000))
    ladder = LadderView()
    frame = ladder_of(rig, Viewport(rows=20), ladder)
    assert frame.group in {500, 1000}
    assert sum(row.own_bid for row in frame.rows) == 100
    assert sum(row.own_ask for row in frame.rows) == 100
    assert (frame.own_above, frame.own_below) == (0, 0)
    outside = ladder_of(rig, Viewport(rows=20, group=1), ladder)
    assert (outside.own_above, outside.own_below) == (1, 1)


def test_the_ladder_stands_until_the_mid_has_moved_a_quarter_and_centres_when_asked() -> None:
    rig = Rig()
    rig.open_book()
    rig.tick()
    ladder, view = LadderView(), Viewport(rows=20, group=1)
    top = ladder_of(rig, view, ladder).rows[0].price
    rig.tick(BID + 4, ASK + 4)
    assert ladder_of(rig, view, ladder).rows[0].price == top
    assert ladder_of(rig, Viewport(rows=20, group=1, recentre=1), ladder).rows[0].price == top + 4
    rig.tick(BID + 11, ASK + 11)
    assert ladder_of(rig, Viewport(rows=20, group=1, recentre=1), ladder).rows[0].price == top + 11
    scrolled = ladder_of(rig, Viewport(rows=20, group=1, recentre=1, centre=BID - 100), ladder)
    assert scrolled.rows[10].price == BID - 100


def test_orders_on_their_way_are_marked() -> None:
    rig = Rig()
    rig.open_book()
    rig.want(bid(BID - 2, 30))
    frame = ladder_of(rig, Viewport(rows=10, group=1))
    assert [row.price for row in frame.rows if row.own_pending] == [BID - 2]


def test_the_row_of_an_own_order_says_where_it_stands_in_its_queue_and_for_how_long() -> None:
    rig = Rig()
    rig.quoting(bid(BID - 2, 30), ask(ASK + 1, 40), ask(ASK + 3, 40, level=1))
    tape = rig.core.market.tape
    traded = TradedAtPrice(tape)
    traded.refresh(rig.ts)
    tape.add(trade(rig.ts, ASK + 1, 600, BUY))
    now = rig.ts + 10 * SECOND
    traded.refresh(now)
    known = {order.order_id: 1200 for order in rig.core.orders.open if order.price != ASK + 3}
    ladder = LadderView(traded, known.get)
    refs = rig.core.references
    touch = (refs.bid, refs.bid_quantity, refs.ask, refs.ask_quantity)
    frame = ladder.present(rig.core.book, touch, rig.core.orders, None, Viewport(rows=12, group=1), ts=now)
    rows = {row.price: row for row in frame.rows}
    assert (rows[ASK + 1].ahead, rows[ASK + 1].behind, rows[ASK + 1].eta_s) == (1200, 98_800, 20)
    assert (rows[BID - 2].ahead, rows[BID - 2].eta_s) == (1200, None)
    assert (rows[ASK + 3].ahead, rows[ASK + 3].behind) == (None, None)
    assert (rows[ASK + 1].bought, rows[ASK + 1].sold) == (600, 0)
    assert rows[ASK + 2].depth == sum(row.ask for row in frame.rows if row.price <= ASK + 2)
    coarse = ladder.present(rig.core.book, touch, rig.core.orders, None, Viewport(rows=12, group=10), ts=now)
    assert [row.ahead for row in coarse.rows if row.own_ask] == [1200]


def test_steps_of_a_ladder_are_round() -> None:
    assert [round_up(needed) for needed in (0.2, 1, 1.1, 2.5, 7, 11, 300)] == [1, 1, 2, 5, 10, 20, 500]
