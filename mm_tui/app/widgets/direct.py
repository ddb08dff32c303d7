"""The short way to the terminal: rows that changed are written where they stand, past the compositor.

Textual's compositor goes through every widget for each frame; a panel that nothing covers needs none of that. Whether
something covers it is asked of the compositor's own map, and only when that map became another. Whatever is not plain
and simple (a dialog above, a toast over it, a filter of colours, no terminal) takes the long way, `refresh`.
"""

import asyncio
from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any
from weakref import WeakKeyDictionary

from textual.app import App
from textual.filter import ANSIToTruecolor
from textual.geometry import Offset
from textual.widget import Widget

from mm_tui.app.palette import Palette
from mm_tui.app.widgets.pen import Pen
from mm_tui.app.widgets.spans import Row

_DIRECT: "WeakKeyDictionary[App[Any], Direct]" = WeakKeyDictionary()


def direct(app: App[Any]) -> "Direct":
    """The one short way of an app."""
    found = _DIRECT.get(app)
    if found is None:
        found = _DIRECT[app] = Direct(app)
    return found


class Direct:
    """Collects what panels write during one turn of the loop and hands it to the driver in one piece."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._map: object = None
        self._places: dict[Widget, Offset | None] = {}
        self._pending: list[str] = []
        self._pen: tuple[Palette, Pen] | None = None
        self.lost = 0
        """Counts how often something that was written did not reach the terminal."""

    def place_of(self, panel: Widget) -> Offset | None:
        """Where the panel's first cell is on the screen; None where it must take the long way."""
        if self._pending and panel in self._places:  # all was well a moment ago, and it is looked at again at the end
            return self._places[panel]
        app = self._app
        driver = app._driver  # noqa: SLF001 - under the contract test
        if driver is None or app.is_headless or driver.is_inline or app._batch_count:  # noqa: SLF001 - likewise
            return None
        screen = app.screen
        if panel.screen is not screen or screen._layout_required:  # noqa: SLF001 - likewise
            return None
        seen = screen._compositor.visible_widgets  # noqa: SLF001 - likewise
        if seen is not self._map:
            self._map = seen
            self._places = {}
        if panel not in self._places:
            self._places[panel] = None if _coloured(app) else _uncovered(panel, seen)
        return self._places[panel]

    def shift(self, place: Offset, ends: Iterable[tuple[int, int, int, int, Row]], look: Palette) -> None:
        """Move the rest of lines to the left and write their new ends: for panels up to the screen's right edge.

        Each of `ends` is the line, where the shifting begins, by how many cells, where the new end begins, and the end.
        """
        pen = self._pen_for(look)
        left, top = place.x + 1, place.y + 1
        for at, x, cells, tail, end in ends:
            line = f"\x1b[{top + at};"
            gone = f"{line}{left + x}H\x1b[{cells}P" if cells else ""
            self._pending.append(f"{gone}{line}{left + tail}H{pen.row(end)}")

    def _pen_for(self, look: Palette) -> Pen:
        """What writes in a palette's styles; what is written is sent at the end of this turn of the loop."""
        if self._pen is None or self._pen[0] is not look:
            self._pen = look, Pen(look, self._app.console._color_system)  # noqa: SLF001 - under the contract test
        if not self._pending:
            self._pen[1].lift()
            asyncio.get_running_loop().call_soon(self._send)
        return self._pen[1]

    def write(self, place: Offset, rows: Iterable[tuple[int, Row, Row | None]], look: Palette) -> None:
        """Put rows at their lines of the panel that stands at `place`.

        Each comes with the row that stands there, where that is known; only what differs is written then.
        """
        pen = self._pen_for(look)
        left, top = place.x + 1, place.y + 1
        for at, row, before in rows:
            if before is not None and len(row.spans) == len(before.spans) and row.plain and before.plain:
                self._pending.append(pen.changes(row, before, top + at, left))
            else:
                self._pending.append(f"\x1b[{top + at};{left}H{pen.row(row)}")

    def _send(self) -> None:
        text = "".join(self._pending) + "\x1b[0m"
        self._pending.clear()
        app = self._app
        driver = app._driver  # noqa: SLF001 - under the contract test
        if driver is None or app._closed:  # noqa: SLF001 - under the contract test
            self.lost += 1
            return
        if app.screen._compositor.visible_widgets is not self._map:  # noqa: SLF001 - under the contract test
            self.lost += 1
            app.screen.refresh()  # the compositor draws what moved, and not what else was to be written
            return
        if getattr(driver, "congested", False):
            self.lost += 1
            driver.skip_frame()  # type: ignore[attr-defined]  # our own driver has it
            return
        with getattr(driver, "frame", nullcontext)():
            app._begin_update()  # noqa: SLF001 - under the contract test
            driver.write(text)
            app._end_update()  # noqa: SLF001 - under the contract test
            driver.flush()


def _coloured(app: App[Any]) -> bool:
    """Whether a filter changes colours on their way out; ours are true colours, so that one of them changes nothing."""
    return app.console._color_system is None or any(  # noqa: SLF001 - under the contract test
        not isinstance(one, ANSIToTruecolor) for one in app.get_line_filters()
    )


def _uncovered(panel: Widget, seen: dict[Widget, Any]) -> Offset | None:
    """The panel's place when all of it is to be seen; the map goes from the front to the back."""
    if panel not in seen:
        return None
    region, clip = seen[panel]
    if not clip.contains_region(region):
        return None
    for widget, (other, its_clip) in seen.items():
        if widget is panel:
            return Offset(region.x, region.y)
        if its_clip.intersection(other).overlaps(region):
            return None
    return None
