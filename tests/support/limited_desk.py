"""Desks with limits of their own, and one that holds a position and quotes both sides."""

from typing import Any

from pure_desk import ASK, BID, Rig, ask, bid

from mm_tui.core.config import CoreConfig
from mm_tui.model.events import BUY, SELL
from mm_tui.risk.limits import Limits

B, A = bid(BID - 1000), ask(ASK + 1000)


def rig_with(**limits: Any) -> Rig:
    return Rig(CoreConfig(limits=Limits(**limits)))


def long(lots: int = 100, **limits: Any) -> Rig:
    """A desk that bought so many lots, wants a bid and an ask, and has both resting."""
    rig = rig_with(**limits)
    (order,) = rig.quoting(bid(BID - 1000, lots))
    rig.strategy.want(B, A)
    rig.fill(order, lots)
    rig.accept()
    rig.take()
    assert rig.core.account.position_lots == lots
    assert {one.side for one in rig.core.orders.open} == {BUY, SELL}
    return rig


def resting(rig: Rig) -> list[tuple[int, int]]:
    return [(int(one.side), one.left) for one in rig.core.orders.open]
