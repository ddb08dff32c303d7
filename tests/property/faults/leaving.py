"""What leaves the desk, judged: each order at its worst, each amend and query, and the pace of them all."""

from collections import deque
from typing import Any

from faults.ledger import ANSWER, Ledger, Sent
from faults.permit import Permit
from faults.setup import Setup
from faults.truth import SecondBook
from faults.words import hold
from mm_tui.core.engine import Core
from mm_tui.model import commands as cmd
from mm_tui.model.account import MICRO
from mm_tui.model.clock import DAY, SECOND
from mm_tui.model.events import BUY


class Leaving:
    """`hear` every command that passed the gate."""

    def __init__(self, setup: Setup, core: Core, ledger: Ledger, book: SecondBook, permit: Permit) -> None:
        self.core = core
        self.ledger = ledger
        self.book = book
        self.permit = permit
        self.rules = setup.config.execution
        self.rate: deque[int] = deque()
        self.places: deque[int] = deque()
        self.queries: dict[str, list[int]] = {}
        """When each order was asked for."""
        self.looked = 0
        """When the timer last went off that looks after orders without an answer, ns."""
        self.day = setup.opening.ts // DAY
        self.messages = setup.opening.messages if setup.opening.day == self.day else 0

    def read_levels(self) -> None:
        """An order that is kept for another quote changes its level; nothing says so."""
        opened = self.core.orders._open
        for name, order in self.ledger.open.items():
            if name in opened:
                order.level = opened[name].level

    def hear(self, command: Any, ts: int) -> int:  # noqa: C901, PLR0911 - one branch a kind
        """Judge a command; 1 for one that counts for pace, 0 for others."""
        kind, ledger = type(command), self.ledger
        if kind is cmd.CancelOrder:
            order = ledger.sent.get(command.order_id)
            if order is not None:
                order.doubt = self._doubtful(order, ts)
                order.cancelled = True
            return 0
        if kind is cmd.CancelAll:
            for order in ledger.open.values():
                order.cancelled = True
            return 0
        if kind is cmd.QueryOrder:
            self._check_query(command)
            return 0
        if kind is cmd.AmendOrder:
            self._check_amend(command)
            self._count(ts)
            return 1
        if kind not in (cmd.PlaceOrder, cmd.ReplaceOrder):
            return 0
        replace = kind is cmd.ReplaceOrder
        name = command.new_order_id if replace else command.order_id
        hold(name not in ledger.sent, 4, f"{name} was sent twice")
        order = Sent(ts, name, command.side, command.price, command.quantity)
        known = self.core.orders.get(name)
        hold(known is not None, 4, f"{name} left and is not known")
        if known is not None:
            order.level = known.level
        if not replace and command.reduce_only:
            order.immediate = True
            self._check_flatten(order)
            ledger.add(order)
            self._count(ts, limited=False)
            return 0
        leaving = ledger.sent[command.order_id] if replace else None
        self._check_quote(order, leaving)
        if leaving is not None:
            leaving.cancelled = True
            order.replaces = leaving.name
        ledger.add(order)
        self._count(ts)
        places = self.places
        places.append(ts)
        while places[0] <= ts - SECOND:
            places.popleft()
        hold(len(places) <= self.rules.rate_limit_per_s, 1, f"{len(places)} placements in a second")
        return 1

    def _count(self, ts: int, *, limited: bool = True) -> None:
        rate = self.rate
        rate.append(ts)
        while rate[0] <= ts - SECOND:
            rate.popleft()
        if ts // DAY != self.day:
            self.day, self.messages = ts // DAY, 0
        self.messages += 1
        if limited:
            hold(len(rate) <= self.permit.limits.max_orders_per_s, 1, f"{len(rate)} orders in a second")
            budget = self.permit.limits.max_messages_per_day
            hold(not budget or self.messages <= budget, 1, f"{self.messages} messages, {budget} a day are allowed")

    def _check_open_gate(self, what: str, ts: int) -> None:
        shut, killed = self.permit.shut(ts), self.permit.killed
        hold(not shut and not killed, 5, f"{what} left after {shut or 'the kill switch'}")

    def _check_amend(self, command: cmd.AmendOrder) -> None:
        self._check_open_gate(f"an amend of {command.order_id}", command.ts)
        order = self.ledger.open.get(command.order_id)
        hold(order is not None, 4, f"an amend of {command.order_id}, which is not open")
        if order is not None:
            hold(order.filled < command.quantity < order.quantity, 1, f"{order.name} is amended to {command.quantity}")

    def _check_query(self, command: cmd.QueryOrder) -> None:
        """Of an order that may live, after a while without an answer, and not while the exchange wants to be alone."""
        name, ts = command.order_id, command.ts
        order = self.ledger.open.get(name)
        hold(order is not None, 4, f"{name} is asked for, which is not open")
        hold(ts >= self.permit.quiet_until, 1, f"{name} is asked for though the venue wants to be left alone")
        asked = self.queries.setdefault(name, [-SECOND * 9])
        hold(ts - asked[-1] >= 2 * SECOND, 1, f"{name} is asked for again after {ts - asked[-1]} ns")
        asked.append(ts)
        if order is not None:
            hold(ts - order.ts >= 2 * SECOND, 4, f"{name} is asked for {ts - order.ts} ns after it left")

    def _doubtful(self, order: Sent, ts: int) -> bool:
        """Whether nobody knows what became of its placement."""
        return order.doubt or (not order.answered and not order.cancelled and self._overdue(ts - order.ts, ts))

    def _overdue(self, waited: int, ts: int) -> bool:
        """Of two timers that fall due at one moment the other may come before the one that looks after orders."""
        return waited > ANSWER or (waited == ANSWER and self.looked == ts)

    def _check_flatten(self, order: Sent) -> None:
        """The operator's own: towards zero, no more than is held, and only when asked for."""
        name = order.name
        hold(not self.permit.killed, 5, f"{name} left after the kill switch")
        hold(self.permit.flatten_asked, 5, f"{name} closes the position and nobody asked for it")
        room = self.ledger.lots_towards(order.side.opposite) - self.ledger.reserved(order.side)
        hold(order.quantity <= max(0, room), 5, f"{name} of {order.quantity} lots, {room} may be closed")
        hold(not self.book.suspect and self.book.valid, 2, f"{name} left on a book that is not believed")
        self._check_single(order)

    def _check_single(self, order: Sent) -> None:
        permit, mid2 = self.permit, self.book.mid2
        value = order.price * order.quantity
        hold(0 < order.quantity <= permit.max_quantity, 1, f"{order.name} of {order.quantity} lots")
        hold(0 < value <= permit.max_value, 1, f"{order.name} worth {value}")
        off = abs(2 * order.price - mid2) * 10_000
        hold(off <= permit.limits.price_collar_bps * mid2, 1, f"{order.name} stands {off / mid2:.1f} bps off")
        hold(order.ts >= permit.quiet_until, 1, f"{order.name} left though the venue wants to be left alone")

    def _check_quote(self, order: Sent, leaving: Sent | None) -> None:
        ledger, permit, side, name = self.ledger, self.permit, order.side, order.name
        self._check_open_gate(name, order.ts)
        hold(self.book.valid, 2, f"{name} left on an invalid book")
        hold(not self.book.suspect, 2, f"{name} left on data that is late, or before it was clean for a second")
        self._check_single(order)
        reserved = ledger.reserved(side)
        worst = ledger.lots_towards(side) + reserved + order.quantity
        allowed = permit.max_position
        hold(worst <= allowed, 1, f"{name}: {worst} lots at the worst, {allowed} are allowed")
        hold(not permit.stay, 5, f"{name} left though a person paused the desk")
        hold(not permit.off[side], 1, f"{name} left though its side is off: {permit.off[side]}")
        if permit.reduce_only or self.core.gate.restrained:
            hold(worst <= 0, 1, f"{name} left though the desk may only reduce: {worst} lots at the worst")
        replaced = {one.replaces for one in ledger.open.values()}
        standing = sum(one.name not in replaced or self._doubtful(one, order.ts) for one in ledger.open.values())
        standing -= leaving is not None
        hold(standing < permit.limits.max_open_orders, 1, f"{name} is one more than {standing} open orders")
        self._check_funds(order, leaving, reserved)
        for one in ledger.open.values():
            if one.side is not side:
                crosses = not one.cancelled and side * (order.price - one.price) >= 0
                hold(not crosses, 1, f"{name} at {order.price} meets {one.name} at {one.price}")
            elif one.level == order.level and not one.answered and leaving is None:
                hold(not self._doubtful(one, order.ts), 4, f"{name} is sent while {one.name} of its level is in doubt")

    def _check_funds(self, order: Sent, leaving: Sent | None, reserved: int) -> None:
        ledger = self.ledger
        if order.side is BUY:
            busy = ledger.bid_value() - (leaving.price * leaving.left if leaving is not None else 0)
            free = ledger.quote // MICRO - busy
            hold(order.price * order.quantity <= free, 1, f"{order.name}: {free} of the quote is free")
        else:
            free = ledger.base // MICRO - reserved + (leaving.left if leaving is not None else 0)
            hold(order.quantity <= free, 1, f"{order.name}: {free} lots are free")
