"""Where a replay is to go, and how fast it plays."""

from typing import Final

import msgspec

SPEEDS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, None)
"""Recorded seconds a second; None for as fast as it goes."""


class Goal(msgspec.Struct, frozen=True):
    """Where the run that is shown is to go."""

    words: str
    """`to 14:02:10`, `to the next fill`."""
    ts: int | None = None
    """A moment."""
    share: str = ""
    """So much of the way, as it is written; known once the recording's end is."""
    kind: str = ""
    """The next mark of this kind."""
    heard: int | None = None
    """A number of inputs."""


class Place(msgspec.Struct, frozen=True):
    """A goal that was found."""

    heard: int
    ts: int


def next_speed(speed: float | None, by: int) -> float | None:
    """So many steps faster, or slower where negative; the ends stay."""
    near = min(range(len(SPEEDS)), key=lambda at: abs(_rate(SPEEDS[at]) - _rate(speed)))
    return SPEEDS[min(max(near + by, 0), len(SPEEDS) - 1)]


def _rate(speed: float | None) -> float:
    return 2 * max(each for each in SPEEDS if each is not None) if speed is None else speed
