"""The tape: public trades, newest on top, and what they add up to."""

from decimal import Decimal
from typing import ClassVar

from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span, by_priority
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, StatsFrame, TapeRow

_ROOM_FOR_HEADER = 6
_ROOM_FOR_MORE = 10


class Tape(Panel):
    """Time, aggressor's side, price and size; `●` marks a significant trade, `own` one that filled us."""

    title: ClassVar[str] = "Tape"

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
        size_width = max(9, instrument.quantity_decimals + 5)
        top = int(height >= _ROOM_FOR_HEADER)
        if top:
            key = ("head", price_width, size_width, instrument)
            self.put(0, key, _head, instrument, price_width, size_width)
        footer = _footer(tape.stats, instrument, self.inner[0], height)
        room = max(0, height - top - len(footer))
        for y in range(room):
            if y < len(trades):
                trade = trades[y]
                second = trade.ts // 1_000_000_000
                shown = (second, trade.side, trade.price, trade.quantity, trade.significant, trade.own, price_width)
                self.put(top + y, shown, _trade, trade, tick, step, price_width, size_width)
            elif y == 0:
                self.put(top, "none", lambda: [("no trades yet", "dim")])
            else:
                self.put(top + y, "", tuple)
        for at, spans in enumerate(footer):
            self.put(top + room + at, ("foot", tuple(spans)), list, spans)


def _head(instrument: Instrument, price_width: int, size_width: int) -> list[Span]:
    price = f"price {instrument.quote}".rjust(price_width + 3)
    return [("time".ljust(9) + price + instrument.base.rjust(size_width), "dim")]


def _trade(trade: TapeRow, tick: Decimal, step: Decimal, price_width: int, size_width: int) -> list[Span]:
    side, glyph = ("bid", "▲") if trade.side > 0 else ("ask", "▼")
    weight = " bold" if trade.significant else ""
    spans = [
        (fmt.clock(trade.ts) + " ", "dim"),
        (f" {glyph} ", side + weight),
        (fmt.steps(trade.price, tick).rjust(price_width), side + weight),
        (fmt.steps(trade.quantity, step).rjust(size_width), "bright bold" if trade.significant else "text"),
        (" ●" if trade.significant else "  ", "last"),
    ]
    if trade.own:
        spans.append((" own", "own bold"))
    return spans


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
