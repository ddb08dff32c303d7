"""What there is to choose from: venues, and the pairs that one of them trades.

`pairs` asks the venue and may take seconds, and ccxt as long to import: it is for a thread of its own.
"""

import asyncio
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import msgspec

from mm_tui.errors import UsageError, VenueError
from mm_tui.settings.market import VENUES
from mm_tui.settings.sections import Settings

TIMEOUT_S: Final = 15.0
MADE_UP: Final = ("BTC/USDT", "ETH/USDT")
"""Pairs of the embedded exchange; it makes the same market under any other name too."""
_QUERY: Final = "/api/v3/exchangeInfo?permissions=SPOT&showPermissionSets=false"
_OPEN: Final = "TRADING"


class _Pair(msgspec.Struct, rename="camel"):
    base_asset: str
    quote_asset: str
    status: str = _OPEN


class _Answer(msgspec.Struct, rename="camel"):
    symbols: list[_Pair] = []


def venues() -> tuple[tuple[str, str], ...]:
    """Each venue that has a name, and what it is in words; ccxt's by what it has installed, without loading it."""
    own = (
        ("auto", "Binance, else the embedded exchange"),
        ("demo", "the embedded exchange, no network"),
        ("binance", "public data, spot"),
    )
    assert tuple(name for name, _ in own) == VENUES  # noqa: S101 - one list, with and without words
    return (*own, *((f"ccxt:{name}", "by polling") for name in _ccxt_names()))


def _ccxt_names() -> list[str]:
    found = find_spec("ccxt")
    if found is None or found.origin is None:
        return []
    folder = Path(found.origin).parent / "async_support"
    return sorted(path.stem for path in folder.glob("[a-z]*.py"))


def pairs(venue: str, settings: Settings) -> tuple[str, ...]:
    """The pairs that trade there, as the venue lists them; raises VenueError, UsageError. Blocks."""
    if venue == "demo":
        return MADE_UP
    if venue.startswith("ccxt:"):
        return asyncio.run(_of_ccxt(venue.removeprefix("ccxt:"), settings))
    if venue.startswith("file:"):
        raise UsageError("a file has the pair that it was recorded of")
    return asyncio.run(_of_binance(settings))


async def _of_binance(settings: Settings) -> tuple[str, ...]:
    from mm_tui.venues.binance.rest import get  # noqa: PLC0415 - only where asked for

    return read_pairs(await get(settings.binance.rest_url.rstrip("/") + _QUERY, TIMEOUT_S))


def read_pairs(raw: bytes) -> tuple[str, ...]:
    """The pairs in trading of Binance's `GET /api/v3/exchangeInfo`; raises VenueError."""
    try:
        answer = msgspec.json.decode(raw, type=_Answer)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise VenueError(f"Binance's list of pairs cannot be read ({error}); check rest_url in [binance]") from error
    return tuple(f"{pair.base_asset}/{pair.quote_asset}" for pair in answer.symbols if pair.status == _OPEN)


async def _of_ccxt(exchange: str, settings: Settings) -> tuple[str, ...]:
    from mm_tui.venues.ccxt.feed import spot_pairs  # noqa: PLC0415 - only where asked for

    return await spot_pairs(exchange, settings.ccxt, TIMEOUT_S)
