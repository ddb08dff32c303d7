"""Market data through the whole core: gaps, stale data, links, and what they do to the quotes."""

import pytest
from pure_desk import ASK, BID, MID2, SECOND, START, Rig, ask, bid, delta, placed, snapshot, top, trade

from mm_tui.core.config import CoreConfig, FeedRules
from mm_tui.core.market import MIDS_KEPT
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.events import BUY

QUOTES = (bid(BID - 1000), ask(ASK + 1000))


def quoting() -> Rig:
    rig = Rig()
    rig.quoting(*QUOTES)
    assert rig.state == "quoting"
    return rig


def test_a_desk_starts_quoting_with_its_first_whole_book() -> None:
    rig = Rig()
    assert rig.state == "starting"
    rig.strategy.want(*QUOTES)
    rig.hear(ev.LinkUp(ts=rig.ts, venue="test"))
    rig.tick()
    assert not rig.take()
    rig.hear(delta(rig.ts, 90, 101))
    assert rig.requests == ["the book is not known"]
    rig.hear(delta(rig.ts, 102, 103))
    assert len(rig.requests) == 1
    rig.hear(snapshot(rig.ts, update=100))
    assert rig.state == "quoting"
    assert [(one.side, one.price) for one in rig.take(cmd.PlaceOrder)] == [(q.side, q.price) for q in QUOTES]
    assert rig.said(facts.BookValid)[0].update_id == 103


def test_a_desk_that_is_not_to_quote_on_start_waits_for_a_person() -> None:
    rig = Rig(CoreConfig(quoting_on_start=False))
    rig.open_book()
    rig.want(*QUOTES)
    assert (rig.state, rig.core.reason) == ("paused", "paused on start")
    assert not rig.take()
    rig.act("pause")
    assert rig.state == "quoting"
    assert len(rig.take(cmd.PlaceOrder)) == 2


def test_a_gap_makes_the_book_invalid_and_pulls_in_that_same_event() -> None:
    rig = quoting()
    rig.hear(delta(rig.ts, 103, 104))
    assert rig.state == "invalid book"
    assert rig.take() == [cmd.CancelAll(ts=rig.ts)]
    assert rig.requests == ["gap: update 103 after 100"]
    assert rig.core.market.gaps == 1
    rig.tick()
    rig.hear(trade(rig.ts, BID, 5, BUY))
    assert not rig.take()
    rig.canceled(*rig.core.orders.open)
    rig.hear(snapshot(rig.ts, update=104))
    assert rig.state == "quoting"
    assert len(placed(rig.take())) == 2


def test_a_crossed_book_is_not_quoted_on() -> None:
    rig = quoting()
    rig.hear(delta(rig.ts, 101, 102, [(ASK + 1, 5)]))
    assert rig.state == "invalid book"
    assert rig.take(cmd.CancelAll)
    assert rig.requests[-1].startswith("crossed")
    rig.hear(snapshot(rig.ts, bid=ASK, ask=ASK, update=200))
    assert rig.requests[-1] == "crossed: snapshot 200"
    assert rig.state == "invalid book"


def test_a_snapshot_older_than_the_diffs_is_fetched_again() -> None:
    rig = Rig()
    rig.hear(delta(rig.ts, 105, 106))
    rig.hear(snapshot(rig.ts, update=50))
    assert rig.requests == ["the book is not known", "the snapshot was older than the first update"]
    assert rig.state == "starting"


def test_duplicates_change_nothing_and_say_nothing() -> None:
    rig = quoting()
    one = delta(rig.ts, 101, 102, [(BID - 3, 7)])
    rig.hear(one)
    heard = len(rig.facts)
    rig.hear(one)
    rig.hear(snapshot(rig.ts, update=50))
    rig.hear(top(rig.ts, BID - 50, ASK - 50, update=1))
    assert len(rig.facts) == heard
    assert not rig.take()
    assert rig.core.references.bid == BID


def test_silence_makes_the_desk_stale_at_its_time_and_the_quotes_are_pulled() -> None:
    rig = quoting()
    rig.sleep(1.9999)
    assert rig.state == "quoting"
    rig.sleep(0.0001)
    assert (rig.state, rig.core.reason) == ("stale", "no market data for 2 s")
    assert rig.take() == [cmd.CancelAll(ts=rig.ts)]
    assert rig.ts == START + 2 * SECOND


