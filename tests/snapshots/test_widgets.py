"""Pictures of every panel, from frames made by hand."""

from collections.abc import Callable

import msgspec
import pytest
from hand_frames import depth, formula, ladder, strained
from panel_app import PanelApp

from mm_tui.app.actions import CHARTS
from mm_tui.app.widgets.chart.chart import Chart
from mm_tui.app.widgets.events import Events
from mm_tui.app.widgets.fills import Fills
from mm_tui.app.widgets.header import Header
from mm_tui.app.widgets.heatmap.heatmap import Heatmap
from mm_tui.app.widgets.history import History
from mm_tui.app.widgets.ladder.ladder import Ladder
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.orders import Orders
from mm_tui.app.widgets.parameters import Parameters
from mm_tui.app.widgets.position import Position
from mm_tui.app.widgets.risk import Risk
from mm_tui.app.widgets.shadows import Shadows
from mm_tui.app.widgets.strip import FillStrip
from mm_tui.app.widgets.summary import Summary
from mm_tui.app.widgets.tape import Tape
from mm_tui.app.widgets.truth import Truth
from mm_tui.app.widgets.workers import Workers
from mm_tui.model.events import BUY, SELL
from mm_tui.views.frames import ChartFill, ChartFrame, DeskFrame

Compare = Callable[..., bool]
SIZES: dict[type[Panel], tuple[int, int]] = {
    Chart: (80, 18),
    Events: (80, 12),
    Fills: (80, 16),
    Header: (160, 2),
    History: (110, 14),
    Ladder: (72, 26),
    Orders: (70, 24),
    Parameters: (54, 9),
    Position: (48, 16),
    Risk: (48, 11),
    Shadows: (160, 14),
    FillStrip: (160, 2),
    Summary: (80, 5),
    Tape: (46, 16),
    Truth: (100, 1),
    Workers: (52, 11),
}


class Shown(PanelApp):
    """Shows its frame as soon as it is there."""

    def __init__(self, panel: Panel, frame: DeskFrame, theme: str = "graphite", *, alphabet: str = "utf8") -> None:
        super().__init__(panel, theme=theme, ascii=alphabet == "ascii")
        self.frame = frame

    def on_mount(self) -> None:
        self.show(self.frame)


@pytest.mark.parametrize("theme", ["graphite", "paper", "deuter"])
@pytest.mark.parametrize("kind", SIZES, ids=lambda kind: kind.__name__)
def test_panel(snap_compare: Compare, kind: type[Panel], theme: str) -> None:
    assert snap_compare(Shown(kind(), strained(), theme), terminal_size=SIZES[kind])


@pytest.mark.parametrize(
    ("kind", "theme", "alphabet"),
    [
        *((kind, theme, "utf8") for kind in CHARTS[1:] for theme in ("graphite", "paper")),
        ("pnl", "graphite", "ascii"), ("markouts", "graphite", "ascii"), ("latency", "graphite", "ascii"),
    ],
)  # fmt: skip
def test_charts(snap_compare: Compare, kind: str, theme: str, alphabet: str) -> None:
    panel = Chart()
    panel.kind = kind
    assert snap_compare(Shown(panel, strained(), theme, alphabet=alphabet), terminal_size=SIZES[Chart])


@pytest.mark.parametrize(
    ("theme", "alphabet", "size"),
    [
        ("graphite", "utf8", (140, 34)), ("paper", "utf8", (140, 34)), ("graphite", "ascii", (100, 24)),
        ("high-contrast", "utf8", (80, 22)),
    ],
)  # fmt: skip
def test_heat_map(snap_compare: Compare, theme: str, alphabet: str, size: tuple[int, int]) -> None:
    frame = depth(600)
    bought, sold = frame.columns[-60], frame.columns[-25]
    fills = (
        ChartFill(ts=bought.ts, side=BUY, price=bought.own_bids[0]),
        ChartFill(ts=sold.ts, side=SELL, price=sold.ask),
    )
    shown = strained(depth=frame, chart=ChartFrame(fills=fills))
    assert snap_compare(Shown(Heatmap(), shown, theme, alphabet=alphabet), terminal_size=size)


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        (Fills, (50, 9)), (Fills, (58, 20)), (Orders, (44, 9)), (Position, (46, 10)), (Risk, (46, 8)),
        (Workers, (46, 4)), (Parameters, (54, 9)),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else f"{value[0]}x{value[1]}",
)  # fmt: skip
def test_a_panel_where_room_is_short(snap_compare: Compare, kind: type[Panel], size: tuple[int, int]) -> None:
    assert snap_compare(Shown(kind(), formula(strained())), terminal_size=size)


@pytest.mark.parametrize("kind", [Chart, Ladder, Risk, Fills, Orders, FillStrip], ids=lambda kind: kind.__name__)
def test_without_utf8(snap_compare: Compare, kind: type[Panel]) -> None:
    assert snap_compare(Shown(kind(), strained(), alphabet="ascii"), terminal_size=SIZES[kind])


@pytest.mark.parametrize("state", ["stale", "halted", "invalid book"])
def test_ladder_in_trouble(snap_compare: Compare, state: str) -> None:
    header = msgspec.structs.replace(
        strained().header, state=state, reason="no frame for 2.4 s" if state == "stale" else "loss 51 over 50 USDT",
        hint="a re-arm" if state == "halted" else "waiting for data",
    )  # fmt: skip
    frame = strained(header=header, ladder=ladder(valid=state == "halted"))
    assert snap_compare(Shown(Ladder(), frame), terminal_size=SIZES[Ladder])


@pytest.mark.parametrize("width", [24, 40, 56, 100])
def test_ladder_at_every_width(snap_compare: Compare, width: int) -> None:
    assert snap_compare(Shown(Ladder(), strained()), terminal_size=(width, 16))
