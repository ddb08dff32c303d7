"""Bugs of the kinds that sank others, each planted in the real code by changing a few words of it.

The words must stand in the function exactly once, so that a plant whose ground has moved says so instead of passing.
"""

import inspect
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from mm_tui.book.sync import BookSync
from mm_tui.core.cancels import Cancels
from mm_tui.core.conduct import Conduct
from mm_tui.core.console import Console
from mm_tui.core.deciding import Deciding
from mm_tui.core.doubts import Doubts
from mm_tui.core.engine import Core
from mm_tui.core.execution import Executor
from mm_tui.core.flatten import Flatten
from mm_tui.core.guard import Guard
from mm_tui.core.oms import OrderManager
from mm_tui.core.passage import Passage
from mm_tui.core.quoter import Quoter
from mm_tui.core.replies import Replies
from mm_tui.core.retry import RetryTimer
from mm_tui.model.account import Account
from mm_tui.model.orders import TRANSITIONS, Status, Trigger
from mm_tui.risk.breaker import Breaker
from mm_tui.risk.gate import Gate
from mm_tui.runtime.inbox import DeskInbox
from mm_tui.runtime.wire import WireCount

SEEDS = 200
"""Within so many seeds each plant must be found."""


class Plant(msgspec.Struct, frozen=True):
    """A bug."""

    name: str
    breaks: tuple[int, ...]
    """The invariants that may be the first to break."""
    sow: Callable[[pytest.MonkeyPatch], None]
    besides: Callable[[pytest.MonkeyPatch], None] | None = None
    """A second layer that would have held, broken too."""

    first: int = 0
    """Seeds are tried from this one on: what is rare is met there."""

    def plant(self, patch: pytest.MonkeyPatch) -> None:
        """Put it in."""
        self.sow(patch)
        if self.besides is not None:
            self.besides(patch)


def _words(owner: type, name: str, before: str, after: str) -> Callable[[pytest.MonkeyPatch], None]:
    """A bug that is a few words of a method changed."""

    def sow(patch: pytest.MonkeyPatch) -> None:
        found = owner.__dict__[name]
        function = found.fget if isinstance(found, property) else found
        source = textwrap.dedent(inspect.getsource(function))
        if source.count(before) != 1:
            raise LookupError(f"{owner.__name__}.{name} holds {before!r} {source.count(before)} times, not once")
        place = sys.modules[owner.__module__].__dict__
        names: dict[str, Any] = {}
        exec(compile(source.replace(before, after), f"planted in {name}", "exec"), place, names)  # noqa: S102 - our own
        patch.setattr(owner, name, names[name])

    return sow


def _row(status: Status, trigger: Trigger, after: Status) -> Callable[[pytest.MonkeyPatch], None]:
    """A bug that is a row of the transitions changed."""
    return lambda patch: patch.setitem(TRANSITIONS, (status, trigger), after)


def _count_on(patch: pytest.MonkeyPatch) -> None:
    """Something outside the desk is part of what it says."""
    runs = iter(range(1 << 30))
    first = Core.__init__

    def opened(self: Core, *rest: Any) -> None:
        first(self, *rest)
        self.executor._prefix = f"mm{next(runs)}"

    patch.setattr(Core, "__init__", opened)


