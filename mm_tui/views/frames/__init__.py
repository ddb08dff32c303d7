"""What the screen is shown: immutable frames, made by `views.present` from the desk's state.

A frame is handed over by reference; a part that did not change since the last frame is the *same object*, so
that a widget may compare with `is` and draw nothing. Prices are ticks, quantities lots, `instrument` says how
to write them. What cannot be known is None and is shown as "–".
"""

from mm_tui.views.frames.base import Frame
from mm_tui.views.frames.chart import ChartFill, ChartFrame, ChartSample, LatencyRow, PnlParts
from mm_tui.views.frames.depth import DepthColumn, DepthFrame, DepthTrades
from mm_tui.views.frames.desk import DeskFrame
from mm_tui.views.frames.ghost import GhostFrame, GhostQuote
from mm_tui.views.frames.history import HistoryRow, Move
from mm_tui.views.frames.ladder import LadderFrame, LadderRow
from mm_tui.views.frames.level import LevelCheck, LevelFrame
from mm_tui.views.frames.link import FARTHEST, DeskLink, Viewport
from mm_tui.views.frames.orders import HeldRow, OrderRow
from mm_tui.views.frames.replay import ReplayFrame, ReplayMark
from mm_tui.views.frames.risk import FlattenFrame, Gauge, RiskFrame
from mm_tui.views.frames.shadows import ShadowRow, ShadowsFrame
from mm_tui.views.frames.status import DeskState, EventRow, HeaderFrame, TruthFrame, WorkerRow
from mm_tui.views.frames.strategy import EstimatesFrame, Field, ParameterRow
from mm_tui.views.frames.tape import StatsFrame, TapeFrame, TapeRow
from mm_tui.views.frames.worth import FillRow, ObligationFrame, ObligationRow, PositionFrame, WorthFrame

__all__ = [
    "FARTHEST",
    "ChartFill",
    "ChartFrame",
    "ChartSample",
    "DepthColumn",
    "DepthFrame",
    "DepthTrades",
    "DeskFrame",
    "DeskLink",
    "DeskState",
    "EstimatesFrame",
    "EventRow",
    "Field",
    "FillRow",
    "FlattenFrame",
    "Frame",
    "Gauge",
    "GhostFrame",
    "GhostQuote",
    "HeaderFrame",
    "HeldRow",
    "HistoryRow",
    "LadderFrame",
    "LadderRow",
    "LatencyRow",
    "LevelCheck",
    "LevelFrame",
    "Move",
    "ObligationFrame",
    "ObligationRow",
    "OrderRow",
    "ParameterRow",
    "PnlParts",
    "PositionFrame",
    "ReplayFrame",
    "ReplayMark",
    "RiskFrame",
    "ShadowRow",
    "ShadowsFrame",
    "StatsFrame",
    "TapeFrame",
    "TapeRow",
    "TruthFrame",
    "Viewport",
    "WorkerRow",
    "WorthFrame",
]
