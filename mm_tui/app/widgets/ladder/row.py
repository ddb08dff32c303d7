"""One row of the ladder: its values in, spans out. Bids left, asks right, the price between them.

At the left edge where our own orders stand in their queues, at the right edge what the market did at the price.
"""

from typing import NamedTuple

from mm_tui.app.palette import Palette
from mm_tui.app.widgets.ladder.columns import AIR, MARK, QUEUE, Columns, Scale, beside
from mm_tui.app.widgets.ladder.ghosts import NO_MARK, Mark
from mm_tui.app.widgets.spans import Span, glowing
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import LadderFrame, LadderRow


class Half(NamedTuple):
    """One side of a row."""

    quantity: int
    """Displayed, lots."""
    bar: int
    """Its length in eighths of a cell."""
    own: int
    """Ours, lots."""
    mark: Mark = NO_MARK
    """What parameters that are tried would do here."""


EMPTY = Half(0, 0, 0)
LIT = ("dim", "last", "last bold", "bright bold")
"""How the last trade is drawn, from long ago to just now."""
FRESH = ("dim", "dim", "dim", "text")
"""How a change of size is drawn, from long ago to just now."""


class Place(NamedTuple):
    """Where our order stands in its queue."""

    ahead: str
    """Lots before it; empty where that is not known."""
    bar: tuple[int, int, int]
    """Cells before it, of it and behind it."""
    eta: str


class Beside(NamedTuple):
    """What the market did at the price, as it is written; empty where nothing."""

    change: str = ""
    fresh: int = 0
    """How lately, 3 to 0."""
    depth: str = ""
    traded: str = ""
    glow: int = 0
    """How much the size glows: it changed a lot, and just now."""


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
    place: Place | None = None
    """None where none of our orders rests here."""
    beside: Beside = Beside()


class Drawn(NamedTuple):
    """A row as it was drawn: of the next one on its line only the parts that changed are made anew."""

    cells: Cells
    parts: tuple[list[Span], ...]
    """From its left edge to its right: own orders in their queues, bids, price, asks, what the market did."""


def row(cells: Cells, instrument: Instrument, look: Palette) -> list[Span]:
    """The row from its left edge to its right."""
    return spans_of(draw(cells, instrument, look))


def spans_of(drawn: Drawn) -> list[Span]:
    """The parts side by side."""
    place, bids, price, asks, told = drawn.parts
    return [*place, *bids, *price, *asks, *told]


def draw(cells: Cells, instrument: Instrument, look: Palette, before: Drawn | None = None) -> Drawn:
    """A row, with the parts of the one before that show the same; that one is of the same instrument and palette."""
    ground = " on selection" if cells.chosen else ""
    old, parts = before if before is not None and _alike(cells, before.cells) else (None, ())
    return Drawn(
        cells,
        (
            parts[0] if old and cells.place == old.place else _left(cells, ground),
            parts[1] if old and cells.bid == old.bid else _side(cells, "bid", instrument, look, ground=ground),
            parts[2] if old and cells.price == old.price else _price(cells, ground),
            parts[3] if old and cells.ask == old.ask else _side(cells, "ask", instrument, look, ground=ground)[::-1],
            parts[4] if old and cells.beside == old.beside else _beside(cells, ground),
        ),
    )


def _alike(cells: Cells, old: Cells) -> bool:
    """Whether all is the same that more than one part goes by."""
    return (
        cells.columns is old.columns
        and cells.pending == old.pending
        and cells.touch == old.touch
        and cells.last == old.last
        and cells.last_quantity == old.last_quantity
        and cells.glow == old.glow
        and cells.chosen == old.chosen
        and cells.dimmed == old.dimmed
        and cells.beside.glow == old.beside.glow
    )


def _left(cells: Cells, ground: str) -> list[Span]:
    margin = cells.columns.margin
    return [(" " * margin, "text" + ground), *_place(cells, ground)] if margin else _place(cells, ground)


def place_in_queue(ahead: int | None, own: int, behind: int | None, ahead_text: str, eta_s: int | None) -> Place:
    """A place as it is drawn: only the very front of a queue has nothing before it, and ours is always seen."""
    eta = fmt.duration(eta_s)
    if ahead is None or behind is None:
        return Place("" if ahead is None else ahead_text, (0, 0, 0), eta)
    most = QUEUE - 1
    before = min(most, max(1, round(ahead * most / (ahead + own + behind)))) if ahead else 0
    ours = max(1, min(QUEUE - before, round(own * QUEUE / (ahead + own + behind))))
    return Place(ahead_text, (before, ours, QUEUE - before - ours), eta)


def place_spans(place: Place, own: str, ground: str = "") -> list[Span]:
    """The queue from its front: what stands before ours as a line, ours heavy, what is behind as dots."""
    before, ours, behind = place.bar
    if not ours:
        return [(fmt.UNKNOWN, "dim" + ground)]
    return [("─" * before, "dim" + ground), ("━" * ours, own + ground), ("·" * behind, "dim" + ground)]


def _place(cells: Cells, ground: str) -> list[Span]:
    columns, place = cells.columns, cells.place
    if not columns.left:
        return []
    if place is None:
        return [(" " * columns.left, "text" + ground)]
    spans: list[Span] = []
    plain = ("dim" if cells.dimmed else "text") + ground
    if columns.ahead:
        spans.append(((place.ahead or fmt.UNKNOWN).rjust(columns.ahead), plain))
    if columns.queue:
        style = "dim" if cells.dimmed else "own bold"
        drawn = place_spans(place, style, ground)
        spans += [
            (" ", "text" + ground),
            *drawn,
            (" " * (QUEUE - sum(len(text) for text, _ in drawn)), "text" + ground),
        ]
    if columns.eta:
        spans.append((place.eta.rjust(columns.eta), plain))
    return spans