PLANTS = (
    # orders
    Plant("an order is sent again on a time-out", (4,), _words(Executor, "_place", "if doubtful:", "if False:")),
    Plant(
        "what happens as a time-out falls due puts it off", (4,),
        _words(RetryTimer, "wake", "self._due < ts", "self._due <= ts"),
        first=926,
    ),
    Plant("a time-out counts as a refusal", (4, 5), _words(Replies, "_rejected", "uncertain(event.code)", "False")),
    Plant(
        "what is in doubt is not reserved", (1,),
        _words(
            OrderManager, "reserved",
            "if order.side is side:", "if order.side is side and order.status != 'unknown':",
        ),
    ),
    Plant("a fill after the cancel is dropped", (3,), _words(Replies, "_filled", "event.price <= 0", "order.terminal")),
    Plant(
        "a fill that is told twice is booked twice", (3,),
        _words(OrderManager, "fill", "if fill.trade_id in order.trades:", "if False:"),
    ),
    Plant("a cancel is taken for proof at once", (4,), _row(Status.LIVE, Trigger.ASK_CANCEL, Status.CANCELED)),
    Plant(
        "a cancel that was refused is taken for proof", (4,),
        _row(Status.PENDING_CANCEL, Trigger.CANCEL_REJECTED, Status.CANCELED),
    ),
    Plant(
        "an order in doubt is let go when its cancel finds nothing", (1, 4),
        _row(Status.UNKNOWN, Trigger.CANCEL_REJECTED, Status.CANCELED),
    ),
    Plant(
        "an order is let go the first time that the exchange does not know it", (4, 5),
        _words(
            Replies, "_query_rejected",
            "not never_came(event.code, order.created, event.asked)", "event.code != -2013",
        ),
    ),
    Plant(
        "an order in doubt that was asked for is sent again", (4,),
        _words(OrderManager, "in_doubt", "status is Status.UNKNOWN", "status is Status.UNKNOWN and not order.doubts"),
    ),
    Plant(
        "a fill that a query brings is booked beside its own report", (3,),
        _words(Core, "_take", "order_id=event.order_id)", "trade_id=f'{event.asked} {fill.trade_id}')"),
    ),
    Plant(
        "a late answer to a query brings back what was cancelled since", (4,),
        _row(Status.CANCELED, Trigger.ACCEPT, Status.LIVE),
    ),
    Plant(
        "questions leave while the exchange wants to be left alone", (1,),
        _words(Doubts, "_due", ", self._gate.quiet_until", ""),
    ),
    Plant(
        "the wire does not let go of what never came", (8,),
        _words(WireCount, "_refuses", "isinstance(reply, ev.QueryRejected)", "False"),
    ),
    Plant(
        "an amend counts before it is answered", (1, 4),
        _words(
            Executor, "_shrink",
            "order.pending_quantity, order.target = quantity", "order.quantity, order.target = quantity",
        ),
    ),
    Plant(
        "an overfill passes unseen", (5,), _words(Core, "_on_fill", "order.filled > order.quantity", "False"),
    ),
    Plant(
        "what turns out to rest while nothing is wanted stays", (2, 5),
        _words(Core, "_on_reply", "order.status in RESTING", "False"),
    ),
    Plant(
        "an immediate order whose end is lost is waited for for ever", (4,),
        _words(Cancels, "follow_up", "order.level < 0", "False"),
        first=62,
    ),
    Plant(
        "a flatten waits for no proof, and counts what is open as closed", (5,),
        _words(Flatten, "advance", "or self._orders.open_count", ""),
        _words(Gate, "_check_reducing", "- exposure.reserved", ""),
    ),
    Plant("a flatten goes on without a book", (2,), _words(Flatten, "advance", "not book.valid or", ""), first=74),
    Plant(
        "a flatten goes on while data is late", (2,),
        _words(Deciding, "_flatten_on", "if self.conduct.stale:", "if False:"),
        first=56,
    ),
    Plant("Retry-After is not obeyed", (1,), _words(Gate, "quiet", "ts < self.quiet_until", "False")),
    Plant("a ban is taken for a refusal", (5,), _words(Guard, "leave_alone", "event.code == BANNED", "False")),
    # the account
    Plant("the fee of a bid is forgotten", (3,), _words(Account, "book", "self.base -= fill.fee", "pass")),
    Plant("a sale's fee is earned", (3,), _words(Account, "book", "self.quote -= fill.fee", "self.quote += fill.fee")),
    # market data
    Plant("a quote outlives stale data", (2,), _words(Core, "_on_stale_timer", "self._lose_data(", "str(")),
    Plant(
        "a gap is overlooked", (2,),
        _words(BookSync, "on_delta", "delta.first_id > last + 1 or", ""),
    ),
    Plant(
        "a snapshot older than the diffs is taken", (2,),
        _words(BookSync, "on_snapshot", "return Outcome.STALE_SNAPSHOT", "pass"),
        first=101,
    ),
    Plant("a crossed book is quoted on", (2,), _words(BookSync, "_checked", "bids[-1] < -asks[-1]", "True")),
    Plant(
        "one diff with a mad id blocks the book for ever", (2,),
        _words(BookSync, "_keep", "<= LEAP_LIMIT", "< 1 << 70"),
    ),
    Plant(
        "the ticker alone makes data clean", (2,),
        _words(Core, "_moved", "if conduct.stale and ts < market.book_ts + self._stale_after:", "if conduct.stale:"),
    ),
    Plant("quotes return without a clean second", (2,), _words(Conduct, "recover", ">= CLEAN_DATA", ">= 0")),
    # limits
    Plant(
        "the position's limit is off by one lot", (1,),
        _words(Gate, "set_limits", "exact(limits.max_position))", "exact(limits.max_position)) + 1"),
    ),
    Plant(
        "one order too many a second", (1,),
        _words(Gate, "_check_rate", "rate >= self.limits", "rate > self.limits"),
    ),
    Plant("the rate is counted over half a second", (1,), _words(Gate, "rate", "ts - SECOND", "ts - SECOND // 2")),
    Plant(
        "one open order too many", (1,),
        _words(Gate, "_check_worst", "exposure.open_orders >= self", "exposure.open_orders > self"),
        first=18,
    ),
    Plant(
        "orders on their way out take no room", (1,),
        _words(Passage, "exposure", "reserved=reserved,", "reserved=0,"),
    ),
    Plant(
        "our own orders may meet", (1,),
        _words(Gate, "_check_order", "if opposite is not None", "if opposite == -1"),
        first=79,
    ),
    Plant(
        "the collar holds one way", (1,),
        _words(Gate, "_check_single", "abs(2 * price - mid2)", "(2 * price - mid2)"),
    ),
    Plant(
        "a limit is loosened without a question", (1,),
        _words(Console, "_limit", "change.loosens and not confirmed", "False"),
    ),
    Plant(
        "reduce-only lets a position grow", (1,),
        _words(Gate, "_check_worst", "self.restrained and worst > 0", "False"),
        first=117,
    ),
    Plant("a side that is off is quoted", (1,), _words(Conduct, "switch_off", "self.side_on[side] = False", "pass")),
    Plant(
        "fills of one side in a row are not counted", (1,),
        _words(Breaker, "on_filled", "count <= limits.max_same_side_fills", "True"),
    ),
    Plant("a jump of the price passes unseen", (1,), _words(Breaker, "on_mid", "(high - low) * 10_000", "0")),
    Plant(
        "bids may cost more than is held", (1,),
        _words(Gate, "_check_funds", "price * quantity > exposure.quote_free", "False"),
        _words(Quoter, "_rooms", "max(0, self._view.payable - self._busy_value())", "1 << 62"),
    ),
    Plant(
        "the day's messages are not counted", (1,),
        _words(Gate, "check", "self.messages(command.ts) + 1", "0"),
        first=18,
    ),
    Plant(
        "a loss is looked at on fills alone", (5,),
        _words(Core, "_moved", "if self.guard.pnl_watched:", "if False:"),
    ),
    Plant("the drawdown is not held", (5,), _words(Breaker, "on_pnl", "self.drawdown >= limits.max_drawdown", "False")),
    # halts
    Plant("a halt leaves the gate open", (5,), _words(Guard, "halt", "core.gate.closed or reason", "core.gate.closed")),
    Plant("a kill cancels nothing", (5,), _words(Deciding, "stand_down", "not self.settle()", "False")),
    Plant(
        "the kill switch is looked at after what waits", (5,),
        _words(
            DeskInbox, "take",
            "if self._killed or self._stuck", "if not self._frames and self._killed or self._stuck",
        ),
    ),
    Plant(
        "what falls due goes before the kill switch", (5,),
        _words(DeskInbox, "take", "self._killed and last_ts", "0"),
        first=100,
    ),
    Plant(
        "a re-arm leads to quotes", (5,),
        _words(Console, "_rearm", 'core.conduct.paused = "re-armed"', 'core.conduct.paused = ""'),
    ),
    Plant(
        "quotes return before the cool-off is over", (5,),
        _words(Guard, "_cool", "core.limits.price_change_cooloff_s * SECOND", "SECOND // 2"),
    ),
    Plant("the latch is lost over a restart", (5,), _words(Guard, "carry", "if event.halted:", "if False:")),
    # the rest
    Plant(
        "a strategy ends the desk", (0,),
        _words(Quoter, "decide", "except BaseException as error:", "except ArithmeticError as error:"),
    ),
    Plant(
        "an error is told with what stood in its frame", (7,),
        _words(
            Quoter, "decide", "self._failed(raised(error),",
            "self._failed(raised(error) + repr(error.__traceback__.tb_next.tb_frame.f_locals.get('password')),",
        ),
    ),
    Plant("what is said depends on what ran before", (6,), _count_on),
    Plant(
        "the wire counts a report twice", (8,),
        _words(WireCount, "_fill", "fill.trade_id in request.trades or", ""),
        first=37,
    ),
)  # fmt: skip
