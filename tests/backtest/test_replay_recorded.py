"""What the records of a session say by themselves, from hand-made ones."""

from typing import Any

import msgspec
from pure_desk import ASK, BID, BTC, MS, START
from small_session import loaded

from mm_tui.backtest.replay.recorded import Recorded
from mm_tui.journal.index import Body
from mm_tui.journal.record import Entry
from mm_tui.model.account import MICRO, Account
from mm_tui.model.events import BUY, LinkUp
from mm_tui.model.facts import Fact, Filled, OrderChanged, StateChanged
from mm_tui.model.orders import Status
from mm_tui.runtime.assembly import Terms
from mm_tui.runtime.keeping.milestones import decode_shown
from mm_tui.views.frames import DeskFrame, OrderRow

ACCOUNT = dict.fromkeys(Account.__slots__, 0)


def begun(shown: bytes = b"{}", **body: Any) -> tuple[Recorded, bool]:
    terms = Terms(
        settings=loaded().settings, instrument=BTC, strategy="passive", maker_bps=0, taker_bps=5, stale_after_ms=1000
    )
    recorded = Recorded(terms)
    given: dict[str, Any] = {"valid": True, "update_id": 7, "bids": (), "asks": (), "account": ACCOUNT, **body}
    return recorded, recorded.begin(START, Body(shown=shown, **given), {BID: 5}, {ASK: 6})


def changed(status: Status, filled: int = 0, **more: Any) -> OrderChanged:
    told: dict[str, Any] = {"order_id": "a", "side": BUY, "price": BID, "quantity": 9, "level": 0, "reason": "", **more}
    return OrderChanged(ts=START + MS, filled=filled, status=status.value, **told)


def take(recorded: Recorded, *facts: Fact) -> None:
    for seq, fact in enumerate(facts):
        recorded.take(Entry(seq, 0, fact))


def test_the_book_is_the_milestones_and_a_resync_empties_it() -> None:
    recorded, well = begun()
    assert well
    assert recorded.market.references.mid2 == BID + ASK
    recorded.take(Entry(0, 0, LinkUp(ts=START + MS, venue="demo", resync=True)))
    assert not recorded.market.book.valid


def test_an_order_lives_as_the_journal_says() -> None:
    recorded, _ = begun()
    take(recorded, changed(Status.PENDING_NEW), changed(Status.LIVE))
    assert [(one.order_id, one.status, one.left) for one in recorded.open] == [("a", Status.LIVE, 9)]
    fill = Filled(
        ts=START + MS, order_id="a", trade_id="1", side=BUY, price=BID, quantity=9, maker=True, fee=0,
        fee_in_base=False, matched=START, mid2=BID + ASK, position=9 * MICRO,
    )  # fmt: skip
    take(recorded, fill, changed(Status.FILLED, 9), StateChanged(ts=START + MS, state="paused", reason="lunch"))
    assert recorded.open == []
    assert (recorded.filled, recorded.account.position) == (1, 9 * MICRO)
    assert (recorded.shown.header.state, recorded.shown.header.reason) == ("paused", "lunch")


def test_orders_of_a_milestone_are_known_with_their_age() -> None:
    row = OrderRow(order_id="b", side=BUY, price=BID, bps=0.0, left=4, quantity=9, status="live", age_s=3, fate="sent")
    shown = DeskFrame(orders=(row,))
    packed = msgspec.json.encode(shown)
    assert decode_shown(packed).orders == (row,)
    recorded, well = begun(packed, created={"b": START - 3})
    assert well
    assert [(one.order_id, one.filled, one.created) for one in recorded.open] == [("b", 5, START - 3)]
    assert recorded.fates == {"b": "sent"}
    assert not begun(packed, created={})[1], "an order that nobody sent"


def test_what_would_steer_a_terminal_is_not_shown() -> None:
    assert not begun(b'{"header":{"reason":"\\u001b[2J"}}')[1]
    assert not begun(b"no json")[1]
    recorded, _ = begun()
    take(recorded, StateChanged(ts=START + MS, state="paused", reason="\x1b[2J"))
    assert recorded.shown.header.state == "starting"
