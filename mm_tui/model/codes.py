"""What an exchange's refusals mean: Binance's error codes, and the HTTP status where an answer had none.

A code that is not here is what it says: the request did not happen.
"""

UNKNOWN_ORDER = -2013
"""A query found no such order: it never came, or is still on its way."""
REQUEST_LIFE = 6_000_000_000
"""Ns after which a request that is still under way is refused by the venue: Binance's `recvWindow` of 5 s, and the
second by which its clock may be behind ours."""
NOT_ATTEMPTED = -2022
"""The order to be replaced was gone, so the new one was not tried: nobody refused it."""
BANNED = 418
"""Too many requests after a warning: the address is shut out."""
TOO_MANY = frozenset({429, BANNED, -1003, -1015})
"""Nothing happened, and the venue wants to be left alone for a while."""

_UNCERTAIN = frozenset({-1006, -1007})
_SERVER_ERRORS = range(500, 600)


def never_came(code: int, sent: int, asked: int) -> bool:
    """Whether the answer to a query that left at `asked` proves that a request of `sent` brings no order any more."""
    return code == UNKNOWN_ORDER and asked - sent >= REQUEST_LIFE


def uncertain(code: int) -> bool:
    """Whether the request may have happened all the same: a time-out behind the venue's door, or any 5xx."""
    return code in _UNCERTAIN or code in _SERVER_ERRORS
