"""The invariants, held after every event against a second bookkeeping that asks the core for nothing it can count.

It hears what the core hears and reads what leaves it, so that it can judge a script without the market and the venue
that made it.
"""

from collections import Counter, deque
from decimal import Decimal
from typing import Any

import msgspec

from faults.ledger import Ledger, Sent
from faults.setup import BTC, Setup
from faults.truth import SecondBook
from faults.words import hold
from mm_tui.core.engine import Core
from mm_tui.core.state import QUOTES
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.account import MICRO
from mm_tui.model.clock import DAY, SECOND
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.orders import RESTING
from mm_tui.risk.gate import Approved
from mm_tui.risk.limits import Limits

ANSWER = 5 * SECOND
"""An order without an answer for so long is in doubt."""
KEPT = 5
REPLIES = frozenset(
    {
        ev.OrderAccepted, ev.OrderRejected, ev.OrderFilled, ev.OrderCanceled, ev.CancelRejected, ev.OrderAmended,
        ev.OrderStatus, ev.QueryRejected,
    }
)  # fmt: skip
MARKET = frozenset({ev.BookDelta, ev.BookSnapshot, ev.TopOfBook, ev.LinkUp, ev.LinkDown})
UNIT = BTC.tick_size * BTC.step_size
SIGNS = {"bids": BUY, "asks": SELL}


