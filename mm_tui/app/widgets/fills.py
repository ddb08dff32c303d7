"""Our fills one by one, newest on top, and what they were worth on the whole."""

from collections.abc import Hashable, Sequence
from decimal import Decimal
from typing import ClassVar, NamedTuple

from mm_tui.app.widgets.position import MARKOUT_HEADS, tone
from mm_tui.app.widgets.scrolling import Scrolling
from mm_tui.app.widgets.spans import Span, by_priority
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, FillRow, WorthFrame

_TIME, _GLYPH, _MONEY = 8, 3, 8
_DROPPED = ("fee", "spread", "adverse", "size")
"""Columns in the order in which they give way."""
_TAKER = " taker"
_AIR = 11
"""Cells to spare from which the columns stand further apart: one each, and six for the word behind a taker's fill."""
_WIDE = 74
"""Cells from which the figures and the markouts stand side by side."""
_FIGURES = ((11, 8), (10, 6))
"""Label and value of the two columns of figures, cells."""
_MARKOUT = 6


class Columns(NamedTuple):
    """Widths in cells; 0 where a column is left out."""

    price: int
    size: int
    spread: int
    adverse: int
    fee: int
    net: int
    taker: bool
    """Whether there is room for a word behind a fill as taker."""
    places: int
    """Digits after the point of a value in quote."""


class Fills(Scrolling):
    """Time, side, price, size, spread captured, what the next five seconds took, fee, net; figures at the bottom."""

    title: ClassVar[str] = "Fills"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._widest: tuple[object, int, int] = (None, _MONEY, _MONEY)

    def rows_of(self, frame: DeskFrame) -> tuple[FillRow, ...]:
        """The fills."""
        return frame.worth.fills

    def identity(self, row: FillRow) -> Hashable:
        """What a fill is; what it was worth comes later."""
        return row.ts, row.side, row.price, row.quantity

    def told(self, row: FillRow) -> str:
        """Side, price, size, role."""
        instrument = self.frame.instrument
        if instrument is None:
            return ""
        did = "buy bought" if row.side > 0 else "sell sold"
        price, size = fmt.steps(row.price, instrument.tick_size), fmt.steps(row.quantity, instrument.step_size)
        return f"{fmt.clock(row.ts)} {did} {price} {size} {'maker' if row.maker else 'taker'}"

    def details(self, row: FillRow) -> list[list[Span]]:
        """What the columns may have no room for: every figure of the fill, and its markouts."""
        instrument = self.frame.instrument
        if instrument is None:
            return []
        places = places_of(instrument)
        figures = (("spread", row.spread), ("adverse", row.adverse), ("fee", row.fee), ("net", row.net))
        role = "maker" if row.maker else "taker"
        worth: list[Span] = [(f"{role}  ", "text" if row.maker else "warn")]
        for name, value in figures:
            worth += [(f"{name} ", "dim"), (f"{_money(value, places)}  ", tone(value))]
        marks: list[Span] = [("bps  ", "dim")]
        for head, mark in zip(MARKOUT_HEADS, row.markouts, strict=True):
            marks += [(f"{head} ", "dim"), (f"{fmt.bps(mark)}  ", tone(mark))]
        return [worth, marks]

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """What the fills were worth, and how it is written."""
        return (
            self.follow(before, frame)
            or before.worth is not frame.worth
            or before.instrument is not frame.instrument
            or before.position.fills != frame.position.fills
        )

    def paint(self) -> None:
        """A header, the fills that fit, and at the bottom the figures, or the selected fill in full."""
        worth, instrument = self.frame.worth, self.frame.instrument
        width, height = self.inner
        if instrument is None:
            self.rim()
            self.blank()
            return
        foot = foot_lines(worth, width, height)
        top = int(height > 1)
        room = max(0, height - top - len(foot))
        columns = self._columns(worth.fills, instrument)
        if top:
            self.put(0, ("head", columns, instrument), _head, columns, instrument)
        newer, older = self.put_rows((top, room), columns, lambda row: _fill(row, columns, instrument), "fill")
        self.rim(self.corner(f"{self.frame.position.fills:,}"), below=newer, more=older)
        for at, spans in enumerate(foot):
            self.put(top + room + at, ("foot", *spans), list, spans)

    def _columns(self, rows: Sequence[FillRow], instrument: Instrument) -> Columns:
        """Widths of the columns that fit; they only grow while the market stays."""
        places = places_of(instrument)
        seen, money, size = self._widest
        if seen != instrument.symbol:
            money = size = _MONEY
        for row in rows:
            size = max(size, len(fmt.steps(row.quantity, instrument.step_size)) + 1)
            for value in (row.spread, row.adverse, row.fee, row.net):
                if value is not None:
                    money = max(money, len(fmt.number(value, places, signed=True)) + 1)
        self._widest = (instrument.symbol, money, size)
        price = max([9, *(len(fmt.steps(row.price, instrument.tick_size)) for row in rows[:1])]) + 1
        widths = {"price": price, "size": size, "spread": money, "adverse": money, "fee": money, "net": money}
        for name in _DROPPED:
            if _TIME + _GLYPH + sum(widths.values()) <= self.inner[0]:
                break
            widths[name] = 0
        room = self.inner[0] - _TIME - _GLYPH - sum(widths.values())
        if room >= _AIR:
            widths = {name: width + (width > 0 and name != "price") for name, width in widths.items()}
        return Columns(**widths, taker=room >= len(_TAKER), places=places)


