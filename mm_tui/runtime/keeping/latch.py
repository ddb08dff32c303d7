"""What the risk desk carries over a restart: the day's loss, the drawdown, the day's messages, and why it is halted.

One small file for each venue, symbol and mode under `$XDG_STATE_HOME/mm-tui/risk/`, always whole on disk: written
beside itself and moved over. A halt and a re-arm are written in the event that brings them, figures at most once a
second.

- a file that cannot be read, or is another pair's, leaves unknown whether the desk was halted, so the desk starts
  halted and says why; the damaged file is kept beside as `….damaged`
- a file that cannot be written stops nothing on paper, but is said
- a second desk on the same pair starts from the file and leaves it to the first
"""

import logging
import os
import re
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec

from mm_tui.core.engine import Core
from mm_tui.core.state import State
from mm_tui.errors import UsageError
from mm_tui.journal import lock, private
from mm_tui.model.clock import DAY
from mm_tui.model.events import SessionStarted
from mm_tui.model.facts import Fact, StateChanged
from mm_tui.model.words import one_line

FORMAT = 1
FOLDER = "risk"
MODE = "paper"
EPOCH = date(1970, 1, 1)
LARGEST_FILE = 16_384
"""Bytes; what a desk writes is under one kB."""

Quote = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]

log = logging.getLogger(__name__)


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """The file's contents."""

    format: int = FORMAT
    venue: str
    symbol: str
    mode: str = MODE
    day: date
    """UTC day that the figures of a day belong to."""
    day_pnl: Quote = 0.0
    """Made or lost on that day, quote."""
    drawdown: Annotated[float, msgspec.Meta(ge=0, le=1e15)] = 0.0
    """Below the peak, quote."""
    messages: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000_000)] = 0
    """Placements, amends and replaces on that day."""
    halted: str = ""
    """Why the desk is halted; empty while it is not."""
    halted_since: Annotated[int, msgspec.Meta(ge=0, le=1 << 62)] | None = None
    """Local time, ns since 1970."""


