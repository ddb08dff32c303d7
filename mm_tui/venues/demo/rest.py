"""Binance's public REST interface over a source: routes, checks of parameters, error codes and weights.

Errors are Binance's own: HTTP 400 with `{"code":-1121,"msg":"Invalid symbol."}`, 429 once the weight of the minute is
used up. Every answer carries `X-MBX-USED-WEIGHT-1M`.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from mm_tui.venues.demo.pair import Pair
from mm_tui.venues.demo.source import Source

PREFIX = "/api/v3/"
WEIGHT_A_MINUTE = 6000
"""Weight that one address may use in a minute."""
DEPTH_WEIGHTS = ((100, 5), (500, 25), (1000, 50), (5000, 250))
"""Largest limit of a depth request and its weight."""
WEIGHTS = {"ping": 1, "time": 1, "exchangeInfo": 20, "trades": 25, "ticker/24hr": 2, "ticker/bookTicker": 2}
"""Weight of the other requests for one symbol."""
LIMITS = {"depth": (100, 5000), "trades": (500, 1000)}
"""Default and largest limit."""
MINUTE_MS = 60_000
MOST_TICKS = 100_000_000
"""PRICE_FILTER: 1,000,000 at a tick of 0.01."""
MOST_LOTS = 900_000_000
"""LOT_SIZE: 9,000 at a step of 0.00001."""


class Answer(msgspec.Struct, frozen=True):
    """An HTTP answer."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class RestError(Exception):
    """The request is wrong; says how in the exchange's own words. Never leaves this module."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class Rest:
    """Answers requests for one source and counts their weight."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._minute = 0
        self.used_weight = 0
        """Weight used since the minute began."""

    async def answer(self, target: str) -> Answer:
        """The answer to `GET target`."""
        try:
            status, body = 200, await self._route(target)
        except RestError as error:
            status, body = error.status, msgspec.json.encode({"code": error.code, "msg": str(error)})
        headers = [("Content-Type", "application/json;charset=UTF-8"), ("X-MBX-USED-WEIGHT", str(self.used_weight))]
        headers.append(("X-MBX-USED-WEIGHT-1M", str(self.used_weight)))
        if status == 429:  # noqa: PLR2004 - HTTP's own number
            seconds = 60 - self._source.clock_ms() % MINUTE_MS // 1000
            headers.append(("Retry-After", str(seconds)))
        return Answer(status, body, tuple(headers))

    async def _route(self, target: str) -> bytes:
        split = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
        resource = split.path.removeprefix(PREFIX)
        limit = _limit(resource, query)
        self._charge(resource, limit)
        if resource == "ping":
            return b"{}"
        if resource == "time":
            return b'{"serverTime":%d}' % self._source.clock_ms()
        pair = self._source.pair
        if resource == "exchangeInfo":
            _check_listed(query, pair)
            return msgspec.json.encode(exchange_info(pair, self._source.clock_ms()))
        if not split.path.startswith(PREFIX) or resource not in ("depth", *WEIGHTS):
            raise RestError(-1000, "This embedded exchange does not serve the path.", 404)
        if not query.get("symbol"):
            raise RestError(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")
        _check_listed(query, pair)
        body = await self._source.answer(resource, limit)
        if body is None:
            raise RestError(-1000, "This source has no answer to the request.", 404)
        return body

    def _charge(self, resource: str, limit: int) -> None:
        minute = self._source.clock_ms() // MINUTE_MS
        if minute != self._minute:
            self._minute, self.used_weight = minute, 0
        if resource == "depth":
            self.used_weight += next(weight for most, weight in DEPTH_WEIGHTS if limit <= most)
        else:
            self.used_weight += WEIGHTS.get(resource, 1)
        if self.used_weight > WEIGHT_A_MINUTE:
            raise RestError(
                -1003, f"Too much request weight used; current limit is {WEIGHT_A_MINUTE} per 1 MINUTE.", 429
            )


def _limit(resource: str, query: dict[str, str]) -> int:
    default, largest = LIMITS.get(resource, (0, 0))
    text = query.get("limit", str(default))
    if not (text.isascii() and text.isdigit()):
        raise RestError(-1100, "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'.")
    if largest and int(text) == 0:
        raise RestError(-1130, "Data sent for parameter 'limit' is not valid.")
    return min(int(text), largest)


def _check_listed(query: dict[str, str], pair: Pair) -> None:
    asked = [query["symbol"]] if "symbol" in query else []
    if "symbols" in query:
        try:
            asked = msgspec.json.decode(query["symbols"], type=list[str])
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise RestError(-1100, "Illegal characters found in parameter 'symbols'.") from None
    if any(symbol != pair.symbol for symbol in asked):
        raise RestError(-1121, "Invalid symbol.")


def exchange_info(pair: Pair, clock_ms: int) -> dict[str, Any]:
    """The body of `GET /api/v3/exchangeInfo`."""
    return {
        "timezone": "UTC",
        "serverTime": clock_ms,
        "rateLimits": [
            _rate_limit("REQUEST_WEIGHT", "MINUTE", 1, WEIGHT_A_MINUTE),
            _rate_limit("ORDERS", "SECOND", 10, 100),
            _rate_limit("ORDERS", "DAY", 1, 200_000),
            _rate_limit("RAW_REQUESTS", "MINUTE", 5, 61_000),
        ],
        "exchangeFilters": [],
        "symbols": [_symbol_info(pair)],
    }


def _rate_limit(kind: str, interval: str, count: int, limit: int) -> dict[str, Any]:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": count, "limit": limit}


def _symbol_info(pair: Pair) -> dict[str, Any]:
    return {
        "symbol": pair.symbol,
        "status": "TRADING",
        "baseAsset": pair.base,
        "baseAssetPrecision": 8,
        "quoteAsset": pair.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": [
            "LIMIT",
            "LIMIT_MAKER",
            "MARKET",
            "STOP_LOSS",
            "STOP_LOSS_LIMIT",
            "TAKE_PROFIT",
            "TAKE_PROFIT_LIMIT",
        ],
        "icebergAllowed": True,
        "ocoAllowed": True,
        "otoAllowed": True,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": True,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": _filters(pair),
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"],
    }


def _filters(pair: Pair) -> list[dict[str, Any]]:
    tick, step = pair.price(1), pair.quantity(1)
    return [
        {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": pair.price(MOST_TICKS), "tickSize": tick},
        {"filterType": "LOT_SIZE", "minQty": step, "maxQty": pair.quantity(MOST_LOTS), "stepSize": step},
        {"filterType": "ICEBERG_PARTS", "limit": 10},
        {"filterType": "MARKET_LOT_SIZE", "minQty": "0.00000000", "maxQty": "100.00000000", "stepSize": "0.00000000"},
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            "bidMultiplierUp": "5",
            "bidMultiplierDown": "0.2",
            "askMultiplierUp": "5",
            "askMultiplierDown": "0.2",
            "avgPriceMins": 5,
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": "5.00000000",
            "applyMinToMarket": True,
            "maxNotional": "9000000.00000000",
            "applyMaxToMarket": False,
            "avgPriceMins": 5,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5},
        {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 10},
    ]
