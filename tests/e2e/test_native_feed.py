"""The real capture through the real desk: as a file, and served over the loopback in Binance's own protocol.

The expected book is worked out here from the capture's text with decimals and dictionaries, by the exchange's rules and
none of the project's code.
"""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mm_tui.runtime.control import Control
from mm_tui.runtime.feeds import choose
from mm_tui.runtime.outcome import Outcome
from mm_tui.runtime.session import Session
from mm_tui.settings.load import Loaded, load
from mm_tui.settings.options import RunOptions
from mm_tui.venues.binance.codec import BinanceCodec
from mm_tui.venues.capture_file import CaptureFile
from mm_tui.venues.demo.replay_source import ReplaySource
from mm_tui.venues.demo.server import LoopbackServer

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
CAPTURE = DATA / "btcusdt_20240808.gz"
LINES = 41_249
FRAMES = {"bookTicker": 28_040, "trade": 9_757, "depth": 3_451, "snapshot": 1}
PATIENCE_S = 90.0

pytestmark = [
    pytest.mark.untraced,
    pytest.mark.skipif(
        not CAPTURE.exists(), reason="the captured data lies beside the project only where it is developed"
    ),
]

Levels = list[tuple[Decimal, Decimal]]


class Expected(msgspec.Struct):
    """What the capture's text comes to."""

    bids: Levels
    asks: Levels
    last_update_id: int


def recompute(path: Path) -> Expected:
    """The 20 best levels a side after the last frame: the snapshot, and every diff that it does not contain."""
    bids: dict[Decimal, Decimal] = {}
    asks: dict[Decimal, Decimal] = {}
    diffs: list[dict[str, Any]] = []
    last = 0
    with gzip.open(path, "rt") as lines:
        for line in lines:
            frame = json.loads(line.split(" ", 1)[1])
            if "lastUpdateId" in frame:
                last = frame["lastUpdateId"]
                bids = {Decimal(price): Decimal(quantity) for price, quantity in frame["bids"]}
                asks = {Decimal(price): Decimal(quantity) for price, quantity in frame["asks"]}
            elif frame["data"].get("e") == "depthUpdate":
                diffs.append(frame["data"])
    for diff in diffs:
        if diff["u"] <= last:
            continue
        assert diff["U"] <= last + 1, "the capture itself has a gap"
        for side, changes in ((bids, diff["b"]), (asks, diff["a"])):
            for price, quantity in changes:
                side.pop(Decimal(price), None)
                if Decimal(quantity):
                    side[Decimal(price)] = Decimal(quantity)
        last = diff["u"]
    return Expected(sorted(bids.items(), reverse=True)[:20], sorted(asks.items())[:20], last)


@pytest.fixture(scope="module")
def expected() -> Expected:
    return recompute(CAPTURE)


class Run:
    """One session on a venue, ended once every line of the capture has gone through the desk."""

    def __init__(self, stack: AsyncExitStack, tmp_path: Path) -> None:
        self._stack = stack
        self._tmp_path = tmp_path
        self.session: Session
        self.outcome: Outcome

    async def play(self, venue: str, *overrides: str) -> None:
        loaded: Loaded = load(None, overrides, {}, self._tmp_path)
        options = RunOptions(
            venue=venue,
            symbol="BTC/USDT",
            strategy="passive",
            theme="graphite",
            sessions=self._tmp_path / "sessions",
            state=self._tmp_path / "state",
            speed="max" if venue.startswith("file:") else None,
        )
        control = Control()
        stopped = control.begin()
        self._stack.callback(control.detach)
        chosen = await choose(options, loaded.settings, self._stack)
        session = self.session = Session(options, loaded, control, chosen, await chosen.feed.instrument())
        self._stack.push_async_callback(session.close)
        session.open()
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(session.run(stopped, screen=False))
            while session.desk.core.market.frames < LINES and not running.done():  # noqa: ASYNC110 - the desk tells nobody how many frames it took
                await asyncio.sleep(0.01)
            control.stop("the capture is through")
        self.outcome = running.result()

    def top(self) -> tuple[Levels, Levels]:
        """The 20 best levels a side of the desk's book, in the venue's units."""
        core = self.session.desk.core
        instrument = core.instrument
        bids, asks = (
            [(instrument.price(price), instrument.quantity(lots)) for price, lots in side.top(20)]
            for side in (core.book.bids, core.book.asks)
        )
        return bids, asks


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[Run]:
    async with AsyncExitStack() as stack:
        yield Run(stack, tmp_path)


def check(run: Run, expected: Expected) -> None:
    summary = run.outcome.summary
    assert summary["market"] | {"best_bid": None, "best_ask": None} == {
        "frames": LINES,
        "trades": FRAMES["trade"],
        "book_updates": FRAMES["depth"],
        "gaps": 0,
        "resyncs": 1,
        "bad_frames": 0,
        "best_bid": None,
        "best_ask": None,
        "last_update_id": expected.last_update_id,
    }
    assert run.top() == (expected.bids, expected.asks)
    assert summary["orders"]["placed"] > 0
    assert summary["orders"]["open"] == 0
    assert run.outcome.resting == ()


def recorded(run: Run) -> list[bytes]:
    """The frames that the session wrote down."""
    assert run.outcome.folder is not None
    log = CaptureFile(run.outcome.folder)
    frames = [raw for _, raw in log]
    assert log.note == ""
    return frames


async def test_the_capture_as_a_file_ends_with_the_book_of_a_plain_recomputation(run: Run, expected: Expected) -> None:
    await run.play(f"file:{CAPTURE}")
    check(run, expected)
    assert recorded(run) == [raw.rstrip() for _, raw in CaptureFile(CAPTURE)]


async def test_the_capture_over_binances_protocol_loses_no_line(run: Run, expected: Expected) -> None:
    source = ReplaySource(CAPTURE)
    async with LoopbackServer(source) as server:
        await run.play("binance", f"binance.rest_url={server.rest_url}", f"binance.ws_url={server.ws_url}")
    assert source.ended.is_set()
    assert server.hub.dropped == 0
    check(run, expected)
    frames = recorded(run)
    assert len(frames) == LINES
    decode = BinanceCodec(run.session.desk.core.instrument).decode
    kinds: dict[str, int] = {}
    for raw in frames:
        kind = type(decode(raw, 0)).__name__
        kinds[kind] = kinds.get(kind, 0) + 1
    assert kinds == {
        "TopOfBook": FRAMES["bookTicker"],
        "Trade": FRAMES["trade"],
        "BookDelta": FRAMES["depth"],
        "BookSnapshot": FRAMES["snapshot"],
    }