class RiskFile:
    """One pair's file, read at the start and kept up while the desk runs."""

    def __init__(self, state: Path, venue: str, symbol: str) -> None:
        """`state` is the application's folder of state."""
        self.venue, self.symbol = venue, symbol
        self.path = state / FOLDER / f"{file_name(venue, symbol)}.json"
        self.problem = ""
        """Why what happens now may not be carried over; empty where it is."""
        self.failed = False
        """Whether that is a fault, not another desk's right."""
        self.carried: Carried | None = None
        self._words = ""
        """How the gate says that a session before was halted."""
        self._held: lock.Lock | None = None
        self._core: Core | None = None

    def open(self) -> None:
        """Take the file for this desk and read it."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._held = lock.acquire(self.path.with_suffix(".lock"), "what the limits carry over")
        except UsageError as error:
            self.problem = f"{error}; this desk's loss and halts end with it"
            log.warning("risk file: %s", self.problem)
        except OSError as error:
            self._fail(error)
        self.carried = self._read()
        if self.carried is not None and self.carried.halted:
            self._words = f"{self.carried.halted} ({_since(self.carried.halted_since)})"

    def opening(self, event: SessionStarted) -> SessionStarted:
        """The session's first event with what sessions before left."""
        carried = self.carried
        if carried is None:
            return event
        today = event.ts // DAY
        return msgspec.structs.replace(
            event,
            day=min((carried.day - EPOCH).days, today),
            day_pnl=carried.day_pnl,
            drawdown=carried.drawdown,
            messages=carried.messages,
            halted=self._words,
        )

    def watch(self, core: Core) -> None:
        """Keep this desk's figures from now on."""
        self._core = core

    def hear(self, fact: Fact) -> None:
        """A halt and its end are written at once."""
        if isinstance(fact, StateChanged):
            halted = fact.state == State.HALTED
            if halted != bool(self.carried is not None and self.carried.halted):
                self.keep(fact.ts, sync=True)

    def keep(self, ts: int, *, sync: bool = False) -> None:
        """Write the figures as they stand at `ts` where they changed; `sync` waits for the disk."""
        if self._core is None or self._held is None or not ts:
            return
        wanted = self._figures(self._core, ts)
        if wanted == self.carried:
            return
        try:
            private.write(self.path, msgspec.json.format(msgspec.json.encode(wanted), indent=2) + b"\n", sync=sync)
        except OSError as error:
            self._fail(error)
            return
        self.carried = wanted
        self.problem, self.failed = "", False

    @property
    def note(self) -> str:
        """What a user should know when the desk has ended; empty where there is nothing."""
        halted = "" if self.carried is None else self.carried.halted
        return f"Halted: {halted}. The next start is halted too, until a is pressed on its screen." if halted else ""

    def close(self) -> None:
        """Let another desk have the file."""
        if self._held is not None:
            self._held.release()

    def _figures(self, core: Core, ts: int) -> Carried:
        breaker, carried, today = core.breaker, self.carried, ts // DAY
        halted = core.halted
        since: int | None = ts if halted else None
        if halted and carried is not None and halted in (carried.halted, self._words):
            halted, since = carried.halted, carried.halted_since
        return Carried(
            venue=self.venue,
            symbol=self.symbol,
            day=EPOCH + timedelta(days=today),
            day_pnl=round(breaker.day_pnl, 6) if breaker.day == today else 0.0,
            drawdown=round(breaker.drawdown, 6),
            messages=core.gate.messages(ts),
            halted=one_line(halted),
            halted_since=since,
        )

    def _read(self) -> Carried | None:
        try:
            found = self._understood(_bytes_of(self.path))
        except FileNotFoundError:
            return None
        except OSError as error:
            return self._unknown(error.strerror or str(error))
        if isinstance(found, Carried):
            return found
        words = found
        if self._held is not None:
            try:
                self.path.replace(self.path.with_suffix(".json.damaged"))
            except OSError as error:
                words += f"; nor can it be moved aside: {error.strerror or error}"
        return self._unknown(words)

    def _understood(self, data: bytes | None) -> Carried | str:
        """What this pair's file says, or why it says nothing."""
        if data is None:
            return f"it is no file of at most {LARGEST_FILE} bytes"
        try:
            found = msgspec.json.decode(data, type=dict[str, Any]).get("format")
            if found != FORMAT:
                return f"it is of format {one_line(str(found), 40)}, this version reads {FORMAT}"
            carried = msgspec.json.decode(data, type=Carried)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return f"it is damaged: {error}"
        theirs = (carried.venue, carried.symbol, carried.mode)
        if theirs != (self.venue, self.symbol, MODE):
            return f"it is of {one_line(' '.join(theirs), 80)}, not of {self.venue} {self.symbol} {MODE}"
        return msgspec.structs.replace(carried, halted=one_line(carried.halted))

    def _unknown(self, words: str) -> Carried:
        """Nobody knows whether the desk was halted: it is."""
        log.warning("risk file: %s cannot be read: %s", self.path, words)
        reason = f"{self.path.name} cannot be read, so what was lost is not known: {words}"
        return Carried(venue=self.venue, symbol=self.symbol, day=EPOCH, halted=reason)

    def _fail(self, error: OSError) -> None:
        words = f"{self.path} cannot be written: {error.strerror or error}; a halt would not outlast a restart"
        if words != self.problem:
            log.warning("risk file: %s", words)
        self.problem, self.failed = words, True


def file_name(venue: str, symbol: str) -> str:
    """`binance-BTCUSDT-paper`."""
    parts = (re.sub(r"[^\w.+]+", "_", venue), re.sub(r"[^\w.+]+", "_", symbol.replace("/", "", 1)), MODE)
    return "-".join(parts)


def _bytes_of(path: Path) -> bytes | None:
    """What the file holds; None where it is no regular file, or larger than any of ours. Never waits for a writer."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
        data = os.read(descriptor, LARGEST_FILE + 1) if regular else None
    finally:
        os.close(descriptor)
    return data if data is not None and len(data) <= LARGEST_FILE else None


def _since(ns: int | None) -> str:
    if ns is None:
        return "before this session"
    moment = datetime.fromtimestamp(ns // 1_000_000_000, UTC)
    return f"since {moment:%Y-%m-%d %H:%M} UTC"
