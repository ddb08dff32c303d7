"""Named arrangements of the desk in a file of the user's: which panel stands where, and how it shows what it shows.

The file is written whole or not at all and is the user's alone to read. One that cannot be read is no reason not to
trade: the built-in arrangement is used, a word says so, and the file is set aside before another is written.
"""

from pathlib import Path
from typing import Final

import msgspec

from mm_tui.app.layout.places import SEATS, TABS, View
from mm_tui.journal import private

FILE: Final = "layouts.json"
START: Final = "default"
"""The one that a desk starts with."""
BUILT_IN: Final = "built-in"
"""Names the arrangement that needs no file."""
MOST: Final = 50
_LONGEST: Final = 24
_VERSION: Final = 1
_AS_IT_COMES: Final = View()

Kept = dict[str, str | int]
"""What a panel keeps of itself, by its own names."""


class Arrangement(msgspec.Struct, frozen=True, kw_only=True):
    """One of them. Fields that are missing or mean nothing here take what is built in."""

    tab: str = _AS_IT_COMES.tab
    """The panel of the shared place in two columns."""
    lower: str = _AS_IT_COMES.lower
    """The panel of the shared place in three columns."""
    panel: str = _AS_IT_COMES.panel
    """The panel over the strip on a small screen."""
    zoomed: str = ""
    seats: dict[str, str] = {}
    """Who stands in whose place, where that is not its own."""
    panels: dict[str, Kept] = {}
    """What each panel keeps of itself."""

    @property
    def view(self) -> View:
        """Where the panels stand; names that are no panel's are left out."""
        seats = {place: panel for place, panel in self.seats.items() if place in SEATS and panel in SEATS}
        whole = set(seats) == set(seats.values())
        return View(
            tab=self.tab if self.tab in TABS else _AS_IT_COMES.tab,
            lower=self.lower if self.lower in TABS else _AS_IT_COMES.lower,
            panel=self.panel if self.panel in SEATS else _AS_IT_COMES.panel,
            zoomed=self.zoomed if self.zoomed in SEATS else "",
            seats=tuple(seats.items()) if whole else (),
        )


class _File(msgspec.Struct, frozen=True, kw_only=True):
    version: int = _VERSION
    layouts: dict[str, Arrangement] = {}


class SavedLayouts:
    """The file's arrangements by name; without a path they last as long as the screen."""

    def __init__(self, path: Path | None = None) -> None:
        self.problem = ""
        """What is wrong with the file, in a sentence; empty where nothing is."""
        self._path = path
        self._kept = self._read()

    @property
    def names(self) -> list[str]:
        """All of them, the one that a desk starts with first."""
        return sorted(self._kept, key=lambda name: (name != START, name))

    @property
    def choices(self) -> list[str]:
        """What can be put on."""
        return [*self.names, BUILT_IN]

    def get(self, name: str) -> Arrangement | None:
        """One by its name; the built-in one always is."""
        return Arrangement() if name == BUILT_IN else self._kept.get(name)

    def save(self, name: str, arrangement: Arrangement) -> str:
        """Keep one under a name; what was wrong, empty where nothing was."""
        self._refresh()
        if not _is_name(name):
            return f"a layout's name has up to {_LONGEST} letters, digits, - _ or ."
        if name == BUILT_IN:
            return f"{BUILT_IN} is always there; choose another name"
        if len(self._kept) >= MOST and name not in self._kept:
            return f"there are {MOST} layouts; delete one first"
        return self._write({**self._kept, name: arrangement})

    def delete(self, name: str) -> str:
        """Forget one; what was wrong, empty where nothing was."""
        self._refresh()
        if name not in self._kept:
            return f"no layout {name!r} to delete"
        return self._write({other: kept for other, kept in self._kept.items() if other != name})

    def _read(self) -> dict[str, Arrangement]:
        if self._path is None:
            return {}
        try:
            found = msgspec.json.decode(private.read(self._path), type=_File)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            self.problem = f"{self._path} cannot be read ({error}): the built-in layout is used"
            return {}
        return {name: kept for name, kept in found.layouts.items() if _is_name(name)}

    def _refresh(self) -> None:
        """Another desk of this user may have kept one meanwhile."""
        if self._path is not None:
            self.problem = ""
            found = self._read()
            self._kept = self._kept if self.problem else found

    def _write(self, layouts: dict[str, Arrangement]) -> str:
        """Make the file hold these, and only then know them."""
        path = self._path
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                if self.problem and path.exists():
                    path.replace(path.with_name(path.name + ".bad"))
                encoded = msgspec.json.format(msgspec.json.encode(_File(layouts=layouts)), indent=2) + b"\n"
                private.write(path, encoded)
            except OSError as error:
                return f"the layout is not kept: {error}"
        self.problem, self._kept = "", layouts
        return ""


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and all(letter.isalnum() or letter in "-_." for letter in text)
