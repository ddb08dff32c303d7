"""The history of our orders, newest on top: what became of each, and the selected one's whole life."""

from collections.abc import Hashable
from typing import ClassVar, NamedTuple

from mm_tui.app.widgets.scrolling import Scrolling
from mm_tui.app.widgets.spans import Span
from mm_tui.model.clock import SECOND
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, HistoryRow, Move

_TIME, _SIDE, _ALIVE, _STATUS = 8, 6, 6, 11
_DROPPED = ("ahead", "alive", "filled")
"""Columns in the order in which they give way."""
_ROOM_FOR_REASON = 18
"""Cells of the reason that are worth more than the columns above."""
_TONES = {"filled": "own bold", "rejected": "halt", "canceled": "dim", "unknown": "halt bold"}
_WORDS = {
    "pending_new": "new …", "partially_filled": "part", "pending_amend": "amend …", "pending_cancel": "cancel …",
}  # fmt: skip
_MOVES = 8
"""Moves of a life that are told at most; the oldest is always among them."""
_MOVE_WORD = 12


class Columns(NamedTuple):
    """Widths in cells; 0 where a column is left out."""

    price: int
    size: int
    filled: int
    ahead: int
    alive: int
    reason: int


class History(Scrolling):
    """When it was placed, side, price, size, how much of it was filled, its first place in the queue, its life, why."""

    title: ClassVar[str] = "Order history"

    def rows_of(self, frame: DeskFrame) -> tuple[HistoryRow, ...]:
        """Every order that is remembered."""
        return frame.history

    def identity(self, row: HistoryRow) -> Hashable:
        """Its id."""
        return row.order_id

    def told(self, row: HistoryRow) -> str:
        """All that is written of it."""
        instrument = self.frame.instrument
        price = fmt.steps(row.price, instrument.tick_size) if instrument is not None else ""
        words = row.side.word, row.side.book_word, price, row.status, row.reason, row.order_id
        return " ".join([fmt.clock(row.placed), *words])

    def details(self, row: HistoryRow) -> list[list[Span]]:
        """Its life, a line a move: when, what, why."""
        moves = row.moves if len(row.moves) <= _MOVES else (row.moves[0], *row.moves[1 - _MOVES :])
        left = self.frame.instrument
        size = fmt.steps(row.quantity, left.step_size) if left is not None else ""
        amends = f", made smaller {row.amends} ×" if row.amends else ""
        head: list[Span] = [(f"{row.order_id}  ", "bright"), (f"level {row.level}, {size}{amends}", "text")]
        return [head, *(_move(move, self.inner[0]) for move in moves)]

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The orders, how long they live, and how it is written."""
        second = before.ts // SECOND != frame.ts // SECOND
        other = before.instrument is not frame.instrument or (before.replay is None) is not (frame.replay is None)
        return self.follow(before, frame) or other or second

    def paint(self) -> None:
        """A header and the orders that fit."""
        instrument = self.frame.instrument
        width, height = self.inner
        if instrument is None:
            self.rim()
            self.blank()
            return
        rows = self.frame.history
        if not rows and self.frame.replay is not None:
            self.rim()
            self.put(0, "replay", lambda: [("not as recorded: it comes with the desk itself", "dim")])
            self.blank(1)
            return
        columns = columns_for(width, rows, instrument)
        top = int(height > 1)
        if top:
            self.put(0, ("head", columns, instrument), _head, columns, instrument)
        now = self.frame.ts // SECOND * SECOND
        make = _Line(columns, instrument, now)
        newer, older = self.put_rows(
            (top, height - top), columns, make, "order", lambda row: now if row.ended is None else None
        )
        self.rim(self.corner(f"{len(rows)}"), below=newer, more=older)


def columns_for(width: int, rows: tuple[HistoryRow, ...], instrument: Instrument) -> Columns:
    """The columns that fit beside the reason."""
    price = max([9, *(len(fmt.steps(row.price, instrument.tick_size)) for row in rows[:1])]) + 1
    size = max([8, *(len(fmt.steps(row.quantity, instrument.step_size)) + 1 for row in rows[:50])])
    widths = {"price": price, "size": size, "filled": size, "ahead": 8, "alive": _ALIVE}
    for name in _DROPPED:
        if _TIME + _SIDE + sum(widths.values()) + _STATUS + _ROOM_FOR_REASON <= width:
            break
        widths[name] = 0
    return Columns(**widths, reason=max(0, width - _TIME - _SIDE - sum(widths.values()) - _STATUS))


class _Line:
    """Draws a row of the list."""

    def __init__(self, columns: Columns, instrument: Instrument, now: int) -> None:
        self._columns, self._instrument, self._now = columns, instrument, now

    def __call__(self, row: HistoryRow) -> list[Span]:
        columns, instrument = self._columns, self._instrument
        tick, step = instrument.tick_size, instrument.step_size
        side = "bid" if row.side > 0 else "ask"
        live = row.ended is None
        seconds = ((self._now if row.ended is None else row.ended) - row.placed) // SECOND
        ahead = fmt.UNKNOWN if row.ahead is None else fmt.compact(row.ahead * instrument.step)
        cells = [
            (fmt.clock(row.placed).ljust(_TIME), "dim"),
            (f" {row.side.word}".ljust(_SIDE), side),
            (fmt.steps(row.price, tick).rjust(columns.price), "own" if live else "text"),
            (fmt.steps(row.quantity, step).rjust(columns.size), "text"),
        ]
        if columns.filled:
            text = fmt.steps(row.filled, step) if row.filled else fmt.UNKNOWN
            cells.append((text.rjust(columns.filled), "bright" if row.filled else "dim"))
        if columns.ahead:
            cells.append((ahead.rjust(columns.ahead), "text"))
        if columns.alive:
            cells.append((fmt.duration(seconds).rjust(columns.alive), "dim"))
        cells.append(("  " + _WORDS.get(row.status, row.status).ljust(_STATUS - 2), _TONES.get(row.status, "text")))
        cells.append((fmt.clip(row.reason, columns.reason), "dim"))
        return cells


def _head(columns: Columns, instrument: Instrument) -> list[Span]:
    words = [
        ("time".ljust(_TIME) + " side ", _TIME + _SIDE),
        (f"price {instrument.quote}" if columns.price >= len(instrument.quote) + 7 else "price", columns.price),
        ("size", columns.size), ("filled", columns.filled), ("ahead", columns.ahead), ("alive", columns.alive),
    ]  # fmt: skip
    line = "".join(fmt.clip(word, width).rjust(width) for word, width in words if width)
    return [(line + "  status".ljust(_STATUS) + "why", "dim")]


def _move(move: Move, width: int) -> list[Span]:
    room = max(0, width - _TIME - 2 - _MOVE_WORD)
    tone = "own" if move.what in ("fill", "filled") else "text"
    return [
        (fmt.clock(move.ts) + "  ", "dim"),
        (move.what.ljust(_MOVE_WORD), tone),
        (fmt.clip(move.words, room), "text"),
    ]
