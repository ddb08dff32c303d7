"""Holds a recorded session against the core: the recorded inputs again, every output compared.

Only the core is asked. What the venue answered, which timers fired, and which decisions took the strategy too long are
inputs of the recording, so a difference is the core's own: another version, another strategy file, a damaged recording.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from mm_tui.backtest.recording import Changes, FrameReader, RecordedSession
from mm_tui.core.outputs import Outputs
from mm_tui.errors import DataError, UsageError
from mm_tui.journal.meta import RULES, SessionMeta
from mm_tui.journal.record import AnyMessage, Entry, MarketLine
from mm_tui.model.commands import ArmTimer, RequestSnapshot
from mm_tui.model.events import Event, SessionStarted
from mm_tui.risk.gate import Approved
from mm_tui.runtime.assembly import build_core
from mm_tui.runtime.desk import Digest
from mm_tui.runtime.stopwatch import RecordedStopwatch, foretold

_AS_IT_WAS: Final = Changes()
EARLIER_RULES: Final = (
    "The recording was made by earlier rules of the core: since then orders in doubt are queried, a first price "
    "change halts for its cool-off, and one jump counts once, in however many moves it comes. Up to the first of these "
    "it is the same, from there on it cannot be."
)


class Difference(msgspec.Struct, frozen=True):
    """The first place where the core says something else than it did."""

    record: int
    """Number of the journal's record, from 0."""
    after: int
    """Market lines before it."""
    recorded: AnyMessage | None
    """None where the recording says nothing more."""
    found: AnyMessage | None
    """None where the core says nothing more."""
    why: str | None = None
    """What there is to say of it, where it is known."""

    def words(self) -> str:
        """Three lines for people, and a fourth where it is known why."""
        words = (
            f"first difference at record {self.record:,} of the journal, after market line {self.after:,}\n"
            f"recorded: {_shown(self.recorded)}\n"
            f"now:      {_shown(self.found)}"
        )
        return f"{words}\n{self.why}" if self.why else words


class Missing(msgspec.Struct, frozen=True):
    """What a sealed session says that it holds, and what was found."""

    what: str
    """`records`, `market lines` or `digest`."""
    sealed: int | str
    found: int | str

    def words(self) -> str:
        """A line for people."""
        if self.what == "digest":
            return f"another digest: session.json says {self.sealed}, the outputs give {self.found}"
        return f"not whole: session.json says {self.sealed:,} {self.what}, {self.found:,} were found"


class Verdict(msgspec.Struct, frozen=True):
    """What came of a comparison."""

    inputs: int
    outputs: int
    """Compared."""
    difference: Difference | None
    note: str
    """What was found wrong with the end of the files."""
    missing: tuple[Missing, ...] = ()
    """Where the files are not what the session was sealed with."""

    @property
    def identical(self) -> bool:
        """Whether the core says all that was recorded, and all of it is there."""
        return self.difference is None and not self.missing

    def words(self) -> str:
        """`identical`, or the difference, for people."""
        if self.difference is not None:
            return self.difference.words()
        if self.missing:
            return "\n".join(one.words() for one in self.missing)
        return f"identical: {self.inputs:,} inputs, {self.outputs:,} outputs"

    def document(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "identical": self.identical,
            "inputs": self.inputs,
            "outputs": self.outputs,
            "difference": self.difference,
            "missing": self.missing,
            "note": self.note or None,
        }


def verify(folder: Path, changes: Changes = _AS_IT_WAS) -> Verdict:
    """Run the recorded inputs and compare; raises DataError where the session cannot be read.

    Also where the session names a strategy file and the changes do not: UsageError.
    """
    session = _opened(folder, changes)
    core = build_core(session.terms)
    core.quoter.stopwatch = stopwatch = RecordedStopwatch()
    frames = FrameReader(session.terms)
    due: list[AnyMessage] = []
    inputs = outputs = 0
    last = Entry(-1, 0, None)  # type: ignore[arg-type]  # nothing was read yet
    whole = _Whole(session.reader.records())
    for item in foretold(whole, stopwatch):
        if isinstance(item, Entry) and not isinstance(item.message, Event):
            last = item
            found = due.pop(0) if due else None
            if found != item.message:
                why = _why(session.meta)
                difference = Difference(item.seq, item.after, item.message, found, why)
                return Verdict(inputs, outputs, difference, session.note)
            outputs += 1
            whole.said(found)
            continue
        if due:
            why = _why(session.meta)
            difference = Difference(last.seq + 1, last.after, None, due[0], why)
            return Verdict(inputs, outputs, difference, session.note)
        event = session.event(item, frames) if isinstance(item, MarketLine) else item.message
        if isinstance(item, Entry):
            last = item
            session.look_through(item.message)
        if event is not None:
            inputs += 1
            due = list(said(core.process(event)))  # type: ignore[arg-type]  # an input, as it is no output
    if due and session.meta.end is not None and session.meta.stopped is None:
        return Verdict(inputs, outputs, Difference(last.seq + 1, last.after, None, due[0]), session.note)
    return Verdict(inputs, outputs, None, session.note, tuple(whole.missing(session.meta)))


def _opened(folder: Path, changes: Changes) -> RecordedSession:
    if not folder.is_dir():
        raise DataError(
            f"{folder} is a capture: it holds nothing that was decided, to compare with; name a session "
            "(mm-tui sessions lists them)"
        )
    session = RecordedSession(folder, changes)
    if not session.unchanged:
        raise UsageError("a session is compared with its own strategy; another one is for mm-tui backtest")
    return session


class _Whole:
    """Passes on what a session holds, and adds it up as the desk did that sealed it."""

    def __init__(self, items: Iterable[MarketLine | Entry]) -> None:
        self._items = items
        self._records = self._lines = 0
        self._digest = Digest()

    def __iter__(self) -> Iterator[MarketLine | Entry]:
        for item in self._items:
            if isinstance(item, MarketLine):
                self._lines = item.number
            else:
                self._records += 1
                if isinstance(item.message, SessionStarted):
                    self._digest.start = item.message.ts
            yield item

    def said(self, output: AnyMessage) -> None:
        """An output of the core, the recorded one as it was before it was text."""
        if not isinstance(output, ArmTimer | RequestSnapshot):
            self._digest.add(output)

    def missing(self, meta: SessionMeta) -> Iterator[Missing]:
        """Nothing of a session that was killed, or whose recording stopped: it does not say what it should hold."""
        if meta.stopped is not None:
            return
        for what, sealed, found in (
            ("records", meta.records, self._records),
            ("market lines", meta.market_lines, self._lines),
        ):
            if sealed is not None and found != sealed:
                yield Missing(what, sealed, found)
        if meta.digest is not None and meta.digest != self._digest.hex():
            yield Missing("digest", meta.digest, self._digest.hex())


def said(outputs: Outputs) -> Iterator[Any]:
    """Outputs in the order in which a journal holds them."""
    for command in outputs.commands:
        yield command.command if isinstance(command, Approved) else command
    yield from outputs.facts


def _why(meta: SessionMeta) -> str | None:
    return EARLIER_RULES if meta.rules < RULES else None


def _shown(message: AnyMessage | None) -> str:
    return "nothing" if message is None else msgspec.json.encode(message).decode()
