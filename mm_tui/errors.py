"""The one tree of errors.

::

    MmTuiError                     every error of ours; .exit_code says how the process ends
    ├── UsageError          64     the command line is wrong
    ├── SettingsError       78     settings are wrong; .problems lists each with its place
    ├── DataError           65     a file of market data or a session cannot be read
    │   └── FrameError             one frame of a venue is not what it should be; dropped and counted
    ├── VenueError          69     the venue's fault: unreachable, refused
    │   └── RegionRefused          HTTP 451: the venue does not serve this region
    ├── OutputError         74     standard output, or where results go, cannot be written
    ├── OrdersMayRest       75     orders may still rest at the venue; their ids are in the message
    └── DeskError           70     ours
        ├── IllegalTransition      an order was asked to move where its table has no row
        └── InexactValue           a price or quantity is no whole number of ticks or steps
"""


class MmTuiError(Exception):
    """Every error of ours. The message tells the user what to do."""

    exit_code = 70
    """What the process returns when the error reaches the command line."""


class UsageError(MmTuiError):
    """The command line is wrong."""

    exit_code = 64


class SettingsError(MmTuiError):
    """Settings are wrong; every problem is listed, one a line."""

    exit_code = 78

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class DataError(MmTuiError):
    """A file of market data or a session cannot be read."""

    exit_code = 65


class FrameError(DataError):
    """One frame of a venue is not what it should be; the feed drops and counts it."""


class VenueError(MmTuiError):
    """The venue cannot be reached or refuses us."""

    exit_code = 69


class RegionRefused(VenueError):  # noqa: N818 - named for what happened
    """HTTP 451: the venue does not serve this region; another venue must be chosen."""


class OutputError(MmTuiError):
    """Standard output or the place of a result cannot be written: its disk is full, say. A reader that left is none."""

    exit_code = 74


class OrdersMayRest(MmTuiError):  # noqa: N818 - likewise
    """Orders may still rest at the venue; the message names them."""

    exit_code = 75


class DeskError(MmTuiError):
    """A fault of our own."""


class IllegalTransition(DeskError):  # noqa: N818 - likewise
    """An order was asked to move where its table has no row; nothing was changed."""


class InexactValue(DeskError):  # noqa: N818 - likewise
    """A price or quantity is no whole number of ticks or steps."""
