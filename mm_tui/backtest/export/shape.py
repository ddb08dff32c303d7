"""The tables of an export: their columns, and what a value of each is.

Rows carry what the desk counts in, so that either kind of file converts it as it can best: prices in whole ticks,
quantities in whole lots, amounts as exact decimals, times in ns. None is null.
"""

from enum import Enum, auto
from typing import Final

import msgspec

from mm_tui.backtest.outputs import EQUITY, FEE_ASSET_DECIMALS, FILLS, ORDERS
from mm_tui.journal.proof import HEADER
from mm_tui.model.instrument import Instrument

MICRO_DECIMALS: Final = 6
"""Digits that the account counts behind a lot, and behind a lot at a tick."""


class Kind(Enum):
    """What a value is."""

    TIME = auto()
    """int, ns since 1970."""
    INTEGER = auto()
    TEXT = auto()
    FLAG = auto()
    """bool."""
    PRICE = auto()
    """int, ticks; in quote once written."""
    QUANTITY = auto()
    """int, lots; in base once written."""
    AMOUNT = auto()
    """Decimal."""


class Column(msgspec.Struct, frozen=True):
    """One column of a table."""

    name: str
    kind: Kind
    digits: int = 0
    """Digits after the point that its decimals need."""


Columns = tuple[Column, ...]

FROM_MARKET: Final = ("trades", "book", "depth")
"""Tables of any recording."""
FROM_JOURNAL: Final = ("fills", "orders", "equity", "obligation")
"""Tables of a session."""
NAMES: Final = FROM_JOURNAL + FROM_MARKET


def columns(table: str, instrument: Instrument) -> Columns:
    """The columns of one of `NAMES`."""
    price, quantity = instrument.price_decimals, instrument.quantity_decimals
    value = price + quantity
    digits = {
        Kind.PRICE: price,
        Kind.QUANTITY: quantity,
        "mid": price + 1,
        "position": quantity + MICRO_DECIMALS,
        "fee": max(value + MICRO_DECIMALS, FEE_ASSET_DECIMALS),
        "bid_value": value,
        "ask_value": value,
    }
    in_quote = value + MICRO_DECIMALS + 1
    return tuple(
        Column(name, kind, digits.get(name, in_quote) if kind is Kind.AMOUNT else digits.get(kind, 0))
        for name, kind in _KINDS[table]
    )


def _kinds(names: tuple[str, ...], kinds: str) -> tuple[tuple[str, Kind], ...]:
    return tuple((name, _LETTERS[letter]) for name, letter in zip(names, kinds, strict=True))


_LETTERS: Final = {
    "t": Kind.TIME, "i": Kind.INTEGER, "s": Kind.TEXT, "f": Kind.FLAG, "p": Kind.PRICE, "q": Kind.QUANTITY,
    "a": Kind.AMOUNT,
}  # fmt: skip
_KINDS: Final = {
    "fills": _kinds(FILLS, "tspqasssq"),
    "orders": _kinds(ORDERS, "tsspqss"),
    "equity": _kinds(EQUITY, "taaaaaaaa"),
    "obligation": _kinds(HEADER, "ttsffaafff"),
    "trades": _kinds(("ts_ns", "exch_ts_ns", "trade_id", "side", "price", "quantity"), "ttispq"),
    "book": _kinds(("ts_ns", "bid", "bid_quantity", "ask", "ask_quantity"), "tpqpq"),
    "depth": _kinds(("ts_ns", "exch_ts_ns", "frame", "first_id", "final_id", "side", "price", "quantity"), "ttsiispq"),
}
