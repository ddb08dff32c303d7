"""Where each panel stands at a size of the terminal: pure arithmetic, so that a resize keeps every state.

Four shapes: three columns from 160x30; two columns with tabs from 110x30; the ladder over a strip from 60x16; below
that plain lines.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

Shape = Literal["wide", "medium", "small", "compact"]

NUMBERED: Final = ("ladder", "orders", "position", "risk", "chart", "tape", "events", "workers", "fills", "history")
"""Panels in the order of the number keys, 0 the tenth."""

LETTERED: Final = ("shadows",)
"""Panels with a key of their own, that of the action of their name."""

FULL_SCREEN: Final = ("heatmap",)
"""Panels that are seen on the full screen only, by the action of their name."""

TABS: Final = ("chart", "tape", "events", "workers", "fills", "history", "shadows")
"""Panels that share one place in two columns."""

LOWER_TABS: Final = ("events", "fills", "history", "shadows")
"""Panels that share the lower place of the middle column in three columns without height for them."""
HIGH_TABS: Final = ("events", "history", "shadows")
"""Panels that share it where there is the height for fills above them."""
BROAD_TABS: Final = ("events", "shadows")
"""Panels that share it where history stands beside the fills as well."""

WIDE: Final = (160, 30)
MEDIUM: Final = (110, 30)
SMALL: Final = (60, 16)

SEATS: Final = (*NUMBERED, *LETTERED, "parameters")
"""Panels that may stand in each other's place."""

SUMMARY_HEIGHT: Final = 4
POSITION_HEIGHT: Final = 10
RISK_HEIGHT: Final = 11
PARAMETERS_HEIGHT: Final = 9
SCOREBOARD_HEIGHT: Final = 9
ROOM_FOR_BOTH: Final = 44
"""Lines of three columns from which events and fills stand one above the other, and the right column shows all."""
SHEET: Final = "sheet"
"""The name of the box of a sheet that stands beside the ladder."""
SHEET_ROWS: Final = 26
"""Rows that it needs in a column: it covers no more panels than that takes."""
SHEET_LEAST, SHEET_MOST = 40, 46
"""Columns of such a sheet where the ladder gives way to it."""
ROOM_BESIDE: Final = 116
"""Cells of the middle column from which fills and history stand side by side."""
ROOM_FOR_TRADES: Final = 284
"""Columns over which the right one grows, so that a trade of the tape has its value and a bar."""
ROOM_FOR_STRIP: Final = 39
"""Lines from which the desk gives one above the footer to the strip of fills: a replay has one less of 40."""
ROOM_FOR_TABS: Final = 20
"""Lines of a small screen from which one names the panels."""


class Box(NamedTuple):
    """A rectangle of cells."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class View:
    """What the operator chose to look at; kept through every resize."""

    tab: str = "chart"
    """The panel of the shared place in two columns."""
    lower: str = "events"
    """The panel of the shared place in three columns."""
    panel: str = "ladder"
    """The panel over the strip on a small screen."""
    zoomed: str = ""
    """The panel that fills the screen, if any."""
    seats: tuple[tuple[str, str], ...] = ()
    """Panels that stand in another's place: the place's own panel, and who stands there."""

    def seat_of(self, panel: str) -> str:
        """Whose place a panel stands in: its own where it was not moved."""
        return next((place for place, moved in self.seats if moved == panel), panel)

    def in_seat(self, place: str) -> str:
        """The panel that stands in a place."""
        return dict(self.seats).get(place, place)

    def swapped(self, first: str, second: str) -> "View":
        """The same with two panels in each other's place."""
        seats = {place: self.in_seat(place) for place in SEATS}
        one, other = self.seat_of(first), self.seat_of(second)
        seats[one], seats[other] = second, first
        return replace(self, seats=tuple(pair for pair in seats.items() if pair[0] != pair[1]))


@dataclass(frozen=True, slots=True)
class Plan:
    """A shape and its boxes."""

    shape: Shape
    places: dict[str, Box]
    tabs: tuple[str, ...] = ()
    """Panels that the tab bar names; empty where there is none."""


def shape_of(width: int, height: int) -> Shape:
    """The richest shape that fits."""
    for shape, (least_width, least_height) in _SHAPES:
        if width >= least_width and height >= least_height:
            return shape
    return "compact"


