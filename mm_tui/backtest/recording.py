"""A recorded session or a capture as what a desk hears: the terms it runs on, and its inputs in order.

Of a session the inputs are its market lines and what its journal holds from outside: links, operator actions,
watchdogs, refused frames. Replies of the venue and timers are left out, since a desk makes its own.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import msgspec

from mm_tui.core.promotion import read as read_promotion
from mm_tui.errors import DataError, FrameError, SettingsError, UsageError
from mm_tui.journal.meta import FILE, SessionMeta
from mm_tui.journal.reader import SessionReader
from mm_tui.journal.record import AnyMessage, MarketLine
from mm_tui.journal.writer import JOURNAL
from mm_tui.model.events import (
    AnyEvent,
    FrameRefused,
    LinkDown,
    LinkUp,
    OperatorAction,
    SessionStarted,
    WatchdogTripped,
)
from mm_tui.model.instrument import Instrument
from mm_tui.runtime.assembly import Terms
from mm_tui.runtime.feeds import fees_of
from mm_tui.runtime.stopwatch import RecordedStopwatch, foretold
from mm_tui.settings.load import Loaded, Named, load_recorded
from mm_tui.settings.sections import Settings
from mm_tui.venues.api import Decoder, Frame
from mm_tui.venues.capture import CaptureSource
from mm_tui.venues.codecs import codec_for

FROM_OUTSIDE: Final = (LinkUp, LinkDown, OperatorAction, WatchdogTripped, FrameRefused, SessionStarted)
"""Records of a journal that a desk did not make itself."""
STRATEGY: Final = "desk.strategy"
OWN_CHECKS: Final = frozenset({"exposure", "strategy_budget"})
"""Watchdogs that looked at the desk that was recorded, and say nothing of another."""


class Changes(msgspec.Struct, frozen=True):
    """What the command line says of the settings."""

    overrides: Sequence[str] = ()
    """`KEY=VALUE` texts of `--set`."""
    named: Sequence[Named] = ()
    """Options that stand for a key."""
    trusted: Sequence[str] = ()
    """Strategy files that a recording may go over to."""

    def touch(self, key: str) -> bool:
        """Whether a key is among them."""
        return any(one.key == key for one in self.named) or any(
            text.partition("=")[0].strip() == key for text in self.overrides
        )

    def trust(self, strategy: str) -> bool:
        """Whether a strategy's code may run: it is installed, or the user names its file."""
        return (
            ":" not in strategy or strategy in self.trusted or (Named("--strategy", STRATEGY, strategy) in self.named)
        )


class Heard(Protocol):
    """What a desk hears of a recording, and how it is to hear it."""

    path: Path
    venue: str
    """What its market data came from."""
    terms: Terms
    unchanged: bool
    """Whether the desk is the very one that was recorded."""
    ended: int | None
    """Up to when that one's figures went, ns; None for another desk, or where it is not known."""
    stopwatch: RecordedStopwatch | None
    """Drops the decisions that were dropped when the same desk ran; None for another desk. Taught by `inputs`."""

    @property
    def note(self) -> str:
        """What was found wrong with the end of the files; known once `inputs` is exhausted."""
        ...

    @property
    def share(self) -> float:
        """How much of it was read, 0 to 1."""
        ...

    def inputs(self, *, operator: bool = True) -> Iterator[AnyEvent]:
        """What the desk hears, in order; without the operator's actions where they are not wanted."""
        ...


class Recording(Heard, Protocol):
    """What can be run again, from its files."""

    def frames(self) -> Iterator[Frame]:
        """The same inputs, one for one, with the bytes of those that are market lines."""
        ...


