"""Records of a session: what the journal's lines mean, and how they become bytes and come back.

A line of `journal.jsonl` is one message with two numbers before it::

    {"seq":7,"after":130,"type":"CancelOrder","ts":1723161253000000000,"order_id":"mm-3"}

`seq` counts the records from 0; `after` says how many market lines had been taken when the record was made, which
puts both files into one order.
"""

from typing import NamedTuple

import msgspec

from mm_tui.errors import DataError
from mm_tui.model.commands import AnyCommand
from mm_tui.model.events import AnyEvent
from mm_tui.model.facts import AnyFact

LAST_TIME = (1 << 63) - 1
"""The largest time, ns."""
LONGEST_PAUSE = 7 * 86_400 * 1_000_000_000
"""Ns between two records or lines; more is a broken time, and every timer in between would have to fire."""

AnyMessage = AnyEvent | AnyCommand | AnyFact
"""Every message that a journal may hold; the class names are the tags."""


_DIGITS = len(str(LAST_TIME))


class MarketLine(NamedTuple):
    """One received frame."""

    number: int
    """From 1."""
    ts: int
    """Local receive time, ns."""
    raw: bytes
    """The frame's own JSON."""


class Entry(NamedTuple):
    """One record of the journal."""

    seq: int
    after: int
    message: AnyMessage


class Place(NamedTuple):
    """A moment of a session as places in its files, each of the next one to be read there."""

    lines: int = 0
    """Market lines before it."""
    part: int = 0
    """Market logs that were closed before it."""
    offset: int = 0
    """Byte of the unpacked market log."""
    seq: int = 0
    """Records of the journal before it."""
    journal: int = 0
    """Byte of the journal."""


class _Head(msgspec.Struct, frozen=True, gc=False):
    seq: int
    after: int
    ts: int = 0


_encoder = msgspec.json.Encoder()
_heads = msgspec.json.Decoder(_Head)
_messages = msgspec.json.Decoder(AnyMessage)


def encode(seq: int, after: int, message: AnyMessage) -> bytes:
    """One line, newline included."""
    return b'{"seq":%d,"after":%d,%b\n' % (seq, after, _encoder.encode(message)[1:])


def decode(line: bytes) -> Entry:
    """One line, newline or not; raises DataError with what is wrong with it."""
    try:
        head = _heads.decode(line)
        entry = Entry(head.seq, head.after, _messages.decode(line))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(str(error)) from error
    if not 0 <= entry.message.ts <= LAST_TIME:
        raise DataError(f"its time is no time in nanoseconds: {str(entry.message.ts)[:20]}")
    return entry


def place_of(line: bytes) -> tuple[int, int]:
    """After how many market lines a record of the journal was made, and its time; raises DataError."""
    try:
        head = _heads.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(str(error)) from error
    return head.after, head.ts


def market_line(ts: int, raw: bytes) -> bytes:
    """One line of `market.log`; a frame spread over several lines is brought onto one, which its JSON allows."""
    return b"%d %b\n" % (ts, raw.replace(b"\n", b" ") if b"\n" in raw else raw)


def parse_market_line(number: int, line: bytes) -> MarketLine:
    """A line without its newline; raises DataError. Whether the frame makes sense is its decoder's question."""
    time, space, raw = line.partition(b" ")
    if not (space and time.isdigit() and len(time) <= _DIGITS and int(time) <= LAST_TIME):
        raise DataError("does not begin with a time in nanoseconds")
    if raw[:1] not in (b"{", b"[") or raw[-1:] not in (b"}", b"]"):
        raise DataError("holds no JSON after its time")
    return MarketLine(number, int(time), raw)
