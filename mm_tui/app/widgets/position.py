"""What is held and what it earned, split into where it came from."""

from decimal import Decimal
from typing import ClassVar

from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.risk import load_colour
from mm_tui.app.widgets.spans import Glow, Span, bar_spans, glowing, width_of
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, PositionFrame

MARKOUT_HEADS = ("100ms", "1s", "5s", "30s", "60s")
_MONEY = 2
_HUNDREDS = 99.95
"""bps from which no tenth is told."""
_THOUSANDS = 999.5
"""bps from which no more is told than that."""
_VALUE, _LABEL = 11, 9
_TWO_COLUMNS = 2 * (_LABEL + _VALUE) + 2
_ROOM_FOR_BAR = 34
_BAND = "band"
_BAND_WIDTH = 15


def share_of_limit(position: PositionFrame) -> float | None:
    """How much of the allowed position is used, None where either is unknown."""
    if position.base is None or not position.limit:
        return None
    return float(abs(position.base) / position.limit)


def money(value: Decimal | None, *, signed: bool = True) -> str:
    """An amount of quote, two digits after the point."""
    return fmt.number(value, _MONEY, signed=signed)


def tone(value: Decimal | float | None) -> str:
    """Gains and losses are told by their sign; a loss is also drawn as one."""
    return "dim" if value is None else "ask" if value < 0 else "bid" if value > 0 else "text"


def band_text(position: PositionFrame) -> str:
    """The least and the most of the PnL under the queue models, of a width that only large sums exceed."""
    known = [value for value in position.band if value is not None]
    if not known:
        return fmt.UNKNOWN.rjust(_BAND_WIDTH)
    return f"{money(min(known))} … {money(max(known))}".rjust(_BAND_WIDTH)


class Position(Panel):
    """Position against its limit, then PnL net of fees, its parts, and the markouts of the fills."""

    title: ClassVar[str] = "Position"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._glow = Glow()
        self._glowing = False

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The position; and every frame while a change still glows."""
        return self._glowing or before.position is not frame.position or before.instrument is not frame.instrument

    def paint(self) -> None:
        """The most needed first: what is held, what it earned; then the parts."""
        position, ts = self.frame.position, self.frame.ts
        self.rim(f"{position.fills:,} fills")
        held = self._glow.level("base", position.base, ts)
        total = self._glow.level("total", position.total and round(position.total, _MONEY), ts)
        self._glowing = bool(held or total)
        y = 0
        for spans in self._lines(held, total):
            self.lay(y, spans, list, spans)
            y += 1
        self.blank(y)

    def _lines(self, held: int, total: int) -> list[list[Span]]:
        position, instrument = self.frame.position, self.frame.instrument
        places = instrument.price_decimals if instrument else 2
        quote = instrument.quote if instrument else ""
        prices = [
            ("avg", fmt.number(position.average, places), "text"),
            ("mid", fmt.number(position.mid, places), "bright"),
        ]
        parts = [
            (label, money(value), tone(value))
            for label, value in (
                ("spread", position.spread_captured),
                ("adverse", position.adverse_selection),
                ("drift", position.inventory),
                ("fees", position.fees),
                ("realized", position.realized),
                ("open", position.unrealized),
            )
        ]
        markouts = [(_bps(value).rjust(6), tone(value)) for value in position.markouts]
        blocks: list[list[list[Span]]] = [
            [self._held(held), *self._paired(prices)],
            [self._total(quote, total), *self._paired(parts)],
            [
                [("markout".ljust(_LABEL), "dim"), *((head.rjust(6), "dim") for head in MARKOUT_HEADS)],
                [("bps".ljust(_LABEL), "dim"), *markouts],
            ],
            [self._free()],
        ]
        lines = [line for block in blocks for line in block]
        if self.inner[1] < len(lines) + len(blocks) - 1:
            return lines
        airy = blocks[0]
        for block in blocks[1:]:
            airy = [*airy, [], *block]
        return airy

    def _held(self, level: int) -> list[Span]:
        position, instrument = self.frame.position, self.frame.instrument
        places = instrument.quantity_decimals if instrument else 5
        width = self.inner[0]
        value = fmt.number(position.base, places, signed=True)
        spans: list[Span] = [
            ("held".ljust(_LABEL), "dim"),
            (value.rjust(_VALUE), glowing("bright bold", level)),
            (f" {instrument.base if instrument else ''}", "dim"),
        ]
        share = share_of_limit(position)
        room = width - width_of(spans) - 9
        if width >= _ROOM_FOR_BAR and room > 0:
            spans.append(("  ", "text"))
            spans += bar_spans(fmt.eighths(share, room), room, load_colour(share), self._look, ground="track")
            spans.append((fmt.percent(share).rjust(7), "text"))
        return spans

    def _total(self, quote: str, level: int) -> list[Span]:
        total = self.frame.position.total
        colour = glowing(f"{tone(total) if total else 'bright'} bold", level)
        left: list[Span] = [("PnL".ljust(_LABEL), "dim"), (money(total).rjust(_VALUE), colour), (f" {quote}", "dim")]
        band = band_text(self.frame.position)
        room = self.inner[0] - width_of(left) - len(band)
        if room >= len(_BAND) + 2:
            return [*left, (_BAND.rjust(room - 1), "dim"), (" " + band, "text")]
        return [*left, (band.rjust(len(band) + room), "text")] if room > 0 else left

    def _free(self) -> list[Span]:
        position, instrument = self.frame.position, self.frame.instrument
        places = instrument.quantity_decimals if instrument else 5
        base, quote = (instrument.base, instrument.quote) if instrument else ("", "")
        return [
            ("free".ljust(_LABEL), "dim"),
            (fmt.number(position.free_base, places).rjust(_VALUE), "text"),
            (f" {base}", "dim"),
            (money(position.free_quote, signed=False).rjust(_VALUE), "text"),
            (f" {quote}", "dim"),
        ]

    def _paired(self, figures: list[tuple[str, str, str]]) -> list[list[Span]]:
        """Two figures a line where there is room, else one."""
        lines: list[list[Span]] = []
        for at, (label, value, style) in enumerate(figures):
            figure: list[Span] = [(label.ljust(_LABEL), "dim"), (value.rjust(_VALUE), style)]
            if at % 2 and self.inner[0] >= _TWO_COLUMNS:
                lines[-1] = [*lines[-1], ("  ", "text"), *figure]
            else:
                lines.append(figure)
        return lines


def _bps(value: float | None) -> str:
    """A markout in five cells at most: the tenths go where there are hundreds, so that columns never touch."""
    if value is None or abs(value) < _HUNDREDS:
        return fmt.bps(value)
    if abs(value) < _THOUSANDS:
        return fmt.number(value, 0, signed=True)
    return ">999" if value > 0 else f"<{fmt.MINUS}999"
