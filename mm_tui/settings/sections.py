"""Every section of `settings.toml`, its keys, defaults and bounds.

The sections of the strategies, the limits and the simulator are the very structs that those rooms are built from;
what only the shells need is defined here.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from mm_tui.analytics.config import Obligation
from mm_tui.core.config import Execution, FeedRules, Orders
from mm_tui.model.bounds import NotNegative, NotNegativeInt, Positive, PositiveInt
from mm_tui.model.instrument import LARGEST, SMALLEST
from mm_tui.risk.limits import Limits
from mm_tui.sim.config import Simulator
from mm_tui.strategy.avellaneda import AvellanedaParams
from mm_tui.strategy.glft import GlftParams
from mm_tui.strategy.passive import PassiveParams
from mm_tui.strategy.pure_params import PureParams


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the settings file."""


class Desk(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the desk opens on; `[desk]`."""

    venue: str = "auto"
    """`auto`, `demo`, `binance`, `ccxt:ID` or `file:PATH`."""
    symbol: str = "BTC/USDT"
    strategy: str = "passive"
    """An entry point of the group `mm_tui.strategies`, or `/absolute/file.py:Class`."""
    quoting_on_start: bool = True


Increment = Annotated[float, Meta(ge=float(SMALLEST), le=float(LARGEST))]
"""A tick or a step."""


class InstrumentOverride(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For captures that carry none; `[instrument]`. Where unset it is taken from the exchange, or inferred."""

    tick_size: Increment | None = None
    step_size: Increment | None = None
    min_notional: NotNegative | None = None


class Binance(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where Binance's public data is asked for; `[binance]`."""

    rest_url: str = "https://data-api.binance.vision"
    ws_url: str = "wss://data-stream.binance.vision"
    ws_api_url: str = "wss://ws-api.binance.com:443/ws-api/v3"
    """For real orders; not used on paper."""
    depth_stream: Literal["diff", "depth20"] = "diff"
    depth_interval_ms: Literal[100, 1000] = 100


class Ccxt(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Polling through ccxt; `[ccxt]`."""

    poll_interval_ms: PositiveInt = 2000
    mode: Literal["poll", "stream"] = "poll"
    options: dict[str, str | int | float | bool] = {}
    """Handed to ccxt's exchange class as they are."""


class Demo(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The embedded exchange; `[demo]`."""

    seed: NotNegativeInt = 1
    start_price: Positive = 61_800.0
    """Quote."""
    volatility: Positive = 1.75
    """bps a root second, the long-run mean."""
    trades_per_s: Positive = 25.0
    """The long-run mean."""
    speed: Positive = 1.0
    """Market seconds a second."""


class Shadows(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Desks beside the desk, on the same feed, with other strategies or parameters; `[shadows]`."""

    max_cpu_pct: Annotated[float, Meta(gt=0, le=100)] = 25.0
    """What all of them together may take of one core; the dearest goes first."""
    band: bool = True
    """Whether each also runs under the other queue models, for the band of its PnL."""
    desks: dict[str, str] = {}
    """Name to what tells it from the desk: `strategy=glft risk_factor=0.1`; at most MOST_SHADOWS."""


MOST_SHADOWS = 5


class Alerts(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What makes a sound or sends a message; `[alerts]`."""

    bell: bool = False
    urls_file: str = ""
    """A file of addresses for messages to a desktop or phone; empty for none."""
    on: tuple[Literal["fill", "trip", "disconnect", "inventory"], ...] = ("trip", "disconnect")
    per_minute: PositiveInt = 6


class Record(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The session on disk; `[record]`."""

    enabled: bool = True
    dir: str = ""
    """Empty for the system's own folder of state."""
    rotate_mb: PositiveInt = 256
    retention_days: NotNegativeInt = 30
    """Sessions older than this are removed at the next start; 0 keeps all."""


class Serve(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The desk in a browser; `[serve]`."""

    control: bool = False
    """Whether who looks may also act."""


class Ui(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The screen; `[ui]`."""

    theme: str = "graphite"
    frames_per_s: Annotated[int, msgspec.Meta(ge=1, le=60)] = 20
    ladder_rows: NotNegativeInt = 0
    """0 fills the screen."""
    confirm_flatten: bool = True
    keys: dict[str, str] = {}
    """Action id to key; several keys with commas."""


class Strategies(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of each built-in strategy; `[strategy.NAME]`."""

    passive: PassiveParams = PassiveParams()
    pure: PureParams = PureParams()
    avellaneda: AvellanedaParams = AvellanedaParams()
    glft: GlftParams = GlftParams()


class Settings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings."""

    desk: Desk = Desk()
    instrument: InstrumentOverride = InstrumentOverride()
    binance: Binance = Binance()
    ccxt: Ccxt = Ccxt()
    demo: Demo = Demo()
    feed: FeedRules = FeedRules()
    strategy: Strategies = Strategies()
    orders: Orders = Orders()
    execution: Execution = Execution()
    risk: Limits = Limits()
    simulator: Simulator = Simulator()
    obligation: Obligation = Obligation()
    shadows: Shadows = Shadows()
    alerts: Alerts = Alerts()
    record: Record = Record()
    serve: Serve = Serve()
    ui: Ui = Ui()
