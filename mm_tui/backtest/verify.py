"""Holds a recorded session against the core: the recorded inputs again, every output compared.

Only the core is asked. What the venue answered, which timers fired, and which decisions took the strategy too long are
inputs of the recording, so a difference is the core's own: another version, another strategy file, a damaged recording.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from mm_tui.backtest.recording import Changes, FrameReader, RecordedSession
from mm_tui.core.outputs import Outputs
from mm_tui.journal.record import AnyMessage, Entry, MarketLine
from mm_tui.model.events import Event
from mm_tui.risk.gate import Approved
from mm_tui.runtime.assembly import build_core
from mm_tui.runtime.stopwatch import RecordedStopwatch, foretold


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

    def words(self) -> str:
        """Two lines for people."""
        return (
            f"first difference at record {self.record:,} of the journal, after market line {self.after:,}\n"
            f"recorded: {_shown(self.recorded)}\n"
            f"now:      {_shown(self.found)}"
        )


class Verdict(msgspec.Struct, frozen=True):
    """What came of a comparison."""

    inputs: int
    outputs: int
    """Compared."""
    difference: Difference | None
    note: str
    """What was found wrong with the end of the files."""

    def words(self) -> str:
        """`identical`, or the difference, for people."""
        if self.difference is not None:
            return self.difference.words()
        return f"identical: {self.inputs:,} inputs, {self.outputs:,} outputs"

    def document(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "identical": self.difference is None,
            "inputs": self.inputs,
            "outputs": self.outputs,
            "difference": self.difference,
            "note": self.note or None,
        }


def verify(folder: Path) -> Verdict:
    """Run the recorded inputs and compare; raises DataError where the session cannot be read."""
    session = RecordedSession(folder, Changes())
    core = build_core(session.terms)
    core.quoter.stopwatch = stopwatch = RecordedStopwatch()
    frames = FrameReader(session.terms)
    due: list[AnyMessage] = []
    inputs = outputs = 0
    last = Entry(-1, 0, None)  # type: ignore[arg-type]  # nothing was read yet
    for item in foretold(session.reader.records(), stopwatch):
        if isinstance(item, Entry) and not isinstance(item.message, Event):
            last = item
            found = due.pop(0) if due else None
            if found != item.message:
                return Verdict(inputs, outputs, Difference(item.seq, item.after, item.message, found), "")
            outputs += 1
            continue
        if due:
            return Verdict(inputs, outputs, Difference(last.seq + 1, last.after, None, due[0]), "")
        event = session.event(item, frames) if isinstance(item, MarketLine) else item.message
        if isinstance(item, Entry):
            last = item
        if event is not None:
            inputs += 1
            due = list(said(core.process(event)))  # type: ignore[arg-type]  # an input, as it is no output
    if due and session.meta.end is not None:
        return Verdict(inputs, outputs, Difference(last.seq + 1, last.after, None, due[0]), "")
    return Verdict(inputs, outputs, None, session.note)


def said(outputs: Outputs) -> Iterator[Any]:
    """Outputs in the order in which a journal holds them."""
    for command in outputs.commands:
        yield command.command if isinstance(command, Approved) else command
    yield from outputs.facts


def _shown(message: AnyMessage | None) -> str:
    return "nothing" if message is None else msgspec.json.encode(message).decode()
