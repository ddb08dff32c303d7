"""The risk panel's frame: the state, the limits as they stand now, and gauges that are there where they are on."""

import msgspec

from mm_tui.core.engine import Core
from mm_tui.model import account as accounts
from mm_tui.model.bounds import typed
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, SELL
from mm_tui.views import frames as fr
from mm_tui.views.fmt import number, steps


def risk_frame(core: Core, ts: int, refusal: str) -> fr.RiskFrame:
    """The limits of a core and how near it is to each; `refusal` is what its gate refused last."""
    limits, instrument = core.limits, core.instrument
    breaker, gate = core.breaker, core.gate
    position = core.account.position
    open_orders, rate = core.orders.places, gate.rate(ts)
    held = accounts.quantity(position, instrument)
    gauges = (
        fr.Gauge(
            name="position",
            value=number(held, instrument.quantity_decimals, signed=True),
            limit=steps(gate.max_position, instrument.step_size),
            share=abs(position) / (gate.max_position * accounts.MICRO) if gate.max_position else None,
        ),
        fr.Gauge(
            name="loss",
            value=number(breaker.loss, 2),
            limit=typed(limits.max_daily_loss),
            share=breaker.loss / limits.max_daily_loss,
        ),
        fr.Gauge(
            name="drawdown",
            value=number(breaker.drawdown, 2),
            limit=typed(limits.max_drawdown),
            share=breaker.drawdown / limits.max_drawdown,
        ),
        fr.Gauge(
            name="open",
            value=str(open_orders),
            limit=str(limits.max_open_orders),
            share=open_orders / limits.max_open_orders,
        ),
        fr.Gauge(
            name="orders/s",
            value=str(rate),
            limit=str(limits.max_orders_per_s),
            share=rate / limits.max_orders_per_s,
        ),
    )
    return fr.RiskFrame(
        state=core.risk_state,
        gauges=gauges + _budgets(core, ts),
        limits=tuple(msgspec.structs.asdict(limits).items()),
        refused=gate.refused,
        last_refusal=refusal,
        bids_on=core.conduct.side_on[BUY],
        asks_on=core.conduct.side_on[SELL],
    )


def _budgets(core: Core, ts: int) -> tuple[fr.Gauge, ...]:
    """What is watched only where it is switched on: how long the position is held, the day's messages."""
    limits, gauges = core.limits, []
    if limits.max_inventory_age_s:
        since = core.restraint.held_since
        age = 0 if since is None else max(0, ts - since) // SECOND
        gauges.append(
            fr.Gauge(
                name="held",
                value=f"{age} s",
                limit=f"{typed(limits.max_inventory_age_s)} s",
                share=age / limits.max_inventory_age_s,
            )
        )
    if limits.max_messages_per_day:
        sent, most = core.gate.messages(ts), limits.max_messages_per_day
        gauges.append(fr.Gauge(name="msgs/day", value=f"{sent:,}", limit=f"{most:,}", share=sent / most))
    return tuple(gauges)
