"""What an index holds: every input's time and kind, and the market as it was after each, in flat columns.

An input is counted from 0 in the order in which the desk hears it; columns that hold inputs' numbers ascend. Prices are
ticks, mids half ticks, quantities lots, times ns. A column is bytes or a view of 32 or 64 bit integers, in this process
or on disk alike.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from mm_tui.model.events import AnyEvent

SOLD: Final = 0
"""A public trade; the aggressor sold."""
BOUGHT: Final = 1
"""A public trade; the aggressor bought."""
BOOK: Final = 2
"""A diff or a whole small book that was applied: the touch may have changed."""
TOP: Final = 3
"""A best bid and ask that counts."""
QUIET_BOOK: Final = 4
"""A diff or a snapshot that said nothing new."""
QUIET_TOP: Final = 5
"""A best bid and ask that does not count: old, or the book is not valid."""
SPECIAL: Final = 6
"""Anything else: links, snapshots that make the book whole, gaps; kept as it is."""

COLUMNS: Final[Mapping[str, str]] = {
    "ts": "q", "kind": "B",
    "touch_at": "I", "touch_bid": "q", "touch_ask": "q", "touch_mid": "q",
    "trade_at": "I", "bought": "q", "sold": "q", "lots": "q", "number": "q",
    "book_at": "I", "fresh_at": "I", "moved_at": "I",
    "bid_at": "I", "bid_best": "q", "bid_worst_at": "I", "bid_worst": "q",
    "bid_price": "q", "bid_start": "q", "bid_row_at": "I", "bid_row": "q",
    "ask_at": "I", "ask_best": "q", "ask_worst_at": "I", "ask_worst": "q",
    "ask_price": "q", "ask_start": "q", "ask_row_at": "I", "ask_row": "q",
}  # fmt: skip
"""Each column's name and the letter of its elements (`array`):

- `ts`, `kind`: one a input
- `touch_*`: after which inputs the best bid or ask that quotes are made from was another, and which; the mid as well
- `trade_at`, `bought`, `sold`, `lots`, `number`: public trades; the price stands in the column of its aggressor, and in
  the other one a price that reaches no order
- `book_at`: inputs that are a diff or a snapshot, `fresh_at` those of them that keep the book fresh, `moved_at` inputs
  after which the strategy is asked
- `bid_at`, `bid_best`: the book's own best bid; `bid_worst`: its last known level; asks likewise
- `bid_price`: every price that was ever displayed, ascending; its rows are `bid_row[bid_start[i]:bid_start[i + 1]]`,
  quantities displayed from the input `bid_row_at` on
"""
NO_BUY: Final = 0
NO_SALE: Final = 1 << 62


class Special(msgspec.Struct, frozen=True):
    """An input that is neither a trade nor one of the usual ways to move the book, and the book after it."""

    at: int
    event: AnyEvent
    outcome: str
    """What the book made of it (`book.sync.Outcome`); empty where it did not concern the book."""
    valid: bool
    """Whether the book is valid now."""
    last_update_id: int
    known: bool
    """Whether it ever was whole."""


class Totals(msgspec.Struct, frozen=True):
    """What the whole recording came to."""

    frames: int
    trades: int
    book_updates: int
    gaps: int
    resyncs: int
    last_update_id: int


class Head(msgspec.Struct, frozen=True):
    """What comes before the columns."""

    format: int
    key: str
    """What it was made from."""
    first_ts: int
    """Of the first input, that one included which only says that a session began."""
    note: str
    """What was found wrong with the end of the recording."""
    specials: tuple[Special, ...]
    totals: Totals
    columns: dict[str, tuple[int, int]]
    """Of each column where it begins behind the head, and its bytes."""


Column = Any
"""A `memoryview` or an `array` of integers; both are read by place and by slice."""
