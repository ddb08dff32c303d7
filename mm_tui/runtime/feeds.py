"""Which feed a venue's name means, and what that venue charges."""

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import msgspec

from mm_tui.errors import UsageError
from mm_tui.journal.meta import Origin
from mm_tui.model.events import SessionStarted
from mm_tui.settings.market import no_venue
from mm_tui.settings.options import RunOptions
from mm_tui.settings.sections import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mm_tui.model.drills import Drill
    from mm_tui.runtime.desk import Desk
    from mm_tui.runtime.stopwatch import RecordedStopwatch
    from mm_tui.venues.api import Feed

AUTO_TIMEOUT_S = 3.0
BURST = 10_000
"""Orders of the drill of that name."""
FEES = {"demo": (0.0, 5.0)}
"""Maker and taker, bps; every other venue takes Binance's lowest tier."""
BINANCE_FEES = (10.0, 10.0)


class Chosen(msgspec.Struct, frozen=True):
    """A feed and what there is to say about it."""

    feed: "Feed"
    maker_bps: float
    taker_bps: float
    stale_after_ms: int
    live: bool = True
    """False where events carry a file's own time."""
    punctual: bool = False
    """Whether a frame says by a steady clock when it was sent: then one that comes late is known to be old."""
    demo_cause: str = ""
    """Why the embedded exchange stands in for Binance."""
    opening: SessionStarted | None = None
    """The session's first event where it is given, as a branch's is; else the settings say what it opens with."""
    stopwatch: "Callable[[Desk], RecordedStopwatch] | None" = None
    """What times the strategy's decisions on a feed that is not live."""
    market: "Callable[[Drill], None] | None" = None
    """Tells a made-up market of a drill; None where the market is real."""
    origin: Origin | None = None
    """The recording that this branches off."""


async def choose(options: RunOptions, settings: Settings, stack: AsyncExitStack) -> Chosen:
    """Open the venue that was asked for; what must be closed again is given to the stack."""
    venue = options.venue
    if venue == "auto":
        from mm_tui.venues.binance.feed import reachable  # noqa: PLC0415 - only where asked for

        cause = await reachable(settings.binance, AUTO_TIMEOUT_S, options.symbol)
        if cause is None:
            return _binance(options, settings)
        return await _demo(options, settings, stack, f"no Binance: {cause.rpartition(': ')[2]}")
    if venue == "binance":
        return _binance(options, settings)
    if venue == "demo":
        return await _demo(options, settings, stack, "")
    if venue.startswith("ccxt:"):
        return _ccxt(venue.removeprefix("ccxt:"), options, settings)
    if venue.startswith("file:"):
        return _file(venue.removeprefix("file:"), options, settings)
    raise no_venue(venue)


def fees_of(settings: Settings, venue: str) -> tuple[float, float]:
    """Maker and taker in bps: what the settings say, else the venue's own."""
    maker, taker = FEES.get(venue, BINANCE_FEES)
    simulator = settings.simulator
    return (
        maker if simulator.maker_fee_bps is None else simulator.maker_fee_bps,
        taker if simulator.taker_fee_bps is None else simulator.taker_fee_bps,
    )


def _binance(options: RunOptions, settings: Settings) -> Chosen:
    from mm_tui.venues.binance.feed import BinanceFeed  # noqa: PLC0415 - only where asked for

    feed = BinanceFeed(settings.binance, settings.feed, options.symbol)
    return Chosen(feed, *fees_of(settings, "binance"), settings.feed.stale_after_ms, punctual=True)


async def _demo(options: RunOptions, settings: Settings, stack: AsyncExitStack, cause: str) -> Chosen:
    from mm_tui.venues.binance.feed import BinanceFeed  # noqa: PLC0415 - only where asked for
    from mm_tui.venues.demo.server import EmbeddedExchange  # noqa: PLC0415 - likewise

    demo = settings.demo
    if options.speed is not None:
        if options.speed == "max":
            raise UsageError("the embedded exchange runs on the clock: --speed takes a number here, max is for files")
        demo = msgspec.structs.replace(demo, speed=float(options.speed))
    exchange = await stack.enter_async_context(EmbeddedExchange(demo, options.symbol))
    binance = msgspec.structs.replace(settings.binance, rest_url=exchange.rest_url, ws_url=exchange.ws_url)
    feed = BinanceFeed(binance, settings.feed, options.symbol, name="demo", words="embedded exchange")

    def tell(drill: "Drill") -> None:
        if drill.kind == "jump":
            exchange.jump(drill.amount * 100)
        else:
            exchange.burst(BURST)

    return Chosen(
        feed,
        *fees_of(settings, "demo"),
        settings.feed.stale_after_ms,
        punctual=demo.speed == 1.0,
        demo_cause=cause,
        market=tell,
    )


def _ccxt(exchange: str, options: RunOptions, settings: Settings) -> Chosen:
    from mm_tui.venues.ccxt.feed import CcxtFeed  # noqa: PLC0415 - only where asked for

    feed = CcxtFeed(exchange, options.symbol, settings.ccxt, settings.feed)
    stale = max(settings.feed.stale_after_ms, 3 * settings.ccxt.poll_interval_ms)
    return Chosen(feed, *fees_of(settings, "ccxt"), stale)


def _file(path: str, options: RunOptions, settings: Settings) -> Chosen:
    from pathlib import Path  # noqa: PLC0415 - only where asked for

    from mm_tui.venues.capture import CaptureFeed  # noqa: PLC0415 - likewise

    speed = 1.0 if options.speed is None else options.speed
    feed = CaptureFeed(
        Path(path),
        symbol=options.symbol,
        speed=None if speed == "max" else float(speed),
        override=settings.instrument,
        lasting=options.duration,
    )
    return Chosen(feed, *fees_of(settings, _recorded_venue(Path(path))), settings.feed.stale_after_ms, live=False)


def _recorded_venue(path: "Path") -> str:
    """Which venue a session was recorded on, so that it is charged the same; `file` for a bare capture."""
    from mm_tui.journal.meta import FILE, read_meta  # noqa: PLC0415 - only where asked for

    folder = path if path.is_dir() else path.parent
    if not (folder / FILE).exists():
        return "file"
    meta = read_meta(folder)
    return meta.venue if meta.branch_of is None else meta.branch_of.venue
