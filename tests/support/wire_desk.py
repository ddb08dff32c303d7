"""A whole desk on the native feed, with a breakable line between it and the embedded exchange."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from fault_proxy import Middleman, Pipe
from small_session import loaded, options

from mm_tui.model.drills import Drill
from mm_tui.runtime.control import Control
from mm_tui.runtime.feeds import Chosen
from mm_tui.runtime.outcome import Outcome
from mm_tui.runtime.session import run_session
from mm_tui.settings.sections import Binance, Demo
from mm_tui.venues.binance.feed import BinanceFeed
from mm_tui.venues.binance.stream import Timing
from mm_tui.venues.demo.server import EmbeddedExchange

Record = dict[str, Any]
STALE_AFTER_MS = 600
TIMING = Timing(open=5.0, rest=1.0, ping=5.0, silence=10.0, handover=5.0)
PATIENCE_S = 60.0
"""A machine may be busy; what is promised in milliseconds is read from the journal's own times."""


class WireDesk:
    """Feed, pipe, middleman, exchange; an asynchronous context manager that ends the desk in order."""

    exchange: EmbeddedExchange
    middleman: Middleman
    pipe: Pipe

    def __init__(self, home: Path, *overrides: str, timing: Timing = TIMING) -> None:
        self.control = Control()
        self.outcome: Outcome | None = None
        self.home = home
        self._settings = loaded(
            f"feed.stale_after_ms={STALE_AFTER_MS}", "simulator.band=false", "risk.max_same_side_fills=1000", *overrides
        )
        self._timing = timing
        self._stack = AsyncExitStack()
        self._read = 0
        self._records: list[Record] = []

    async def __aenter__(self) -> Self:
        enter = self._stack.enter_async_context
        self.exchange = await enter(EmbeddedExchange(Demo(), "BTC/USDT"))
        self.middleman = await enter(Middleman(self.exchange.ws_url.removeprefix("ws://")))
        self.pipe = await enter(Pipe(self.middleman.address))
        settings = self._settings.settings
        config = Binance(rest_url=f"http://{self.middleman.address}", ws_url=f"ws://{self.pipe.address}")
        feed = BinanceFeed(config, settings.feed, "BTC/USDT", name="demo", words="", timing=self._timing)
        chosen = Chosen(feed, 0.0, 5.0, settings.feed.stale_after_ms, punctual=True, market=self._tell_market)
        run = run_session(options(self.home, "demo"), self._settings, self.control, screen=False, given=chosen)
        self._task = asyncio.create_task(run)
        await self.until(lambda records: state(records) == "quoting" and resting(records))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.control.stop("quit")
        self.outcome = await self._task
        await self._stack.aclose()

    def _tell_market(self, drill: Drill) -> None:
        if drill.kind == "jump":
            self.exchange.jump(drill.amount * 100)
        else:
            self.exchange.burst(1000)

    @property
    def records(self) -> list[Record]:
        """The journal so far."""
        for path in self.home.glob("sessions/*/journal.jsonl"):
            with path.open("rb") as file:
                file.seek(self._read)
                text = file.read()
            whole = text[: text.rfind(b"\n") + 1]
            self._read += len(whole)
            self._records += [json.loads(line) for line in whole.splitlines()]
        return self._records

    async def until(self, holds: Callable[[list[Record]], object], since: int = 0) -> list[Record]:
        """Wait until the records from `since` on satisfy; they themselves."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while not holds(self.records[since:]):
            if self._task.done():
                raise AssertionError(f"the desk ended: {self._task}")
            if asyncio.get_running_loop().time() > deadline:
                tail = "\n".join(map(str, self._records[-30:]))
                raise AssertionError(f"not within {PATIENCE_S:g} s; the journal ends with\n{tail}")
            await asyncio.sleep(0.005)
        return self._records[since:]

    async def mark(self) -> int:
        """The number of records up to now, when the desk quotes with something resting."""
        await self.until(lambda records: state(records) == "quoting" and resting(records))
        return len(self.records)


def of(records: list[Record], *kinds: str) -> list[Record]:
    return [record for record in records if record["type"] in kinds]


def state(records: list[Record]) -> str:
    """The last state that was said; empty for none."""
    said = of(records, "StateChanged")
    return said[-1]["state"] if said else ""


def states(records: list[Record]) -> list[str]:
    return [record["state"] for record in of(records, "StateChanged")]


def resting(records: list[Record]) -> bool:
    return any(record["status"] == "live" for record in of(records, "OrderChanged"))


def back(records: list[Record]) -> bool:
    """Whether the desk was off and quotes again, with an order that rests."""
    said = states(records)
    if len(said) < 2 or said[-1] != "quoting":
        return False
    at = max(index for index, record in enumerate(records) if record["type"] == "StateChanged")
    return resting(records[at:])
