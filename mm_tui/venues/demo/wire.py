"""The embedded market's outputs as Binance's JSON: field order, digits and nesting as captured from the exchange.

Samples, one of each kind::

    {"e":"depthUpdate","E":1723161255308,"s":"BTCUSDT","U":50093239203,"u":50093239207,
     "b":[["55653.87000000","0.00000000"]],"a":[["61838.04000000","0.32332000"]]}
    {"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000",
     "T":1723161255342,"m":true,"M":true}
    {"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"}
    {"lastUpdateId":50093239218,"bids":[["61837.63000000","3.78826000"]],"asks":[["61837.64000000","1.54698000"]]}
"""

from collections.abc import Iterable

from mm_tui.venues.demo.ladder import Level
from mm_tui.venues.demo.market import Depth, Diff, Print, Touch
from mm_tui.venues.demo.pair import Pair


def diff_payload(diff: Diff, pair: Pair, event_ms: int) -> bytes:
    """`<symbol>@depth` and `<symbol>@depth@100ms`."""
    return (
        f'{{"e":"depthUpdate","E":{event_ms},"s":"{pair.symbol}","U":{diff.first_update_id},"u":{diff.last_update_id},'
        f'"b":{_levels(diff.bids, pair)},"a":{_levels(diff.asks, pair)}}}'
    ).encode()


def trade_payload(trade: Print, pair: Pair, event_ms: int) -> bytes:
    """`<symbol>@trade`."""
    maker = "true" if trade.buyer_is_maker else "false"
    return (
        f'{{"e":"trade","E":{event_ms},"s":"{pair.symbol}","t":{trade.trade_id},"p":"{pair.price(trade.price)}",'
        f'"q":"{pair.quantity(trade.lots)}","T":{event_ms},"m":{maker},"M":true}}'
    ).encode()


def touch_payload(touch: Touch, pair: Pair) -> bytes:
    """`<symbol>@bookTicker`; the exchange gives it no time."""
    return (
        f'{{"u":{touch.update_id},"s":"{pair.symbol}",'
        f'"b":"{pair.price(touch.bid)}","B":"{pair.quantity(touch.bid_lots)}",'
        f'"a":"{pair.price(touch.ask)}","A":"{pair.quantity(touch.ask_lots)}"}}'
    ).encode()


def depth_payload(depth: Depth, pair: Pair) -> bytes:
    """`GET /api/v3/depth` and `<symbol>@depth20`."""
    return (
        f'{{"lastUpdateId":{depth.last_update_id},'
        f'"bids":{_levels(depth.bids, pair)},"asks":{_levels(depth.asks, pair)}}}'
    ).encode()


def shutdown_payload(event_ms: int) -> bytes:
    """What the exchange sends before it closes a connection."""
    return f'{{"e":"serverShutdown","E":{event_ms}}}'.encode()


def _levels(levels: Iterable[Level], pair: Pair) -> str:
    price, quantity = pair.price, pair.quantity
    return "[" + ",".join([f'["{price(level.price)}","{quantity(level.lots)}"]' for level in levels]) + "]"