def test_a_frame_just_in_time_moves_the_limit() -> None:
    rig = quoting()
    rig.sleep(1.5)
    rig.tick()
    rig.sleep(1.999)
    assert rig.state == "quoting"
    rig.sleep(0.001)
    assert rig.state == "stale"


def test_quotes_return_after_a_second_of_clean_data() -> None:
    rig = quoting()
    rig.sleep(5)
    rig.canceled(*rig.core.orders.open)
    rig.take()
    rig.tick()
    rig.flow(0.9)
    assert rig.state == "stale"
    assert not rig.take()
    rig.flow(0.1)
    assert rig.state == "quoting"
    assert len(placed(rig.take())) == 2


def test_the_ticker_alone_is_no_clean_data() -> None:
    rig = quoting()
    rig.sleep(2)
    rig.canceled(*rig.core.orders.open)
    rig.take()
    for number in range(19):
        rig.sleep(0.1)
        rig.hear(top(rig.ts, BID, ASK, 1000 + number))
    assert rig.state == "stale"
    assert not rig.take()


def test_a_gap_within_the_clean_second_starts_it_anew() -> None:
    rig = quoting()
    rig.sleep(5)
    rig.canceled(*rig.core.orders.open)
    rig.take()
    rig.tick()
    rig.flow(0.8)
    rig.hear(delta(rig.ts, 400, 401))
    rig.hear(snapshot(rig.ts, update=401))
    rig.update = 401
    rig.flow(0.9)
    assert rig.state == "stale"
    rig.flow(0.1)
    assert rig.state == "quoting"


def test_a_link_that_is_down_pulls_and_stays_so_until_it_is_up() -> None:
    rig = quoting()
    rig.hear(ev.LinkDown(ts=rig.ts, venue="test", reason="reset"))
    assert (rig.state, rig.core.reason) == ("stale", "link down: reset")
    assert rig.take(cmd.CancelAll)
    rig.flow(3)
    assert rig.state == "stale"
    rig.hear(ev.LinkUp(ts=rig.ts, venue="test", resync=True))
    assert rig.state == "invalid book"
    assert rig.said(facts.BookInvalid)[-1].reason == "reconnected"
    rig.hear(snapshot(rig.ts, update=500))
    rig.update = 500
    assert rig.state == "stale"
    rig.canceled(*rig.core.orders.open)
    rig.take()
    rig.flow(1)
    assert rig.state == "quoting"


def test_a_switch_without_loss_leaves_the_quotes_alone() -> None:
    rig = quoting()
    rig.hear(ev.LinkUp(ts=rig.ts, venue="test", resync=False))
    assert rig.state == "quoting"
    assert not rig.take()


def test_a_watchdog_that_finds_the_loop_stuck_counts_as_stale() -> None:
    rig = quoting()
    rig.hear(ev.WatchdogTripped(ts=rig.ts, rule="loop_lag", value="over 1 s", limit="1 s"))
    assert (rig.state, rig.core.reason) == ("stale", "loop lag over 1 s, limit 1 s")
    assert rig.take(cmd.CancelAll)


def test_a_watchdog_that_counts_another_exposure_halts() -> None:
    rig = quoting()
    rig.hear(ev.WatchdogTripped(ts=rig.ts, rule="exposure", value="5 lots", limit="0 lots"))
    assert rig.state == "halted"
    assert rig.take(cmd.CancelAll)


def test_a_refused_frame_is_counted_and_noted() -> None:
    rig = quoting()
    rig.hear(ev.FrameRefused(ts=rig.ts, reason="no JSON", size=12))
    assert rig.core.bad_frames == 1
    assert rig.said(facts.Noted)[-1].text == "frame refused: no JSON"


def test_the_ticker_counts_only_while_it_is_ahead_of_the_diffs() -> None:
    rig = quoting()
    rig.hear(top(rig.ts, BID + 4, ASK + 4, update=150))
    assert rig.core.mid2 == BID + ASK + 8
    rig.hear(delta(rig.ts, 101, 200, [(BID, 50)]))
    assert rig.core.mid2 == BID + ASK
    assert rig.core.references.bid_quantity == 50


