"""Tick and step of a capture that names none, from the text of its own numbers.

- The tick is the power of ten that the price with the most digits needs.
- The step is likewise that of the traded and of the best quantities. Deep levels have no say where those exist: they
  hold orders from before the step was last changed, in finer steps than any order of the capture's day may have.
- The pair is told by the stream's name; where base ends and quote begins, by the quote currencies there are.
"""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec

from mm_tui.errors import DataError
from mm_tui.model.instrument import SMALLEST, Instrument

QUOTES: Final = (
    "FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USDP", "USD1", "IDRT", "BIDR", "BVND", "DOGE",
    "BTC", "ETH", "BNB", "XRP", "TRX", "DAI", "EUR", "GBP", "AUD", "TRY", "BRL", "RUB", "UAH", "NGN", "ZAR", "PLN",
    "RON", "ARS", "JPY", "MXN", "CZK", "COP", "USD", "PAX", "VAI",
)  # fmt: skip
"""Quote currencies; the longest that fits the end of a symbol is meant."""

MOST_DIGITS: Final = -int(SMALLEST.log10())
"""After the point, of a price or a quantity."""

Number = str | float | int | None
Side = list[list[Number]]


class _Data(msgspec.Struct):
    """Whatever a frame of Binance or a line of ccxt has that is a price or a quantity."""

    s: str = ""
    p: Number = None
    q: Number = None
    b: Number | Side = None
    a: Number | Side = None
    B: Number = None
    A: Number = None
    bids: Side = []
    asks: Side = []
    symbol: str = ""
    price: Number = None
    amount: Number = None
    bid: Number = None
    ask: Number = None
    bidVolume: Number = None  # noqa: N815 - ccxt's own word
    askVolume: Number = None  # noqa: N815 - ccxt's own word


class _Frame(_Data):
    stream: str = ""
    data: _Data | None = None


_read = msgspec.json.Decoder(_Frame).decode


class Digits:
    """The most digits after the point among numbers seen."""

    def __init__(self) -> None:
        self._seen: set[Number] = set()

    def see(self, *numbers: Number) -> None:
        """Take numbers into account; None is none."""
        self._seen.update(numbers)

    def most(self) -> int | None:
        """None where no number was seen."""
        counts = [count for number in self._seen if (count := _digits(number)) is not None]
        return max(counts, default=None)


def infer_instrument(lines: Iterable[bytes], symbol: str) -> Instrument:
    """The instrument of the frames; `symbol` (`BTC/USDT`) says where base ends when it is the pair of the frames.

    Raises DataError where no line has a price and a quantity.
    """
    prices, traded, displayed = Digits(), Digits(), Digits()
    pair = ""
    for line in lines:
        try:
            frame = _read(line)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            continue
        data = frame.data or frame
        pair = pair or data.symbol or data.s or _of_stream(frame.stream)
        for side in (data.b, data.a, data.bids, data.asks):
            if isinstance(side, list):
                prices.see(*[level[0] for level in side if level])
                displayed.see(*[level[1] for level in side if level[1:]])
            else:
                prices.see(side)
        prices.see(data.p, data.price, data.bid, data.ask)
        traded.see(data.q, data.amount, data.B, data.A, data.bidVolume, data.askVolume)
    tick = prices.most()
    step = displayed.most() if (known := traded.most()) is None else known
    if tick is None or step is None:
        raise DataError(
            "tick and step cannot be inferred: no line has a price and a quantity; "
            "set tick_size and step_size in [instrument]"
        )
    base, quote = split_pair(pair, symbol)
    return Instrument(
        symbol=f"{base}/{quote}",
        base=base,
        quote=quote,
        tick_size=Decimal(1).scaleb(-tick),
        step_size=Decimal(1).scaleb(-step),
        origin="inferred",
    )


def split_pair(pair: str, symbol: str) -> tuple[str, str]:
    """Base and quote of `BTCUSDT` or `BTC/USDT`; `symbol` decides where it is the same pair, or where none is known."""
    if "/" in pair:
        base, _, quote = pair.partition("/")
        return base, quote.partition(":")[0]
    hinted_base, slash, hinted_quote = symbol.upper().partition("/")
    name = pair.upper() or hinted_base + hinted_quote
    if slash and name == hinted_base + hinted_quote:
        return hinted_base, hinted_quote
    quote = next((quote for quote in QUOTES if name.endswith(quote) and name != quote), name[-4:])
    return name.removesuffix(quote) or name, quote


def _of_stream(stream: str) -> str:
    """`BTCUSDT` of `btcusdt@trade`; nothing of a line of ccxt."""
    return "" if ":" in stream else stream.partition("@")[0].upper()


def _digits(number: Number) -> int | None:
    """Digits after the point that the number needs, trailing zeros dropped; None where it is no number."""
    if isinstance(number, str) and number.isascii():
        whole, _, rest = number.partition(".")
        if whole.isdigit() and (rest.isdigit() or not rest):
            return _plausible(len(rest.rstrip("0")))
    if number is None:
        return None
    try:
        exponent = Decimal(str(number)).normalize().as_tuple().exponent
    except InvalidOperation:
        return None
    return _plausible(max(0, -exponent)) if isinstance(exponent, int) else None


def _plausible(digits: int) -> int | None:
    """Of a number that no exchange sends nothing follows; its frame is refused where it is read."""
    return digits if digits <= MOST_DIGITS else None
