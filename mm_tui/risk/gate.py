"""The gate: every command becomes `Approved` or `Refused`, and nothing else reaches a venue.

Cancels always pass. A placement is held against the worst case: the position if every open order on its side were
filled too, those on their way in or out and those in doubt included.
"""

from collections import deque

import msgspec

from mm_tui.model.bounds import exact
from mm_tui.model.commands import AmendOrder, OrderCommand, PlaceOrder, ReplaceOrder
from mm_tui.model.events import BUY, Side
from mm_tui.model.instrument import Instrument
from mm_tui.risk.limits import Limits

SECOND = 1_000_000_000


class Approved(msgspec.Struct, frozen=True, gc=False):
    """A command that passed; a gateway accepts nothing else."""

    command: OrderCommand


class Refused(msgspec.Struct, frozen=True, gc=False):
    """Why a command did not pass."""

    rule: str
    value: str
    limit: str


class Exposure(msgspec.Struct):
    """What a placement on one side adds to; prices in ticks, quantities in lots."""

    position: int
    """Whole lots, rounded towards the command's side, so that a fraction counts."""
    reserved: int
    """Open on the command's side."""
    open_orders: int
    mid2: int
    """Half ticks; 0 while unknown."""
    own_opposite: int | None
    """Best price of our own orders on the other side."""
    base_free: int
    quote_free: int


class Gate:
    """Holds commands against the limits; the order rate is counted over any second."""

    def __init__(self, limits: Limits, instrument: Instrument) -> None:
        self.instrument = instrument
        self.closed = ""
        """Why nothing but cancels and the operator's reduce-only passes; empty while the gate is open."""
        self.refused = 0
        self._sent: deque[int] = deque()
        self.set_limits(limits)

    def set_limits(self, limits: Limits) -> None:
        """Take other limits from now on."""
        self.limits = limits
        self.max_position = self.instrument.floor_lots(exact(limits.max_position))
        self._max_quantity = self.instrument.floor_lots(exact(limits.max_order_quantity))
        self._max_value = self.instrument.value_units(exact(limits.max_order_value))

    def rate(self, ts: int) -> int:
        """Placements, amends and replaces that left in the last second."""
        sent = self._sent
        while sent and sent[0] <= ts - SECOND:
            sent.popleft()
        return len(sent)

    def check(self, command: OrderCommand, exposure: Exposure) -> Approved | Refused:
        """Whether the command may leave now. `exposure` excludes the order that a replace takes out."""
        if isinstance(command, PlaceOrder | ReplaceOrder):
            verdict = self._check_new(command, exposure)
        elif isinstance(command, AmendOrder):
            closed = Refused("gate closed", self.closed, "open") if self.closed else None
            verdict = closed or self._check_rate(command.ts)
        else:
            return Approved(command)
        if verdict is not None:
            self.refused += 1
            return verdict
        self._sent.append(command.ts)
        return Approved(command)

    def _check_new(self, command: PlaceOrder | ReplaceOrder, exposure: Exposure) -> Refused | None:
        reduce_only = isinstance(command, PlaceOrder) and command.reduce_only
        if self.closed and not reduce_only:
            return Refused("gate closed", self.closed, "open")
        refused = self._check_order(command, exposure)
        if refused is not None:
            return refused
        if reduce_only:
            return self._check_reducing(command, exposure)
        worst = command.side * exposure.position + exposure.reserved + command.quantity
        if worst > self.max_position:
            return Refused("position", self._base(worst), self._base(self.max_position))
        if exposure.open_orders >= self.limits.max_open_orders:
            return Refused("open orders", str(exposure.open_orders + 1), str(self.limits.max_open_orders))
        return self._check_rate(command.ts)

    def _check_order(  # noqa: PLR0911 - one line a rule
        self, command: PlaceOrder | ReplaceOrder, exposure: Exposure
    ) -> Refused | None:
        price, quantity, limits = command.price, command.quantity, self.limits
        if price <= 0 or quantity <= 0:
            return Refused("sense", f"{quantity} lots at {price} ticks", "both over 0")
        if quantity > self._max_quantity:
            return Refused("order size", self._base(quantity), self._base(self._max_quantity))
        if price * quantity > self._max_value:
            return Refused("order value", f"{self.instrument.value(price, quantity):f}", f"{limits.max_order_value:g}")
        if not exposure.mid2:
            return Refused("collar", "no mid", f"{limits.price_collar_bps:g} bps")
        if abs(2 * price - exposure.mid2) * 10_000 > limits.price_collar_bps * exposure.mid2:
            off = abs(2 * price / exposure.mid2 - 1) * 10_000
            return Refused("collar", f"{off:.1f} bps", f"{limits.price_collar_bps:g} bps")
        opposite = exposure.own_opposite
        if opposite is not None and (price >= opposite if command.side is BUY else price <= opposite):
            return Refused("own cross", f"{self.instrument.price(price):f}", f"{self.instrument.price(opposite):f}")
        return self._check_funds(command.side, price, quantity, exposure)

    def _check_funds(self, side: Side, price: int, quantity: int, exposure: Exposure) -> Refused | None:
        instrument = self.instrument
        if side is BUY:
            if price * quantity > exposure.quote_free:
                free = instrument.value(1, max(0, exposure.quote_free))
                return Refused("funds", f"{instrument.value(price, quantity):f} {instrument.quote}", f"{free:f} free")
        elif quantity > exposure.base_free:
            free = instrument.quantity(max(0, exposure.base_free))
            return Refused("funds", f"{instrument.quantity(quantity):f} {instrument.base}", f"{free:f} free")
        return None

    def _check_reducing(self, command: PlaceOrder | ReplaceOrder, exposure: Exposure) -> Refused | None:
        room = -command.side * exposure.position - exposure.reserved
        if command.quantity > room:
            return Refused("reduce only", self._base(command.quantity), self._base(max(0, room)))
        return None

    def _check_rate(self, ts: int) -> Refused | None:
        if self.rate(ts) >= self.limits.max_orders_per_s:
            return Refused("order rate", str(len(self._sent) + 1), f"{self.limits.max_orders_per_s}/s")
        return None

    def _base(self, lots: int) -> str:
        return f"{self.instrument.quantity(lots):f}"
