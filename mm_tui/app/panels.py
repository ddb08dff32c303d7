"""The panels of the desk by the names that `layout.places` uses."""

from textual.widget import Widget

from mm_tui.app.widgets.chart.chart import Chart
from mm_tui.app.widgets.events import Events
from mm_tui.app.widgets.fills import Fills
from mm_tui.app.widgets.header import Header
from mm_tui.app.widgets.heatmap.heatmap import Heatmap
from mm_tui.app.widgets.history import History
from mm_tui.app.widgets.ladder.ladder import Ladder
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


def make_panels() -> dict[str, Widget]:
    """A fresh panel of each kind."""
    return {
        "header": Header(),
        "truth": Truth(),
        "ladder": Ladder(),
        "chart": Chart(),
        "orders": Orders(),
        "events": Events(),
        "fills": Fills(),
        "history": History(),
        "position": Position(),
        "risk": Risk(),
        "parameters": Parameters(),
        "shadows": Shadows(),
        "tape": Tape(),
        "workers": Workers(),
        "summary": Summary(),
        "heatmap": Heatmap(),
        "strip": FillStrip(),
    }
