"""The chart: one panel for all that is drawn over time, and for markouts and latencies; one of them at a time."""

from collections.abc import Mapping
from typing import ClassVar, Protocol

from textual.binding import Binding, BindingType

from mm_tui.app.actions import CHARTS
from mm_tui.app.widgets.chart.latency import LatencyChart
from mm_tui.app.widgets.chart.line_charts import LINES
from mm_tui.app.widgets.chart.markouts import MarkoutChart
from mm_tui.app.widgets.chart.over_time import TimeChart
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.pointed import Pointed
from mm_tui.views.frames import DeskFrame

_SMALLEST = (24, 4)


class Picture(Protocol):
    """What the panel can show."""

    title: str

    @property
    def words(self) -> str:
        """What the frame says at the right: unit and window."""
        ...

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """Whether it may look different with this frame."""
        ...

    def paint(self, panel: Panel, width: int, height: int) -> str:
        """Put every row; or say why that cannot be done."""
        ...

    def cycle_window(self) -> None:
        """Another length of time, where that means anything."""
        ...

    def move(self, cells: int) -> None:
        """Move the crosshair."""
        ...

    def point(self, x: int, y: int) -> None:
        """Put the crosshair at a cell of the content."""
        ...

    def let_go(self) -> bool:
        """Take the crosshair away; whether there was one."""
        ...


class Chart(Pointed):
    """A chart by its kind; each keeps its window and its crosshair while another is looked at."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1)", "crosshair left", show=False),
        Binding("right,l", "move(1)", "crosshair right", show=False),
        Binding("shift+left", "move(-10)", "ten cells left", show=False),
        Binding("shift+right", "move(10)", "ten cells right", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        lines: dict[str, Picture] = {name: TimeChart(chart) for name, chart in LINES.items()}
        self._pictures: dict[str, Picture] = {**lines, "markouts": MarkoutChart(), "latency": LatencyChart()}
        self.kind = CHARTS[0]
        """Which one is shown."""

    @property
    def picture(self) -> Picture:
        """The one shown."""
        return self._pictures[self.kind]

    @property
    def heading(self) -> str:
        """The title in the frame."""
        return self.picture.title

    def choose(self, kind: str) -> None:
        """Show one by its name; raises KeyError where there is none of it."""
        self._pictures[kind]
        self.kind = kind
        self.renamed()
        self.repaint()

    @property
    def kept(self) -> dict[str, str | int]:
        """What a saved layout keeps of the chart: its kind, and the window of each chart over time."""
        windows = {name: one.chosen for name, one in self._pictures.items() if isinstance(one, TimeChart)}
        return {"kind": self.kind, **windows}

    def wear(self, kept: Mapping[str, str | int]) -> None:
        """Kind and windows as they were kept; what was not, or is no choice of ours, is as it comes."""
        for name, one in self._pictures.items():
            if isinstance(one, TimeChart):
                one.chosen = kept.get(name)
        kind = kept.get("kind")
        self.choose(str(kind) if kind in CHARTS else CHARTS[0])

    def cycle_kind(self) -> None:
        """The next one, after the last the first."""
        self.choose(CHARTS[(CHARTS.index(self.kind) + 1) % len(CHARTS)])

    def cycle_window(self) -> None:
        """Another length of time."""
        self.picture.cycle_window()
        self.repaint()

    @property
    def seconds(self) -> int:
        """The window of the charts over time; of the first one where another is shown."""
        shown = self.picture
        first = self._pictures[CHARTS[0]]
        time_chart = shown if isinstance(shown, TimeChart) else first
        assert isinstance(time_chart, TimeChart)  # noqa: S101 - the first kind is one
        return time_chart.seconds

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """What is shown says so."""
        return self.picture.concerns(before, frame)

    def paint(self) -> None:
        """The picture, or a word in its place."""
        width, height = self.inner
        picture = self.picture
        small = width < _SMALLEST[0] or height < _SMALLEST[1]
        word = "too small for a chart" if small else picture.paint(self, width, height)
        self.rim(picture.words)
        if word:
            self.put(0, ("none", word), lambda: [(word, "dim")])
            self.blank(1)

    # -- the crosshair

    def action_move(self, cells: int) -> None:
        """Move the crosshair."""
        self.picture.move(cells)
        self.repaint()

    def let_go(self) -> bool:
        """Take the crosshair away; whether there was one."""
        gone = self.picture.let_go()
        if gone:
            self.repaint()
        return gone

    def point_at(self, x: int, y: int) -> None:
        """A press of the mouse, or a drag."""
        self.picture.point(x, y)
        self.repaint()