class Oracle:
    """Judges one run."""

    def __init__(self, setup: Setup, core: Core, left_at_the_wire: dict[str, int]) -> None:
        self.core = core
        self.ledger = Ledger(setup.opening.base, setup.opening.quote)
        self.book = SecondBook(setup.config.feed.stale_after_ms * 1_000_000)
        self.wire = left_at_the_wire
        self.rules = setup.config.execution
        self._take_limits(setup.limits)
        self.closed = setup.opening.halted
        """Why nothing may leave; empty while it may."""
        self.closing = False
        self.killed = False
        """The flag was thrown; the event may still be on its way."""
        self.flatten_asked = False
        self.stay = not setup.config.quoting_on_start
        """A person said so: no quotes until one asks for them."""
        self.quiet_until = 0
        self.reduce_only = False
        self.setting = False
        """A person sets something, and may make limits tighter alone."""
        self.off: dict[Side, str] = {BUY: "", SELL: ""}
        """Who switched a side off: `person`, `limit` or nobody."""
        self.runs: dict[Side, deque[int]] = {BUY: deque(), SELL: deque()}
        self.rate: deque[int] = deque()
        self.places: deque[int] = deque()
        self.queries: dict[str, list[int]] = {}
        """When each order was asked for."""
        self.day = setup.opening.ts // DAY
        self.messages = setup.opening.messages if setup.opening.day == self.day else 0
        self._open_pnl(setup.opening)
        self.noticed: Counter[str] = Counter()
        """What the core said, by its kind: a simulator that meets nothing finds nothing."""
        self._mid2 = 0
        self._unit = float(UNIT) / (2 * MICRO)

    def _take_limits(self, limits: Limits) -> None:
        self.limits = limits
        self.max_position = int(Decimal(repr(limits.max_position)) / BTC.step_size)
        self.max_quantity = int(Decimal(repr(limits.max_order_quantity)) / BTC.step_size)
        self.max_value = int(Decimal(repr(limits.max_order_value)) / UNIT)

    def _open_pnl(self, opening: ev.SessionStarted) -> None:
        self.pnl = 0.0
        self.day_start = -opening.day_pnl if opening.day == self.day else 0.0
        self.peak = opening.drawdown
        self.pnl_day = self.day
        self.watched = bool(opening.day)

    # -- before and after an event

    def throw_kill(self) -> None:
        """The kill switch: from now on nothing may leave, though the event comes later."""
        self.killed = True

    def before(self, event: Any) -> None:
        """The core is about to hear it."""
        kind = type(event)
        book = self.book
        book.look(event.ts)
        if kind in REPLIES:
            self.ledger.hear(event)
            self._hear_reply(event)
        elif kind in MARKET:
            book.hear(event)
        elif kind is ev.OperatorAction:
            self._hear_person(event)
        elif kind is ev.WatchdogTripped:
            if event.rule == "exposure":
                self._close("exposure at the wire")
            elif event.rule != "strategy_budget":
                book.doubt()

    def after(self, event: Any, commands: list[Any], told: list[Any]) -> None:
        """What the core did."""
        ts = event.ts
        for fact in told:
            self._hear_fact(fact)
        if commands:
            self._read_levels()
        sent = 0
        for command in commands:
            if type(command) is Approved:
                sent += self._hear_command(command.command, ts)
            elif type(command) is cmd.RequestSnapshot:
                self.noticed["asks again for a snapshot"] += command.reason.startswith("the snapshot was older")
        hold(sent <= self.rules.batch_size, 1, f"{sent} commands left on one event, at most {self.rules.batch_size}")
        self._check_account()
        self._check_orders(event)
        self._check_book(event)
        self._check_loss(event)

    # -- what was heard

    def _close(self, why: str) -> None:
        self.closed = self.closed or why
        self.flatten_asked = False

    def _hear_reply(self, event: Any) -> None:
        if self.ledger.overfilled and not self.closed:
            self._close("overfill")
        self.ledger.overfilled = False
        if type(event) in (ev.OrderRejected, ev.CancelRejected, ev.QueryRejected):
            if event.code == 418:
                self._close("banned")
            if event.retry_after_ns:
                self.quiet_until = max(self.quiet_until, event.ts + event.retry_after_ns)
        risen = self.ledger.risen
        hold(not risen, 4, f"{risen} was let go as one that never came, and lives")
        for done in self.ledger.completed:
            self._count_run(event.ts, done.side)

    def _count_run(self, ts: int, side: Side) -> None:
        run, limits = self.runs[side], self.limits
        self.runs[side.opposite].clear()
        run.append(ts)
        while run[0] < ts - round(limits.same_side_window_s * SECOND):
            run.popleft()
        if len(run) > limits.max_same_side_fills:
            run.clear()
            self.off[side] = self.off[side] or "limit"

    def _hear_person(self, event: ev.OperatorAction) -> None:
        action = event.action
        self.setting = action == "set"
        if action == "kill":
            self._close("kill")
            self.killed = self.closing = False
        elif action == "close":
            self.closing = self.closing or not self.closed
            self._close("closing")
        elif action == "flatten":
            self.stay = self.flatten_asked = True
        elif action == "pull":
            self.stay = True
        elif action == "pause" and not self.closed:
            self.stay = self.core.state in QUOTES
        elif action == "rearm" and self.closed and not self.closing:
            self.closed, self.stay = "", True
            self.off = {side: who if who == "person" else "" for side, who in self.off.items()}
            self._forgive()
        elif action == "rearm" and not self.closed:
            self._forgive()
        elif action in ("toggle_bids", "toggle_asks"):
            side = SIGNS[action[7:]]
            self.off[side] = "" if self.off[side] else "person"
        elif action == "reduce_only":
            self.reduce_only = not self.reduce_only

    def _forgive(self) -> None:
        """Loss and peak may start anew."""
        self.peak = min(self.peak, self.pnl)
        self.day_start = min(self.day_start, self.pnl)
        for run in self.runs.values():
            run.clear()

    def _hear_fact(self, fact: Any) -> None:
        kind = type(fact)
        if kind is facts.StateChanged:
            self.noticed[fact.state] += 1
        elif kind is facts.OrderChanged:
            self.noticed[fact.status] += 1
        elif kind is facts.BookInvalid:
            self.noticed[fact.reason.partition(":")[0]] += 1
        elif kind is facts.Noted:
            self.noticed["a spoilt decision"] += fact.text.endswith("that decision is dropped")
        elif kind is facts.RiskRefused:
            self.noticed[f"refused: {fact.rule}"] += 1
        elif kind is facts.RiskTripped:
            self.noticed[f"tripped: {fact.rule}"] += 1
            if fact.action == "halt":
                self._close(fact.rule)
                self.closing = False
            elif fact.action.endswith(" off"):
                side = SIGNS[fact.action[:4]]
                self.off[side] = self.off[side] or "limit"
                self.runs[side].clear()
        elif kind is facts.ParameterChanged and fact.name.startswith("risk."):
            key = fact.name[5:]
            tighter = float(fact.after) <= float(fact.before)
            hold(tighter or not self.setting, 1, f"{fact.name} went from {fact.before} to {fact.after} unasked")
            whole = isinstance(getattr(self.limits, key), int)
            self._take_limits(msgspec.structs.replace(self.limits, **{key: (int if whole else float)(fact.after)}))

    # -- what leaves

    def _read_levels(self) -> None:
        """An order that is kept for another quote changes its level; nothing says so."""
        opened = self.core.orders._open
        for name, order in self.ledger.open.items():
            if name in opened:
                order.level = opened[name].level

    def _hear_command(self, command: Any, ts: int) -> int:  # noqa: C901, PLR0911 - one branch a kind
        """Judge a command; 1 for one that counts for pace, 0 for others."""
        kind, ledger = type(command), self.ledger
        if kind is cmd.CancelOrder:
            order = ledger.sent.get(command.order_id)
            if order is not None:
                late = not order.answered and not order.cancelled and ts - order.ts >= ANSWER
                order.doubt = order.doubt or late
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
            hold(len(rate) <= self.limits.max_orders_per_s, 1, f"{len(rate)} orders in a second")
            budget = self.limits.max_messages_per_day
            hold(not budget or self.messages <= budget, 1, f"{self.messages} messages, {budget} a day are allowed")

    def _check_open_gate(self, what: str) -> None:
        hold(not self.closed and not self.killed, 5, f"{what} left after {self.closed or 'the kill switch'}")

    def _check_amend(self, command: cmd.AmendOrder) -> None:
        self._check_open_gate(f"an amend of {command.order_id}")
        order = self.ledger.open.get(command.order_id)
        hold(order is not None, 4, f"an amend of {command.order_id}, which is not open")
        if order is not None:
            hold(order.filled < command.quantity < order.quantity, 1, f"{order.name} is amended to {command.quantity}")

    def _check_query(self, command: cmd.QueryOrder) -> None:
        """Of an order that may live, after a while without an answer, and not while the exchange wants to be alone."""
        name, ts = command.order_id, command.ts
        order = self.ledger.open.get(name)
        hold(order is not None, 4, f"{name} is asked for, which is not open")
        hold(ts >= self.quiet_until, 1, f"{name} is asked for though the venue wants to be left alone")
        asked = self.queries.setdefault(name, [-SECOND * 9])
        hold(ts - asked[-1] >= 2 * SECOND, 1, f"{name} is asked for again after {ts - asked[-1]} ns")
        asked.append(ts)
        if order is not None:
            hold(ts - order.ts >= 2 * SECOND, 4, f"{name} is asked for {ts - order.ts} ns after it left")

    def _doubtful(self, order: Sent, ts: int) -> bool:
        """Whether nobody knows what became of its placement."""
        return order.doubt or (not order.answered and not order.cancelled and ts - order.ts >= ANSWER)

    def _check_flatten(self, order: Sent) -> None:
        """The operator's own: towards zero, no more than is held, and only when asked for."""
        name = order.name
        hold(not self.killed, 5, f"{name} left after the kill switch")
        hold(self.flatten_asked, 5, f"{name} closes the position and nobody asked for it")
        room = self.ledger.lots_towards(order.side.opposite) - self.ledger.reserved(order.side)
        hold(order.quantity <= max(0, room), 5, f"{name} of {order.quantity} lots, {room} may be closed")
        hold(not self.book.suspect and self.book.valid, 2, f"{name} left on a book that is not believed")
        self._check_single(order)

    def _check_single(self, order: Sent) -> None:
        limits, mid2 = self.limits, self.book.mid2
        hold(0 < order.quantity <= self.max_quantity, 1, f"{order.name} of {order.quantity} lots")
        hold(
            0 < order.price * order.quantity <= self.max_value, 1, f"{order.name} worth {order.price * order.quantity}"
        )
        off = abs(2 * order.price - mid2) * 10_000
        hold(off <= limits.price_collar_bps * mid2, 1, f"{order.name} stands {off / mid2:.1f} bps off")
        hold(order.ts >= self.quiet_until, 1, f"{order.name} left though the venue wants to be left alone")

    def _check_quote(self, order: Sent, leaving: Sent | None) -> None:
        ledger, side, name = self.ledger, order.side, order.name
        self._check_open_gate(name)
        hold(self.book.valid, 2, f"{name} left on an invalid book")
        hold(not self.book.suspect, 2, f"{name} left on data that is late, or before it was clean for a second")
        self._check_single(order)
        reserved = ledger.reserved(side)
        worst = ledger.lots_towards(side) + reserved + order.quantity
        hold(worst <= self.max_position, 1, f"{name}: {worst} lots at the worst, {self.max_position} are allowed")
        hold(not self.stay, 5, f"{name} left though a person paused the desk")
        hold(not self.off[side], 1, f"{name} left though its side is off: {self.off[side]}")
        if self.reduce_only or self.core.gate.restrained:
            hold(worst <= 0, 1, f"{name} left though the desk may only reduce: {worst} lots at the worst")
        replaced = {one.replaces for one in ledger.open.values()}
        standing = sum(one.name not in replaced or self._doubtful(one, order.ts) for one in ledger.open.values())
        standing -= leaving is not None
        hold(standing < self.limits.max_open_orders, 1, f"{name} is one more than {standing} open orders")
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

    # -- what must be so after every event

    def _check_account(self) -> None:
        account, ledger = self.core.account, self.ledger
        if account.base != ledger.base or account.quote != ledger.quote or account.asset_paid != ledger.asset:
            hold(account.base == ledger.base, 3, f"base is {account.base}, the fills say {ledger.base}")
            hold(account.quote == ledger.quote, 3, f"quote is {account.quote}, the fills say {ledger.quote}")
            hold(condition=False, invariant=3, what=f"fees in an asset: {account.asset_paid}, {ledger.asset} were paid")

    def _check_orders(self, event: Any) -> None:  # noqa: C901 - one look a rule
        core, ledger = self.core, self.ledger
        opened = core.orders._open
        if opened.keys() != ledger.open.keys():
            lost, more = sorted(ledger.open.keys() - opened.keys()), sorted(opened.keys() - ledger.open.keys())
            hold(condition=False, invariant=4, what=f"may live but is not listed: {lost}; is listed but dead: {more}")
        if not opened:
            return
        if type(event) in REPLIES:
            for name, order in ledger.open.items():
                left = opened[name].left
                hold(left == order.left, 4, f"{left} of {name} may be filled, {order.left} by what was heard")
            wire = self.wire
            if len(wire) != len(opened) or any(wire.get(name) != one.left for name, one in opened.items()):
                hold(condition=False, invariant=8, what=f"{wire} at the wire")
        for name, one in opened.items():
            if one.level < 0 and one.status in RESTING:
                hold(event.ts - one.updated <= ANSWER, 4, f"{name} should be gone at once, and nobody asks for it")
        if self.closed or core.state not in QUOTES:
            for name, one in opened.items():
                if one.level >= 0:
                    hold(one.status not in RESTING, 5 if self.closed else 2, f"{name} rests while {core.state.value}")
                    if self.closed:
                        hold(ledger.open[name].cancelled, 5, f"{name} got no cancel after {self.closed}")
        if self.closed:
            hold(core.gate.closed, 5, f"the gate is open after {self.closed}")

    def _check_book(self, event: Any) -> None:
        core, book = self.core, self.book
        valid = book.valid
        if core.book.valid is not valid:
            hold(condition=False, invariant=2, what=f"the book is {core.book.valid}, by the frames {valid}")
        if valid and type(event) in MARKET:
            seen = core.book
            if seen.bids.levels != book.bids or seen.asks.levels != book.asks:
                hold(condition=False, invariant=2, what="levels differ from what the frames say")
            if core.references.mid2 != book.mid2:
                hold(condition=False, invariant=2, what=f"the mid is {core.references.mid2}, by the frames {book.mid2}")
        if not valid or book.suspect:
            hold(core.state not in QUOTES or not book.known, 2, f"quotes are wanted on a book that is {valid}")
            for order in self.ledger.open.values():
                if order.level >= 0 and not order.immediate:
                    hold(order.cancelled, 2, f"{order.name} got no cancel")

    def _check_loss(self, event: Any) -> None:
        """A limit of loss that is reached halts in the same event."""
        ledger = self.ledger
        mid2 = self.core.references.mid2
        if not mid2 or not (ledger.fills or self.watched):
            return
        filled = type(event) in (ev.OrderFilled, ev.OrderStatus)
        if mid2 == self._mid2 and not filled:
            return
        before, self._mid2 = self._mid2, mid2
        pnl, limits = ledger.pnl2(mid2) * self._unit, self.limits
        day = event.ts // DAY
        if day != self.pnl_day:
            self.pnl_day, self.day_start = day, min(self.pnl, pnl)
        self.pnl = pnl
        self.peak = max(self.peak, pnl)
        if not self.closed:
            lost, below = self.day_start - pnl, self.peak - pnl
            hold(lost < limits.max_daily_loss, 5, f"{lost:.2f} lost today and no halt, {limits.max_daily_loss} allowed")
            hold(
                below < limits.max_drawdown, 5, f"{below:.2f} below the peak and no halt, {limits.max_drawdown} allowed"
            )
            if before and abs(mid2 - before) * 10_000 > limits.max_price_change_bps * min(mid2, before):
                hold(self.core.state not in QUOTES, 1, "the price jumped over its limit and quotes are wanted")
