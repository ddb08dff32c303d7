"""How a command ends that somebody stops: what is half written is undone, and the exit code says who it was."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from mm_tui.errors import MmTuiError

BY_SIGNAL: Final = 128
INTERRUPTED: Final = BY_SIGNAL + signal.SIGINT
_ENDING: Final = ("SIGTERM", "SIGHUP")


class Stopped(SystemExit):
    """A signal asked for the end. What runs is unwound as after Ctrl-C, tasks included."""

    def __init__(self, number: int) -> None:
        super().__init__(BY_SIGNAL + number)
        self.exit_code = BY_SIGNAL + number
        self.words = f"stopped by {signal.Signals(number).name}"


class Ended(MmTuiError):  # noqa: N818  # named for what happened
    """A command that was stopped and has something to say about what it leaves."""

    def __init__(self, words: str, exit_code: int) -> None:
        super().__init__(words)
        self.exit_code = exit_code


@contextmanager
def signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end what runs inside in order; a desk takes them for itself, `nohup` stays what it is."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise Stopped(number)

    numbers = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    own = threading.current_thread() is threading.main_thread()
    taken = [number for number in numbers if own and signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)
