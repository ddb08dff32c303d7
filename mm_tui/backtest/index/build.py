"""Makes an index: the recording's inputs go through a desk's own market once, and what that says is written down."""

from array import array
from collections.abc import Iterable

from mm_tui.backtest.index import shape
from mm_tui.backtest.index.shape import Special, Totals
from mm_tui.book.side import BookSide
from mm_tui.book.sync import Outcome
from mm_tui.core.config import FeedRules
from mm_tui.core.market import Market
from mm_tui.model import events as ev
from mm_tui.model.events import AnyEvent
from mm_tui.model.instrument import Instrument

Columns = dict[str, "array[int]"]


class Rows:
    """What one side displayed at each price, whenever it changed."""

    def __init__(self, side: BookSide, name: str, columns: Columns) -> None:
        self._side = side
        self._at, self._best = columns[f"{name}_at"], columns[f"{name}_best"]
        self._worst_at, self._worst = columns[f"{name}_worst_at"], columns[f"{name}_worst"]
        self._rows: dict[int, tuple[array[int], array[int]]] = {}

    def take(self, at: int, prices: Iterable[int]) -> None:
        """The side after an input that may have changed these prices."""
        levels, rows = self._side.levels, self._rows
        for price in prices:
            quantity = levels.get(price, 0)
            found = rows.get(price)
            if found is None:
                if not quantity:
                    continue
                found = rows[price] = (array("I"), array("q"))
            elif found[1][-1] == quantity:
                continue
            found[0].append(at)
            found[1].append(quantity)
        keys, sign = self._side.keys, self._side.sign
        _note(at, keys[-1] * sign if keys else 0, self._at, self._best)
        _note(at, keys[0] * sign if keys else 0, self._worst_at, self._worst)

    def everything(self, at: int) -> None:
        """The side after an input that may have changed any price."""
        self.take(at, {*self._side.levels, *self._rows})

    def finish(self, name: str, columns: Columns) -> None:
        """Lay the rows out, price by price."""
        start, row_at, row = columns[f"{name}_start"], columns[f"{name}_row_at"], columns[f"{name}_row"]
        for price in sorted(self._rows):
            columns[f"{name}_price"].append(price)
            start.append(len(row))
            ats, quantities = self._rows.pop(price)
            row_at.extend(ats)
            row.extend(quantities)
        start.append(len(row))


class Builder:
    """Takes inputs in order."""

    def __init__(self, instrument: Instrument) -> None:
        self.columns: Columns = {name: array(letter) for name, letter in shape.COLUMNS.items()}
        self.specials: list[Special] = []
        self._market = Market(instrument, FeedRules())
        book = self._market.book
        self._bids, self._asks = Rows(book.bids, "bid", self.columns), Rows(book.asks, "ask", self.columns)
        self._frames = 0

    def take(self, event: AnyEvent) -> None:
        """The next input."""
        columns, market = self.columns, self._market
        at = len(columns["ts"])
        columns["ts"].append(event.ts)
        if type(event) is ev.Trade:
            market.trades += 1
            kind = self._trade(at, event)
        elif type(event) is ev.TopOfBook:
            kind = self._top(at, event)
        elif type(event) is ev.BookDelta:
            kind = self._delta(at, event)
        elif type(event) is ev.BookSnapshot:
            kind = self._snapshot(at, event)
        else:
            if type(event) is ev.LinkUp and event.resync:
                market.reset(event.ts)
            kind = self._special(at, event)
        columns["kind"].append(kind)

    def finish(self) -> Totals:
        """What it all came to; the columns are then whole."""
        self._bids.finish("bid", self.columns)
        self._asks.finish("ask", self.columns)
        market = self._market
        return Totals(
            frames=market.frames + market.trades,
            trades=market.trades,
            book_updates=market.book_updates,
            gaps=market.gaps,
            resyncs=market.resyncs,
            last_update_id=market.book.last_update_id,
        )

    def _trade(self, at: int, event: ev.Trade) -> int:
        columns, buying = self.columns, event.side is ev.BUY
        columns["trade_at"].append(at)
        columns["bought"].append(event.price if buying else shape.NO_BUY)
        columns["sold"].append(shape.NO_SALE if buying else event.price)
        columns["lots"].append(event.quantity)
        columns["number"].append(event.trade_id)
        return shape.BOUGHT if buying else shape.SOLD

    def _top(self, at: int, event: ev.TopOfBook) -> int:
        if not self._market.on_top(event):
            return shape.QUIET_TOP
        self._observe(at, event.ts)
        return shape.TOP

    def _delta(self, at: int, event: ev.BookDelta) -> int:
        outcome = self._market.on_delta(event)
        self.columns["book_at"].append(at)
        if outcome is Outcome.IGNORED:
            return shape.QUIET_BOOK
        if outcome is not Outcome.APPLIED:
            return self._special(at, event, outcome)
        self.columns["fresh_at"].append(at)
        self._bids.take(at, {price for price, _ in event.bids})
        self._asks.take(at, {price for price, _ in event.asks})
        self._observe(at, event.ts)
        return shape.BOOK

    def _snapshot(self, at: int, event: ev.BookSnapshot) -> int:
        outcome = self._market.on_snapshot(event)
        self.columns["book_at"].append(at)
        self.columns["fresh_at"].append(at)
        if outcome is Outcome.IGNORED:
            return shape.QUIET_BOOK
        if outcome is not Outcome.APPLIED:
            return self._special(at, event, outcome)
        self._bids.everything(at)
        self._asks.everything(at)
        self._observe(at, event.ts)
        return shape.BOOK

    def _special(self, at: int, event: AnyEvent, outcome: Outcome | None = None) -> int:
        market = self._market
        if outcome is not None:
            self._bids.everything(at)
            self._asks.everything(at)
            if outcome is Outcome.LIVE:
                self._observe(at, event.ts)
        self.specials.append(
            Special(
                at=at,
                event=event,
                outcome="" if outcome is None else outcome.value,
                valid=market.book.valid,
                last_update_id=market.book.last_update_id,
                known=market.known,
            )
        )
        return shape.SPECIAL

    def _observe(self, at: int, ts: int) -> None:
        columns, references = self.columns, self._market.references
        self._market.observe(ts)
        columns["moved_at"].append(at)
        bids, asks = columns["touch_bid"], columns["touch_ask"]
        if not bids or bids[-1] != references.bid or asks[-1] != references.ask:
            columns["touch_at"].append(at)
            bids.append(references.bid)
            asks.append(references.ask)
            columns["touch_mid"].append(references.mid2)


def _note(at: int, value: int, ats: "array[int]", values: "array[int]") -> None:
    """A value from an input on, where it is another."""
    if not values or values[-1] != value:
        ats.append(at)
        values.append(value)
