"""What is held and what it earned, split into where it came from."""

from decimal import Decimal
from typing import ClassVar

from mm_tui.app.widgets.lines import Glow, Panel, Span, bar_spans, glowing
from mm_tui.app.widgets.risk import load_colour
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, PositionFrame

MARKOUT_HEADS = ("100ms", "1s", "5s", "30s", "60s")
_MONEY = 2
_VALUE, _LABEL = 11, 9
_TWO_COLUMNS = 2 * (_LABEL + _VALUE) + 2
_ROOM_FOR_BAR = 34


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
        position, ts, instrument = self.frame.position, self.frame.ts, self.frame.instrument
        base = instrument.base if instrument else ""
        quote = instrument.quote if instrument else ""
        self.rim(f"{position.fills:,} fills")
        held = self._glow.level("base", position.base, ts)
        total = self._glow.level("total", position.total and round(position.total, _MONEY), ts)
        self._glowing = bool(held or total)
        wide = self.inner[0] >= _TWO_COLUMNS
        places = instrument.quantity_decimals if instrument else 5
        tick_places = instrument.price_decimals if instrument else 2
        y = self._line(
            0, ("held", position.base, position.limit, base, places, held), lambda: self._held(base, places, held)
        )
        y = self._line(
            y,
            ("prices", position.average, position.mid, tick_places, wide),
            lambda: self._pairs(
                (("avg", fmt.number(position.average, tick_places), "text"),),
                (("mid", fmt.number(position.mid, tick_places), "text"),),
            ),
        )
        y = self._line(y, ("total", position.total, quote, total), lambda: self._total(quote, total))
        for label, value, other, second in (
            ("realized", position.realized, "open", position.unrealized),
            ("spread", position.spread_captured, "adverse", position.adverse_selection),
            ("drift", position.inventory, "fees", position.fees),
        ):
            y = self._line(
                y,
                (label, value, second, wide),
                lambda label=label, value=value, other=other, second=second: self._pairs(
                    ((label, money(value), tone(value)),), ((other, money(second), tone(second)),)
                ),
            )
        y = self._line(y, "markout heads", self._markout_heads)
        y = self._line(y, ("markouts", position.markouts), self._markouts)
        y = self._line(
            y,
            ("free", position.free_base, position.free_quote, base, quote),
            lambda: [
                ("free".ljust(_LABEL), "dim"),
                (fmt.number(position.free_base, places), "text"),
                (f" {base}  ", "dim"),
                (money(position.free_quote, signed=False), "text"),
                (f" {quote}", "dim"),
            ],
        )
        self.blank(y)

    def _line(self, y: int, key: object, make: object) -> int:
        self.put(y, key, make)  # type: ignore[arg-type]
        return y + 1

    def _held(self, base: str, places: int, level: int) -> list[Span]:
        position = self.frame.position
        width = self.inner[0]
        value = fmt.number(position.base, places, signed=True)
        spans: list[Span] = [("held".ljust(_LABEL), "dim"), (value.rjust(_VALUE), glowing("bright bold", level))]
        spans.append((f" {base}", "dim"))
        share = share_of_limit(position)
        room = width - sum(len(text) for text, _ in spans) - 9
        if width >= _ROOM_FOR_BAR and room > 0 and self.look:
            spans.append(("  ", "text"))
            spans += bar_spans(fmt.eighths(share, room), room, load_colour(share), self.look, ground="track")
            spans.append((fmt.percent(share).rjust(7), "text"))
        return spans

    def _total(self, quote: str, level: int) -> list[Span]:
        total = self.frame.position.total
        colour = glowing(f"{tone(total) if total else 'bright'} bold", level)
        return [("PnL".ljust(_LABEL), "dim"), (money(total).rjust(_VALUE), colour), (f" {quote} net of fees", "dim")]

    def _pairs(self, left: tuple[tuple[str, str, str], ...], right: tuple[tuple[str, str, str], ...]) -> list[Span]:
        wide = self.inner[0] >= _TWO_COLUMNS
        spans: list[Span] = []
        for label, value, style in left + (right if wide else ()):
            spans.append(("   " if spans else "", "text"))
            spans.append((label.ljust(_LABEL if len(spans) < 2 else _LABEL - 1), "dim"))  # noqa: PLR2004 - the first
            spans.append((value.rjust(_VALUE), style))
        return spans

    def _markout_heads(self) -> list[Span]:
        return [("markout".ljust(_LABEL), "dim"), *((head.rjust(6), "dim") for head in MARKOUT_HEADS)]

    def _markouts(self) -> list[Span]:
        values = self.frame.position.markouts
        return [("bps".ljust(_LABEL), "dim"), *((fmt.bps(value).rjust(6), tone(value)) for value in values)]