@pytest.mark.parametrize("stale_after_ms", [200, 5000])
def test_the_limit_of_silence_is_a_setting(stale_after_ms: int) -> None:
    rig = Rig(CoreConfig(feed=FeedRules(stale_after_ms=stale_after_ms)))
    rig.quoting(*QUOTES)
    rig.sleep(stale_after_ms / 1000 - 0.001)
    assert rig.state == "quoting"
    rig.sleep(0.001)
    assert rig.state == "stale"


def test_figures_of_the_market() -> None:
    rig = quoting()
    rig.hear(trade(rig.ts, BID, 1000, BUY))
    rig.hear(delta(rig.ts, 101, 102))
    rig.hear(snapshot(rig.ts, update=103, partial=True))
    market = rig.core.market
    assert (market.trades, market.book_updates, market.resyncs, market.gaps) == (1, 2, 1, 0)
    assert market.frames == 5
    assert market.tape.significant_count == 1


def test_the_ticker_alone_does_not_keep_a_book_fresh() -> None:
    rig = quoting()
    for _ in range(25):
        rig.sleep(0.1)
        rig.hear(top(rig.ts, BID, ASK, rig.update + 1))
        rig.update += 1
    assert rig.state == "stale"


def test_a_fill_is_held_against_the_mid_that_stood_just_before_it_traded() -> None:
    rig = quoting()
    order = next(iter(rig.core.orders.open))
    matched = rig.ts + 2
    for at, price in ((1, BID), (2, BID - 40), (3, BID - 80)):
        rig.hear(top(rig.ts + 1 if at > 1 else rig.ts, price, ASK, rig.update + 1))
        rig.update += 1
        rig.ts += 1
    rig.take()
    rig.hear(
        ev.OrderFilled(
            ts=rig.ts + 10,
            order_id=order.order_id,
            trade_id="1",
            price=order.price,
            quantity=1,
            maker=True,
            fee=0,
            fee_in_base=False,
            matched=matched,
        )
    )
    stood, known = rig.core.market.mid_before(matched)
    assert known
    assert stood != rig.core.mid2
    [fill] = rig.said(facts.Filled)
    assert (fill.matched, fill.mid2) == (matched, stood)


def told(rig: Rig, order_id: str, matched: int, trade_id: str) -> int | None:
    """The mid that the fact of a fill gives which traded at a time and is reported now."""
    rig.hear(
        ev.OrderFilled(
            ts=rig.ts, order_id=order_id, trade_id=trade_id, price=BID - 1000, quantity=1, maker=True, fee=0,
            fee_in_base=True, matched=matched,
        )
    )  # fmt: skip
    mid2: int | None = rig.said(facts.Filled)[-1].mid2
    return mid2


def test_a_fill_s_mid_goes_by_the_book_when_it_traded_not_when_it_is_reported() -> None:
    rig = Rig()
    (order,) = rig.quoting(bid(BID - 1000))
    rig.ts += 10
    whole = rig.ts
    rig.ts += 10
    rig.hear(delta(rig.ts, 500, 501))
    lost = rig.ts
    rig.ts += 10
    assert not rig.core.book.valid
    assert told(rig, order.order_id, whole, "a") == MID2, "the book was whole when it traded"
    assert told(rig, order.order_id, lost, "b") == MID2, "just before the loss it was"
    assert told(rig, order.order_id, lost + 5, "c") is None
    rig.hear(snapshot(rig.ts, BID, ASK, 600))
    regained = rig.ts
    rig.ts += 10
    assert rig.core.book.valid
    assert told(rig, order.order_id, lost + 5, "d") is None, "it was lost when it traded, though the mid is the same"
    assert told(rig, order.order_id, regained + 1, "e") == MID2
    rig.hear(ev.LinkUp(ts=rig.ts, venue="test", resync=True))
    assert told(rig, order.order_id, rig.ts + 1, "f") is None


def test_a_mid_that_is_no_longer_remembered_is_not_said_to_be_the_market_s() -> None:
    rig = Rig()
    (order,) = rig.quoting(bid(BID - 1000))
    began = rig.ts
    for move in range(1, MIDS_KEPT + 2):
        rig.ts += 1000
        rig.tick(BID + move % 2, ASK + move % 2)
    market = rig.core.market
    assert market.mid_before(began + 500)[1] is False
    assert market.mid_before(rig.ts - 500) == (MID2 + 2 * ((MIDS_KEPT) % 2), True)
    assert told(rig, order.order_id, began + 500, "a") is None
