"""The gate: every command becomes `Approved` or `Refused`, and nothing else reaches a venue.

Cancels always pass. A placement is held against the worst case: the position if every open order on its side were
filled too, those on their way in or out and those in doubt included. While the desk may only reduce, what passes
brings the position nearer to its baseline in that same worst case: together no more than is held.
"""

from bisect import bisect_right
from collections import deque

import msgspec

from mm_tui.model.bounds import exact, typed
from mm_tui.model.clock import DAY, SECOND, time_of_day
from mm_tui.model.commands import AmendOrder, OrderCommand, PlaceOrder, ReplaceOrder
from mm_tui.model.events import BUY, Side
from mm_tui.model.instrument import Instrument
from mm_tui.model.twin import twin
from mm_tui.risk.limits import Limits

KEPT = 5
"""One part in so many of the day's messages is kept for what reduces the position."""


_NEW = (PlaceOrder, ReplaceOrder)


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
        self.cooling, self.cooling_until = "", 0
        """Why it is closed by itself for a while, and until when, ns."""
        self.restrained = ""
        """Why only what reduces the position passes; empty while more may."""
        self.quiet_until = 0
        """The venue was asked too often and wants to be left alone until then, ns; cancels pass."""
        self.refused = 0
        self._sent: deque[int] = deque()
        self._day = 0
        self._messages = 0
        self.set_limits(limits)

    def set_limits(self, limits: Limits) -> None:
        """Take other limits from now on."""
        self.limits = limits
        self.max_position = self.instrument.floor_lots(exact(limits.max_position))
        self._max_quantity = self.instrument.floor_lots(exact(limits.max_order_quantity))
        self._max_value = self.instrument.value_units(exact(limits.max_order_value))
        budget = limits.max_messages_per_day
        self._reserve_from = budget and max(1, budget * (KEPT - 1) // KEPT)

    def twin(self) -> "Gate":
        """One that has let the same pass, and counts on by itself."""
        return twin(self)

    def shut(self, ts: int) -> str:
        """Why nothing but cancels and the operator's reduce-only passes now; empty where more may."""
        return self.closed or (self.cooling if ts < self.cooling_until else "")

    def rate(self, ts: int) -> int:
        """Placements, amends and replaces that left in the second before `ts`; anyone may ask, at any time."""
        return len(self._sent) - bisect_right(self._sent, ts - SECOND)

    def messages(self, ts: int) -> int:
        """Placements, amends and replaces that left this UTC day, sessions before included."""
        return self._messages if ts // DAY == self._day else 0

    def carry(self, ts: int, messages: int) -> None:
        """Count on from what sessions before sent this day."""
        self._day, self._messages = ts // DAY, messages

    def reserve_reached(self, ts: int) -> bool:
        """Whether the day's messages are used up to what is kept for reducing."""
        return bool(self.limits.max_messages_per_day) and self.messages(ts) >= self._reserve_from

    def quiet(self, ts: int) -> bool:
        """Whether the venue wants to be left alone now."""
        return ts < self.quiet_until

    @property
    def reserve_from(self) -> int:
        """From how many messages a day on only what reduces passes; 0 for never."""
        return self._reserve_from

    @property
    def reach(self) -> int:
        """How far the position may go by a placement, lots; 0 while it may only come nearer."""
        return 0 if self.restrained else self.max_position

    def room(self, side: Side, exposure: Exposure) -> int:
        """How many lots more may be sent on a side now, by the position limit and by reduce-only."""
        worst = side * exposure.position + exposure.reserved
        return self.reach - worst

    def breaks(self, price: int, quantity: int, mid2: int) -> str:
        """The limit of a single order that one is over, or empty; for orders that rest when a limit is tightened."""
        refused = self._check_single(price, quantity, mid2)
        return "" if refused is None else refused.rule

    def check(self, command: OrderCommand, exposure: Exposure) -> Approved | Refused:
        """Whether the command may leave now. `exposure` excludes the order that a replace takes out."""
        if isinstance(command, _NEW):
            verdict = self._check_new(command, exposure)
        elif isinstance(command, AmendOrder):
            shut = self.shut(command.ts)
            closed = Refused("gate closed", shut, "open") if shut else None
            verdict = closed or self._check_quiet(command.ts) or self._check_rate(command.ts, reducing=True)
        else:
            return Approved(command)
        if verdict is not None:
            self.refused += 1
            return verdict
        sent = self._sent
        while sent and sent[0] <= command.ts - SECOND:
            sent.popleft()
        sent.append(command.ts)
        self._messages = self.messages(command.ts) + 1
        self._day = command.ts // DAY
        return Approved(command)

    def _check_new(self, command: PlaceOrder | ReplaceOrder, exposure: Exposure) -> Refused | None:
        reduce_only = isinstance(command, PlaceOrder) and command.reduce_only
        shut = self.shut(command.ts)
        if shut and not reduce_only:
            return Refused("gate closed", shut, "open")
        refused = self._check_quiet(command.ts) or self._check_order(command, exposure)
        if refused is not None:
            return refused
        if reduce_only:
            return self._check_reducing(command, exposure)
        worst = command.side * exposure.position + exposure.reserved + command.quantity
        return self._check_worst(command, exposure, worst) or self._check_rate(command.ts, reducing=worst <= 0)

    def _check_worst(self, command: PlaceOrder | ReplaceOrder, exposure: Exposure, worst: int) -> Refused | None:
        if worst > self.max_position:
            return Refused("position", self._base(worst), self._base(self.max_position))
        if self.restrained and worst > 0:
            return self._check_reducing(command, exposure)
        if exposure.open_orders >= self.limits.max_open_orders:
            return Refused("open orders", str(exposure.open_orders + 1), str(self.limits.max_open_orders))
        return None

    def _check_order(self, command: PlaceOrder | ReplaceOrder, exposure: Exposure) -> Refused | None:
        price, quantity = command.price, command.quantity
        refused = self._check_single(price, quantity, exposure.mid2)
        if refused is not None:
            return refused
        opposite = exposure.own_opposite
        if opposite is not None and (price >= opposite if command.side is BUY else price <= opposite):
            return Refused("own cross", f"{self.instrument.price(price):f}", f"{self.instrument.price(opposite):f}")
        return self._check_funds(command.side, price, quantity, exposure)

    def _check_single(self, price: int, quantity: int, mid2: int) -> Refused | None:
        limits = self.limits
        if price <= 0 or quantity <= 0:
            return Refused("sense", f"{quantity} lots at {price} ticks", "both over 0")
        if quantity > self._max_quantity:
            return Refused("order size", self._base(quantity), self._base(self._max_quantity))
        if price * quantity > self._max_value:
            return Refused("order value", f"{self.instrument.value(price, quantity):f}", typed(limits.max_order_value))
        if not mid2:
            return Refused("collar", "no mid", f"{typed(limits.price_collar_bps)} bps")
        if abs(2 * price - mid2) * 10_000 > limits.price_collar_bps * mid2:
            off = abs(2 * price / mid2 - 1) * 10_000
            return Refused("collar", f"{off:.1f} bps", f"{typed(limits.price_collar_bps)} bps")
        return None

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

    def _check_quiet(self, ts: int) -> Refused | None:
        if self.quiet(ts):
            early = f"in {(self.quiet_until - ts) / SECOND:.1f} s"
            return Refused("retry after", early, time_of_day(self.quiet_until))
        return None

    def _check_rate(self, ts: int, *, reducing: bool) -> Refused | None:
        limit = self.limits.max_messages_per_day
        if limit and self.messages(ts) >= (limit if reducing else self._reserve_from):
            return Refused("message budget", str(self.messages(ts) + 1), self._budget(reducing=reducing))
        rate = self.rate(ts)
        if rate >= self.limits.max_orders_per_s:
            return Refused("order rate", str(rate + 1), f"{self.limits.max_orders_per_s}/s")
        return None

    def _base(self, lots: int) -> str:
        return f"{self.instrument.quantity(lots):f}"

    def _budget(self, *, reducing: bool) -> str:
        limit = self.limits.max_messages_per_day
        return f"{limit} a day" if reducing else f"{self._reserve_from} of {limit} a day"
