"""Any exchange that ccxt knows, by polling: the slow mode.

Book, trades and ticker are asked for in turn, as fast as ccxt's own rate limiter of the exchange lets, at most once
an interval. Each answer becomes lines of our own (`venues.ccxt.codec`), one an event. Trades from before the first poll
are history and are not handed over.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec

from mm_tui.core.config import FeedRules
from mm_tui.errors import FrameError, UsageError, VenueError
from mm_tui.model.events import FrameRefused, LinkDown, LinkUp
from mm_tui.model.generator import Generator
from mm_tui.model.instrument import Instrument
from mm_tui.settings.sections import Ccxt
from mm_tui.venues.api import FeedStatus, Frame, Inbox
from mm_tui.venues.ccxt.codec import CcxtCodec
from mm_tui.venues.ccxt.market import ExchangeFactory, exchange_factory, instrument_of, library
from mm_tui.venues.countdown import count_down
from mm_tui.venues.supervise import NS_PER_S, Backoff

BOOK_LEVELS: Final = 100
"""Levels a side to ask for; an exchange that wants another number is asked for its own."""
TRADES_KEPT: Final = 10_000
"""Trades remembered, so that the next poll's repeats are known."""


class CcxtFeed:
    """A `venues.api.Feed` that polls."""

    def __init__(
        self,
        exchange_id: str,
        symbol: str,
        config: Ccxt,
        rules: FeedRules,
        *,
        seed: int = 1,
        factory: ExchangeFactory | None = None,
    ) -> None:
        """`factory` makes the exchange where it is not ccxt's class of that name as it is."""
        if config.mode == "stream":
            raise UsageError('mode "stream" of [ccxt] is not available; set it to "poll", or use --venue binance')
        self.name = f"ccxt:{exchange_id}"
        self.words = f"slow: polls every {config.poll_interval_ms / 1000:g} s"
        self.status = FeedStatus()
        self._id = exchange_id
        self._symbol = symbol
        self._config = config
        self._factory = factory
        self._backoff = Backoff(rules.reconnect_initial_ms, rules.reconnect_max_ms, Generator(seed))
        self._exchange: Any = None
        self._instrument: Instrument | None = None
        self._levels: int | None = BOOK_LEVELS
        self._lines = 0
        self._seen: OrderedDict[object, None] = OrderedDict()

    async def instrument(self) -> Instrument:
        """The pair from the exchange's markets, asked once; raises VenueError with what to do."""
        if self._instrument is None:
            async with self._open() as exchange:
                self._instrument = instrument_of(exchange, self._symbol)
        return self._instrument

    def request_snapshot(self) -> None:
        """Every poll brings a whole book; the next one comes by itself."""

    async def run(self, inbox: Inbox) -> None:
        """Poll for ever; ends when cancelled."""
        codec = CcxtCodec(await self.instrument())
        failures = (library().BaseError, OSError, TimeoutError, VenueError)
        loop = asyncio.get_running_loop()
        up = False
        while True:
            try:
                async with self._open() as exchange:
                    while True:
                        begun = loop.time()
                        book = await self._fetch_book(exchange)
                        if not up:
                            up = True
                            self.status.link, self.status.detail = "up", ""
                            await inbox.put(Frame(LinkUp(ts=inbox.now(), venue=self.name)))
                        await self._put(codec, inbox, "book", _book(book))
                        await self._poll_trades(exchange, codec, inbox)
                        await self._poll_ticker(exchange, codec, inbox)
                        self._backoff.reset()
                        rest = begun + self._config.poll_interval_ms / 1000 - loop.time()
                        await asyncio.sleep(max(rest, 0.0))
            except failures as error:
                reason = _reason(error)
                if up:
                    up = False
                    self.status.reconnects += 1
                    await inbox.put(Frame(LinkDown(ts=inbox.now(), venue=self.name, reason=reason)))
                await self._wait_to_retry(reason)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Any]:
        """The exchange with its markets loaded; its connections are closed afterwards."""
        if self._exchange is None:
            if self._factory is None:
                self._factory = await asyncio.to_thread(exchange_factory, self._id)
            self._exchange = self._factory({"enableRateLimit": True, **self._config.options})
        exchange = self._exchange
        ccxt = library()
        exchange.open()
        try:
            try:
                await exchange.load_markets()
            except (ccxt.BaseError, OSError, TimeoutError) as error:
                raise VenueError(f"{self._id}: {_reason(error)}") from error
            yield exchange
        finally:
            await exchange.close()

    async def _fetch_book(self, exchange: Any) -> Mapping[str, Any]:
        """The book; an exchange that refuses our number of levels is asked for its own from then on."""
        refused = library().ExchangeError
        try:
            book: Mapping[str, Any] = await exchange.fetch_order_book(self._symbol, self._levels)
        except refused:
            if self._levels is None:
                raise
            self._levels = None
            book = await exchange.fetch_order_book(self._symbol)
        return book

    async def _poll_trades(self, exchange: Any, codec: CcxtCodec, inbox: Inbox) -> None:
        if not exchange.has.get("fetchTrades"):
            return
        first_poll = not self._seen
        for trade in await exchange.fetch_trades(self._symbol):
            key = trade.get("id") or (trade["timestamp"], trade["price"], trade["amount"], trade["side"])
            if key in self._seen:
                continue
            self._seen[key] = None
            if len(self._seen) > TRADES_KEPT:
                self._seen.popitem(last=False)
            if not first_poll and trade.get("side"):
                await self._put(codec, inbox, "trade", _only(trade, ("timestamp", "price", "amount", "side", "id")))
        if first_poll:
            self._seen.setdefault("", None)

    async def _poll_ticker(self, exchange: Any, codec: CcxtCodec, inbox: Inbox) -> None:
        if not exchange.has.get("fetchTicker"):
            return
        ticker = await exchange.fetch_ticker(self._symbol)
        fields = ("timestamp", "bid", "bidVolume", "ask", "askVolume", "last")
        await self._put(codec, inbox, "ticker", _only(ticker, fields))

    async def _put(self, codec: CcxtCodec, inbox: Inbox, kind: str, data: dict[str, Any]) -> None:
        """Write the line, and hand over what a replay will read out of it."""
        self._lines += 1
        raw = msgspec.json.encode({"stream": f"{self.name}@{kind}", "id": self._lines, "data": data})
        ts = inbox.now()
        try:
            event = codec.decode(raw, ts)
        except FrameError as error:
            self.status.detail = str(error)
            await inbox.put(Frame(FrameRefused(ts=ts, reason=str(error), size=len(raw))))
            return
        if event is not None:
            await inbox.put(Frame(event, raw))

    async def _wait_to_retry(self, reason: str) -> None:
        """Wait before the next try, saying so second by second."""
        now = int(asyncio.get_running_loop().time() * NS_PER_S)
        await count_down(self.status, reason, self._backoff.failed(now))
        self.status.link = "connecting"


