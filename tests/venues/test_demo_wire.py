"""Bytes as the exchange sent them: the samples are frames of hftbacktest's published capture of 2024-08-08."""

from mm_tui.venues.demo.ladder import Level
from mm_tui.venues.demo.market import Depth, Diff, Print, Touch
from mm_tui.venues.demo.pair import Pair
from mm_tui.venues.demo.wire import depth_payload, diff_payload, shutdown_payload, touch_payload, trade_payload

PAIR = Pair("BTC", "USDT", 2, 5)


def test_diff() -> None:
    diff = Diff(0.0, 50093239203, 50093239207, [Level(5565387, 0)], [Level(6183804, 32332), Level(6186250, 5019)])
    assert diff_payload(diff, PAIR, 1723161255308) == (
        b'{"e":"depthUpdate","E":1723161255308,"s":"BTCUSDT","U":50093239203,"u":50093239207,'
        b'"b":[["55653.87000000","0.00000000"]],'
        b'"a":[["61838.04000000","0.32332000"],["61862.50000000","0.05019000"]]}'
    )


def test_trade() -> None:
    trade = Print(0.0, 3735683259, 6183763, 2000, buyer_is_maker=True)
    assert trade_payload(trade, PAIR, 1723161255342) == (
        b'{"e":"trade","E":1723161255342,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000",'
        b'"T":1723161255342,"m":true,"M":true}'
    )
    assert b'"m":false' in trade_payload(Print(0.0, 1, 1, 1, buyer_is_maker=False), PAIR, 1)


def test_book_ticker() -> None:
    touch = Touch(0.0, 50093239212, 6183763, 378826, 6183764, 154698)
    assert touch_payload(touch, PAIR) == (
        b'{"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"}'
    )


def test_depth() -> None:
    depth = Depth(50093239218, [Level(6183763, 378826)], [])
    assert depth_payload(depth, PAIR) == (
        b'{"lastUpdateId":50093239218,"bids":[["61837.63000000","3.78826000"]],"asks":[]}'
    )


def test_shutdown() -> None:
    assert shutdown_payload(7) == b'{"e":"serverShutdown","E":7}'
