"""Which desks of this user are running, wherever they record, so that a kill switch in another terminal finds them."""

import os
import sys
from pathlib import Path

import msgspec

from mm_tui.errors import DataError
from mm_tui.journal import lock, private
from mm_tui.model.words import written

KILL_SIGNAL = "SIGUSR1"
"""Name of the signal that is the kill switch: cancel all, halt until re-armed. Windows has none."""
FOLDER = "desks"


class Desk(msgspec.Struct, frozen=True):
    """A running desk."""

    pid: int
    session: str | None
    """Its session folder; null where it records nothing."""
    venue: str
    symbol: str

    @property
    def pair(self) -> str:
        """`demo BTC/USDT`; empty where only its lock is known."""
        return f"{self.venue} {self.symbol}".strip()


class Registration:
    """The entry of a desk in the list, until `withdraw` or the end of the process."""

    def __init__(self, path: Path, held: lock.Lock) -> None:
        self._path = path
        self._held = held

    def say(self, session: Path | None, venue: str, symbol: str) -> None:
        """What this process's desk is now; raises DataError where that cannot be written.

        The entry is always whole: a kill switch that looks meanwhile finds the one before or this one.
        """
        desk = Desk(os.getpid(), None if session is None else written(str(session.resolve())), venue, symbol)
        try:
            private.write(self._path, msgspec.json.encode(desk), sync=False)
        except OSError as error:
            raise _unwritten(self._path.parent, error) from error

    def withdraw(self) -> None:
        """Leave the list."""
        self._path.unlink(missing_ok=True)
        self._held.release()


def register(state: Path, session: Path | None, venue: str, symbol: str) -> Registration:
    """Enter this process into the list under the folder of state; raises DataError where that cannot be written."""
    pid = os.getpid()
    folder = state / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = lock.acquire(folder / f"{pid}.lock", f"{folder}: pid {pid} is taken")
    except OSError as error:
        raise _unwritten(folder, error) from error
    registration = Registration(folder / f"{pid}.json", held)
    try:
        registration.say(session, venue, symbol)
    except DataError:
        registration.withdraw()
        raise
    return registration


def _unwritten(folder: Path, error: OSError) -> DataError:
    return DataError(f"{folder} cannot be written: {error.strerror or error}; `mm-tui kill` will not find this desk")


def running(state: Path) -> list[Desk]:
    """Desks that are alive; entries of dead ones are removed."""
    found: list[Desk] = []
    folder = state / FOLDER
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        held = path.with_suffix(".lock")
        if lock.holder(held) is None:
            path.unlink(missing_ok=True)
            held.unlink(missing_ok=True)
            continue
        try:
            found.append(msgspec.json.decode(private.read(path), type=Desk))
        except (OSError, ValueError, RecursionError):
            continue
    return found


def kill(desk: Desk) -> str:
    """Throw the desk's kill switch; empty, or why it could not be."""
    if sys.platform == "win32":
        return "this system has no signal for it; press K in the desk"
    import signal  # noqa: PLC0415  # its user signals are absent on Windows

    try:
        os.kill(desk.pid, signal.Signals[KILL_SIGNAL])
    except OSError as error:
        return f"pid {desk.pid}: {error.strerror or error}"
    return ""
