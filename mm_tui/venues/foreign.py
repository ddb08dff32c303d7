"""Captures that look like ours and are not: other exchanges of hftbacktest's collector, and older ones in microseconds.

Told by the beginning of a capture, so that the user hears whose it is instead of what is odd about its first frame. One
sample a kind (times left out):

    {"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":…,"T":…,"s":"BTCUSDT","U":1,"u":2,"pu":0,"b":[],"a":[]}}
    {"topic":"orderbook.50.BTCUSDT","type":"snapshot","ts":…,"data":{"s":"BTCUSDT","b":[],"a":[],"u":1,"seq":2}}
    {"channel":"l2Book","data":{"coin":"HYPE","time":…,"levels":[[],[]]}}
    {"c":"spot@public.increase.depth.v3.api@SOLUSDT","d":{"asks":[]},"s":"SOLUSDT","t":…}
"""

from typing import Final

LOOKED_AT: Final = 100
"""Lines of a capture's beginning."""
_SEARCHED: Final = 400
"""Bytes of a frame's beginning."""
_OURS: Final = b'{"stream":"ccxt:'
_SIGNS: Final = (
    ("Binance futures", (b'"e":"depthUpdate"', b'"pu":')),
    ("Binance futures", (b'"e":"trade"', b'"X":"')),
    ("Binance futures", (b'"e":"bookTicker"',)),
    ("Binance futures", (b'"e":"markPriceUpdate"',)),
    ("Bybit", (b'"topic":"',)),
    ("OKX", (b'"arg":{"channel":"',)),
    ("Hyperliquid", (b'"channel":"', b'"data":')),
    ("MEXC", (b'"c":"spot@public.',)),
    ("Coinbase", (b'"product_id":"',)),
)
_MICROSECONDS: Final = range(10**15, 10**16)
"""From 2001 to 2286."""


def refusal(ts: int, raw: bytes) -> str:
    """Why a line of the beginning cannot be one of ours, in words; empty where it may be."""
    if ts in _MICROSECONDS:
        return "its times are in microseconds; multiply them by 1000, a capture's times are in nanoseconds"
    if raw.startswith(_OURS):
        return ""
    beginning = raw[:_SEARCHED].replace(b" ", b"")
    for exchange, signs in _SIGNS:
        if all(sign in beginning for sign in signs):
            return (
                f"a frame of {exchange}; captures of Binance spot and sessions of mm-tui can be read (another "
                f"exchange is recorded by mm-tui run --venue ccxt:ID)"
            )
    return ""