def _beside(cells: Cells, ground: str) -> list[Span]:
    columns, told = cells.columns, cells.beside
    words = (
        (told.change, columns.change, "dim" if cells.dimmed else FRESH[told.fresh]),
        (told.depth, columns.depth, "dim"),
        (told.traded, columns.traded, "dim" if cells.dimmed else "text"),
    )
    spans = [(text.rjust(width), style + ground) for text, width, style in words if width]
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


def _side(cells: Cells, side: str, instrument: Instrument, look: Palette, *, ground: str) -> list[Span]:
    """From the outside in: own, bar, quantity. The caller turns the right side round."""
    columns, half = cells.columns, cells.bid if side == "bid" else cells.ask
    last = (
        ""
        if half.quantity or not cells.last or cells.dimmed
        else fmt.lots(cells.last_quantity, instrument.step_size, columns.places)
    )
    if not (half.quantity or half.own or half.mark.lots or last):
        return [(" " * columns.side, "text" + ground)]
    spans = _own(cells, half, instrument, ground)
    colour = "dim" if cells.dimmed else side
    if columns.bar:
        spans += _bar(half.bar, columns.bar, f"{colour} soft", look, ground=ground, out_left=side == "bid")
    if columns.quantity:
        text = fmt.lots(half.quantity, instrument.step_size, columns.places) if half.quantity else last
        weight = " bold" if cells.touch == side and not cells.dimmed else ""
        style = glowing(colour, 0 if cells.dimmed else cells.beside.glow) + weight if half.quantity else LIT[cells.glow]
        spans.append((text.rjust(columns.quantity), style + ground))
    return spans


def _own(cells: Cells, half: Half, instrument: Instrument, ground: str) -> list[Span]:
    columns = cells.columns
    if not columns.mine:
        return []
    if not (half.own or half.mark.lots):
        return [(" " * columns.mine, "text" + ground)]
    lots, sign, style = _mine(cells, half)
    short = columns.mine <= MARK
    text = " " + (sign.strip() or "◆") if short else fmt.steps(lots, instrument.step_size) + sign
    return [(text.rjust(columns.mine), style + ground)]


def _mine(cells: Cells, half: Half) -> tuple[int, str, str]:
    """Whose lots are shown, the sign behind them, and the style: ours, or what would be ours where it is not yet."""
    lots, leaving = half.mark
    if lots and (leaving or not half.own):
        return lots, "◌", "dim" if cells.dimmed else "ghost"
    sign = "×" if leaving else "◌" if lots else "…" if cells.pending else " "
    return half.own, sign, "dim" if cells.dimmed or cells.pending or leaving else "own bold"


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


def headings(columns: Columns, instrument: Instrument, prices_in: str) -> list[Span]:
    """What each column is, with its unit."""
    words = {"quote": instrument.quote, "ticks": "ticks", "bps": "bps"}[prices_in]
    price = f"price {words}" if columns.price - 3 >= len(words) + 6 else words
    middle = fmt.clip(price, columns.price).rjust(columns.price - 2).ljust(columns.price)

    base = f" {instrument.base}" if columns.quantity >= len(instrument.base) + 5 else ""
    bids, asks = (f"{word}{base}".rjust(columns.quantity) if columns.quantity else "" for word in ("bids", "asks"))
    mine = ("mine " if columns.mine > MARK else "").rjust(columns.mine)
    bar = " " * columns.bar
    wing = (
        (f"ahead{columns.fine.letter and ' ' + columns.fine.letter}", columns.ahead),
        ("queue", columns.queue),
        ("eta", columns.eta),
    )
    fine, deep, flow = (f" {scale.letter}" if scale.letter else "" for scale in columns[-3:])
    told = ((f"±2s{fine}", columns.change), (f"depth{deep}", columns.depth), (f"trade{flow or 'd'}", columns.traded))
    left = "".join(word.rjust(width) for word, width in wing if width) + mine + bar + bids
    right = asks + bar + mine + "".join(word.rjust(width) for word, width in told if width)
    return [(" " * columns.margin + left + middle + right, "dim")]


def level_words(level: LadderRow, instrument: Instrument, columns: Columns, window_s: int) -> list[tuple[int, str]]:
    """What there is to say of a selected level, each with its rank: what gives way first has the highest."""
    step = instrument.step_size

    def size(lots: int, scale: Scale, *, signed: bool = False) -> str:
        return beside(lots, step, scale, signed=signed) + scale.letter

    own = level.own_bid or level.own_ask
    fine, deep, flow = columns[-3:]
    bought, sold = size(level.bought, flow), size(level.sold, flow)
    traded = f"bought {bought} sold {sold}" if level.bought or level.sold else "nothing traded"
    words = [
        (0, fmt.steps(level.price, instrument.tick_size)),
        (1, f"size {fmt.lots(level.bid or level.ask, step, columns.places)}"),
        (3, f"depth {size(level.depth, deep)}" if level.depth else ""),
        (5, f"{size(level.change, fine, signed=True)} in 2 s" if level.change else ""),
        (4, f"{traded} in {fmt.duration(window_s)}"),
    ]
    if own:
        ahead = fmt.UNKNOWN if level.ahead is None else size(level.ahead, fine)
        words.append((2, f"{ahead} ahead of mine, eta {fmt.duration(level.eta_s)}"))
    return [(rank, word) for rank, word in words if word]


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
