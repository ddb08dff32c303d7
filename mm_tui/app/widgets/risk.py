"""What the gate watches: each figure against its limit, and what it refused last."""

from collections.abc import Sequence
from typing import ClassVar

from mm_tui.app.palette import Palette
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span, bar_spans, by_priority
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, Gauge, RiskFrame

NEAR = 0.75
"""Share of a limit from which its bar warns."""
_NAME, _PERCENT = 9, 6
_BAR_FROM, _VALUE_FROM = 22, 34
_STATE_COLOURS = {"running": "", "reduce-only": "warn", "halted": "halt"}


def load_colour(share: float | None) -> str:
    """How a share of a limit is drawn."""
    if share is None:
        return "dim"
    return "halt" if share >= 1 else "warn" if share >= NEAR else "accent"


def gauge_line(gauge: Gauge, width: int, look: Palette, longest: int = 0) -> list[Span]:
    """Name, bar, value of limit, percentage; the bar and the value give way in narrow rooms.

    `longest` is the length of the longest value among the gauges, so that all bars are of one length.
    """
    share, colour = gauge.share, load_colour(gauge.share)
    percentage = (fmt.percent(share).rjust(_PERCENT), "text" if colour == "accent" else f"{colour} bold")
    name: Span = (fmt.clip(gauge.name, _NAME).ljust(_NAME), "dim")
    if width < _BAR_FROM:
        return [name, (gauge.value.rjust(max(0, width - _NAME)), percentage[1])]
    value = f"{gauge.value} / {gauge.limit}" if width >= _VALUE_FROM else ""
    value_width = min(max(len(value), longest, width // 3 + 2), 26) if value else 0
    bar_width = width - _NAME - _PERCENT - value_width - 2 - bool(value)
    bar = bar_spans(fmt.eighths(share, bar_width), bar_width, colour, look, ground="track")
    words: list[Span] = [(" " + fmt.clip(value, value_width).rjust(value_width), "text")] if value else []
    return [name, (" ", "text"), *bar, *words, (" ", "text"), percentage]


def packed_from(count: int, height: int) -> tuple[int, bool]:
    """How many of the gauges get a bar of their own, and whether the others share a line below them."""
    room = max(0, height - 1)
    return (count, False) if count <= room else (max(0, room - 1), room > 0)


def packed_line(gauges: Sequence[Gauge], width: int) -> list[Span]:
    """Names and shares in one line; the fullest stay longest."""
    fullest = sorted(range(len(gauges)), key=lambda at: -(gauges[at].share or 0.0))
    fields: list[tuple[int, list[Span]]] = []
    for at, gauge in enumerate(gauges):
        colour = load_colour(gauge.share)
        value = (fmt.percent(gauge.share).rjust(5), "text" if colour == "accent" else f"{colour} bold")
        fields.append((fullest.index(at), [(gauge.name + " ", "dim"), value]))
    return by_priority(fields, width)


class Risk(Panel):
    """A bar a limit; below them which sides may quote and the last refusal."""

    title: ClassVar[str] = "Risk"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._longest = 0
        """Of the values seen, characters; the bars never grow back."""

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """Risk alone."""
        return before.risk is not frame.risk

    def paint(self) -> None:
        """Gauges first, in a low panel the last of them in one line; then sides and refusals."""
        risk = self.frame.risk
        width = self.inner[0]
        look = self._look
        self.rim(risk.state.upper(), colour=_STATE_COLOURS[risk.state])
        bars, packed = packed_from(len(risk.gauges), self.inner[1])
        self._longest = max([self._longest, *(len(f"{gauge.value} / {gauge.limit}") for gauge in risk.gauges[:bars])])
        for y, gauge in enumerate(risk.gauges[:bars]):
            self.put(y, (gauge, self._longest), gauge_line, gauge, width, look, self._longest)
        y = bars
        if packed:
            rest = risk.gauges[bars:]
            self.put(y, ("packed", rest), packed_line, rest, width)
            y += 1
        self.put(y, ("sides", risk.bids_on, risk.asks_on, risk.refused), _sides, risk)
        self.put(y + 1, ("refusal", risk.last_refusal), _refusal, risk, width)
        self.blank(y + 2)


def _sides(risk: RiskFrame) -> list[Span]:
    return [
        ("sides".ljust(_NAME + 1), "dim"),
        ("bid on " if risk.bids_on else "bid OFF", "bid" if risk.bids_on else "warn bold"),
        ("   ", "text"),
        ("ask on " if risk.asks_on else "ask OFF", "ask" if risk.asks_on else "warn bold"),
        ("   refused ", "dim"),
        (f"{risk.refused:,}", "warn" if risk.refused else "text"),
    ]


def _refusal(risk: RiskFrame, width: int) -> list[Span]:
    if not risk.last_refusal:
        return []
    return [("last".ljust(_NAME + 1), "dim"), (fmt.clip(risk.last_refusal, max(0, width - _NAME - 1)), "warn")]