def plan(width: int, height: int, view: View, ladder_rows: int = 0) -> Plan:
    """Boxes of everything shown; a panel without a box is hidden."""
    shape = shape_of(width, height)
    if shape == "compact":
        return Plan(shape, {"compact": Box(0, 0, width, height)})
    if view.zoomed:
        top = {"header": Box(0, 0, width, 1), "footer": Box(0, height - 1, width, 1)}
        return Plan(shape, {**top, **_above_fills(view.zoomed, Box(0, 1, width, height - 2))})
    if shape == "small":
        return _small(width, height, view)
    strip = height >= ROOM_FOR_STRIP and (shape != "wide" or height - 2 != ROOM_FOR_BOTH)
    body = height - strip
    made = _wide(width, body, view, ladder_rows) if shape == "wide" else _medium(width, body, view)
    if strip:
        lines = {"strip": Box(0, body - 1, width, 1), "footer": Box(0, height - 1, width, 1)}
        made = Plan(shape, {**made.places, **lines}, made.tabs)
    if not view.seats:
        return made
    places = {view.in_seat(place): box for place, box in made.places.items()}
    return Plan(shape, places, tuple(view.in_seat(place) for place in made.tabs))


def _above_fills(panel: str, box: Box) -> dict[str, Box]:
    """A panel's place; that of the fills gives its first line to their strip."""
    if panel != "fills" or box.height < 3:  # noqa: PLR2004 - the strip, and something below it
        return {panel: box}
    return {"strip": box._replace(height=1), panel: box._replace(y=box.y + 1, height=box.height - 1)}


def with_scrubber(width: int, height: int, view: View, ladder_rows: int = 0) -> Plan:
    """The same for a replay: one line above the footer says where it stands, and small shapes have it too."""
    if shape_of(width, height - 1) == "compact":
        if height == 1:
            return plan(width, height, view)
        lines = {"compact": Box(0, 0, width, height - 1), "scrubber": Box(0, height - 1, width, 1)}
        return Plan("compact", lines)
    smaller = plan(width, height - 1, view, ladder_rows)
    lines = {"scrubber": Box(0, height - 2, width, 1), "footer": Box(0, height - 1, width, 1)}
    return Plan(smaller.shape, {**smaller.places, **lines}, smaller.tabs)


def with_coach(width: int, height: int, view: View, ladder_rows: int = 0) -> Plan:
    """The same with one line above the footer for a hint; without it where that would cost the desk its shape."""
    shape = shape_of(width, height)
    if shape == "compact" or view.zoomed or shape_of(width, height - 1) != shape:
        return plan(width, height, view, ladder_rows)
    smaller = plan(width, height - 1, view, ladder_rows)
    lines = {"coach": Box(0, height - 2, width, 1), "footer": Box(0, height - 1, width, 1)}
    return Plan(shape, {**smaller.places, **lines}, smaller.tabs)


