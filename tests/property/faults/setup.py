"""What a seed's desk is made of: limits, rules, fees, a strategy that fails now and then, and what it opens with."""

from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from mm_tui.core.config import CoreConfig, Execution, FeedRules, Orders
from mm_tui.core.engine import Core
from mm_tui.model import events as ev
from mm_tui.model.clock import DAY, SECOND
from mm_tui.model.events import BUY
from mm_tui.model.instrument import Instrument
from mm_tui.risk.limits import Limits
from mm_tui.strategy.api import Quote, Quotes, Strategy
from mm_tui.strategy.avellaneda import Avellaneda, AvellanedaParams
from mm_tui.strategy.glft import Glft, GlftParams
from mm_tui.strategy.passive import Passive, PassiveParams
from mm_tui.strategy.pure import Pure
from mm_tui.strategy.pure_params import PureParams

SECRET = "hunter2-Zx9-planted"  # noqa: S105 - the planted one
"""Stands in the frame of the strategy that fails; no output may show it."""
START = 1_723_161_253 * SECOND
TICKS = 6_180_000
"""Where the market begins."""
BTC = Instrument("BTC/USDT", "BTC", "USDT", Decimal("0.01"), Decimal("0.00001"), min_notional=Decimal(5))
UNIT = BTC.tick_size * BTC.step_size
"""What a step is worth at a price of one tick, quote."""
FEES = ((0, 0), (0, 5), (10, 10), (7, 10))
"""Maker and taker, bps."""

NONSENSE: tuple[Any, ...] = (
    None,
    Quotes(bids=(Quote(BUY, 0, -5, 10),)),
    Quotes(bids=(Quote(BUY, 0, 10, 0),)),
    Quotes(asks=(Quote(BUY, 0, TICKS, 10),)),
    Quotes(bids=[Quote(BUY, 0, TICKS, 10)]),  # type: ignore[arg-type]
    Quotes(bids=(Quote(BUY, 0, TICKS, float("nan")),)),  # type: ignore[arg-type]
    Quotes(bids=(Quote(BUY, 0, TICKS, 10, since=1 << 63),)),
    Quotes(reference2=float("inf")),
    Quotes(bids=(Quote(BUY, 0, TICKS, 10, reason="two\nlines"),)),
)


class Erratic:
    """Another strategy that raises or returns nonsense now and then.

    By the time alone, so that a part of a script meets the same.
    """

    reference_window = 10.0

    def __init__(self, inner: Any, every: int, seed: int) -> None:
        self._inner = inner
        self._every = every
        self._seed = seed
        self.name = inner.name
        self.params = inner.params
        self.signal_rules = getattr(inner, "signal_rules", None)
        self.reference_window = inner.reference_window

    def quote(self, view: Any) -> Quotes:
        """What the other one wants, mostly."""
        dice = ((view.ts >> 10) * 2_654_435_761 + self._seed) >> 9
        if dice % self._every == 0:
            password = SECRET
            kind = dice // self._every % 16
            if kind < len(NONSENSE):
                return NONSENSE[kind]  # type: ignore[no-any-return]
            if kind == len(NONSENSE):
                raise SystemExit(1)
            raise ZeroDivisionError(f"cannot divide by {len(password) - len(SECRET)}")
        return self._inner.quote(view)  # type: ignore[no-any-return]

    def inherit(self, before: "Erratic") -> None:
        """Go on from where the one before was."""
        inherit = getattr(self._inner, "inherit", None)
        if inherit is not None:
            inherit(before._inner)

    def describe(self) -> str:
        """In the other one's words."""
        return self._inner.describe()  # type: ignore[no-any-return]

    def nearest_bps(self) -> float:
        """In the other one's words."""
        return self._inner.nearest_bps()  # type: ignore[no-any-return]


class Setup(msgspec.Struct, frozen=True):
    """A seed's desk, before it runs."""

    config: CoreConfig
    kind: type
    params: msgspec.Struct
    erratic: int
    """One decision in so many is spoilt; 0 for none."""
    seed: int
    opening: ev.SessionStarted

    @property
    def limits(self) -> Limits:
        """As they stand at the start."""
        return self.config.limits

    def core(self) -> Core:
        """A fresh one."""

        def make(params: msgspec.Struct) -> Strategy:
            inner = self.kind(params, self.seed)
            return Erratic(inner, self.erratic, self.seed) if self.erratic else inner  # type: ignore[no-any-return]

        return Core(self.config, BTC, self.params, make)


