"""Binance spot's public market data: three streams over one WebSocket, snapshots by REST.

The feed decides nothing about the book: it stamps, decodes and hands over, and fetches a snapshot when asked. What it
does decide is when to connect: again after every loss, for ever; and before a planned end (24 h, `serverShutdown`) a
second connection first, so that quoting has no gap.
"""

import asyncio
import contextlib
from collections import deque
from typing import Final
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed

from mm_tui.core.config import FeedRules
from mm_tui.errors import FrameError, VenueError
from mm_tui.model.events import BookSnapshot, FrameRefused, LinkDown, LinkUp
from mm_tui.model.generator import Generator
from mm_tui.model.instrument import Instrument
from mm_tui.settings.sections import Binance
from mm_tui.venues.api import FeedStatus, Frame, Inbox
from mm_tui.venues.binance.codec import BinanceCodec, is_shutdown
from mm_tui.venues.binance.exchange_info import parse_exchange_info, venue_symbol
from mm_tui.venues.binance.rest import TooManyRequestsError, get
from mm_tui.venues.binance.stream import FRAME_LIMIT, LOST, TOO_BIG, Link, Sieve, Timing, open_stream, words
from mm_tui.venues.countdown import count_down
from mm_tui.venues.supervise import HEALTHY_AFTER_NS, NS_PER_S, Backoff, ConnectBudget

REFUSED_LIMIT: Final = 3
"""Broken frames within `REFUSED_WINDOW_NS` after which the connection is renewed."""
REFUSED_WINDOW_NS: Final = 10 * NS_PER_S
SNAPSHOT_LEVELS: Final = 5000
"""Levels a side; weighs 250 of 6000 a minute."""
SNAPSHOTS_PER_MINUTE: Final = 20


