"""The market and the desk as a session's own records tell of them, from a milestone on.

Nothing is decided here and no strategy runs: the book is what the market log makes of it, orders, fills and state are
what the journal says, and all else is what the desk showed of itself at the last milestone.
"""

import re
from typing import Final

import msgspec

from mm_tui.backtest.recording import FrameReader
from mm_tui.core.market import Market
from mm_tui.core.state import State
from mm_tui.errors import DataError
from mm_tui.journal.index import Body, Levels
from mm_tui.journal.record import Entry, MarketLine
from mm_tui.model.account import Account
from mm_tui.model.events import AnyEvent, BookDelta, BookSnapshot, LinkUp, OrderFilled, TopOfBook, Trade
from mm_tui.model.facts import Fact, Filled, OrderChanged, QuoteDecided, StateChanged
from mm_tui.model.orders import TERMINAL, Order, Status
from mm_tui.runtime.assembly import Terms
from mm_tui.runtime.keeping.milestones import decode_shown
from mm_tui.views.frames import DeskFrame, OrderRow
from mm_tui.views.log import EventLog

_STATES: Final = frozenset(State)
_STATUSES: Final = frozenset(Status)
_UNPRINTABLE: Final = re.compile(rb'\\[^"\\/]|\x7f|\xc2[\x80-\x9f]')
"""In JSON: characters that move a terminal's cursor, or worse. A session may be somebody else's."""


class Recorded:
    """`begin` at a milestone, then `take` what comes; `show` the desk's own figures of each milestone passed."""

    def __init__(self, terms: Terms) -> None:
        self.market = Market(terms.instrument, terms.settings.feed)
        self.log = EventLog(terms.instrument)
        self.shown = DeskFrame()
        """What the desk showed at the last milestone, with the state that it went over to since."""
        self.account = Account(0, 0)
        self.filled = 0
        """Fills since that milestone."""
        self.fates: dict[str, str] = {}
        """What had become of quotes by then, by the ids of their orders."""
        self._orders: dict[str, Order] = {}
        self._wanted: dict[tuple[int, int], QuoteDecided] = {}
        self._frames = FrameReader(terms)

    @property
    def open(self) -> list[Order]:
        """Our orders as far as the records say."""
        return list(self._orders.values())

    def begin(self, ts: int, body: Body, bids: Levels, asks: Levels) -> bool:
        """Stand at a milestone; False where this version cannot read what the desk showed there."""
        if not self.show(body):
            return False
        market = self.market
        if body.valid and bids and asks:
            levels = list(bids.items()), list(asks.items())
            market.on_snapshot(BookSnapshot(ts=ts, last_update_id=body.update_id, bids=levels[0], asks=levels[1]))
        if body.ticker is not None:
            update_id, bid, bid_quantity, ask, ask_quantity = body.ticker
            market.on_top(
                TopOfBook(
                    ts=ts, update_id=update_id, bid=bid, bid_quantity=bid_quantity, ask=ask, ask_quantity=ask_quantity
                )
            )
        if market.book.valid:
            market.observe(ts)
        return True

    def show(self, body: Body) -> bool:
        """Take what the desk showed at a milestone; False where this version cannot read it."""
        if _UNPRINTABLE.search(body.shown):
            return False
        try:
            shown = decode_shown(body.shown)
            orders = {row.order_id: _order(row, body.created[row.order_id]) for row in shown.orders}
            account = Account(0, 0)
            for name in Account.__slots__:
                setattr(account, name, body.account[name])
        except (msgspec.MsgspecError, ValueError, KeyError, RecursionError):
            return False
        self.shown, self._orders, self.account = shown, orders, account
        self.fates = {row.order_id: row.fate for row in shown.orders}
        self.filled = 0
        return True

    def take(self, item: MarketLine | Entry) -> None:
        """A market line, or a record of the journal."""
        if isinstance(item, Entry):
            if isinstance(item.message, Fact):
                if not _UNPRINTABLE.search(msgspec.json.encode(item.message)):
                    self._hear(item.message)
            elif isinstance(item.message, LinkUp) and item.message.resync:
                self.market.reset(item.message.ts)
            return
        try:
            event = self._frames.read(item)
        except DataError:
            return  # the desk refused it as well
        if event is not None:
            self._trade_on(event)

    def _trade_on(self, event: AnyEvent) -> None:
        market = self.market
        if isinstance(event, Trade):
            market.on_trade(event)
        elif isinstance(event, BookDelta):
            market.on_delta(event)
        elif isinstance(event, BookSnapshot):
            market.on_snapshot(event)
        elif isinstance(event, TopOfBook):
            market.on_top(event)
        if market.book.valid:
            market.observe(event.ts)

    def _hear(self, fact: Fact) -> None:
        self.log.hear(fact)
        if isinstance(fact, Filled):
            self.filled += 1
            self.account.book(fact.side, _fill(fact))
        elif isinstance(fact, QuoteDecided):
            self._wanted[fact.side, fact.level] = fact
        elif isinstance(fact, StateChanged):
            if fact.state in _STATES:
                header = msgspec.structs.replace(self.shown.header, state=fact.state, reason=fact.reason)
                self.shown = msgspec.structs.replace(self.shown, header=header)
        elif isinstance(fact, OrderChanged) and fact.status in _STATUSES:
            self._move(fact)

    def _move(self, fact: OrderChanged) -> None:
        status = Status(fact.status)
        if status in TERMINAL:
            self._orders.pop(fact.order_id, None)
            return
        known, wanted = self._orders.get(fact.order_id), self._wanted.get((fact.side, fact.level))
        self._orders[fact.order_id] = Order(
            order_id=fact.order_id,
            side=fact.side,
            price=fact.price,
            quantity=fact.quantity,
            filled=fact.filled,
            status=status,
            created=fact.ts if known is None else known.created,
            level=fact.level,
            steps=known.steps if known is not None else wanted.steps if wanted is not None else (),
        )
        self.fates.pop(fact.order_id, None)


def _fill(fact: Filled) -> OrderFilled:
    """The report that the fact was made from, as far as an account asks."""
    return OrderFilled(
        ts=fact.ts,
        order_id=fact.order_id,
        trade_id=fact.trade_id,
        price=fact.price,
        quantity=fact.quantity,
        maker=fact.maker,
        fee=fact.fee,
        fee_in_base=fact.fee_in_base,
        fee_asset=fact.fee_asset,
        fee_amount=fact.fee_amount,
    )


def _order(row: OrderRow, created: int) -> Order:
    return Order(
        order_id=row.order_id,
        side=row.side,
        price=row.price,
        quantity=row.quantity,
        filled=row.quantity - row.left,
        status=Status(row.status),
        created=created,
        level=row.level,
        steps=row.steps,
    )