def docked(width: int, height: int, view: View, make: Callable[[int, int, View], Plan]) -> Plan:
    """The desk with a sheet beside the ladder: in the middle column, under the position, or right of a narrower ladder.

    What the sheet would cover has no box. Where there are plain lines only, the sheet has the screen below the first.
    """
    now = make(width, height, replace(view, zoomed="", panel="ladder", seats=()))
    places = now.places
    if now.shape == "compact":
        state = min(1, height - 1)
        return Plan(now.shape, {"compact": Box(0, 0, width, state), SHEET: Box(0, state, width, height - state)})
    ladder = places["ladder"]
    if now.shape == "small":
        columns = min(SHEET_MOST, max(SHEET_LEAST, width // 2))
        narrow = ladder._replace(width=width - columns)
        box = Box(narrow.width, ladder.y, columns, ladder.height)
        return Plan(now.shape, {**places, "ladder": narrow, SHEET: box}, now.tabs)
    if now.shape == "medium":
        above = places["position"]
        box = Box(above.x, above.y + above.height, above.width, ladder.height - above.height)
    else:
        column = sorted(box for box in places.values() if box.x == places["chart"].x and box.y >= ladder.y)
        box = column[0]
        for below in column[1:]:
            if box.height < SHEET_ROWS and below.height > 1:
                box = box._replace(height=below.y + below.height - box.y)
    kept = {name: place for name, place in places.items() if not _overlap(place, box)}
    return Plan(now.shape, {**kept, SHEET: box}, now.tabs)


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


_SHAPES: Final[tuple[tuple[Shape, tuple[int, int]], ...]] = (("wide", WIDE), ("medium", MEDIUM), ("small", SMALL))


def _small(width: int, height: int, view: View) -> Plan:
    tabs = int(height >= ROOM_FOR_TABS)
    body = height - 2 - SUMMARY_HEIGHT - tabs
    return Plan(
        "small",
        {
            "header": Box(0, 0, width, 1),
            "tabs": Box(0, 1, width, tabs),
            **_above_fills(view.panel, Box(0, 1 + tabs, width, body)),
            "summary": Box(0, 1 + tabs + body, width, SUMMARY_HEIGHT),
            "footer": Box(0, height - 1, width, 1),
        },
        (*NUMBERED, *LETTERED) if tabs else (),
    )


def _medium(width: int, height: int, view: View) -> Plan:
    left = min(62, width - 56)
    right = width - left
    body = height - 3
    position, risk = POSITION_HEIGHT, 8 + (body - 27) // 5
    risk = min(risk, RISK_HEIGHT)
    rest = body - position - risk
    orders = max(4, min(10, (rest + 1) // 2))
    tabs = rest - orders
    y = 2
    places = {
        "header": Box(0, 0, width, 1),
        "truth": Box(0, 1, width, 1),
        "ladder": Box(0, y, left, body),
        "position": Box(left, y, right, position),
        "risk": Box(left, y + position, right, risk),
        "orders": Box(left, y + position + risk, right, orders),
        "tabs": Box(left, y + position + risk + orders, right, 1),
        view.tab: Box(left, y + position + risk + orders + 1, right, tabs - 1),
        "footer": Box(0, height - 1, width, 1),
    }
    return Plan("medium", places, TABS)


def _wide(width: int, height: int, view: View, ladder_rows: int) -> Plan:
    body = height - 2
    right = max(46, min(52, width * 24 // 100)) + max(0, min(14, width - ROOM_FOR_TRADES))
    truth = max(66, min(80, width - 110))
    left = min(112, 62 + (width - WIDE[0]) * 7 // 10)
    middle = width - left - right
    ladder = min(body, ladder_rows + 4) if ladder_rows else body
    places = {
        "header": Box(0, 0, width - truth, 1),
        "truth": Box(width - truth, 0, truth, 1),
        "ladder": Box(0, 1, left, ladder),
        "footer": Box(0, height - 1, width, 1),
    }
    roomy, broad = body >= ROOM_FOR_BOTH, middle >= ROOM_BESIDE
    tabs = (BROAD_TABS if broad else HIGH_TABS) if roomy else LOWER_TABS
    lower = view.lower if view.lower in tabs else tabs[0]
    rows = _middle_column(body, lower, broad=broad) if roomy else _low_middle_column(body, lower)
    for x, wide, column in ((left, middle, rows), (left + middle, right, _right_column(body, roomy=roomy))):
        y = 1
        for name, high in column:
            places[name] = Box(x, y, wide, high)
            y += high
    if roomy and broad:
        fills = places["fills"]
        half = fills.width // 2
        places["fills"] = fills._replace(width=half)
        places["history"] = fills._replace(x=fills.x + half, width=fills.width - half)
    return Plan("wide", places, tabs)


def _middle_column(body: int, lower: str, *, broad: bool) -> list[tuple[str, int]]:
    """Orders take what explaining one of them needs, where there is that much; the shared place the rest."""
    orders = max(14, min(20 if broad else 24, body * 3 // 10))
    chart = body * (38 if broad else 30) // 100
    fills = max(12, min(26 if broad else 24, body // 4))
    rest = body - chart - orders - fills - 1
    return [("chart", chart), ("orders", orders), ("fills", fills), ("tabs", 1), (lower, rest)]


def _low_middle_column(body: int, lower: str) -> list[tuple[str, int]]:
    chart = body * 3 // 8
    orders = max(6, min(14, body // 3)) - 1
    return [("chart", chart), ("orders", orders), ("tabs", 1), (lower, body - chart - orders - 1)]


def _right_column(body: int, *, roomy: bool) -> list[tuple[str, int]]:
    """Position and risk, then parameters and the scoreboard where there is room, the rest for the tape."""
    if roomy:
        rows = [("position", POSITION_HEIGHT), ("risk", RISK_HEIGHT), ("parameters", PARAMETERS_HEIGHT)]
        workers = SCOREBOARD_HEIGHT
    else:
        rows, workers = [("position", POSITION_HEIGHT), ("risk", 8)], 4
        if body - POSITION_HEIGHT - 8 - 4 >= PARAMETERS_HEIGHT + 8:
            rows.append(("parameters", PARAMETERS_HEIGHT))
    left = body - sum(height for _, height in rows) - workers
    return [*rows, ("tape", left), ("workers", workers)]
