"""Where a replay stands: the recording on one line from its beginning to its end, fills, trips and gaps marked."""

from collections.abc import Mapping
from typing import ClassVar, Final

from textual import events

from mm_tui.app.messages import Asked
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span, Spans, fit, width_of
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, ReplayFrame, ReplayMark

_SECOND: Final = 1_000_000_000
_NARROWEST: Final = 8
"""Cells of the bar; where there are fewer, it is left out."""
_PLAY: Final = 7
"""Cells of the word that plays or pauses."""
_RANK: Final = {"fill": 0, "gap": 1, "trip": 2}
"""What a cell shows that holds several marks."""
_GLYPHS: Final = {"gap": ("×", "warn bold"), "trip": ("◆", "halt bold")}


def speed_words(speed: float | None) -> str:
    """`×0.5`, `×1000`, `×max`."""
    return "×max" if speed is None else f"×{speed:g}"


def elapsed(span: int) -> str:
    """`4:07`, `1:02:09` for so many ns."""
    seconds = max(0, span) // _SECOND
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def cell_of(ts: int, replay: ReplayFrame, width: int) -> int:
    """The cell of a moment."""
    return min(width - 1, max(0, (ts - replay.start) * width // max(1, replay.end - replay.start)))


def marks_by_cell(replay: ReplayFrame, width: int) -> dict[int, ReplayMark]:
    """The mark that each cell shows, of those that fall into it."""
    marks: dict[int, ReplayMark] = {}
    for mark in replay.marks:
        at = cell_of(mark.ts, replay, width)
        if at not in marks or _RANK[mark.kind] >= _RANK[marks[at].kind]:
            marks[at] = mark
    return marks


def bar(replay: ReplayFrame, width: int, marks: Mapping[int, ReplayMark], seen: range | None = None) -> list[Span]:
    """The recording as so many cells: what was shown, where it stands, what comes, and the marks; `seen` of them."""
    here, known = cell_of(replay.ts, replay, width), cell_of(replay.known, replay, width)
    spans: list[Span] = []
    for glyph, style in (_cell(at, here, known, marks.get(at)) for at in seen or range(width)):
        if spans and spans[-1][1] == style:
            spans[-1] = (spans[-1][0] + glyph, style)
        else:
            spans.append((glyph, style))
    return spans


def _cell(at: int, here: int, known: int, mark: ReplayMark | None) -> Span:
    if at == here:
        return "●", "bright bold"
    if mark is not None:
        if mark.kind != "fill":
            return _GLYPHS[mark.kind]
        bought = mark.side is not None and mark.side > 0
        return "▲" if bought else "▼", ("own bold" if at < here else "dim")
    if at < here:
        return "━", "accent"
    return ("─" if at <= known else "╌"), "border"


class Scrubber(Panel, can_focus=False):
    """Play or pause and the speed, the bar, where it is and how long it takes in all; a word where there is one.

    A word covers an end of the bar, the one without the present moment: marks stay where they are.
    """

    framed: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self._marked: tuple[tuple[ReplayMark, ...], tuple[int, int, int]] | None = None
        self._marks: dict[int, ReplayMark] = {}

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The replay's own part alone."""
        return before.replay is not frame.replay

    def paint(self) -> None:
        """One line."""
        replay = self.frame.replay
        if replay is None:
            self.blank()
            return
        self.put(0, replay, lambda: self._line(replay))
        self.blank(1)

    def on_click(self, event: events.Click) -> None:
        """A click on the bar goes there; on the word at its left it plays or pauses."""
        event.stop()
        replay = self.frame.replay
        if replay is None:
            return
        left, right = (width_of(part) for part in self._ends(replay))
        room = self.inner[0] - left - right
        if event.x < _PLAY:
            self.post_message(Asked("play"))
        elif room >= _NARROWEST and 0 <= event.x - left < room:
            share = 100 * (event.x - left) / (room - 1)
            self.post_message(Asked("goto", f"{share:.3f}%"))

    @staticmethod
    def _ends(replay: ReplayFrame) -> tuple[list[Span], list[Span]]:
        """What stands at the left and at the right of the bar."""
        glyph = "play " if replay.playing else "pause"
        left: list[Span] = [
            (f" {glyph} ", "accent bold reverse" if replay.playing else "warn bold reverse"),
            (f" {speed_words(replay.speed):<6}", "bright"),
        ]
        whole = elapsed(replay.end - replay.start)
        done = elapsed(replay.ts - replay.start).rjust(len(whole))
        return left, [(f" {done}", "bright"), (f" / {whole}", "dim"), (f"  {fmt.clock(replay.ts)}Z ", "text")]

    def _line(self, replay: ReplayFrame) -> Spans:
        width = self.inner[0]
        left, right = self._ends(replay)
        word: list[Span] = [(f"  {replay.word} ", "warn")] if replay.word else []
        room, hidden = width - width_of(left) - width_of(right), width_of(word)
        if room - hidden < _NARROWEST:
            spans = [*left, *word, *right]
            return fit(spans, width, self._look)
        marks, after = self._marks_of(replay, room), cell_of(replay.ts, replay, room) < room - hidden
        seen = bar(replay, room, marks, range(room - hidden) if after else range(hidden, room))
        return [*left, *seen, *word, *right] if after else [*left, *word, *seen, *right]

    def _marks_of(self, replay: ReplayFrame, width: int) -> dict[int, ReplayMark]:
        """Worked out anew only for other marks, or another scale: a day has thousands."""
        scale = (replay.start, replay.end, width)
        if self._marked is None or self._marked[0] is not replay.marks or self._marked[1] != scale:
            self._marked, self._marks = (replay.marks, scale), marks_by_cell(replay, width)
        return self._marks
