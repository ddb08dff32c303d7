"""Finds names by a few typed letters; thousands of them are looked through between two keys."""

from collections.abc import Sequence
from typing import Final

_APART: Final = str.maketrans("", "", " /-_:.")
"""What stands between the letters of a name and need not be typed."""


class Search:
    """Names to be found; each may have words beside it that count less."""

    def __init__(self, items: Sequence[tuple[str, str]]) -> None:
        self.items = list(items)
        self._plain = [(_plain(name), _plain(words)) for name, words in items]

    def found(self, typed: str) -> list[tuple[str, str]]:
        """Those that match: the name itself, its beginning, a part, its letters in order, its words; else as given."""
        wanted = _plain(typed)
        if not wanted:
            return self.items
        ranked = [
            (rank, at)
            for at, (name, words) in enumerate(self._plain)
            if (rank := _rank(wanted, name, words)) is not None
        ]
        return [self.items[at] for _, at in sorted(ranked)]


def _plain(text: str) -> str:
    return text.upper().translate(_APART)


def _rank(wanted: str, name: str, words: str) -> int | None:
    if name.startswith(wanted):
        return 0 if name == wanted else 1
    if wanted in name:
        return 2
    letters = iter(name)
    if all(letter in letters for letter in wanted):
        return 3
    return 4 if wanted in words else None