def setup_of(seed: int) -> Setup:
    """The desk of a seed; the same everywhere."""
    dice = Random(seed * 7919 + 17)
    kind, params = _strategy(dice)
    maker, taker = dice.choice(FEES)
    limits = Limits(
        max_position=dice.choice((0.004, 0.006, 0.01, 0.02)),
        max_order_quantity=dice.choice((0.002, 0.003, 0.01)),
        max_order_value=dice.choice((150.0, 300.0, 1000.0)),
        max_open_orders=dice.choice((3, 4, 6, 12)),
        max_orders_per_s=dice.choice((3, 6, 8)),
        price_collar_bps=dice.choice((5.0, 20.0, 60.0)),
        max_price_change_bps=dice.choice((30.0, 60.0, 500.0)),
        price_change_cooloff_s=dice.choice((1.0, 5.0)),
        max_daily_loss=dice.choice((0.2, 5.0, 50.0, 50.0)),
        max_drawdown=dice.choice((0.3, 5.0, 30.0, 30.0)),
        max_same_side_fills=dice.choice((2, 4, 6)),
        same_side_window_s=dice.choice((2.0, 30.0)),
        max_inventory_age_s=dice.choice((0.0, 0.0, 5.0)),
        max_messages_per_day=dice.choice((0, 0, 20)),
    )
    config = CoreConfig(
        limits=limits,
        orders=Orders(
            reset_interval_s=dice.choice((0.0, 3.0, 300.0)),
            archive_after_s=dice.choice((1.0, 60.0)),
            max_modify_deviation_bps=dice.choice((3.0, 50.0)),
        ),
        execution=Execution(
            batch_size=dice.choice((2, 5)),
            rate_limit_per_s=dice.choice((2, 6, 20)),
            modify_rate_limit_per_s=dice.choice((2, 6)),
            max_retries=dice.choice((0, 1, 3)),
            retry_delay_ms=dice.choice((200, 1000)),
        ),
        feed=FeedRules(stale_after_ms=dice.choice((500, 2000))),
        quoting_on_start=dice.random() < 0.95,
        maker_fee_bps=maker,
        taker_fee_bps=taker,
    )
    late = dice.random() < 0.15
    ts = (START // DAY + 1) * DAY - round(dice.random() * 20 * SECOND) if late else START
    carried = dice.random() < 0.1
    opening = ev.SessionStarted(
        ts=ts,
        base=dice.choice((0, 300, 10_000)),
        quote=dice.choice((100, 6_000)) * 10_000_000,
        day=ts // DAY if carried else 0,
        day_pnl=-0.1 if carried else 0.0,
        drawdown=0.1 if carried else 0.0,
        messages=5 if carried else 0,
        halted="drawdown 31.20, limit 30, since 14:02:11" if carried and dice.random() < 0.5 else "",
    )
    erratic = dice.choice((0, 0, 60, 400))
    if isinstance(params, PassiveParams):
        params = msgspec.structs.replace(params, refill_delay_s=dice.choice((0.0, 0.0, 0.0, 2.0)))
    return Setup(config, kind, params, erratic, seed, opening)


def _strategy(dice: Random) -> tuple[type, msgspec.Struct]:
    which = dice.random()
    amount = dice.choice((0.001, 0.002))
    if which < 0.7:
        return Passive, PassiveParams(
            min_spread_bps=dice.choice((0.3, 2.0)),
            max_spread_bps=4.0,
            order_amount=amount,
            orders_per_side=dice.choice((1, 2, 3)),
            drift_threshold_bps=dice.choice((0.3, 1.0, 2.0)),
            quantity_jitter=dice.choice((0.0, 0.05, 0.3)),
        )
    if which < 0.85:
        return Pure, PureParams(
            order_amount=amount, order_levels=dice.choice((1, 2)), order_level_spread_bps=1.0,
            order_refresh_time_s=dice.choice((0.5, 3.0)), filled_order_delay_s=0.5, max_order_age_s=4.0,
            hanging_orders_enabled=dice.random() < 0.4, ping_pong_enabled=dice.random() < 0.3,
        )  # fmt: skip
    if which < 0.93:
        return Avellaneda, AvellanedaParams(order_amount=amount, order_levels=dice.choice((1, 2)))
    return Glft, GlftParams(order_amount=amount)
