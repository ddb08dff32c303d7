"""The strip of a small terminal: why that state, position, PnL and truth in a few lines."""

from decimal import Decimal
from typing import ClassVar

from mm_tui.app.widgets.header import state_span, told_note, told_reason
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.position import band_text, money, share_of_limit, tone
from mm_tui.app.widgets.risk import load_colour
from mm_tui.app.widgets.spans import Glow, Span, by_priority, glowing, width_of
from mm_tui.app.widgets.truth import truth_fields
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame

_TWO_LINES = 2


class Summary(Panel, can_focus=False):
    """As many lines as it is given, the most needed first: why, position, PnL, truth, its parts."""

    framed: ClassVar[bool] = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._glow = Glow()
        self._glowing = False

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """What the strip is made of; and every frame while a change still glows."""
        return self._glowing or any(
            getattr(before, part) is not getattr(frame, part)
            for part in ("header", "truth", "position", "risk", "orders", "instrument")
        )

    def paint(self) -> None:
        """In one line position and PnL share it; in more each has its own."""
        frame, width = self.frame, self.inner[0]
        held = self._glow.level("base", frame.position.base, frame.ts)
        total = self._glow.level("total", frame.position.total and round(frame.position.total, 2), frame.ts)
        self._glowing = bool(held or total)
        if self.inner[1] < _TWO_LINES:
            lines = [[(0, [state_span(frame.header.state)]), *self._position(held)[:1], *self._pnl(total)[:1]]]
        else:
            lines = [self._state(), self._position(held), self._pnl(total), truth_fields(frame.truth), self._parts()]
        for y, fields in enumerate(lines):
            spans = ((" ", "text"), *by_priority(fields, width - 2))
            self.put(y, spans, list, spans)
        self.blank(len(lines))

    def _state(self) -> list[tuple[int, list[Span]]]:
        header, orders = self.frame.header, self.frame.orders
        bids = sum(order.side > 0 for order in orders)
        hint: list[Span] = [(header.hint, "bright")] if header.hint else []
        reason = told_reason(header, self.inner[0] - 4 - (width_of(hint) + 2 if hint else 0))
        counted = [("orders ", "dim"), (f"{bids} bid", "bid"), (" ", "text"), (f"{len(orders) - bids} ask", "ask")]
        strategy: list[Span] = [(header.strategy, "text")] if header.strategy else []
        told = sum([width_of(spans) + 2 for spans in (hint, reason, counted) if spans])
        left = self.inner[0] - 2 - told
        words = header.problem or header.demo_cause
        note = told_note(words, left - (width_of(strategy) + 2)) or told_note(words, left)
        return [(1, reason), (0, hint), (2, counted), (4, strategy), (3, note)]

    def _position(self, level: int) -> list[tuple[int, list[Span]]]:
        position, instrument = self.frame.position, self.frame.instrument
        places = instrument.quantity_decimals if instrument else 5
        base = instrument.base if instrument else ""
        tick_places = instrument.price_decimals if instrument else 2
        share = share_of_limit(position)
        value = fmt.number(position.base, places, signed=True)
        return [
            (0, [("pos ", "dim"), (value.rjust(9), glowing("bright bold", level)), (" " + base, "dim")]),
            (1, [(fmt.percent(share).rjust(5), load_colour(share)), (" of limit", "dim")]),
            (3, [("avg ", "dim"), (fmt.number(position.average, tick_places).rjust(9), "text")]),
            (2, [("mid ", "dim"), (fmt.number(position.mid, tick_places).rjust(9), "bright")]),
            (4, [("fills ", "dim"), (f"{position.fills:,}".rjust(5), "text")]),
        ]

    def _pnl(self, level: int) -> list[tuple[int, list[Span]]]:
        position, instrument = self.frame.position, self.frame.instrument
        quote = instrument.quote if instrument else ""
        colour = glowing(f"{tone(position.total) if position.total else 'bright'} bold", level)
        return [
            (0, [("PnL ", "dim"), (money(position.total).rjust(9), colour), (" " + quote, "dim")]),
            (1, [("band ", "dim"), (band_text(position), "text")]),
            (2, [("spread ", "dim"), _amount(position.spread_captured)]),
            (3, [("adverse ", "dim"), _amount(position.adverse_selection)]),
            (4, [("fees ", "dim"), _amount(position.fees)]),
        ]

    def _parts(self) -> list[tuple[int, list[Span]]]:
        return [
            (at, [(gauge.name + " ", "dim"), (fmt.percent(gauge.share), load_colour(gauge.share))])
            for at, gauge in enumerate(self.frame.risk.gauges)
        ]


def _amount(value: Decimal | None) -> Span:
    """Of a fixed width, so that what stands behind it does not move."""
    return money(value).rjust(7), tone(value)
