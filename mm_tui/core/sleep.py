"""How long a core may be left alone: what has to happen to the market before it does anything by itself.

For a backtest that knows the market ahead, and passes over what nothing would come of.
"""

from math import inf

from mm_tui.core.engine import Core
from mm_tui.core.state import QUOTES
from mm_tui.model.orders import Status

_STANDING = frozenset({Status.LIVE, Status.PARTIALLY_FILLED})


def settled_mids(core: Core) -> tuple[float, float] | None:
    """Between which mids, half ticks, no move of the book brings about anything by itself; None where any may.

    What the strategy says of its rest is not in it, nor the breaker of the price change.
    """
    conduct = core.conduct
    if conduct.stale or core.flattener.active or not core.stale_armed:
        return None
    if conduct.state in QUOTES:
        if core.quoter.dirty:
            return None
    elif core.outbox.ts < core.gate.cooling_until or core.judged() != (conduct.state, conduct.reason):
        return None
    if not core.guard.pnl_watched or core.gate.closed:
        return -inf, inf
    slack, slope, mid2 = core.breaker.slack, abs(core.account.position) * core.unit, core.references.mid2
    if slope and slack <= 0:
        return None
    reach = slack / (2 * slope) if slope else inf
    return mid2 - reach, mid2 + reach


def at_rest(core: Core) -> bool:
    """Whether no order is under way and none is missing, so that the `retry` timer finds nothing to do."""
    if core.conduct.state in QUOTES and (core.quoter.dirty or not core.executor.settled):
        return False
    return not core.flattener.active and all(
        order.status in _STANDING and order.level >= 0 for order in core.orders.open
    )


def slept(core: Core, ts: int, low2: int, high2: int) -> None:
    """The mid went between these and came to where it is, and nobody told the breaker."""
    if core.guard.pnl_watched:
        count = core.breaker.mark if core.gate.closed else core.breaker.on_pnl
        for mid2 in (low2, high2, core.references.mid2):
            count(ts, core.account.total2(mid2) * core.unit)
