"""The tape panel's frame."""

from pure_desk import ASK, BID, BTC, SECOND, Rig, ask, bid, trade

from mm_tui.model.events import BUY, SELL
from mm_tui.views.log import EventLog
from mm_tui.views.tape import FLOW_EVERY, TapeView


def test_the_tape_is_newest_first_and_keeps_what_it_showed() -> None:
    rig = Rig()
    tape = TapeView(rig.core.market, EventLog(BTC))
    rig.open_book()
    for number in range(3):
        rig.hear(trade(rig.ts, BID + number, 10, SELL, number))
    first = tape.frame(rig.ts)
    assert [row.price for row in first.trades] == [BID + 2, BID + 1, BID]
    assert [row.significant for row in first.trades] == [False, False, True]
    for number in range(250):
        rig.hear(trade(rig.ts, ASK, 10, BUY, number))
    assert len(tape.frame(rig.ts).trades) == 200
    rig.ts += SECOND
    rig.hear(trade(rig.ts, ASK, 10, BUY, 999))
    last = tape.frame(rig.ts)
    assert len(last.trades) == 200
    assert last.stats.trades == 254
    assert last.stats.buy == 2510


def test_a_print_by_which_an_order_of_ours_was_filled_is_ours_and_figures_wait_a_quarter_second() -> None:
    rig = Rig()
    log = EventLog(BTC)
    tape = TapeView(rig.core.market, log)
    (order, _) = rig.quoting(bid(BID - 1000), ask(ASK + 1000))
    rig.hear(trade(rig.ts, BID - 1000, 60, SELL, 7))
    seen = tape.frame(rig.ts)
    assert ([row.own for row in seen.trades], seen.stats.trades) == ([False], 1)
    rig.fill(order, 60, trade_id="7-1")
    for fact in rig.facts:
        log.hear(fact)
    log.refresh()
    rig.hear(trade(rig.ts, ASK, 10, BUY, 8))
    again = tape.frame(rig.ts)
    assert [row.own for row in again.trades] == [False, True]
    assert again.stats is seen.stats
    rig.ts += FLOW_EVERY
    assert tape.frame(rig.ts).stats.trades == 2
