"""The inputs of a recording, read once from its beginning and found again by their number.

The newest blocks stay in memory as they were read, older ones go packed into a temporary file without a name: a day of
a busy market has millions of inputs, and seeking back needs any of them at once.
"""

import tempfile
import zlib
from array import array
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, Final

import msgspec

from mm_tui.backtest.recording import Recording
from mm_tui.errors import DataError
from mm_tui.model.events import AnyEvent, WatchdogTripped
from mm_tui.runtime.stopwatch import RecordedStopwatch

BLOCK: Final = 2048
"""Inputs."""
BLOCKS_IN_MEMORY: Final = 64
"""Blocks as they were read; 131,072 inputs."""
_LEVEL: Final = 1
"""Of zlib: what is packed is read back within the session."""

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(list[AnyEvent]).decode


class Timeline:
    """Grows by `read`; positions count inputs, so `heard == n` means that inputs 0 to n-1 were heard."""

    def __init__(
        self, recording: Recording, blocks_in_memory: int = BLOCKS_IN_MEMORY, stream: BinaryIO | None = None
    ) -> None:
        """Old blocks go into the file where there is one."""
        self.times: array[int] = array("q")
        """Of each input, ns; never falling."""
        self.done = False
        """The end of the recording was reached."""
        self.note = ""
        """What was found wrong with it, once it is done."""
        self._recording = recording
        self._trips: dict[int, list[WatchdogTripped]] = {}
        self._learned: list[WatchdogTripped] = []
        if recording.stopwatch is not None:
            recording.stopwatch = _Listening(self._learned)
        self._inputs: Iterator[AnyEvent] = recording.inputs()
        self._most = max(2, blocks_in_memory)
        self._blocks: OrderedDict[int, list[AnyEvent]] = OrderedDict()
        self._last: list[AnyEvent] = []
        self._packed = stream
        self._places: dict[int, tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self.times)

    @property
    def share(self) -> float:
        """How much of the recording was read, 0 to 1."""
        return 1.0 if self.done else self._recording.share

    def read(self) -> bool:
        """Read one more input; False once there is none. What is damaged ends the recording, and `note` says so."""
        if self.done:
            return False
        try:
            event = next(self._inputs)
        except StopIteration:
            self.note = self._recording.note
        except DataError as error:
            self.note = str(error)
        else:
            self._take(event)
            return True
        self.done = True
        return False

    def at(self, number: int) -> AnyEvent:
        """An input that was read."""
        block, index = divmod(number, BLOCK)
        events = self._blocks.get(block)
        if events is None:
            events = self._unpack(block)
        return events[index]

    def trips(self, number: int) -> list[WatchdogTripped]:
        """What the recorded stopwatch said of decisions that were made of this input."""
        return self._trips.get(number, [])

    def put(self) -> tuple[list[tuple[int, int]], dict[int, list[WatchdogTripped]]]:
        """Pack what is left; where each block is in the file, first byte and bytes, and all trips. Raises OSError."""
        for block, events in list(self._blocks.items()):
            self._pack(block, events)
        if self._packed is not None:
            self._packed.flush()
        return [self._places[block] for block in range(len(self._places))], self._trips

    def take(
        self,
        stream: BinaryIO,
        times: "array[int]",
        places: list[tuple[int, int]],
        trips: dict[int, list[WatchdogTripped]],
        note: str,
    ) -> None:
        """What an earlier look through the recording read, packed in the file: all of it."""
        self.times, self.note, self.done, self._packed = times, note, True, stream
        self._places = dict(enumerate(places))
        self._trips = trips

    def close(self) -> None:
        """Give the temporary file back."""
        if self._packed is not None:
            with suppress(OSError):
                self._packed.close()

    def _take(self, event: AnyEvent) -> None:
        number = len(self.times)
        if self._learned:
            self._trips[number] = list(self._learned)
            self._learned.clear()
        if number % BLOCK == 0:
            self._last = []
            self._keep(number // BLOCK, self._last)
        self._last.append(event)
        self.times.append(event.ts)

    def _keep(self, block: int, events: list[AnyEvent]) -> None:
        self._blocks[block] = events
        if len(self._blocks) > self._most:
            newest = (len(self.times) - 1) // BLOCK if self.times else 0
            oldest = next(each for each in self._blocks if each not in (block, newest))
            self._pack(oldest, self._blocks.pop(oldest))

    def _pack(self, block: int, events: list[AnyEvent]) -> None:
        if block in self._places:
            return
        if self._packed is None:
            self._packed = tempfile.TemporaryFile(prefix="mm-tui-replay-")  # noqa: SIM115 - closed with the timeline
        packed = zlib.compress(_encode(events), _LEVEL)
        self._packed.seek(0, 2)
        self._places[block] = (self._packed.tell(), len(packed))
        self._packed.write(packed)

    def _unpack(self, block: int) -> list[AnyEvent]:
        place = self._places.get(block)
        if place is None or self._packed is None:
            raise IndexError(f"block {block} of the recording was not read yet")
        self._packed.seek(place[0])
        events: list[AnyEvent] = _decode(zlib.decompress(self._packed.read(place[1])))
        self._keep(block, events)
        return events


class _Listening(RecordedStopwatch):
    """Passes on what the recording says, for whoever runs it later."""

    __slots__ = ("_told",)

    def __init__(self, told: list[WatchdogTripped]) -> None:
        super().__init__()
        self._told = told

    def learn(self, trip: WatchdogTripped) -> None:
        """Keep it for the input that comes next."""
        self._told.append(trip)
