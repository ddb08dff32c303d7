"""What an exchange's refusals mean: Binance's error codes, and the HTTP status where an answer had none.

A code that is not here is what it says: the request did not happen.
"""

NOT_ATTEMPTED = -2022
"""The order to be replaced was gone, so the new one was not tried: nobody refused it."""
BANNED = 418
"""Too many requests after a warning: the address is shut out."""
TOO_MANY = frozenset({429, BANNED, -1003, -1015})
"""Nothing happened, and the venue wants to be left alone for a while."""

_UNCERTAIN = frozenset({-1006, -1007})
_SERVER_ERRORS = range(500, 600)


def uncertain(code: int) -> bool:
    """Whether the request may have happened all the same: a time-out behind the venue's door, or any 5xx."""
    return code in _UNCERTAIN or code in _SERVER_ERRORS
