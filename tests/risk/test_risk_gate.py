"""Each rule of the gate below, at and above its limit."""

from decimal import Decimal

import msgspec
import pytest
from pure_desk import BTC, MID2, SECOND, START

from mm_tui.model import commands as cmd
from mm_tui.model.clock import DAY
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.risk.gate import Approved, Exposure, Gate, Refused
from mm_tui.risk.limits import Limits
from mm_tui.risk.throttle import Throttle

PRICE = 6_170_000
LIMITS = Limits(max_position=0.02, max_order_quantity=0.01, max_order_value=617.0, max_open_orders=3)


def exposure(**changes: object) -> Exposure:
    calm = Exposure(
        position=0, reserved=0, open_orders=0, mid2=MID2, own_opposite=None, base_free=10_000, quote_free=10**12
    )
    return msgspec.structs.replace(calm, **changes)


def place(
    side: Side = BUY, price: int = PRICE, quantity: int = 100, ts: int = START, *, reduce_only: bool = False
) -> cmd.PlaceOrder:
    return cmd.PlaceOrder(ts=ts, order_id="a", side=side, price=price, quantity=quantity, reduce_only=reduce_only)


def rule(command: cmd.OrderCommand, held: Exposure | None = None, gate: Gate | None = None) -> str:
    """The rule that refused; empty where it passed."""
    verdict = (gate or Gate(LIMITS, BTC)).check(command, held or exposure())
    if isinstance(verdict, Refused):
        return verdict.rule
    assert isinstance(verdict, Approved)
    assert verdict.command is command
    return ""


@pytest.mark.parametrize(("quantity", "expected"), [(999, ""), (1000, ""), (1001, "order size")])
def test_order_size(quantity: int, expected: str) -> None:
    assert rule(place(price=6_150_000, quantity=quantity)) == expected


@pytest.mark.parametrize(("price", "expected"), [(PRICE - 1, ""), (PRICE, ""), (PRICE + 1, "order value")])
def test_order_value(price: int, expected: str) -> None:
    assert rule(place(price=price, quantity=1000)) == expected


@pytest.mark.parametrize(("open_orders", "expected"), [(1, ""), (2, ""), (3, "open orders"), (4, "open orders")])
def test_open_orders(open_orders: int, expected: str) -> None:
    assert rule(place(), exposure(open_orders=open_orders)) == expected


@pytest.mark.parametrize("side", [BUY, SELL])
@pytest.mark.parametrize(("held", "reserved"), [(0, 1900), (1900, 0), (1000, 900), (-500, 2400)])
def test_worst_case_position(side: Side, held: int, reserved: int) -> None:
    for quantity, expected in ((99, ""), (100, ""), (101, "position")):
        command = place(side, 6_180_000 + (1000 if side is SELL else -1000), quantity)
        assert rule(command, exposure(position=side * held, reserved=reserved)) == expected


