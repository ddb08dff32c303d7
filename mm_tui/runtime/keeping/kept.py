"""What a session keeps on disk: its folder with metadata, both logs, their index, the obligation's proof, black boxes.

On paper a disk that refuses ends the recording, never the desk: `problem` says why there is none.
"""

import asyncio
import logging
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from mm_tui.bus import EventBus
from mm_tui.errors import DataError
from mm_tui.journal import folder, lock, meta, seal
from mm_tui.journal.index import IndexWriter
from mm_tui.journal.proof import ProofFile
from mm_tui.journal.writer import SessionWriter
from mm_tui.model.clock import time_of_day
from mm_tui.model.instrument import Instrument
from mm_tui.runtime.clock import LiveClock
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.feeds import Chosen
from mm_tui.runtime.followers.band import Band
from mm_tui.runtime.keeping.boxes import HEARD, Boxes
from mm_tui.runtime.keeping.milestones import MARKED, Milestones
from mm_tui.settings.options import RunOptions
from mm_tui.settings.sections import Settings
from mm_tui.settings.show import public

log = logging.getLogger(__name__)


class Kept:
    """`begin`, `follow` the desk, `seal` at the end; `close` is safe at any time."""

    def __init__(self, options: RunOptions, settings: Settings, chosen: Chosen, instrument: Instrument) -> None:
        self.problem = ""
        """Why there is no recording although there should be one."""
        self.found = ""
        """The session before this one, where nobody ended it; empty where all is in order."""
        self.writer: SessionWriter | None = None
        """None where nothing is recorded, as the other two are."""
        self.milestones: Milestones | None = None
        self.boxes: Boxes | None = None
        self._options = options
        self._settings = settings
        self._chosen = chosen
        self._instrument = instrument
        self._folder: folder.SessionFolder | None = None
        self._claimed: lock.Lock | None = None
        self._meta: meta.SessionMeta | None = None
        self._proof: ProofFile | None = None

    @property
    def path(self) -> Path | None:
        """The session's folder; None where there is none."""
        return self._folder.path if self._folder is not None else None

    @property
    def failed(self) -> str:
        """Why the recording is not whole; empty where it is, or where none is wanted. To be asked before the end."""
        return (self.writer.failed or "") if self.writer is not None else self.problem

    def begin(self, started: int) -> None:
        """Make the folder and the logs, where they are wanted; raises what a folder of another desk's raises."""
        options = self._options
        if not options.record:
            return
        if options.exclusive:
            self._claimed = folder.claim(options.sessions)
        try:
            self._begin(started)
        except (DataError, OSError) as error:
            self.problem = str(error)
            if self._folder is not None:
                self._folder.release()
            self._folder = self.writer = self._meta = None

    def _begin(self, started: int) -> None:
        options, settings, chosen = self._options, self._settings, self._chosen
        self.found = _left_behind(options.sessions)
        self._folder = folder.create(options.sessions, started, chosen.feed.name, self._instrument.symbol)
        self._meta = meta.SessionMeta(
            version=version("mm-tui"),
            venue=chosen.feed.name,
            symbol=self._instrument.symbol,
            strategy=options.strategy,
            instrument=self._instrument,
            settings=public(settings),
            seeds={"simulator": settings.simulator.seed, "demo": settings.demo.seed},
            maker_bps=chosen.maker_bps,
            taker_bps=chosen.taker_bps,
            stale_after_ms=chosen.stale_after_ms,
            branch_of=chosen.origin,
            start=started,
            rules=meta.RULES,
        )
        meta.write_meta(self._folder.path, self._meta)
        self.writer = SessionWriter(self._folder.path, settings.record.rotate_mb * 1_000_000)

    def follow(self, desk: Desk, bus: EventBus, band: Band | None) -> None:
        """From its first step on, all of the desk is recorded."""
        writer = self.writer
        if writer is None:
            return
        desk.journal = writer
        self._proof = ProofFile(writer.folder, self._instrument)
        desk.scores.obligation.on_stretch = self._proof.add
        self.milestones = Milestones(desk, writer, IndexWriter(writer.folder), band, self._chosen.feed.name)
        bus.subscribe("market.index", MARKED, self.milestones.hear)
        self.boxes = Boxes(writer.folder, self._options.state, self.milestones)
        bus.subscribe("black box", HEARD, self.boxes.hear)

    async def tidy(self) -> None:
        """Remove sessions that are older than the settings keep."""
        days = self._settings.record.retention_days
        if self._folder is not None and days:
            for path in folder.expired(self._options.sessions, LiveClock().now(), days):
                words = await asyncio.to_thread(folder.remove, path)
                log.info("retention removed=%s problem=%s", path, words or None)

    async def seal(self, reason: str, ended: int, summary: dict[str, Any]) -> None:
        """The desk has ended: close the logs, compress them, say in the metadata how it ended."""
        if self._proof is not None and self._proof.failed:
            log.warning("proof %s", self._proof.failed)
        writer, path = self.writer, self.path
        if writer is None or self._meta is None or path is None:
            return
        if self.milestones is not None:
            self.milestones.close()
        stopped = writer.failed
        writer.close()
        if self.boxes is not None:
            await asyncio.to_thread(self.boxes.finish)
        with suppress(OSError):
            await asyncio.to_thread(seal.seal_logs, path)
        self._meta = msgspec.structs.replace(
            self._meta,
            end=LiveClock().now(),
            ended=reason,
            market_lines=writer.lines,
            records=writer.seq,
            desk_end=ended,
            digest=None if stopped else summary["digest"],
            stopped=stopped,
            result=meta.result_of(summary),
            measured={name: summary[name] for name in ("feed_age_ms", "latency_us", "bus")},
        )
        with suppress(OSError):
            meta.write_meta(path, self._meta)

    def close(self) -> None:
        """Give the files back."""
        for each in (self.milestones, self.writer, self._proof):
            if each is not None:
                each.close()

    def release(self) -> None:
        """Others may have the folder now."""
        for each in (self._folder, self._claimed):
            if each is not None:
                each.release()


def _left_behind(root: Path) -> str:
    """What to tell of the newest session where its desk was killed: up to when it can be read, and how."""
    last = folder.latest(root)
    if last is None or last.note != folder.KILLED:
        return ""
    written = max(file.stat().st_mtime_ns for file in last.path.iterdir())
    name = last.path.name
    return f"{name} was killed; it reads back up to {time_of_day(written)} UTC: mm-tui report {name}"