class RecordedSession:
    """The folder of a session, finished or not."""

    def __init__(
        self, folder: Path, changes: Changes, *, salvage: bool = False, runs: bool = True, shows: bool = False
    ) -> None:
        """Raises DataError where the folder is no session, SettingsError where a setting is wrong.

        A black box can only be shown: raises UsageError unless it `shows`. Where it `runs`, a strategy file that the
        session names is code of whoever made it: raises UsageError unless
        the changes name the strategy themselves.
        """
        self.path = folder
        self.changes = changes
        self.guarded = runs
        """Whether a strategy file that the session goes over to is looked at, since what is heard runs."""
        self.salvage = salvage
        self.reader = SessionReader(folder, salvage=salvage)
        self.meta: SessionMeta = self.reader.meta
        if self.meta.black_box_of is not None and not shows:
            raise UsageError(
                f"{folder} is a black box, and what led up to it is missing: mm-tui replay shows it; to run the "
                f"session: {self.meta.black_box_of.session}"
            )
        self.venue = self.meta.venue
        self.terms = _recorded_terms(self.meta, _recorded_settings(folder, self.meta, changes), changes)
        if runs and ":" in self.meta.strategy and not changes.touch(STRATEGY):
            raise UsageError(
                f"{folder} was recorded with a strategy from a file, {self.meta.strategy}, which would run with your "
                f"rights; read the file, and if it is to run: --strategy {self.meta.strategy}"
            )
        self.unchanged = not changes.overrides and all(
            (one.key, one.value) == (STRATEGY, self.meta.strategy) for one in changes.named
        )
        self.stopwatch = RecordedStopwatch() if self.unchanged else None
        self.ended = self.meta.desk_end if self.unchanged and self.meta.stopped is None else None
        self._without = ""
        if not (folder / JOURNAL).stat().st_size:
            self._without = f"{folder / JOURNAL} is empty: what the operator did is not known"
        self.lines = 0
        """Market lines that `inputs` has come to."""

    @property
    def note(self) -> str:
        """What was found wrong with the end of the files, or is not in them at all."""
        return "; ".join(filter(None, (self._without, self.meta.stopped, self.reader.note)))

    @property
    def share(self) -> float:
        """By market lines; 0 where the session was never ended and their number is not known."""
        return min(1.0, self.lines / self.meta.market_lines) if self.meta.market_lines else 0.0

    def inputs(self, *, operator: bool = True) -> Iterator[AnyEvent]:
        """Market lines and the journal's inputs from outside."""
        for event, _ in self._heard(operator=operator):
            yield event

    def frames(self) -> Iterator[Frame]:
        """The same with the market lines' bytes."""
        for event, raw in self._heard(operator=True):
            yield Frame(event, raw)

    def _heard(self, *, operator: bool) -> Iterator[tuple[AnyEvent, bytes]]:
        frames = FrameReader(self.terms)
        for item in foretold(self.reader.records(), self.stopwatch or RecordedStopwatch()):
            if isinstance(item, MarketLine):
                self.lines = item.number
                event = self.event(item, frames)
                if event is not None:
                    yield event, item.raw
            elif is_from_outside(item.message) and (operator or not isinstance(item.message, OperatorAction)):
                self.look_through(item.message)
                yield item.message, b""  # type: ignore[misc]  # narrowed by is_from_outside

    def look_through(self, message: AnyMessage) -> None:
        """A recorded promotion may name a file of code; raises UsageError unless the user names it too."""
        if not (self.guarded and isinstance(message, OperatorAction) and message.action == "promote"):
            return
        try:
            name = read_promotion(message.argument).strategy
        except SettingsError:
            return
        if not self.changes.trust(name):
            raise UsageError(
                f"{self.path} goes over to a strategy from a file, {name}, which would run with your rights; read the "
                f"file, and if it is to run: --trust {name} (a sweep takes --without-operator)"
            )

    def event(self, line: MarketLine, frames: "FrameReader") -> AnyEvent | None:
        """A market line's event; raises DataError, or passes over a line that no desk can have taken."""
        try:
            return frames.read(line)
        except DataError as error:
            self.reader.pass_over(f"{self.reader.place(line.number)}: {error.__cause__}", error)
            return None