@pytest.mark.parametrize("side", [BUY, SELL])
def test_collar(side: Side) -> None:
    edge = MID2 * 60 / 20_000
    inner = int(MID2 / 2 + edge) if side is SELL else -int(-(MID2 / 2 - edge) // 1)
    assert rule(place(side, inner, 10)) == ""
    assert rule(place(side, inner + (1 if side is SELL else -1), 10)) == "collar"
    assert rule(place(side, inner), exposure(mid2=0)) == "collar"


@pytest.mark.parametrize(
    ("side", "price", "expected"),
    [
        (BUY, 99, ""),
        (BUY, 100, "own cross"),
        (BUY, 101, "own cross"),
        (SELL, 101, ""),
        (SELL, 100, "own cross"),
        (SELL, 99, "own cross"),
    ],
)
def test_own_orders_never_cross(side: Side, price: int, expected: str) -> None:
    assert (
        rule(place(side, price, 10), exposure(own_opposite=100, mid2=200), Gate(Limits(price_collar_bps=10_000), BTC))
        == expected
    )


def test_funds_of_a_bid_are_quote_and_of_an_ask_base() -> None:
    need = PRICE * 100
    assert rule(place(), exposure(quote_free=need, base_free=0)) == ""
    assert rule(place(), exposure(quote_free=need - 1)) == "funds"
    ask = place(SELL, 6_190_000)
    assert rule(ask, exposure(base_free=100, quote_free=0)) == ""
    assert rule(ask, exposure(base_free=99)) == "funds"
    assert rule(ask, exposure(base_free=-5)) == "funds"


@pytest.mark.parametrize(("price", "quantity"), [(0, 1), (-5, 1), (PRICE, 0), (PRICE, -1)])
def test_sense(price: int, quantity: int) -> None:
    assert rule(place(price=price, quantity=quantity)) == "sense"


def test_order_rate_counts_any_second_and_all_but_cancels() -> None:
    gate = Gate(LIMITS, BTC)
    amend = cmd.AmendOrder(ts=START, order_id="a", quantity=5)
    replace = cmd.ReplaceOrder(ts=START, order_id="a", new_order_id="b", side=BUY, price=PRICE, quantity=5)
    commands: tuple[cmd.OrderCommand, ...] = (place(), amend, replace)
    for number in range(8):
        assert rule(commands[number % 3], gate=gate) == ""
    assert gate.rate(START) == 8
    for command in commands:
        assert rule(command, gate=gate) == "order rate"
    assert gate.refused == 3
    assert rule(cmd.CancelOrder(ts=START, order_id="a"), gate=gate) == ""
    assert rule(cmd.CancelAll(ts=START), gate=gate) == ""
    assert rule(place(ts=START + SECOND - 1), gate=gate) == "order rate"
    assert rule(place(ts=START + SECOND), gate=gate) == ""
    assert gate.rate(START + SECOND) == 1


def test_a_look_at_the_rate_ahead_of_events_forgets_nothing() -> None:
    gate = Gate(msgspec.structs.replace(LIMITS, max_orders_per_s=2), BTC)
    assert [rule(place(), gate=gate), rule(place(), gate=gate)] == ["", ""]
    assert gate.rate(START + SECOND) == 0
    assert gate.rate(START + SECOND - 1) == 2
    assert rule(place(ts=START + SECOND - 1), gate=gate) == "order rate"


def test_a_closed_gate_lets_cancels_and_reducing_orders_through_alone() -> None:
    gate = Gate(LIMITS, BTC)
    gate.closed = "kill"
    long = exposure(position=50)
    assert rule(place(), gate=gate) == "gate closed"
    assert rule(cmd.AmendOrder(ts=START, order_id="a", quantity=5), gate=gate) == "gate closed"
    assert (
        rule(cmd.ReplaceOrder(ts=START, order_id="a", new_order_id="b", side=BUY, price=1, quantity=5), gate=gate)
        == "gate closed"
    )
    assert rule(cmd.CancelOrder(ts=START, order_id="a"), gate=gate) == ""
    assert rule(cmd.CancelAll(ts=START), gate=gate) == ""
    assert rule(place(SELL, 6_180_000, 50, reduce_only=True), long, gate) == ""


@pytest.mark.parametrize("side", [BUY, SELL])
def test_reduce_only_never_goes_through_zero(side: Side) -> None:
    for quantity, reserved, expected in ((50, 0, ""), (51, 0, "reduce only"), (50, 1, "reduce only"), (40, 10, "")):
        held = exposure(position=-side * 50, reserved=reserved)
        assert rule(place(side, 6_180_000, quantity, reduce_only=True), held) == expected
    assert rule(place(side, 6_180_000, 1, reduce_only=True), exposure(position=side * 50)) == "reduce only"


def test_a_refusal_says_what_and_how_much() -> None:
    verdict = Gate(LIMITS, BTC).check(place(quantity=100), exposure(position=1950))
    assert verdict == Refused("position", "0.02050", "0.02000")


def test_limits_round_down_to_whole_lots_and_can_be_changed() -> None:
    gate = Gate(Limits(max_position=0.000019), BTC)
    assert gate.max_position == 1
    gate.set_limits(Limits(max_position=0.5))
    assert gate.max_position == 50_000
    assert gate.limits.max_position == float(Decimal("0.5"))


def test_a_throttle_paces_and_says_when_there_is_room() -> None:
    throttle = Throttle(2)
    assert throttle.next_room(5) == 5
    throttle.take(0)
    throttle.take(SECOND // 2)
    assert throttle.room(SECOND - 1) == 0
    assert throttle.next_room(SECOND - 1) == SECOND
    assert throttle.room(SECOND) == 1


def replace(side: Side, quantity: int, ts: int = START) -> cmd.ReplaceOrder:
    return cmd.ReplaceOrder(ts=ts, order_id="a", new_order_id="b", side=side, price=6_180_000, quantity=quantity)


@pytest.mark.parametrize("side", [BUY, SELL])
@pytest.mark.parametrize(
    ("reserved", "quantity", "expected"),
    [(0, 50, ""), (0, 51, "reduce only"), (20, 30, ""), (20, 31, "reduce only"), (50, 1, "reduce only")],
)
def test_a_restrained_gate_lets_through_what_reduces_and_no_more_than_is_held(
    side: Side, reserved: int, quantity: int, expected: str
) -> None:
    gate = Gate(LIMITS, BTC)
    gate.restrained = "by the operator"
    held = exposure(position=-side * 50, reserved=reserved)
    assert rule(place(side, 6_180_000, quantity), held, gate) == expected
    assert rule(replace(side, quantity), held, gate) == expected
    away = exposure(position=side * 50)
    assert rule(place(side, 6_180_000, 1), away, gate) == "reduce only"
    assert rule(cmd.AmendOrder(ts=START, order_id="a", quantity=5), away, gate) == ""
    assert rule(cmd.CancelOrder(ts=START, order_id="a"), gate=gate) == ""


def test_a_restrained_gate_lets_nothing_out_while_flat() -> None:
    gate = Gate(LIMITS, BTC)
    gate.restrained = "by the operator"
    for side in (BUY, SELL):
        assert rule(place(side, 6_180_000, 1), gate=gate) == "reduce only"
        assert gate.room(side, exposure()) == 0
        assert gate.room(side, exposure(position=-side * 30, reserved=10)) == 20


def test_what_reduces_passes_a_position_limit_that_is_tightened_below_the_position() -> None:
    gate = Gate(Limits(max_position=0.0001), BTC)
    long = exposure(position=50)
    assert rule(place(SELL, 6_190_000, 60), long, gate) == ""
    assert rule(place(SELL, 6_190_000, 61), long, gate) == "position"
    assert rule(place(BUY, PRICE, 1), long, gate) == "position"


def spent(count: int, limit: int = 10) -> Gate:
    """A gate that let so many messages out today, one a second."""
    gate = Gate(Limits(max_messages_per_day=limit), BTC)
    for second in range(count):
        assert rule(place(quantity=1, ts=START + second * SECOND), gate=gate) == ""
    return gate


def test_a_fifth_of_the_days_messages_is_kept_for_what_reduces_and_cancels_always_pass() -> None:
    gate = spent(7)
    assert not gate.reserve_reached(START + 7 * SECOND)
    gate = spent(8)
    now = START + 100 * SECOND
    assert gate.reserve_reached(now)
    assert gate.messages(now) == 8
    assert rule(place(quantity=1, ts=now), gate=gate) == "message budget"
    assert rule(replace(BUY, 1, now), gate=gate) == "message budget"
    long = exposure(position=50)
    assert rule(place(SELL, 6_190_000, 50, ts=now), long, gate) == ""
    assert rule(cmd.AmendOrder(ts=now, order_id="a", quantity=5), long, gate) == ""
    assert rule(place(SELL, 6_190_000, 50, ts=now), long, gate) == "message budget"
    assert rule(cmd.AmendOrder(ts=now, order_id="a", quantity=5), long, gate) == "message budget"
    assert rule(cmd.CancelOrder(ts=now, order_id="a"), gate=gate) == ""
    assert rule(place(SELL, 6_190_000, 50, ts=now, reduce_only=True), long, gate) == ""


def test_the_days_messages_begin_anew_at_midnight() -> None:
    gate = spent(8)
    midnight = (START // DAY + 1) * DAY
    assert rule(place(ts=midnight - 1, quantity=1), gate=gate) == "message budget"
    assert gate.messages(midnight) == 0
    assert not gate.reserve_reached(midnight)
    assert rule(place(ts=midnight, quantity=1), gate=gate) == ""
    assert gate.messages(midnight) == 1


def test_the_messages_of_sessions_before_count() -> None:
    gate = Gate(Limits(max_messages_per_day=10), BTC)
    gate.carry(START, 8)
    assert rule(place(quantity=1), gate=gate) == "message budget"
    assert gate.messages(START) == 8


def test_a_budget_of_one_message_is_one_message() -> None:
    gate = Gate(Limits(max_messages_per_day=1), BTC)
    assert rule(place(quantity=1), gate=gate) == ""
    assert rule(place(quantity=1), gate=gate) == "message budget"


def test_orders_that_rest_are_held_against_the_limits_of_a_single_one() -> None:
    gate = Gate(LIMITS, BTC)
    assert gate.breaks(PRICE, 1000, MID2) == ""
    assert gate.breaks(PRICE, 1001, MID2) == "order size"
    assert gate.breaks(PRICE + 1, 1000, MID2) == "order value"
    assert gate.breaks(MID2, 1, MID2) == "collar"