def _book(book: Mapping[str, Any]) -> dict[str, Any]:
    """Timestamp and levels; some exchanges put a third value behind price and amount."""
    sides = {side: [[level[0], level[1]] for level in book[side]] for side in ("bids", "asks")}
    return {"timestamp": book.get("timestamp"), **sides}


def _only(answer: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The fields that are ccxt's own, without the exchange's raw answer."""
    return {name: answer.get(name) for name in names}


async def spot_pairs(
    exchange_id: str, config: Ccxt, timeout_s: float, factory: ExchangeFactory | None = None
) -> tuple[str, ...]:
    """The spot pairs that trade at an exchange; raises VenueError. For a thread's own loop: to import ccxt blocks."""
    exchange = (factory or exchange_factory(exchange_id))({"enableRateLimit": True, **config.options})
    try:
        async with asyncio.timeout(timeout_s):
            await exchange.load_markets()
    except TimeoutError as error:
        raise VenueError(f"{exchange_id} did not answer within {timeout_s:g} s") from error
    except (library().BaseError, OSError) as error:
        raise VenueError(f"{exchange_id}: {_reason(error)}") from error
    finally:
        await exchange.close()
    markets: Mapping[str, Any] = exchange.markets or {}
    return tuple(name for name, one in markets.items() if one.get("spot") and one.get("active") is not False)


def _reason(error: BaseException) -> str:
    """The first line: a message of ccxt's may hold the exchange's whole answer."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__
