"""The first line: which market, true or demo, paper or live, and in which state the desk is."""

from typing import ClassVar

from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span, by_priority, spread_out, width_of
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, DeskState, HeaderFrame

STATE_COLOURS: dict[DeskState, str] = {
    "starting": "dim",
    "quoting": "bid",
    "paused": "warn",
    "one-sided": "warn",
    "reduce-only": "warn",
    "halted": "halt",
    "stale": "halt",
    "invalid book": "halt",
    "replay": "accent",
}
"""The token that a state's word is drawn with."""


def state_span(state: DeskState) -> Span:
    """The state's word in reverse, the largest contrast on the screen."""
    return f" {state.upper()} ", f"{STATE_COLOURS[state]} bold reverse"


def told_reason(header: HeaderFrame, room: int) -> list[Span]:
    """Why that state, cut to the room; nothing where it would be a word or two."""
    if not header.reason or room < min(_LEAST_REASON, len(header.reason)):
        return []
    return [(fmt.clip(header.reason, room), STATE_COLOURS[header.state])]


def told_note(words: str, room: int) -> list[Span]:
    """What is to be minded, cut to the room: a recording that stopped, or why the market is not the one asked for."""
    if not words or room < min(_LEAST_NOTE, len(words)):
        return []
    return [(fmt.clip(words, room), "warn")]


def told_venue(header: HeaderFrame, room: int) -> list[Span]:
    """Where the market comes from: in whole where there is room; else the name, and of the words what others leave."""
    words = f" ● {header.venue_words}" if header.venue_words else ""
    left = room - len(header.venue)
    if left < 0:
        return []
    if len(words) > left:
        strategy = len(header.strategy) + _GAP if header.strategy else 0
        left -= strategy if strategy <= left else 0
        words = fmt.clip(words, left) if left >= _LEAST_REASON else ""
    return [(header.venue, "text"), *([(words, "dim")] if words else [])]


_GAP = 2
_WHOLE_REASON = 40
"""A reason that has so much room leaves the venue's name its own."""
_LEAST_REASON = 12
_LEAST_NOTE = 20
DEMO = "DEMO no real market"
"""The badge of the embedded exchange; it outlasts everything but the state and the symbol."""


class Header(Panel, can_focus=False):
    """One line, or two: the second says why that state, what to press, and what to mind."""

    framed: ClassVar[bool] = False

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The header alone."""
        return before.header is not frame.header

    def paint(self) -> None:
        """Identity at the left, the state after it, the strategy where room is left; then the reason's line."""
        header = self.frame.header
        two = self.inner[1] > 1
        self.put(0, ("who", header, two), lambda: self._first(header, two=two))
        self.put(1, ("why", header), lambda: self._second(header))
        self.blank(2)

    def _first(self, header: HeaderFrame, *, two: bool) -> list[Span]:
        width = self.inner[0] - 1
        badge: list[Span] = [("▌", "own"), (header.badge, "own bold"), ("▐", "own")] if header.badge else []
        asked = "dim bold reverse" if header.venue == "demo" else ""
        style = "warn bold reverse" if header.demo_cause else asked
        demo: list[Span] = [(f" {DEMO} ", style)] if style else []
        least: list[tuple[int, list[Span]]] = [
            (1, [(" " + header.symbol, "bright bold")]),
            (2, demo),
            (3, badge),
            (0, [state_span(header.state)]),
            (4, [(header.hint, "bright")] if header.hint and not two else []),
        ]
        room = width - width_of(by_priority(least, width)) - _GAP
        spared = len(header.venue) + _GAP
        if room - spared < _WHOLE_REASON:
            spared = 0
        reason = [] if two else told_reason(header, room - spared)
        room -= width_of(reason) + _GAP if reason else 0
        problem = [] if two else told_note(header.problem, room)
        room -= width_of(problem) + _GAP if problem else 0
        cause = told_note(header.demo_cause, room)
        venue = told_venue(header, room - (width_of(cause) + _GAP if cause else 0))
        return by_priority(
            (
                least[0],
                (7, venue),
                least[1],
                (6, cause),
                *least[2:4],
                (5, reason),
                least[4],
                (8, [(header.strategy, "text")] if header.strategy else []),
                (6, problem),
                (9, [(header.warning, "warn")] if header.warning and not two else []),
            ),
            width,
        )

    def _why(self, header: HeaderFrame) -> list[Span]:
        spans: list[Span] = []
        if header.reason:
            spans.append((header.reason, STATE_COLOURS[header.state]))
        if header.hint:
            spans.append(("  " if spans else "", "text"))
            spans.append((header.hint, "bright"))
        return spans

    def _second(self, header: HeaderFrame) -> list[Span]:
        left: list[Span] = [(" ", "text"), *self._why(header)]
        right = told_note(header.problem or header.warning, self.inner[0] - width_of(left) - _GAP)
        right += [(" ", "text")] if right else []
        if width_of(left) <= 1:
            left, right = [(" ", "text"), *right], []
        return spread_out(left, right, self.inner[0])
