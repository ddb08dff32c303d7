"""One row of the ladder: its values in, spans out. Bids left, asks right, the price between them."""

from typing import NamedTuple

from mm_tui.app.palette import Palette
from mm_tui.app.widgets.columns import AIR, MARK, Columns
from mm_tui.app.widgets.spans import Span
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import LadderFrame


class Half(NamedTuple):
    """One side of a row."""

    quantity: int
    """Displayed, lots."""
    bar: int
    """Its length in eighths of a cell."""
    own: int
    """Ours, lots."""
    ahead: int | None
    """Estimated before ours in the queue, lots."""


EMPTY = Half(0, 0, 0, None)
LIT = ("dim", "last", "last bold", "bright bold")
"""How the last trade is drawn, from long ago to just now."""


class Cells(NamedTuple):
    """All that a row shows, so that two rows with equal cells are the same strip."""

    price: str
    bid: Half
    ask: Half
    pending: bool
    """Some of our own is on its way."""
    touch: str
    """`bid`, `ask` or nothing."""
    last: int
    """+1 or −1 where the last trade was made here, by its aggressor; else 0."""
    last_quantity: int
    glow: int
    """How fresh the last trade is."""
    chosen: bool
    dimmed: bool
    columns: Columns


def row(cells: Cells, instrument: Instrument, look: Palette) -> list[Span]:
    """The row from its left edge to its right."""
    columns = cells.columns
    ground = " on selection" if cells.chosen else ""
    spans: list[Span] = [(" " * columns.margin, "text" + ground)] if columns.margin else []
    spans += _side(cells, cells.bid, "bid", instrument, look, ground=ground)
    spans += _price(cells, ground)
    spans += _side(cells, cells.ask, "ask", instrument, look, ground=ground)[::-1]
    if cells.chosen:
        spans.append((" " * columns.width, "text" + ground))
    return spans


def _price(cells: Cells, ground: str) -> list[Span]:
    style = "dim" if cells.dimmed else "bright bold" if cells.touch else "text"
    text = cells.price.rjust(cells.columns.price - AIR)
    if not cells.last:
        return [(f"  {text}  ", style + ground)]
    glyph = "▲" if cells.last > 0 else "▼"
    lit = "dim" if cells.dimmed else LIT[cells.glow]
    if cells.last > 0:
        return [(glyph + " ", lit + ground), (text + "  ", style + ground)]
    return [("  " + text, style + ground), (" " + glyph, lit + ground)]


def _side(cells: Cells, half: Half, side: str, instrument: Instrument, look: Palette, *, ground: str) -> list[Span]:
    """From the outside in: queue, own, bar, quantity. The caller turns the right side round."""
    columns = cells.columns
    last = (
        ""
        if half.quantity or not cells.last or cells.dimmed
        else fmt.lots(cells.last_quantity, instrument.step_size, columns.places)
    )
    if not (half.quantity or half.own or last):
        return [(" " * columns.side, "text" + ground)]
    spans = _own(cells, half, instrument, ground)
    colour = "dim" if cells.dimmed else side
    if columns.bar:
        spans += _bar(half.bar, columns.bar, f"{colour} soft", look, ground=ground, out_left=side == "bid")
    if columns.quantity:
        text = fmt.lots(half.quantity, instrument.step_size, columns.places) if half.quantity else last
        weight = " bold" if cells.touch == side and not cells.dimmed else ""
        style = colour + weight if half.quantity else LIT[cells.glow]
        spans.append((text.rjust(columns.quantity), style + ground))
    return spans


def _own(cells: Cells, half: Half, instrument: Instrument, ground: str) -> list[Span]:
    columns = cells.columns
    if not half.own:
        outside = columns.ahead + columns.mine
        return [(" " * outside, "text" + ground)] if outside else []
    spans: list[Span] = []
    if columns.ahead:
        before = fmt.compact(half.ahead * instrument.step) if half.ahead is not None else ""
        spans.append((before.rjust(columns.ahead), "dim" + ground))
    if columns.mine:
        style = "dim" if cells.dimmed or cells.pending else "own bold"
        if columns.mine <= MARK:
            text = " …" if cells.pending else " ◆"
        else:
            text = fmt.steps(half.own, instrument.step_size) + ("…" if cells.pending else " ")
        spans.append((text.rjust(columns.mine), style + ground))
    return spans


def _bar(filled: int, width: int, colour: str, look: Palette, *, ground: str, out_left: bool) -> list[Span]:
    """A bar that grows away from the price; the side of the asks needs a blank before it, that of the bids has one."""
    width -= 1
    blank = (" ", "text" + ground)
    if look.ascii:
        full = "#" * min(width, (filled + 4) // 8 or bool(filled))
        if out_left:
            return [(full.rjust(width + 1), colour + ground)]
        return [(full.ljust(width), colour + ground), blank]
    if not out_left:
        return [(fmt.bar(filled, width), colour + ground), blank]
    before, edge, full = fmt.bar_from_right(filled, width)
    return [(before + " ", "text" + ground), (edge, f"{colour} reverse{ground}"), (full, colour + ground)]


def headings(columns: Columns, instrument: Instrument, unit: str) -> list[Span]:
    """What each column is, with its unit."""
    words = {"quote": instrument.quote, "ticks": "ticks", "bps": "bps"}[unit]
    price = f"price {words}" if columns.price - 1 >= len(words) + 6 else words
    middle = fmt.clip(price, columns.price).rjust(columns.price - 2).ljust(columns.price)

    base = f" {instrument.base}" if columns.quantity >= len(instrument.base) + 5 else ""
    bids, asks = (f"{word}{base}".rjust(columns.quantity) if columns.quantity else "" for word in ("bids", "asks"))
    mine = ("mine " if columns.mine > MARK else "").rjust(columns.mine)
    ahead = fmt.clip("ahead", columns.ahead).rjust(columns.ahead)
    bar = " " * columns.bar
    left, right = ahead + mine + bar + bids, asks + bar + mine + ahead
    return [(" " * columns.margin + left + middle + right, "dim")]


def spread_line(ladder: LadderFrame, instrument: Instrument, unit: str, width: int) -> list[Span]:
    """Between best ask and best bid: how far apart they are."""
    unknown = ladder.spread is None
    size = fmt.UNKNOWN if unknown else fmt.steps(ladder.spread or 0, instrument.tick_size)
    ticks = fmt.UNKNOWN if unknown else fmt.grouped(ladder.spread or 0, 0)
    distance = fmt.number(ladder.spread_bps, 2)
    words = {
        "quote": f" spread {size} · {distance} bps ",
        "ticks": f" spread {ticks} ticks · {distance} bps ",
        "bps": f" spread {distance} bps · {size} ",
    }[unit]
    words = words if len(words) <= width else f" {size} "[:width]
    rule = min(8, (width - len(words)) // 2)
    before = (width - len(words)) // 2 - rule
    return [(" " * before + "─" * rule, "border"), (words, "dim"), ("─" * rule, "border")]