def places_of(instrument: Instrument) -> int:
    """Digits after the point with which a hundredth of a basis point of the smallest order is still seen."""
    least = instrument.min_notional
    return max(2, min(8, 4 - least.adjusted())) if least > 0 else 4


def _head(columns: Columns, instrument: Instrument) -> list[Span]:
    words = (
        (f"price {instrument.quote}", columns.price), ("size", columns.size), ("spread", columns.spread),
        ("adverse", columns.adverse), ("fee", columns.fee), ("net", columns.net),
    )  # fmt: skip
    price, *rest = [(word, width) for word, width in words if width]
    text = "time".ljust(_TIME) + price[0].rjust(price[1] + _GLYPH)
    return [(text + "".join(word.rjust(width) for word, width in rest), "dim")]


def _fill(row: FillRow, columns: Columns, instrument: Instrument) -> list[Span]:
    side, glyph = ("bid", "▲") if row.side > 0 else ("ask", "▼")
    spans = [
        (fmt.clock(row.ts).ljust(_TIME), "dim"),
        (f" {glyph} ", side),
        (fmt.steps(row.price, instrument.tick_size).rjust(columns.price), side),
    ]
    if columns.size:
        spans.append((fmt.steps(row.quantity, instrument.step_size).rjust(columns.size), "bright"))
    for value, width in ((row.spread, columns.spread), (row.adverse, columns.adverse), (row.fee, columns.fee)):
        if width:
            spans.append((_money(value, columns.places).rjust(width), "dim" if value is None else "text"))
    spans.append((_money(row.net, columns.places).rjust(columns.net), tone(row.net)))
    if columns.taker and not row.maker:
        spans.append((_TAKER, "warn"))
    return spans


def _money(value: Decimal | None, places: int) -> str:
    return fmt.number(value, places, signed=True)


def foot_lines(worth: WorthFrame, width: int, height: int) -> list[list[Span]]:
    """The figures beside or above the markouts of each side; in a low panel a line or two of what matters most."""
    if height < 5:  # noqa: PLR2004 - leaves the fills four rows
        return []
    wide = width >= _WIDE
    if height >= (10 if wide else 17):
        figures, markouts = _figures(worth), _markouts(worth)
        if not wide:
            return [[], *figures, [], *markouts]
        blank: list[Span] = []
        return [
            [*figure, ("  ", "text"), *markout] for figure, markout in zip(figures, [*markouts, blank], strict=True)
        ]
    fields = [
        (rank, [(f"{name} ", "dim"), (value, "text")])
        for rank, (name, value) in zip((0, 2, 1, 3, 4, 5, 6), _named(worth), strict=True)
    ]
    if height < 7:  # noqa: PLR2004 - leaves the fills four rows
        return [by_priority(fields, width)]
    return [by_priority(fields[:4], width), by_priority(fields[4:], width)]


def _named(worth: WorthFrame) -> list[tuple[str, str]]:
    """Each figure's name and its value with its unit."""
    even = fmt.number(worth.break_even_bps, 1)
    return [
        ("break-even", f"{even} bps"),
        ("maker", fmt.percents(worth.maker_pct, 0)),
        ("fill ratio", fmt.percents(worth.fill_ratio_pct)),
        ("fills/1000", fmt.number(worth.fills_per_1000, 1)),
        ("quote life", _seconds(worth.quote_life_s)),
        ("half-life", _seconds(worth.half_life_s)),
        ("at limit", fmt.percents(worth.at_limit_pct, 1)),
    ]


def _figures(worth: WorthFrame) -> list[list[Span]]:
    """The figures in two columns."""
    lines: list[list[Span]] = []
    for at, (name, value) in enumerate([*_named(worth), ("", "")]):
        label, room = _FIGURES[at % 2]
        figure: list[Span] = [(name.ljust(label), "dim"), (value.rjust(room), "text")]
        if at % 2:
            lines[-1] += [("  ", "text"), *figure]
        else:
            lines.append(figure)
    return lines


def _markouts(worth: WorthFrame) -> list[list[Span]]:
    """Markouts by side under their horizons, bps."""
    lines: list[list[Span]] = [[("bps  ", "dim"), *((head.rjust(_MARKOUT), "dim") for head in MARKOUT_HEADS)]]
    for name, side, values in (("buy", "bid", worth.markouts_buy), ("sell", "ask", worth.markouts_sell)):
        lines.append([(name.ljust(5), side), *((fmt.bps(value).rjust(_MARKOUT), tone(value)) for value in values)])
    return lines


def _seconds(value: float | None) -> str:
    return fmt.UNKNOWN if value is None else f"{fmt.number(value, 1)} s" if value < 10 else fmt.duration(int(value))  # noqa: PLR2004 - a digit that matters
