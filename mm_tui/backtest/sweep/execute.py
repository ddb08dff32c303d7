"""One run of a sweep, start to end: a spec and the recording's files in, the record's bytes out.

The bytes hold nothing of the place or the time where they were made, so they are the same wherever that was.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from mm_tui.backtest.index.run import run_by_index
from mm_tui.backtest.index.use import Indexes
from mm_tui.backtest.recording import Changes, Heard, RecordedCapture, RecordedSession, Recording
from mm_tui.backtest.runner import Job, Progress, end, follow, summary_of
from mm_tui.backtest.sweep.decoded import DecodedInputs, Keeping
from mm_tui.backtest.sweep.spec import Spec, check_unchanged
from mm_tui.bus import EventBus
from mm_tui.model import account as accounts
from mm_tui.model.events import AnyEvent
from mm_tui.runtime.assembly import Terms, build_desk
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.followers.band import Band
from mm_tui.runtime.summary import text

CORE = "core"
"""What ran it: the whole core, input by input."""
INDEX = "index"
"""What ran it: the core on the inputs that matter, found by the recording's index."""


class Peaks:
    """The deepest fall of the PnL below its peak, and the largest position, looked at after every input."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen = (0, 0)
        self._peak = self._fall = self._position = 0

    def look(self, _event: AnyEvent | None = None) -> None:
        """After a step."""
        self.see(self._desk.core.mid2)

    def see(self, mid2: int) -> None:
        """The mid after an input, half ticks."""
        account = self._desk.core.account
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


def execute(
    spec: Spec,
    path: Path,
    decoded: DecodedInputs,
    progress: Progress = lambda _: None,
    indexes: Indexes | None = None,
) -> bytes:
    """Run it over the recording at this path; raises DataError, UsageError and what else can break.

    With `indexes` the recording's index is used where it gives the same, and made where there is none.
    """
    check_unchanged(spec.source, path)
    record = _run(spec, path, decoded, progress, indexes)
    check_unchanged(spec.source, path)
    return record


def _run(spec: Spec, path: Path, decoded: DecodedInputs, progress: Progress, indexes: Indexes | None) -> bytes:
    with _strategy(spec) as strategy:
        terms = msgspec.structs.replace(spec.terms, strategy=strategy)
        found = None if indexes is None else _by_index(spec, terms, path, indexes)
        if found is not None:
            progress(1.0)
            return found
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


def _by_index(spec: Spec, terms: Terms, path: Path, indexes: Indexes) -> bytes | None:
    """The record of a run by the index; None where the core has to run it."""
    recording, job = _opened(spec, terms, path), Job(operator=spec.operator)
    lookup = indexes.serving(recording, job, salvage=spec.salvage)
    if isinstance(lookup, str):
        return None
    watched: list[Peaks] = []

    def watch(desk: Desk) -> Callable[[int], None]:
        watched.append(Peaks(desk))
        return watched[0].see

    summary = run_by_index(recording, job, lookup, watch)
    summary["session"], summary["strategy"] = spec.source.path, spec.terms.strategy
    return record(spec, summary, watched[0].figures(), lookup.head.note, INDEX)


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


def _recording(spec: Spec, terms: Terms, path: Path, decoded: DecodedInputs) -> Heard:
    instrument = terms.instrument
    depends = sha256(msgspec.json.encode(instrument)).hexdigest()
    key = (spec.source.sha256, spec.source.kind, depends, str(spec.operator), str(spec.salvage))
    kept = decoded.get(key, terms)
    return kept if kept is not None else Keeping(decoded, key, _opened(spec, terms, path))


def _opened(spec: Spec, terms: Terms, path: Path) -> Recording:
    """The recording on disk, for a desk on these terms."""
    recording: RecordedSession | RecordedCapture
    if spec.source.kind == "session":
        recording = RecordedSession(path, Changes(), salvage=spec.salvage, runs=False)  # its terms are the spec's
        recording.guarded = True
        recording.unchanged, recording.ended, recording.stopwatch = False, None, None  # it is another desk's
    else:
        recording = RecordedCapture(path, terms.settings, salvage=spec.salvage, instrument=terms.instrument)
    recording.terms = terms
    return recording


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
