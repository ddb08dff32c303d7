"""The truth bar: how old what is shown is, how far the venue, and whether anything was missed."""

from typing import ClassVar

from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span, by_priority, spread_out
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, TruthFrame

_SLOW_MS, _LATE_MS = 500, 2000
"""Ages from which the feed's age is drawn as a warning, and as a failure."""
_LOOP_MS = 50.0


def age_colour(age_ms: int | None) -> str:
    """How an age is drawn."""
    if age_ms is None:
        return "dim"
    return "halt bold" if age_ms >= _LATE_MS else "warn" if age_ms >= _SLOW_MS else "text"


def truth_fields(truth: TruthFrame) -> list[tuple[int, list[Span]]]:
    """The figures with the order in which they give way; each of a fixed width."""
    latency = "–" if truth.latency_ms is None else "+" + fmt.milliseconds(truth.latency_ms)
    link: list[Span] = []
    if truth.link != "up":
        link = [(f" {truth.link} ", "warn bold reverse")]
    limit = f"/{truth.message_limit}" if truth.message_limit else ""
    crowded = bool(truth.message_limit) and truth.messages >= truth.message_limit
    slow_loop = truth.loop_ms is not None and truth.loop_ms >= _LOOP_MS
    return [
        (0, link),
        (1, [("age ", "dim"), (fmt.milliseconds(truth.age_ms).rjust(6), age_colour(truth.age_ms))]),
        (3, [("late ", "dim"), (latency.rjust(7), "text")]),
        (2, [("gaps ", "dim"), (str(truth.gaps).rjust(2), "warn" if truth.gaps else "text")]),
        (6, [("bad ", "dim"), (str(truth.bad_frames).rjust(2), "warn")] if truth.bad_frames else []),
        (4, [("loop ", "dim"), (fmt.milliseconds(truth.loop_ms).rjust(6), "warn" if slow_loop else "text")]),
        (5, [("msgs ", "dim"), (f"{truth.messages}{limit} /s".rjust(7), "warn" if crowded else "text")]),
        (7, [(truth.clock, "dim")] if truth.clock else []),
    ]


class Truth(Panel, can_focus=False):
    """One line, at the right edge of the room it is given."""

    framed: ClassVar[bool] = False

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The truth alone."""
        return before.truth is not frame.truth

    def paint(self) -> None:
        """The figures that fit."""
        truth = self.frame.truth
        width = self.inner[0]
        self.put(0, truth, lambda: spread_out([], [*by_priority(truth_fields(truth), width - 1), (" ", "text")], width))
        self.blank(1)
