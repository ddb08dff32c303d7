"""Playback of recorded market data as a feed: at its own pace, faster, or as fast as the desk takes it.

Events carry the times of the recording, so the desk lives in the recording's time; the loop's clock only paces.
"""

import asyncio
from collections.abc import Generator, Iterator
from contextlib import closing
from decimal import Decimal
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import msgspec

from mm_tui.errors import DataError, FrameError
from mm_tui.model.bounds import exact
from mm_tui.model.events import AnyEvent, BookSnapshot, FrameRefused, LinkUp
from mm_tui.model.instrument import Instrument, impossible
from mm_tui.settings.sections import InstrumentOverride
from mm_tui.venues.api import Decoder, FeedStatus, Frame, Inbox
from mm_tui.venues.capture_file import CaptureFile, is_json
from mm_tui.venues.codecs import codec_for
from mm_tui.venues.foreign import LOOKED_AT, refusal
from mm_tui.venues.infer import infer_instrument

NS_PER_S: Final = 1_000_000_000
INFER_BYTES: Final = 64 * 1024 * 1024
"""Of a larger capture, tick and step are inferred from this much of its beginning."""
YIELD_EVERY: Final = 64
"""Frames after which others on the loop have their turn, when there is no pace to keep."""
SHORTEST_NAP_S: Final = 0.001
"""A frame that is due earlier than this is due now."""

NO_ANSWER: Final = "no answer from a recording: its next snapshot"
"""What is waited for after a gap."""


class CaptureSource:
    """The events of a capture file or of a session's market logs, one after the other, without a clock."""

    def __init__(
        self,
        path: Path,
        symbol: str = "BTC/USDT",
        override: InstrumentOverride | None = None,
        *,
        salvage: bool = False,
    ) -> None:
        """With `salvage`, lines that cannot be read are passed over instead of raising."""
        self.file = CaptureFile(path, salvage=salvage)
        self._symbol = symbol
        self._override = override or InstrumentOverride()

    @cached_property
    def instrument(self) -> Instrument:
        """From the settings, else the session's own, else inferred; raises DataError where there is nothing to read."""
        override = self._override
        given: dict[str, Decimal] = {
            name: exact(value)
            for name in ("tick_size", "step_size", "min_notional")
            if (value := getattr(override, name)) is not None
        }
        instrument = self._recorded_instrument()
        if instrument is None:
            lines = self._beginning()
            first_line = next(lines, None)
            if first_line is None:
                raise DataError(f"{self.file.path} holds no market data; {self.file.note or 'it is empty'}")
            instrument = infer_instrument(chain([first_line], lines), self._symbol)
        changed: dict[str, Any] = {**given, "origin": "settings"} if given else {}
        return msgspec.structs.replace(instrument, **changed)

    def frames(self, name: str) -> Iterator[Frame | None]:
        """LinkUp of this venue, then each line's event; None for a line that carries none. Raises DataError."""
        codec: Decoder | None = None
        with closing(self._lines()) as lines:
            for ts, raw in lines:
                if codec is None:
                    codec = codec_for(raw, self.instrument)
                    yield Frame(LinkUp(ts=ts, venue=name))
                event = self._decode(codec, raw, ts)
                yield None if event is None else Frame(event, b"" if type(event) is FrameRefused else raw)

    def _decode(self, codec: Decoder, raw: bytes, ts: int) -> AnyEvent | None:
        try:
            return codec.decode(raw, ts)
        except FrameError as error:
            if not is_json(raw):
                self.file.pass_over("the frame is no JSON", error)
                return None
            return FrameRefused(ts=ts, reason=str(error), size=len(raw))

    def _recorded_instrument(self) -> Instrument | None:
        """The instrument of the `session.json` beside the recording; None where there is none."""
        path = self.file.path
        beside = (path if path.is_dir() else path.parent) / "session.json"
        if not beside.is_file() or not self.file.parts[0].name.startswith("market"):
            return None
        try:
            instrument = msgspec.json.decode(beside.read_bytes(), type=_Session).instrument
        except (msgspec.MsgspecError, ValueError, OSError, RecursionError) as error:
            raise DataError(f"{beside} names no instrument that can be read: {error}") from error
        problem = "" if instrument is None else impossible(instrument)
        if problem:
            raise DataError(f"{beside} is damaged: its instrument's {problem}")
        return instrument

    def _lines(self) -> Generator[tuple[int, bytes]]:
        """Time and frame of every line; raises DataError where the first ones are somebody else's."""
        with closing(iter(self.file)) as lines:
            for ts, raw in islice(lines, LOOKED_AT):
                words = refusal(ts, raw)
                if words:
                    raise self.file.problem(words)
                yield ts, raw
            yield from lines

    def _beginning(self) -> Iterator[bytes]:
        left = INFER_BYTES
        with closing(self._lines()) as lines:
            for _, raw in lines:
                left -= len(raw)
                if left < 0:
                    return
                yield raw


class CaptureFeed:
    """A `venues.api.Feed` of a capture file or of a session's folder; ends with it."""

    name = "file"

    def __init__(
        self,
        path: Path,
        *,
        symbol: str = "BTC/USDT",
        speed: float | None = 1.0,
        override: InstrumentOverride | None = None,
        lasting: float | None = None,
    ) -> None:
        """`speed` in recorded seconds a second, None for as fast as it goes; `lasting` in recorded seconds."""
        self.status = FeedStatus()
        self.words = f"capture {path.name} ×{'max' if speed is None else format(speed, 'g')}"
        self.source = CaptureSource(path, symbol, override)
        self.over = False
        """Whether it ended because it had lasted long enough, and not with its file."""
        self._speed = speed
        self._lasting = None if lasting is None else round(lasting * NS_PER_S)

    @property
    def note(self) -> str:
        """What was found at the end of the file, where it is not whole; empty where it is."""
        return self.source.file.note

    async def instrument(self) -> Instrument:
        """Found in a thread: a whole capture may have to be read. Raises DataError where there is nothing to read."""
        return await asyncio.to_thread(lambda: self.source.instrument)

    def request_snapshot(self) -> None:
        """A recording holds the snapshots that it holds: say so until the next of them comes."""
        self.status.detail = NO_ANSWER

    async def run(self, inbox: Inbox) -> None:
        """Play to the end; raises DataError where the file cannot be read on."""
        await self.instrument()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        first: int | None = None
        for count, frame in enumerate(self.source.frames(self.name)):
            if count % YIELD_EVERY == 0:
                await asyncio.sleep(0)
            if frame is None:
                continue
            ts = frame.event.ts
            if first is None:
                first, self.status.link = ts, "up"
            self.over = self._lasting is not None and ts - first > self._lasting
            if self._speed is not None:
                played = self._lasting if self.over and self._lasting is not None else ts - first
                nap = begun + played / NS_PER_S / self._speed - loop.time()
                if nap > SHORTEST_NAP_S:
                    await asyncio.sleep(nap)
            if self.over:
                break
            if self.status.detail and type(frame.event) is BookSnapshot:
                self.status.detail = ""
            await inbox.put(frame)
        self.status.link = "ended"
        self.status.detail = self.note


class _Session(msgspec.Struct):
    """What the feed reads of `session.json`."""

    instrument: Instrument | None = None
