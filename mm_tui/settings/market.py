"""A market as the operator names it: a venue and a pair."""

from typing import Final

import msgspec

from mm_tui.errors import UsageError
from mm_tui.settings.check import SYMBOL, VENUE

_FILE: Final = "file:"
VENUES: Final = ("auto", "demo", "binance")
"""Venues that are named by one word; `ccxt:ID` and `file:PATH` stand for many."""


class Market(msgspec.Struct, frozen=True):
    """What a desk is opened on."""

    venue: str
    """`auto`, `demo`, `binance`, `ccxt:ID`, `file:PATH`."""
    symbol: str

    def __str__(self) -> str:
        """As a sentence names it."""
        return f"{self.symbol} on {self.venue}"


def no_venue(name: str) -> UsageError:
    """What to say of a venue that there is none of."""
    return UsageError(f"no venue is named {name!r}; there are {', '.join(VENUES)}, ccxt:ID and file:PATH")


def read_venue(text: str, symbol: str) -> Market:
    """`VENUE [SYMBOL]`, with the present pair where none is named; raises UsageError.

    A path may hold blanks, and what a file holds says the file: so a symbol does not follow on one.
    """
    venue, _, named = text.strip().partition(" ")
    if text.strip().startswith(_FILE):
        venue, named = text.strip(), ""
    if not VENUE.fullmatch(venue):
        raise no_venue(venue)
    return Market(venue, read_symbol(named) if named.strip() else symbol)


def read_symbol(text: str) -> str:
    """A pair as it is written everywhere; raises UsageError."""
    symbol = text.strip()
    if not SYMBOL.fullmatch(symbol):
        raise UsageError(f"{symbol!r} is no pair; write it as ETH/USDT")
    return symbol.upper() if symbol.islower() else symbol
