"""A recorded session on two clocks: the exchange's and ours, each with the rows in its own order.

Only the differential test looks at a session this way, for it needs the whole recording first: the smallest latency of
all decides how our clock is shifted. Everything else works causally, in local receive time (`sim.venue`). The rules are
those of hftbacktest's `correct_local_timestamp` and `correct_event_order`:

- The book starts with the first snapshot; it carries the exchange time of the first diff kept and the earliest local
  time of all that is kept, so that it comes first on both clocks. A later snapshot changes nothing.
- Of the diffs those with `u` above the snapshot's id are kept, of the trades those received at or after it.
- Where a feed latency is negative, local times are shifted until the smallest latency is the base latency.
- The exchange's side is ordered by exchange time, ours by local time; what is equal keeps the order of the recording.
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import Final

import msgspec

from mm_tui.errors import DataError

BID, ASK, BOUGHT, SOLD = range(4)
"""What a row is: a displayed bid, a displayed ask, a trade whose aggressor bought, one whose aggressor sold."""

Row = tuple[int, int, int, int, float]
"""Exchange time ns, local time ns, kind, price in ticks, quantity in base (0 removes a level)."""

Levels = list[tuple[int, float]]
"""Price in ticks, quantity in base."""

_EXCHANGE, _LOCAL = 0, 1
_BY_EXCHANGE: Final = itemgetter(_EXCHANGE)
_BY_LOCAL: Final = itemgetter(_LOCAL)


class Snapshot(msgspec.Struct, frozen=True, gc=False):
    """The whole book, as REST gives it: without an exchange time."""

    local_ts: int
    last_id: int
    bids: Levels
    asks: Levels


class Diff(msgspec.Struct, frozen=True, gc=False):
    """A diff of the book."""

    local_ts: int
    exch_ts: int
    final_id: int
    bids: Levels
    asks: Levels


class Print(msgspec.Struct, frozen=True, gc=False):
    """A public trade."""

    local_ts: int
    exch_ts: int
    price: int
    quantity: float
    sold: bool
    """Whether the aggressor sold (Binance's `m`: the buyer was the maker)."""


Message = Snapshot | Diff | Print


class TwoClocks(msgspec.Struct, frozen=True):
    """The same rows twice."""

    recorded: list[Row]
    """In the order of the recording, local times as recorded."""
    exchange: list[Row]
    """By exchange time, local times shifted."""
    local: list[Row]
    """By local time, shifted."""


def two_clocks(messages: Iterable[Message], base_latency: int) -> TwoClocks:
    """The session of the messages; raises DataError where there is no snapshot, or no diff behind it."""
    recorded = _rows(list(messages))
    rows = _shifted(recorded, base_latency)
    return TwoClocks(recorded, sorted(rows, key=_BY_EXCHANGE), sorted(rows, key=_BY_LOCAL))


def _rows(messages: list[Message]) -> list[Row]:
    snapshot = next((message for message in messages if isinstance(message, Snapshot)), None)
    if snapshot is None:
        raise DataError("the recording has no snapshot of the book; name a capture that holds the answer of REST")
    kept: list[Diff | Print] = []
    for message in messages:
        if isinstance(message, Diff):
            if message.final_id > snapshot.last_id:
                kept.append(message)
        elif isinstance(message, Print) and message.local_ts >= snapshot.local_ts:
            kept.append(message)
    first = next((message for message in kept if isinstance(message, Diff)), None)
    if first is None:
        raise DataError("the recording has no diff of the book behind its snapshot; name a longer one")
    earliest = min(snapshot.local_ts, *(message.local_ts for message in kept))
    rows = _levels(first.exch_ts, earliest, snapshot.bids, snapshot.asks)
    for message in kept:
        if isinstance(message, Diff):
            rows += _levels(message.exch_ts, message.local_ts, message.bids, message.asks)
        else:
            kind = SOLD if message.sold else BOUGHT
            rows.append((message.exch_ts, message.local_ts, kind, message.price, message.quantity))
    return rows


def _levels(exch_ts: int, local_ts: int, bids: Levels, asks: Levels) -> list[Row]:
    rows = [(exch_ts, local_ts, BID, price, quantity) for price, quantity in bids]
    return rows + [(exch_ts, local_ts, ASK, price, quantity) for price, quantity in asks]


def _shifted(rows: list[Row], base_latency: int) -> list[Row]:
    smallest = min(local_ts - exch_ts for exch_ts, local_ts, *_ in rows)
    if smallest >= 0:
        return rows
    shift = base_latency - smallest
    return [(exch_ts, local_ts + shift, kind, price, size) for exch_ts, local_ts, kind, price, size in rows]
