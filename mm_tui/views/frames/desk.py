"""All parts together, at one moment."""

from mm_tui.model.instrument import Instrument
from mm_tui.views.frames.base import Frame
from mm_tui.views.frames.chart import ChartFrame, LatencyRow
from mm_tui.views.frames.depth import DepthFrame
from mm_tui.views.frames.ghost import GhostFrame
from mm_tui.views.frames.history import HistoryRow
from mm_tui.views.frames.ladder import LadderFrame
from mm_tui.views.frames.level import LevelFrame
from mm_tui.views.frames.orders import HeldRow, OrderRow
from mm_tui.views.frames.replay import ReplayFrame
from mm_tui.views.frames.risk import FlattenFrame, RiskFrame
from mm_tui.views.frames.shadows import ShadowsFrame
from mm_tui.views.frames.status import EventRow, HeaderFrame, TruthFrame, WorkerRow
from mm_tui.views.frames.strategy import EstimatesFrame, ParameterRow
from mm_tui.views.frames.tape import TapeFrame
from mm_tui.views.frames.worth import ObligationFrame, PositionFrame, WorthFrame


class DeskFrame(Frame, frozen=True, kw_only=True):
    """All of it, at one moment."""

    ts: int = 0
    instrument: Instrument | None = None
    header: HeaderFrame = HeaderFrame()
    truth: TruthFrame = TruthFrame()
    ladder: LadderFrame = LadderFrame()
    tape: TapeFrame = TapeFrame()
    orders: tuple[OrderRow, ...] = ()
    position: PositionFrame = PositionFrame()
    risk: RiskFrame = RiskFrame()
    chart: ChartFrame = ChartFrame()
    latency: tuple[LatencyRow, ...] = ()
    """Empty where nothing is measured, as in a replay."""
    depth: DepthFrame = DepthFrame()
    events: tuple[EventRow, ...] = ()
    """Newest first, at most 500."""
    history: tuple[HistoryRow, ...] = ()
    """Orders, the newest first, at most 500."""
    workers: tuple[WorkerRow, ...] = ()
    parameters: tuple[ParameterRow, ...] = ()
    obligation: ObligationFrame = ObligationFrame()
    worth: WorthFrame = WorthFrame()
    estimates: EstimatesFrame | None = None
    """None where the strategy asks for none."""
    held: tuple[HeldRow, ...] = ()
    """Quotes that are wanted and have no order."""
    shadows: ShadowsFrame = ShadowsFrame()
    flatten: FlattenFrame | None = None
    """None while flat."""
    level: LevelFrame | None = None
    """The price that is asked about; None where none is."""
    ghost: GhostFrame | None = None
    """What the parameters that are tried would do; None where none are."""
    replay: ReplayFrame | None = None
    """None but in a replay."""
