"""The tape: public trades, newest on top, and what they add up to."""

from typing import ClassVar, Final, NamedTuple

from mm_tui.app.palette import Palette
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span, bar_spans, by_priority
from mm_tui.model.clock import SECOND
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, StatsFrame, TapeRow

_ROOM_FOR_HEADER = 6
_ROOM_FOR_MORE = 10
_TIME, _GLYPH, _DOT, _OWN = 9, 3, 2, 4
"""Cells of a trade beside its price and size."""
_VALUE = 10
_BAR: Final = (6, 24)
"""Cells of a trade's bar, at least and at most."""
_FULL = 20
"""Times what is significant that fill a bar: always the same, so that no bar changes for another trade's sake."""
_GAP = 3
"""Cells between trades that stand side by side."""


class Widths(NamedTuple):
    """Cells of a trade's columns; 0 where there is no room for one."""

    price: int
    size: int
    value: int
    bar: int
    beside: int
    """How many trades stand side by side."""

    @property
    def whole(self) -> int:
        """Of one trade."""
        return _TIME + _GLYPH + self.price + self.size + self.value + _DOT + _OWN + (self.bar + 1 if self.bar else 0)


def fitting(width: int, price: int, size: int, value: int) -> Widths:
    """What fits: the value in quote first, then a bar, and where there is room for several whole trades so many."""
    least = Widths(price, size, 0, 0, 1)
    if width < least.whole + value:
        return least
    room = width - least.whole - value - 1
    full = Widths(price, size, value, _BAR[1], 1)
    beside = max(1, (width + _GAP) // (full.whole + _GAP))
    return full._replace(bar=min(_BAR[1], room) if room >= _BAR[0] else 0, beside=beside)


class Tape(Panel):
    """Time, aggressor's side, price and size; `●` marks a significant trade, `own` one that filled us.

    Where there is width, what it was worth in quote and a bar; on the full screen several columns, newest first.
    """

    title: ClassVar[str] = "Tape"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._figures: object = None
        """What the lines of figures were made of."""
        self._footer: list[list[Span]] = []

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The tape, and how it is written."""
        return before.tape is not frame.tape or before.instrument is not frame.instrument

    def paint(self) -> None:
        """A header, the trades that fit, and at the bottom the flow over the window."""
        tape, instrument = self.frame.tape, self.frame.instrument
        height = self.inner[1]
        if instrument is None:
            self.rim()
            self.blank()
            return
        step, tick = instrument.step_size, instrument.tick_size
        self.rim(f"≥ {fmt.steps(tape.significant_quantity, step)} {instrument.base} ●")
        trades = tape.trades
        price_width = max([9, *(len(fmt.steps(trade.price, tick)) for trade in trades[:1])]) + 1
        widths = fitting(self.inner[0], price_width, max(9, instrument.quantity_decimals + 5), _VALUE)
        top = int(height >= _ROOM_FOR_HEADER)
        if top:
            self.put(0, ("head", widths, instrument), _head, instrument, widths)
        figures = (tape.stats, instrument, self.inner[0], height)
        if figures != self._figures:
            self._figures, self._footer = figures, _footer(*figures)
        footer = self._footer
        room = max(0, height - top - len(footer))
        full = _FULL * max(1, tape.significant_quantity)
        for y in range(room):
            if y < len(trades):
                row = trades[y : room * widths.beside : room]
                shown = tuple(
                    (one.ts // SECOND, one.side, one.price, one.quantity, one.significant, one.own) for one in row
                )
                self.put(top + y, (shown, widths, full), _trades, row, instrument, widths, full, self._look)
            elif y == 0:
                self.put(top, "none", lambda: [("no trades yet", "dim")])
            else:
                self.put(top + y, "", tuple)
        for at, spans in enumerate(footer):
            self.lay(top + room + at, spans, list, spans)


def _head(instrument: Instrument, widths: Widths) -> list[Span]:
    price = f"price {instrument.quote}".rjust(widths.price + _GLYPH)
    one = "time".ljust(_TIME) + price + instrument.base.rjust(widths.size)
    if widths.value:
        one += " " * _DOT + instrument.quote.rjust(widths.value)
    gap = " " * _GAP
    return [(gap.join([one.ljust(widths.whole)] * widths.beside).rstrip(), "dim")]


def _trades(
    trades: tuple[TapeRow, ...], instrument: Instrument, widths: Widths, full: int, look: Palette
) -> list[Span]:
    spans = _trade(trades[0], instrument, widths, full, look)
    for trade in trades[1:]:
        spans += [(" " * _GAP, "text"), *_trade(trade, instrument, widths, full, look)]
    return spans


def _trade(trade: TapeRow, instrument: Instrument, widths: Widths, full: int, look: Palette) -> list[Span]:
    side, glyph = ("bid", "▲") if trade.side > 0 else ("ask", "▼")
    weight = " bold" if trade.significant else ""
    bright = "bright bold" if trade.significant else "text"
    spans = [
        (fmt.clock(trade.ts) + " ", "dim"),
        (f" {glyph} ", side + weight),
        (fmt.steps(trade.price, instrument.tick_size).rjust(widths.price), side + weight),
        (fmt.steps(trade.quantity, instrument.step_size).rjust(widths.size), bright),
        (" ●" if trade.significant else "  ", "last"),
    ]
    if widths.value:
        value = instrument.price(trade.price) * instrument.quantity(trade.quantity)
        spans.append((fmt.number(value, _value_places(instrument)).rjust(widths.value), bright))
    if widths.bar:
        filled = fmt.eighths(trade.quantity / full, widths.bar)
        spans += [(" ", "text"), *bar_spans(filled, widths.bar, f"{side} soft", look)]
    if trade.own or widths.beside > 1:
        spans.append((" own" if trade.own else " " * _OWN, "own bold"))
    return spans


def _value_places(instrument: Instrument) -> int:
    """Digits after the point with which the smallest order's value is still seen."""
    return max(0, -instrument.min_notional.adjusted()) if instrument.min_notional > 0 else 2


def _footer(stats: StatsFrame, instrument: Instrument, width: int, height: int) -> list[list[Span]]:
    """Flow over the window in one line, in a tall panel the rest of the statistics in a second."""
    if height < 4:  # noqa: PLR2004 - leaves the trades three rows
        return []
    step = instrument.step
    net = (stats.buy - stats.sell) * step
    lines = [
        by_priority(
            (
                (1, [("buy ", "dim"), (fmt.compact(stats.buy * step).rjust(5), "bid")]),
                (2, [("sell ", "dim"), (fmt.compact(stats.sell * step).rjust(5), "ask")]),
                (0, [("net ", "dim"), (_signed(net).rjust(6), "bid" if net > 0 else "ask" if net < 0 else "text")]),
                (3, [(f"{stats.window_s} s", "dim")]),
            ),
            width,
        )
    ]
    if height >= _ROOM_FOR_MORE:
        trade = None if stats.average_trade is None else stats.average_trade * step
        lines += [
            _figures(
                width,
                ("chg", fmt.bps(stats.change_bps), "bps"),
                ("vol", fmt.compact(stats.volatility_bps), "bps/√s"),
                ("n", f"{stats.trades:,}", ""),
            ),
            _figures(
                width,
                ("spread", fmt.compact(stats.average_spread_bps), "bps"),
                ("trade", fmt.compact(trade), instrument.base),
                ("●", f"{stats.significant:,}", ""),
            ),
        ]
    return lines


def _figures(width: int, *figures: tuple[str, str, str]) -> list[Span]:
    """Name, value, unit; the first is kept longest."""
    return by_priority(
        [
            (at, [(f"{name} ", "dim"), (value.rjust(5), "text"), (f" {unit}".rstrip(), "dim")])
            for at, (name, value, unit) in enumerate(figures)
        ],
        width,
    )


def _signed(value: float) -> str:
    text = fmt.compact(abs(value))
    return f"+{text}" if value > 0 else f"{fmt.MINUS}{text}" if value < 0 else text