class BinanceFeed:
    """A `venues.api.Feed` of Binance's public data, or of whatever speaks its protocol."""

    def __init__(
        self,
        config: Binance,
        rules: FeedRules,
        symbol: str,
        *,
        name: str = "binance",
        words: str = "live data",
        seed: int = 1,
        timing: Timing | None = None,
    ) -> None:
        self.name = name
        self.words = words
        self.status = FeedStatus()
        self._config = config
        self._symbol = symbol
        self._timing = timing or Timing()
        self._instrument: Instrument | None = None
        self._wanted = asyncio.Event()
        """A snapshot was asked for."""
        initial, longest = rules.reconnect_initial_ms, rules.reconnect_max_ms
        self._connects = Backoff(initial, longest, Generator(seed))
        self._snapshots = Backoff(
            initial, longest, Generator(seed + 1), ConnectBudget(SNAPSHOTS_PER_MINUTE, 60 * NS_PER_S)
        )
        self._refused: deque[int] = deque(maxlen=REFUSED_LIMIT)
        self._sieve = Sieve()
        self._link: Link | None = None
        """The connection that is read; None while there is none."""
        self._successor: Link | None = None
        """The connection that is to take over, while two are open."""

    async def instrument(self) -> Instrument:
        """The pair's filters from exchangeInfo, asked once; raises VenueError with what to do."""
        if self._instrument is None:
            self._instrument = await fetch_instrument(self._config, self._symbol, self._timing.rest)
        return self._instrument

    def request_snapshot(self) -> None:
        """Ask for a snapshot; more requests while one is under way are one."""
        self._wanted.set()

    def cut(self) -> None:
        """A drill: the connection is lost, without a farewell."""
        if self._link is not None:
            self._link.connection.transport.abort()

    async def run(self, inbox: Inbox) -> None:
        """Feed the inbox for ever; ends when cancelled."""
        codec = BinanceCodec(await self.instrument())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_linked(codec, inbox), name="binance streams")
            tasks.create_task(self._keep_snapshots(codec, inbox), name="binance snapshots")

    async def _keep_linked(self, codec: BinanceCodec, inbox: Inbox) -> None:
        """Connect, read until no connection is left, wait, again."""
        while True:
            self.status.link = "connecting"
            try:
                link = await self._open()
            except LOST as error:
                await self._wait_to_retry(words(error), _retry_after_ns(error))
                continue
            self.status.link, self.status.detail = "up", ""
            self._sieve = Sieve()
            self._refused.clear()
            await inbox.put(Frame(LinkUp(ts=inbox.now(), venue=self.name)))
            reason = await self._serve(link, codec, inbox)
            self.status.link, self.status.detail = "down", reason
            self.status.reconnects += 1
            await inbox.put(Frame(LinkDown(ts=inbox.now(), venue=self.name, reason=reason)))
            await self._wait_to_retry(reason)

    async def _open(self) -> Link:
        """A new connection, when the budget allows one; raises one of `LOST`."""
        await asyncio.sleep(self._connects.allowed_in(_loop_ns()) / NS_PER_S)
        self._connects.connecting(_loop_ns())
        return await open_stream(self._config, venue_symbol(self._symbol), self._timing)

    async def _serve(self, link: Link, codec: BinanceCodec, inbox: Inbox) -> str:
        """Read, and replace the connection in good time; returns why none is left."""
        async with asyncio.TaskGroup() as tasks:
            reader = tasks.create_task(self._read(link, codec, inbox))
            while True:
                self._link = link
                renewal = tasks.create_task(self._renew(link))
                await asyncio.wait({reader, renewal}, return_when=asyncio.FIRST_COMPLETED)
                if not renewal.done():
                    renewal.cancel()
                    break
                successor = renewal.result()
                next_reader = tasks.create_task(self._read(successor, codec, inbox))
                await self._hand_over(link, reader, successor, next_reader)
                if next_reader.done():
                    if reader.done():
                        break
                    await asyncio.sleep(self._connects.failed(_loop_ns()) / NS_PER_S)
                    continue
                self._connects.lived(int((_loop_time() - link.opened) * NS_PER_S))
                await inbox.put(Frame(LinkUp(ts=inbox.now(), venue=self.name, resync=not successor.caught_up.is_set())))
                self.status.detail = ""
                link, reader = successor, next_reader
            self._link = None
            self._connects.lived(int((_loop_time() - link.opened) * NS_PER_S))
            return reader.result()

    async def _hand_over(
        self, link: Link, reader: asyncio.Task[str], successor: Link, next_reader: asyncio.Task[str]
    ) -> None:
        """Read both until the successor is in step, or one of them is lost; then close the old one."""
        self._successor = successor
        caught_up = asyncio.ensure_future(successor.caught_up.wait())
        try:
            await asyncio.wait(
                {reader, next_reader, caught_up},
                timeout=self._timing.handover,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            caught_up.cancel()
        if not next_reader.done():
            await link.give_up("replaced")
            await reader
        self._successor = None

    async def _renew(self, link: Link) -> Link:
        """Wait until the connection needs a successor, then open it, however often that takes."""
        due = link.opened + self._timing.life - _loop_time()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(link.ending.wait(), max(due, 0.0))
        while True:
            self.status.detail = "renewing the connection"
            try:
                return await self._open()
            except LOST as error:
                self.status.detail = f"renewing the connection: {words(error)}"
                await asyncio.sleep(self._connects.failed(_loop_ns()) / NS_PER_S)

    async def _read(self, link: Link, codec: BinanceCodec, inbox: Inbox) -> str:
        """Hand over what comes until the connection ends; returns why it did."""
        loop = asyncio.get_running_loop()
        receive, decode, now, put = link.connection.recv, codec.decode, inbox.now, inbox.put
        try:
            while True:
                raw = await receive(decode=False)
                ts = now()
                link.heard = loop.time()
                try:
                    event = decode(raw, ts)
                except FrameError as error:
                    await self._refuse(link, inbox, ts, str(error), len(raw))
                    continue
                if event is None:
                    if is_shutdown(raw):
                        link.ending.set()
                    continue
                successor = self._successor
                if self._sieve.passes(
                    event, overlap=successor is not None, successor=link if link is successor else None
                ):
                    await put(Frame(event, one_line(raw)))
        except ConnectionClosed as error:
            if error.sent is not None and error.sent.code == TOO_BIG:
                await put(Frame(FrameRefused(ts=now(), reason=words(error), size=FRAME_LIMIT)))
            return link.ended(error)
        except asyncio.CancelledError:
            link.drop()
            raise

    async def _refuse(self, link: Link, inbox: Inbox, ts: int, reason: str, size: int) -> None:
        """Count a broken frame; too many of them, and the connection is given up."""
        await inbox.put(Frame(FrameRefused(ts=ts, reason=reason, size=size)))
        self._refused.append(_loop_ns())
        if len(self._refused) == REFUSED_LIMIT and self._refused[-1] - self._refused[0] <= REFUSED_WINDOW_NS:
            self._refused.clear()
            await link.give_up(f"{REFUSED_LIMIT} broken frames within {REFUSED_WINDOW_NS // NS_PER_S} s")

    async def _keep_snapshots(self, codec: BinanceCodec, inbox: Inbox) -> None:
        """Fetch a snapshot whenever one is wanted; the more often in a row, the slower."""
        query = urlencode({"symbol": venue_symbol(self._symbol), "limit": SNAPSHOT_LEVELS})
        url = f"{self._config.rest_url.rstrip('/')}/api/v3/depth?{query}"
        last, earliest = -HEALTHY_AFTER_NS, 0
        while True:
            await self._wanted.wait()
            now = _loop_ns()
            await asyncio.sleep(max(earliest - now, self._snapshots.allowed_in(now), 0) / NS_PER_S)
            now = _loop_ns()
            self._snapshots.lived(now - last)
            self._snapshots.connecting(now)
            last, earliest = now, now + self._snapshots.failed(now)
            try:
                raw = one_line(await get(url, self._timing.rest))
                event = _snapshot(codec, raw, inbox.now())
            except VenueError as error:
                self.status.detail = f"no snapshot: {error}"
                earliest = max(earliest, _loop_ns() + _retry_after_ns(error))
                continue
            except FrameError as error:
                await inbox.put(Frame(FrameRefused(ts=inbox.now(), reason=str(error), size=0)))
                continue
            self.status.detail = ""
            self._wanted.clear()
            await inbox.put(Frame(event, raw))

    async def _wait_to_retry(self, reason: str, at_least_ns: int = 0) -> None:
        """Wait before the next try, saying so second by second."""
        await count_down(self.status, reason, max(self._connects.failed(_loop_ns()), at_least_ns))


async def fetch_instrument(config: Binance, symbol: str, timeout_s: float) -> Instrument:
    """The pair's tick, step and filters; raises VenueError with what to do."""
    query = urlencode({"symbol": venue_symbol(symbol)})
    return parse_exchange_info(
        await get(f"{config.rest_url.rstrip('/')}/api/v3/exchangeInfo?{query}", timeout_s), symbol
    )


async def reachable(config: Binance, timeout_s: float, symbol: str = "BTC/USDT") -> str | None:
    """None when the pair's filters and its streams answer in time, else the cause in words."""
    timing = Timing(open=timeout_s + 1)

    async def try_stream() -> None:
        (await open_stream(config, venue_symbol(symbol), timing)).drop()

    problem = None
    try:
        async with asyncio.timeout(timeout_s), asyncio.TaskGroup() as tasks:
            tasks.create_task(fetch_instrument(config, symbol, timeout_s + 1))
            tasks.create_task(try_stream())
    except* LOST as failures:
        first = failures.exceptions[0]
        problem = f"no answer within {timeout_s:g} s" if isinstance(first, TimeoutError) else words(first)
    return problem


def one_line(raw: bytes) -> bytes:
    """The frame as a line of `market.log`; JSON has line breaks between its tokens only, where they mean nothing."""
    if b"\n" in raw or b"\r" in raw:
        return raw.replace(b"\r", b" ").replace(b"\n", b" ").strip()
    return raw


def _snapshot(codec: BinanceCodec, raw: bytes, ts: int) -> BookSnapshot:
    event = codec.decode(raw, ts)
    if not isinstance(event, BookSnapshot):
        raise FrameError("the venue answered a request for the book with something else")
    return event


def _retry_after_ns(error: BaseException) -> int:
    return int(error.retry_after_s * NS_PER_S) if isinstance(error, TooManyRequestsError) else 0


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


def _loop_ns() -> int:
    return int(_loop_time() * NS_PER_S)
