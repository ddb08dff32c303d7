"""Orders under any reports in any order: the table is never left, and what the order manager counts stays true."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure_desk import ASK, BID, Rig, ask, bid, placed

from mm_tui.core.config import CoreConfig
from mm_tui.core.oms import OrderManager
from mm_tui.errors import IllegalTransition
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.account import MICRO
from mm_tui.model.events import BUY, SELL, OrderFilled
from mm_tui.model.orders import TRANSITIONS, Order, Status, Trigger
from mm_tui.risk.limits import Limits

MOVES = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([*Trigger, "fill", "amend"]), st.integers(1, 12), st.integers(0, 4)),
    max_size=60,
)


@given(MOVES)
def test_random_triggers_never_leave_the_table(moves: list[tuple[int, Trigger | str, int, int]]) -> None:
    orders = OrderManager(5)
    known = [Order(order_id=str(n), side=BUY if n % 2 else SELL, price=100 + n, quantity=10) for n in range(4)]
    for one in known:
        orders.add(one)
    for ts, (index, what, quantity, trade) in enumerate(moves):
        order = known[index]
        before = (order.status, order.filled, order.quantity, set(order.trades))
        try:
            if what == "fill":
                orders.fill(
                    order,
                    OrderFilled(
                        ts=ts, order_id=order.order_id, trade_id=str(trade), price=1, quantity=quantity,
                        maker=True, fee=0, fee_in_base=False,
                    ),
                )  # fmt: skip
            elif what == "amend":
                orders.amend(order, quantity, ts)
            elif what not in (Trigger.FILL_PART, Trigger.FILL_REST):
                assert isinstance(what, Trigger)
                orders.move(order, what, ts)
                assert order.status is TRANSITIONS[before[0], what]
        except IllegalTransition:
            assert (order.status, order.filled, order.quantity, order.trades) == before
        orders.archive(ts)
        listed = list(orders.query(archived=True))
        assert sorted(one.order_id for one in listed) == ["0", "1", "2", "3"]
        assert set(map(id, orders.open)) == {id(one) for one in known if not one.terminal}
        for side in (BUY, SELL):
            assert orders.reserved(side) == sum(one.left for one in known if one.side is side and not one.terminal)
        for one in known:
            assert orders.get(one.order_id) is one
            assert one.terminal or one.left > 0
            if one.status is Status.FILLED:
                assert one.filled >= one.quantity


ACTS = ("tick", "wait", "accept", "reject", "fill", "cancel", "refuse", "amended", "want", "gap", "operator", "link")
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 1 << 30)), min_size=10, max_size=80)
LIMITS = Limits(max_position=0.004, max_order_quantity=0.002, max_open_orders=5, max_orders_per_s=6)


class Judged(Rig):
    """A rig that looks at what leaves after every single event."""

    def hear(self, event: Any) -> None:
        sent = len(self.commands)
        super().hear(event)
        core, fresh = self.core, placed(self.commands[sent:])
        if core.gate.closed or not core.book.valid or core.conduct.stale or core.conduct.paused:
            assert not fresh
        for side in {one.side for one in fresh}:
            # right after a placement everything that may still be filled lies within the limit
            worst = side * core.account.position + core.orders.reserved(side) * MICRO
            assert worst <= core.gate.max_position * MICRO


def drive(rig: Rig, act: str, dice: int) -> None:  # noqa: C901, PLR0912 - one branch a thing
    """One thing that may happen."""
    known = list(rig.core.orders.query())
    order = known[dice % len(known)] if known else None
    shift = dice % 4000 - 2000
    if act == "tick":
        rig.tick(BID + shift, ASK + shift)
    elif act == "wait":
        rig.sleep(0.01 + dice % 700 / 100)
    elif act == "want":
        size = 10 + dice % 290
        rig.want(*[bid(BID - 3000 - 500 * n, size, n) for n in range(dice % 4)], ask(ASK + 3000, size))
    elif act == "gap":
        rig.hear(ev.BookDelta(ts=rig.ts, first_id=10**9, final_id=10**9, bids=[], asks=[]))
    elif act == "operator":
        rig.act(
            ("pause", "toggle_bids", "toggle_asks", "flatten", "widen", "kill", "rearm", "pull", "cancel_order")[
                dice % 9
            ],
            "mm-1",
        )
    elif act == "link":
        if dice % 2:
            rig.hear(ev.LinkDown(ts=rig.ts, venue="x", reason="test"))
        else:
            rig.update += 10
            rig.hear(ev.LinkUp(ts=rig.ts, venue="x"))
            rig.hear(ev.BookSnapshot(ts=rig.ts, last_update_id=rig.update, bids=[(BID, 10**6)], asks=[(ASK, 10**6)]))
    elif order is None:
        rig.tick()
    elif act == "accept":
        rig.accept(order)
    elif act == "fill":
        lots = 1 + dice % max(1, order.left)
        rig.fill(order, lots if order.left > 0 else 1, trade_id=str(dice % 7) if dice % 3 == 0 else "")
    elif act == "cancel":
        rig.canceled(order)
    elif act == "reject":
        rig.hear(ev.OrderRejected(ts=rig.ts, order_id=order.order_id, code=-2010, reason="no"))
    elif act == "refuse":
        rig.hear(ev.CancelRejected(ts=rig.ts, order_id=order.order_id, code=-2011, reason="no"))
    elif act == "amended":
        rig.hear(ev.OrderAmended(ts=rig.ts, order_id=order.order_id, quantity=1 + dice % order.quantity))


@settings(max_examples=120, deadline=None)
@given(STEPS)
def test_nothing_that_leaves_could_break_a_limit_whatever_the_venue_says(steps: list[tuple[str, int]]) -> None:
    rig = Judged(CoreConfig(limits=LIMITS))
    rig.open_book()
    rig.want(bid(BID - 3000, 100), ask(ASK + 3000, 100))
    for act, dice in steps:
        drive(rig, act, dice)
    bought = sum(one.side * one.quantity for one in rig.said(facts.Filled))
    assert rig.core.account.position == bought * 1_000_000


@pytest.mark.parametrize("seed", range(3))
def test_the_same_reports_give_the_same_outputs(seed: int) -> None:
    outputs = []
    for _ in range(2):
        rig = Rig(CoreConfig(limits=LIMITS))
        rig.open_book()
        state = seed
        for _ in range(400):
            state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
            drive(rig, ACTS[(state >> 33) % len(ACTS)], state >> 34)
        outputs.append((rig.commands, rig.facts, rig.timers))
    assert outputs[0] == outputs[1]
    assert len(outputs[0][1]) > 50