class RecordedCapture:
    """A file of market data alone, or a folder without a journal."""

    venue = "file"
    unchanged = False
    ended: int | None = None
    stopwatch: RecordedStopwatch | None = None

    def __init__(
        self, path: Path, settings: Settings, *, salvage: bool = False, instrument: Instrument | None = None
    ) -> None:
        """Raises DataError where the file cannot be read. An instrument that is known is not looked for again."""
        self.path = path
        self.without = ""
        """What a session has and this folder has lost."""
        self._source = CaptureSource(path, settings.desk.symbol, settings.instrument, salvage=salvage)
        if instrument is not None:
            self._source.instrument = instrument
        maker, taker = fees_of(settings, self.venue)
        self.terms = Terms(
            settings=settings,
            instrument=self._source.instrument,
            strategy=settings.desk.strategy,
            maker_bps=maker,
            taker_bps=taker,
            stale_after_ms=settings.feed.stale_after_ms,
        )

    @property
    def note(self) -> str:
        """What was found wrong with the end of the file, or is not there beside it."""
        return "; ".join(filter(None, (self.without, self._source.file.note)))

    @property
    def share(self) -> float:
        """By bytes on disk."""
        return self._source.file.share

    def inputs(self, *, operator: bool = True) -> Iterator[AnyEvent]:
        """Every frame; a capture holds no operator."""
        del operator
        for frame in self._source.frames(self.venue):
            if frame is not None:
                yield frame.event

    def frames(self) -> Iterator[Frame]:
        """The same with the lines' bytes."""
        return (frame for frame in self._source.frames(self.venue) if frame is not None)


class FrameReader:
    """Market lines to events, as the session decoded them."""

    def __init__(self, terms: Terms) -> None:
        self._instrument = terms.instrument
        self._codec: Decoder | None = None

    def read(self, line: MarketLine) -> AnyEvent | None:
        """The line's event; raises DataError where the desk cannot have taken such a line."""
        if self._codec is None:
            self._codec = codec_for(line.raw, self._instrument)
        try:
            return self._codec.decode(line.raw, line.ts)
        except FrameError as error:
            raise DataError(f"market line {line.number}: {error}") from error


def open_recording(
    path: Path,
    changes: Changes,
    settings: Settings,
    *,
    salvage: bool = False,
    runs: bool = True,
    shows: bool = False,
) -> Recording:
    """A session where the folder holds one, else a capture with these settings.

    With `shows` a black box is opened too. With `salvage` lines that cannot be read are passed over and counted in the
    note; without `runs` it is read only.
    Raises DataError, SettingsError, and UsageError where it may not run.
    """
    if path.is_dir() and (path / FILE).exists() and (path / JOURNAL).exists():
        return RecordedSession(path, changes, salvage=salvage, runs=runs, shows=shows)
    capture = RecordedCapture(path, settings, salvage=salvage)
    if path.is_dir() and (path / FILE).exists():
        capture.without = f"{path} holds no {JOURNAL}: read as a capture, on your settings, without its operator"
    return capture


def is_from_outside(message: AnyMessage) -> bool:
    """Whether a record is an input that another desk may be given as well."""
    return isinstance(message, FROM_OUTSIDE) and not (
        isinstance(message, WatchdogTripped) and message.rule in OWN_CHECKS
    )


def _recorded_settings(folder: Path, meta: SessionMeta, changes: Changes) -> Loaded:
    """Raises SettingsError where the changes are wrong, DataError where the session's own settings are."""
    where = str(folder / FILE)
    try:
        return load_recorded(meta.settings, where, changes.overrides, changes.named)
    except SettingsError as error:
        if not any(problem.startswith(where) for problem in error.problems):
            raise
        words = f"{where}: the recording comes from another version of mm-tui ({meta.version[:20]}) or was edited"
        raise DataError("\n".join([words, *error.problems])) from error


def _recorded_terms(meta: SessionMeta, loaded: Loaded, changes: Changes) -> Terms:
    settings = loaded.settings
    maker, taker = fees_of(settings, meta.venue)
    simulator = settings.simulator
    if simulator.maker_fee_bps is None and meta.maker_bps is not None:
        maker = meta.maker_bps
    if simulator.taker_fee_bps is None and meta.taker_bps is not None:
        taker = meta.taker_bps
    kept = meta.stale_after_ms is not None and not changes.touch("feed.stale_after_ms")
    return Terms(
        settings=settings,
        instrument=meta.instrument,
        strategy=settings.desk.strategy if changes.touch("desk.strategy") else meta.strategy,
        maker_bps=maker,
        taker_bps=taker,
        stale_after_ms=meta.stale_after_ms if kept and meta.stale_after_ms else settings.feed.stale_after_ms,
    )
