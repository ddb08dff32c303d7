"""What somebody is told who opens the desk for the first time: three hints, one after the other, and never again.

A hint goes when its key is used. What was seen of them is kept in a file of the user's; a file that cannot be read was
there before, so nothing is told, and one that cannot be written leaves the hints to this screen.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from mm_tui.app.actions import shown
from mm_tui.journal import private

FILE: Final = "hints.json"
_VERSION: Final = 1
log = logging.getLogger(__name__)


class Hint(msgspec.Struct, frozen=True):
    """One thing to try."""

    words: str
    """With an action's id in braces for its key."""
    done_by: tuple[str, ...]
    """Actions that show that it was understood."""


HINTS: Final = (
    Hint("{pause} pauses and resumes the quotes; {kill} cancels all and halts", ("pause", "kill")),
    Hint("click a price of the ladder, or 1 and the arrows; {explain} explains it", ("explain",)),
    Hint("{parameters} tries parameters before they are sent; {help} lists all keys", ("parameters", "help")),
)


class _File(msgspec.Struct):
    version: int = _VERSION
    seen: tuple[int, ...] = ()
    """Numbers of hints, from 1."""


class Coach:
    """Which hint it is, and whether there is one."""

    def __init__(self, path: Path, keys: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._path = path
        self._keys = keys or {}
        self._seen = self._read()

    def know(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Keys by action id, as they are remapped."""
        self._keys = keys

    @property
    def number(self) -> int:
        """Of the hint, from 1; 0 where there is none any more."""
        return next((at for at in range(1, len(HINTS) + 1) if at not in self._seen), 0)

    @property
    def words(self) -> str:
        """The hint."""
        if not self.number:
            return ""
        named = {name: shown(keys[0]) for name, keys in self._keys.items() if keys}
        return HINTS[self.number - 1].words.format_map(_Named(named))

    def did(self, action: str) -> bool:
        """An action was done; whether that ends a hint, the one that is shown or a later one."""
        ended = {at for at, hint in enumerate(HINTS, 1) if action in hint.done_by} - self._seen
        if ended:
            self._keep(self._seen | ended)
        return bool(ended)

    def dismiss(self) -> None:
        """No more of them, for good."""
        self._keep(set(range(1, len(HINTS) + 1)))

    def _read(self) -> set[int]:
        try:
            return set(msgspec.json.decode(private.read(self._path), type=_File).seen)
        except FileNotFoundError:
            return set()
        except (OSError, ValueError, RecursionError) as error:
            log.info("hints path=%s problem=%s", self._path, error)
            return set(range(1, len(HINTS) + 1))

    def _keep(self, seen: set[int]) -> None:
        self._seen = seen
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            private.write(self._path, msgspec.json.encode(_File(seen=tuple(sorted(seen)))) + b"\n", sync=False)
        except OSError as error:
            log.info("hints path=%s problem=%s", self._path, error)


class _Named(dict[str, str]):
    """An action without a key is named by itself."""

    def __missing__(self, name: str) -> str:
        return f":{name}"
