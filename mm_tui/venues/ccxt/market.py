"""An exchange of ccxt's and one of its pairs; ccxt itself is imported here and only when asked for (0.8 s, 100 MB)."""

import importlib
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any, Final

import msgspec

from mm_tui.errors import VenueError
from mm_tui.model.instrument import Instrument, ceil_div

DECIMAL_PLACES: Final = 2
TICK_SIZE: Final = 4
"""ccxt's two ways to write a precision that stays the same whatever the price is."""

ExchangeFactory = Callable[[dict[str, Any]], Any]
"""Makes an exchange of `ccxt.async_support` from its options."""


def library() -> Any:
    """`ccxt.async_support`; blocks for most of a second the first time."""
    return importlib.import_module("ccxt.async_support")


def exchange_factory(exchange_id: str) -> ExchangeFactory:
    """The class of an exchange; raises VenueError with what was perhaps meant."""
    ccxt = library()
    if exchange_id not in ccxt.exchanges:
        raise VenueError(f"ccxt knows no exchange {exchange_id!r}; {_perhaps(exchange_id, ccxt.exchanges)}")
    factory: ExchangeFactory = getattr(ccxt, exchange_id)
    return factory


def instrument_of(exchange: Any, symbol: str) -> Instrument:
    """The pair of an exchange whose markets are loaded; raises VenueError with what to do."""
    markets: Mapping[str, Any] = exchange.markets or {}
    market = markets.get(symbol)
    if market is None:
        spots = [name for name, entry in markets.items() if entry.get("spot")]
        raise VenueError(f"{exchange.id} does not list {symbol}; {_perhaps(symbol, spots)}")
    if not market.get("spot"):
        raise VenueError(f"{symbol} at {exchange.id} is no spot pair; choose one with --symbol, for example BTC/USDT")
    if market.get("active") is False:
        raise VenueError(f"{symbol} is not trading at {exchange.id}; choose another with --symbol")
    precision, limits = market.get("precision") or {}, market.get("limits") or {}
    tick = _increment(exchange, symbol, "price", precision.get("price"))
    step = _increment(exchange, symbol, "amount", precision.get("amount"))
    defaults = {field.name: field.default for field in msgspec.structs.fields(Instrument)}
    return Instrument(
        symbol=market["symbol"],
        base=market["base"],
        quote=market["quote"],
        tick_size=tick,
        step_size=step,
        min_quantity=max(1, ceil_div(_bound(limits, "amount", "min"), step)),
        max_quantity=int(_bound(limits, "amount", "max") // step) or defaults["max_quantity"],
        min_price=max(1, ceil_div(_bound(limits, "price", "min"), tick)),
        max_price=int(_bound(limits, "price", "max") // tick) or defaults["max_price"],
        min_notional=_bound(limits, "cost", "min"),
    )


def _increment(exchange: Any, symbol: str, what: str, precision: Any) -> Decimal:
    """The smallest step of a price or an amount, exact."""
    number = _number(precision)
    if number is not None and exchange.precisionMode == TICK_SIZE and number > 0:
        return number
    if number is not None and exchange.precisionMode == DECIMAL_PLACES and number == int(number):
        return Decimal(1).scaleb(-int(number))
    raise VenueError(
        f"{exchange.id} gives {symbol} no fixed {what} step (precision {precision!r}), and this desk counts in steps; "
        "choose another venue"
    )


def _bound(limits: Mapping[str, Any], what: str, end: str) -> Decimal:
    """A limit of the market; zero where there is none."""
    return _number((limits.get(what) or {}).get(end)) or Decimal(0)


def _number(value: Any) -> Decimal | None:
    """An exact finite number without trailing zeros; None where there is none."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return Decimal(format(number.normalize(), "f")) if number.is_finite() else None


def _perhaps(word: str, choices: Iterable[str]) -> str:
    near = get_close_matches(word, list(choices), n=3, cutoff=0.5)
    return f"did you mean {', '.join(near)}?" if near else "see the exchange's own list"
