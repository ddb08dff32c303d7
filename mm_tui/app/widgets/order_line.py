"""One open order as a line: its values in, spans out; the columns that there is room for."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from mm_tui.app.widgets.ladder.row import place_in_queue, place_spans
from mm_tui.app.widgets.spans import Span
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import OrderRow

STATUS_WORDS = {
    "pending_new": "new …",
    "live": "live",
    "partially_filled": "part",
    "pending_amend": "amend …",
    "pending_cancel": "cancel …",
    "unknown": "unknown",
}
"""How a status is said; `…` means on its way."""
UNSURE = {"pending_new", "pending_amend", "pending_cancel"}
_SIZES = {"side": 5, "bps": 7, "queue": 8, "place": 6, "eta": 6, "age": 6, "status": 10}
"""Cells of the columns whose width is the same for every market."""
_DROPPED = ("place", "status", "age", "eta", "queue", "bps", "side")
"""Columns in the order in which they give way."""


class Widths(NamedTuple):
    """Cells of price and of what is left, and of a whole line."""

    price: int
    left: int
    width: int

    @property
    def columns(self) -> Mapping[str, int]:
        """The columns that fit, from left to right."""
        return _columns(self)


@lru_cache(maxsize=16)
def _columns(widths: Widths) -> Mapping[str, int]:
    names = ("side", "price", "bps", "left", "queue", "place", "eta", "age", "status")
    sizes = {name: _SIZES.get(name, 0) or getattr(widths, name) for name in names}
    for name in _DROPPED:
        if sum(sizes.values()) <= widths.width:
            break
        del sizes[name]
    return sizes


def heads(instrument: Instrument, widths: Widths) -> list[Span]:
    """The header's words."""
    words = {"price": f"price {instrument.quote}", "left": f"left {instrument.base}", "place": ""}
    return _line({name: [(words.get(name, name), "dim")] for name in widths.columns}, widths, "dim")


def order_line(row: OrderRow, instrument: Instrument, widths: Widths, ground: str) -> list[Span]:
    """The order from its side to its status."""
    side = ("bid" if row.side > 0 else "ask") + ground
    unsure = row.status in UNSURE
    doubt = "halt bold" if row.status == "unknown" else "warn" if row.status == "partially_filled" else "dim"
    ahead = fmt.UNKNOWN if row.queue_ahead is None else fmt.compact(row.queue_ahead * instrument.step)
    own = ("dim" if unsure else "own bold") + ground
    place = place_in_queue(row.queue_ahead, row.left, row.queue_behind, "", row.eta_s)
    cells: dict[str, list[Span]] = {
        "side": [(row.side.word, side)],
        "price": [(fmt.steps(row.price, instrument.tick_size), own)],
        "bps": [(fmt.bps(row.bps), "text" + ground)],
        "left": [(fmt.steps(row.left, instrument.step_size), "bright" + ground)],
        "queue": [(ahead, "text" + ground)],
        "place": place_spans(place, "own" if not unsure else "dim", ground),
        "eta": [(place.eta, "text" + ground)],
        "age": [(fmt.duration(row.age_s), "dim" + ground)],
        "status": [(STATUS_WORDS.get(row.status, row.status), doubt + ground)],
    }
    return _line(cells, widths, "text" + ground)


def _line(cells: dict[str, list[Span]], widths: Widths, filler: str) -> list[Span]:
    """The cells of the columns that fit, numbers at the right of theirs, words at the left."""
    spans: list[Span] = []
    for name, size in widths.columns.items():
        cell = cells[name]
        if name == "place":
            spans += [(" ", filler), *cell, (" " * (size - 1 - sum(len(text) for text, _ in cell)), filler)]
            continue
        text, style = cell[0]
        if name == "side":
            spans.append((text.ljust(size), style))
        elif name == "status":
            spans.append(("  " + text.ljust(size - 2), style))
        else:
            spans.append((fmt.clip(text, size - 1).rjust(size), style))
    spans.append((" " * max(0, widths.width - sum(len(text) for text, _ in spans)), filler))
    return spans
