"""Why a price has an order of ours, or why it has none: the checks in their order, then a quote's waterfall."""

from textwrap import wrap
from typing import ClassVar, Final

from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span, by_priority
from mm_tui.app.widgets.waterfall import whole_explanation, whole_steps
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, LevelCheck, LevelFrame

_NAME: Final = 10
_MARKS: Final = {"passes": ("●", "dim"), "keeps away": ("×", "warn bold"), "says": (" ", "dim")}


class WhyLevel(Panel):
    """A line of what stands there, a line of why, the checks, the steps."""

    title: ClassVar[str] = "Why here"

    def __init__(self) -> None:
        super().__init__()
        self._top = self._most = 0
        """The topmost line that is seen, and the last that can be."""
        self._price: int | None = None
        """Of what is scrolled; another one begins at its top."""

    @property
    def scrolls(self) -> bool:
        """Whether there is more than is seen."""
        return self._most > 0

    def scroll(self, pages: int) -> bool:
        """A page further down or up; false where all of it is seen."""
        if not self._most:
            return False
        page = max(1, self.inner[1] - 1)
        self._top = min(max(0, self._top + pages * page), self._most)
        self.repaint()
        return True

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The level itself, the orders that may stand in it, how they are written."""
        return (
            before.level is not frame.level
            or before.orders is not frame.orders
            or before.instrument is not frame.instrument
        )

    def paint(self) -> None:
        """The checks before the steps; what has no room is a page further down."""
        level, instrument = self.frame.level, self.frame.instrument
        if level is None or instrument is None:
            self.rim(below="esc leave")
            self.put(0, "none", lambda: [("waiting for the book", "dim")])
            self.blank(1)
            return
        width, height = self.inner
        lines = [by_priority(_head(level, instrument), width), *_verdict(level, width), []]
        for check in level.checks:
            lines += _check(check, width)
        lines += self._steps(level, instrument, width)
        self._most = max(0, len(lines) - height)
        self._top = min(self._top if level.price == self._price else 0, self._most)
        self._price = level.price
        below = len(lines) - height - self._top
        keys = "↑↓ another price   esc leave"
        if self._most:
            keys = (f"pgdn {below} more" if below else "pgup") + "   ↑↓ price   esc"
        self.rim(_prices(level, instrument), below=keys)
        for y, spans in enumerate(lines[self._top : self._top + height]):
            self.put(y, ("said", *spans), list, spans)
        self.blank(len(lines) - self._top)

    def _steps(self, level: LevelFrame, instrument: Instrument, width: int) -> list[list[Span]]:
        """Of the order that is there, else of the quote that is wanted here or nearest to here."""
        rows = [row for row in self.frame.orders if row.order_id in level.orders]
        lines: list[list[Span]] = []
        for row in rows[:2]:
            lines += [[], *whole_explanation(row, instrument, width)]
        if rows or not level.quote:
            return lines
        return [[], [("── ", "border"), (level.quote, "text"), (" " + "─" * width, "border")],
                *whole_steps(level.steps, instrument, width)]  # fmt: skip


def _prices(level: LevelFrame, instrument: Instrument) -> str:
    tick = instrument.tick_size
    if level.low == level.high:
        return fmt.steps(level.price, tick)
    return f"{fmt.steps(level.low, tick)} – {fmt.steps(level.high, tick)}"


def _head(level: LevelFrame, instrument: Instrument) -> list[tuple[int, list[Span]]]:
    """Side, price, distance from the mid, size; what has no room is left out."""
    size = fmt.steps(level.displayed, instrument.step_size)
    return [
        (0, [(level.side.book_word, "bid" if level.side > 0 else "ask")]),
        (1, [(fmt.steps(level.price, instrument.tick_size), "bright bold")]),
        (2, [(f"{fmt.number(level.bps, 2, signed=True)} bps", "text")]),
        (3, [(size, "bright"), (f" {instrument.base} displayed", "dim")]),
    ]


def _verdict(level: LevelFrame, width: int) -> list[list[Span]]:
    style = "own bold" if level.orders else "warn"
    return [[(line, style)] for line in wrap(level.verdict, max(8, width))]


def _check(check: LevelCheck, width: int) -> list[list[Span]]:
    mark, style = _MARKS[check.verdict]
    words = wrap(check.words, max(8, width - _NAME - 2)) or [""]
    text = "bright" if check.verdict == "keeps away" else "text"
    first: list[Span] = [(mark + " ", style), (check.name.ljust(_NAME), "dim"), (words[0], text)]
    return [first, *([(" " * (_NAME + 2), "text"), (line, text)] for line in words[1:])]
