"""One run of a sweep, start to end: a spec and the recording's files in, the record's bytes out.

The bytes hold nothing of the place or the time where they were made, so they are the same wherever that was.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from mm_tui.backtest.recording import Changes, RecordedCapture, RecordedSession, Recording
from mm_tui.backtest.runner import Job, Progress, end, follow, summary_of
from mm_tui.backtest.sweep.decoded import DecodedInputs, Keeping
from mm_tui.backtest.sweep.spec import Spec
from mm_tui.bus import EventBus
from mm_tui.model import account as accounts
from mm_tui.model.events import AnyEvent
from mm_tui.runtime.assembly import Terms, build_desk
from mm_tui.runtime.band import Band
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.summary import text

CORE = "core"
"""What ran it: the whole core, input by input."""


class Peaks:
    """The deepest fall of the PnL below its peak, and the largest position, looked at after every input."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen = (0, 0)
        self._peak = self._fall = self._position = 0

    def look(self, _event: AnyEvent | None = None) -> None:
        """After a step."""
        core = self._desk.core
        mid2, account = core.mid2, core.account
        if not mid2 or (mid2, account.base) == self._seen:
            return
        self._seen = (mid2, account.base)
        total = account.total2(mid2)
        if total > self._peak:
            self._peak = total
        elif self._peak - total > self._fall:
            self._fall = self._peak - total
        self._position = max(self._position, abs(account.position))

    def figures(self) -> dict[str, str | None]:
        """Quote and base, exact; null where the book was never known."""
        instrument, known = self._desk.core.instrument, bool(self._seen[0])
        return {
            "max_drawdown": text(accounts.money(self._fall, instrument)) if known else None,
            "max_position": text(accounts.quantity(self._position, instrument)) if known else None,
        }


def execute(spec: Spec, path: Path, decoded: DecodedInputs, progress: Progress = lambda _: None) -> bytes:
    """Run it over the recording at this path; raises DataError, UsageError and what else can break."""
    with _strategy(spec) as strategy:
        terms = msgspec.structs.replace(spec.terms, strategy=strategy)
        recording = _recording(spec, terms, path, decoded)
        bus = EventBus(lambda: 0)
        desk = build_desk(terms, bus)
        band = Band(desk, terms) if terms.settings.simulator.band else None
        peaks = Peaks(desk)
        follow(desk, recording, Job(operator=spec.operator), progress=progress, band=band, watch=peaks.look)
        end(desk, band)
        peaks.look()
    summary = summary_of(desk, bus, recording, band)
    summary["session"], summary["strategy"] = spec.source.path, spec.terms.strategy
    return record(spec, summary, peaks.figures(), recording.note, CORE)


def record(spec: Spec, summary: dict[str, Any], peaks: dict[str, str | None], note: str, ran_by: str) -> bytes:
    """The run's document as it is kept."""
    document = {
        "key": spec.key,
        "recording": {"path": spec.source.path, "sha256": spec.source.sha256},
        "code": spec.code,
        "ran_by": ran_by,
        "note": note or None,
        "peaks": peaks,
        "summary": summary,
        "terms": spec.terms,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def _recording(spec: Spec, terms: Terms, path: Path, decoded: DecodedInputs) -> Recording:
    instrument = terms.instrument
    depends = sha256(msgspec.json.encode(instrument)).hexdigest()
    key = (spec.source.sha256, spec.source.kind, depends, str(spec.operator), str(spec.salvage))
    kept = decoded.get(key, terms)
    if kept is not None:
        return kept
    recording: RecordedSession | RecordedCapture
    if spec.source.kind == "session":
        recording = RecordedSession(path, Changes(), salvage=spec.salvage)
        recording.unchanged, recording.stopwatch = False, None  # its terms are another desk's
    else:
        recording = RecordedCapture(path, terms.settings, salvage=spec.salvage, instrument=instrument)
    recording.terms = terms
    return Keeping(decoded, key, recording)


@contextmanager
def _strategy(spec: Spec) -> Iterator[str]:
    """The strategy as this machine finds it: a user's own file as it was when the sweep was planned."""
    own, (text_path, _, name) = spec.own_strategy, spec.terms.strategy.rpartition(":")
    if own is None or _content(Path(text_path)) == own.content:
        yield spec.terms.strategy
        return
    with TemporaryDirectory(prefix="mm-tui-") as folder:
        file = Path(folder) / own.name
        file.write_bytes(own.content)
        file.chmod(0o600)
        yield f"{file}:{name}"


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
