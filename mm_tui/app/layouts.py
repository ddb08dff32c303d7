"""Where each panel stands at a size of the terminal: pure arithmetic, so that a resize keeps every state.

Four shapes: three columns from 160x30; two columns with tabs from 110x30; the ladder over a strip from 60x16; below
that plain lines.
"""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Shape = Literal["wide", "medium", "small", "compact"]

NUMBERED: Final = ("ladder", "orders", "position", "risk", "chart", "tape", "events", "workers")
"""Panels in the order of the number keys."""

TABS: Final = ("chart", "tape", "events", "workers")
"""Panels that share one place in two columns."""

WIDE: Final = (160, 30)
MEDIUM: Final = (110, 30)
SMALL: Final = (60, 16)

SUMMARY_HEIGHT: Final = 4
POSITION_HEIGHT: Final = 10
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
    panel: str = "ladder"
    """The panel over the strip on a small screen."""
    zoomed: str = ""
    """The panel that fills the screen, if any."""


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
        return Plan(shape, {**top, view.zoomed: Box(0, 1, width, height - 2)})
    if shape == "small":
        return _small(width, height, view)
    return _wide(width, height, ladder_rows) if shape == "wide" else _medium(width, height, view)


_SHAPES: Final[tuple[tuple[Shape, tuple[int, int]], ...]] = (("wide", WIDE), ("medium", MEDIUM), ("small", SMALL))


def _small(width: int, height: int, view: View) -> Plan:
    tabs = int(height >= ROOM_FOR_TABS)
    body = height - 2 - SUMMARY_HEIGHT - tabs
    return Plan(
        "small",
        {
            "header": Box(0, 0, width, 1),
            "tabs": Box(0, 1, width, tabs),
            view.panel: Box(0, 1 + tabs, width, body),
            "summary": Box(0, 1 + tabs + body, width, SUMMARY_HEIGHT),
            "footer": Box(0, height - 1, width, 1),
        },
        NUMBERED if tabs else (),
    )


def _medium(width: int, height: int, view: View) -> Plan:
    left = min(62, width - 56)
    right = width - left
    body = height - 3
    position, risk = POSITION_HEIGHT, 8
    rest = body - position - risk
    orders = max(4, min(10, rest // 2))
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


def _wide(width: int, height: int, ladder_rows: int) -> Plan:
    body = height - 2
    right = max(46, min(64, width * 27 // 100))
    truth = max(66, min(80, width - 110))
    left = max(60, min(90, width * 34 // 100))
    middle = width - left - right
    ladder = min(body, ladder_rows + 4) if ladder_rows else body
    chart = body * 3 // 8
    orders = max(6, min(14, body // 3))
    x, z = left, left + middle
    places = {
        "header": Box(0, 0, width - truth, 1),
        "truth": Box(width - truth, 0, truth, 1),
        "ladder": Box(0, 1, left, ladder),
        "chart": Box(x, 1, middle, chart),
        "orders": Box(x, 1 + chart, middle, orders),
        "events": Box(x, 1 + chart + orders, middle, body - chart - orders),
        "footer": Box(0, height - 1, width, 1),
    }
    y = 1
    for name, rows in _right_column(body):
        places[name] = Box(z, y, right, rows)
        y += rows
    return Plan("wide", places)


def _right_column(body: int) -> list[tuple[str, int]]:
    """Position and risk in full, workers when there is room, the rest for the tape."""
    position, risk, workers = POSITION_HEIGHT, 8, 4
    rows = [("position", position), ("risk", risk)]
    if body >= position + risk + workers + 16:
        rows.append(("parameters", 8))
    left = body - sum(height for _, height in rows) - workers
    return [*rows, ("tape", left), ("workers", workers)]
