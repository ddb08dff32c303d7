"""Binance's `GET /api/v3/exchangeInfo`: tick, step and filters of a pair.

Filters come and go without notice, so only those that the desk obeys are read, and an unknown one is passed over.
A bound of zero means that the exchange does not apply it.
"""

from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

import msgspec

from mm_tui.errors import VenueError
from mm_tui.model.instrument import Instrument, PriceRange, ceil_div

Text = str | int | float
"""Numbers come as text, counts as integers; either is taken."""

UNKNOWN_SYMBOL = -1121

_OPEN = ("TRADING", "CANCEL_ONLY")
"""Statuses in which market data flows; in the second every new order is refused."""


class _Filter(msgspec.Struct, rename="camel"):
    """The fields that the desk reads, of whatever filter has them."""

    filter_type: str
    tick_size: Text = 0
    min_price: Text = 0
    max_price: Text = 0
    step_size: Text = 0
    min_qty: Text = 0
    max_qty: Text = 0
    min_notional: Text = 0
    max_notional: Text = 0
    max_position: Text = 0
    multiplier_up: Text = 0
    multiplier_down: Text = 0
    bid_multiplier_up: Text = 0
    bid_multiplier_down: Text = 0
    ask_multiplier_up: Text = 0
    ask_multiplier_down: Text = 0
    avg_price_mins: int = 0
    max_num_orders: int = 0
    max_num_order_amends: int = 0


class _Pair(msgspec.Struct, rename="camel"):
    symbol: str
    base_asset: str
    quote_asset: str
    status: str = "TRADING"
    filters: list[_Filter] = []


class _Answer(msgspec.Struct, rename="camel"):
    symbols: list[_Pair] = []
    exchange_filters: list[_Filter] = []
    code: int = 0
    msg: str = ""


MOST_DIGITS = 30
"""Before or behind the point; what has more is no price and no quantity of anything."""

_read = msgspec.json.Decoder(_Answer).decode


def parse_exchange_info(raw: bytes, symbol: str) -> Instrument:
    """The pair's instrument; `symbol` as `BTC/USDT` or `BTCUSDT`; raises VenueError with what to do."""
    try:
        answer = _read(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise VenueError(f"Binance's exchangeInfo cannot be read ({error}); check rest_url in [binance]") from error
    wanted = venue_symbol(symbol)
    if answer.code == UNKNOWN_SYMBOL:
        raise VenueError(
            f"Binance does not know the symbol {symbol}; choose another with --symbol, for example BTC/USDT"
        )
    if answer.code:
        raise VenueError(f"Binance refused to describe {symbol}: {answer.msg} ({answer.code})")
    pair = next((pair for pair in answer.symbols if pair.symbol == wanted), None)
    if pair is None:
        near = get_close_matches(wanted, [pair.symbol for pair in answer.symbols], n=3)
        hint = f"did you mean {', '.join(near)}?" if near else "choose another with --symbol"
        raise VenueError(f"Binance does not list the symbol {symbol}; {hint}")
    if pair.status not in _OPEN:
        raise VenueError(f"{symbol} is not trading at Binance (status {pair.status}); choose another with --symbol")
    try:
        return _instrument(pair, answer.exchange_filters)
    except (InvalidOperation, ValueError) as error:
        raise VenueError(f"Binance's filters of {symbol} cannot be read: {error}") from error


def venue_symbol(symbol: str) -> str:
    """`BTC/USDT` as Binance spells it, `BTCUSDT`."""
    return symbol.replace("/", "").replace("-", "").strip().upper()


def _instrument(pair: _Pair, exchange_filters: list[_Filter]) -> Instrument:
    filters = {entry.filter_type: entry for entry in [*exchange_filters, *pair.filters]}
    price, lot = filters.get("PRICE_FILTER"), filters.get("LOT_SIZE")
    tick = _number(price.tick_size) if price else Decimal(0)
    step = _number(lot.step_size) if lot else Decimal(0)
    if price is None or lot is None or tick <= 0 or step <= 0:
        raise VenueError(f"Binance names no tick size or no step size for {pair.symbol}; choose another with --symbol")
    notional = filters.get("NOTIONAL") or filters.get("MIN_NOTIONAL")
    orders, amends = filters.get("MAX_NUM_ORDERS"), filters.get("MAX_NUM_ORDER_AMENDS")
    position, everywhere = filters.get("MAX_POSITION"), filters.get("EXCHANGE_MAX_NUM_ORDERS")
    defaults = {field.name: field.default for field in msgspec.structs.fields(Instrument)}
    return Instrument(
        symbol=f"{pair.base_asset}/{pair.quote_asset}",
        base=pair.base_asset,
        quote=pair.quote_asset,
        tick_size=tick,
        step_size=step,
        min_quantity=max(1, ceil_div(_number(lot.min_qty), step)),
        max_quantity=int(_number(lot.max_qty) // step) or defaults["max_quantity"],
        min_price=max(1, ceil_div(_number(price.min_price), tick)),
        max_price=int(_number(price.max_price) // tick) or defaults["max_price"],
        min_notional=_number(notional.min_notional) if notional else Decimal(0),
        max_orders=(orders.max_num_orders if orders else 0) or defaults["max_orders"],
        max_amends=(amends.max_num_order_amends if amends else 0) or defaults["max_amends"],
        max_notional=(_number(notional.max_notional) if notional else Decimal(0)) or None,
        notional_filter=notional.filter_type if notional else defaults["notional_filter"],
        price_ranges=tuple(_price_range(filters[name]) for name in _PERCENT if name in filters),
        max_position=(int(_number(position.max_position) // step) if position else 0) or None,
        max_exchange_orders=(everywhere.max_num_orders if everywhere else 0) or None,
        status=pair.status,
    )


_PERCENT = ("PERCENT_PRICE", "PERCENT_PRICE_BY_SIDE")


def _price_range(entry: _Filter) -> PriceRange:
    one, up, down = entry.filter_type == _PERCENT[0], entry.multiplier_up, entry.multiplier_down
    return PriceRange(
        entry.filter_type,
        bid_up=_number(up if one else entry.bid_multiplier_up),
        bid_down=_number(down if one else entry.bid_multiplier_down),
        ask_up=_number(up if one else entry.ask_multiplier_up),
        ask_down=_number(down if one else entry.ask_multiplier_down),
        minutes=entry.avg_price_mins,
    )


def _number(text: Text) -> Decimal:
    """An exact, finite number without trailing zeros."""
    number = Decimal(str(text))
    if not number.is_finite() or number < 0 or abs(number.adjusted()) > MOST_DIGITS:
        raise ValueError(f"{text!r} is no size")
    return Decimal(format(number.normalize(), "f"))
