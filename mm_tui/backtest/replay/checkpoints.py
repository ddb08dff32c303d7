"""States of a run along its way, to go back to: kept closely at first, further apart the longer the recording is."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import BinaryIO, Final

from mm_tui.backtest.replay.freeze import FreezeError, Frozen
from mm_tui.backtest.replay.run import Run

EVERY: Final = 4096
"""Inputs between two states, to begin with."""
MOST: Final = 1024
"""States kept; about a third of a megabyte each."""

Place = tuple[int, int, int]
"""Of a state in a file: inputs before it, first byte, bytes."""


class Checkpoints:
    """In order of position. Where a run cannot be kept there are none, and going back starts at the beginning."""

    def __init__(self, every: int = EVERY, most: int = MOST, stream: BinaryIO | None = None) -> None:
        """States go into the file where there is one, else they stay in memory."""
        self.every = every
        self.problem = ""
        """Why there are none."""
        self._most = most
        self._stream = stream
        self._positions: list[int] = []
        self._states: list[Frozen[Run]] = []
        self._due = every

    def __len__(self) -> int:
        return len(self._states)

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(state.size for state in self._states)

    def look(self, run: Run) -> None:
        """Keep the run's state where one is due. When there are too many, every second one is let go."""
        if run.heard < self._due or self.problem:
            return
        run.settle()
        try:
            state = Frozen(run)
        except FreezeError as error:
            self.problem = str(error)
            return
        if self._stream is not None:
            try:
                state.put(self._stream)
            except OSError:
                self._stream = None  # it stays in memory, and so do those that follow
        self._positions.append(run.heard)
        self._states.append(state)
        if len(self._states) >= self._most:
            self.every *= 2
            self._positions, self._states = self._positions[1::2], self._states[1::2]
        self._due = run.heard + self.every

    def before(self, position: int) -> int:
        """Position of the nearest state that is not behind this one; 0, the beginning, where there is none."""
        at = bisect_right(self._positions, position)
        return self._positions[at - 1] if at else 0

    def thaw(self, position: int) -> Run:
        """A run at one of the positions; raises FreezeError where it cannot be made again."""
        run = self._states[self._positions.index(position)].thaw()
        run.marking = False
        run.marks = []
        return run

    def put(self, stream: BinaryIO) -> list[Place]:
        """Write them one behind the other; raises OSError."""
        places = []
        for position, state in zip(self._positions, self._states, strict=True):
            packed = state.packed
            places.append((position, stream.tell(), len(packed)))
            stream.write(packed)
        return places

    def take(self, stream: BinaryIO, places: Iterable[Place]) -> None:
        """Those that another look through the recording left in a file of this user's own."""
        self._positions = [place[0] for place in places]
        self._states = [Frozen.at(stream, first, size) for _, first, size in places]

    def drop(self) -> None:
        """They are no good."""
        self._positions, self._states = [], []
