"""The life of an order: every move it can make, in one table.

Rule 1: whatever changes an order's status is a row here. A move without a row raises `IllegalTransition` and
changes nothing. The ugly moves that real venues make are rows too, each with its comment.
"""

from enum import StrEnum

import msgspec

from mm_tui.errors import IllegalTransition
from mm_tui.model.events import Side
from mm_tui.model.waterfall import Step


class Status(StrEnum):
    """Where an order stands."""

    PENDING_NEW = "pending_new"
    """Sent, not yet acknowledged."""
    LIVE = "live"
    """Rests; where an amend or a doubt is over, a part may be filled already (`Order.filled`)."""
    PARTIALLY_FILLED = "partially_filled"
    """Rests, a part is filled."""
    PENDING_AMEND = "pending_amend"
    """Rests; a smaller size is on its way."""
    PENDING_CANCEL = "pending_cancel"
    """A cancel, or the cancelling half of a replace, is on its way; may still be filled."""
    UNKNOWN = "unknown"
    """The venue did not answer; exposure stays reserved until there is proof."""
    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"


class Trigger(StrEnum):
    """What moves an order."""

    ACCEPT = "accept"
    REJECT = "reject"
    FILL_PART = "fill_part"
    FILL_REST = "fill_rest"
    ASK_AMEND = "ask_amend"
    AMENDED = "amended"
    ASK_CANCEL = "ask_cancel"
    CANCELED = "canceled"
    CANCEL_REJECTED = "cancel_rejected"
    LOSE = "lose"


TERMINAL = frozenset({Status.FILLED, Status.CANCELED, Status.REJECTED})
RESTING = frozenset({Status.LIVE, Status.PARTIALLY_FILLED, Status.PENDING_AMEND})
"""Believed to stand in the book with nothing on its way that would take it out."""

_S, _T = Status, Trigger

TRANSITIONS: dict[tuple[Status, Trigger], Status] = {
    (_S.PENDING_NEW, _T.ACCEPT): _S.LIVE,
    (_S.PENDING_NEW, _T.REJECT): _S.REJECTED,
    (_S.PENDING_NEW, _T.ASK_CANCEL): _S.PENDING_CANCEL,  # cancelled before the acknowledgement came
    (_S.PENDING_NEW, _T.FILL_PART): _S.PARTIALLY_FILLED,  # the fill overtook the acknowledgement
    (_S.PENDING_NEW, _T.FILL_REST): _S.FILLED,  # likewise
    (_S.PENDING_NEW, _T.CANCELED): _S.CANCELED,  # immediate-or-cancel that found nothing
    (_S.PENDING_NEW, _T.LOSE): _S.UNKNOWN,
    (_S.LIVE, _T.ACCEPT): _S.LIVE,  # said twice
    (_S.LIVE, _T.FILL_PART): _S.PARTIALLY_FILLED,
    (_S.LIVE, _T.FILL_REST): _S.FILLED,
    (_S.LIVE, _T.ASK_AMEND): _S.PENDING_AMEND,
    (_S.LIVE, _T.ASK_CANCEL): _S.PENDING_CANCEL,
    (_S.LIVE, _T.AMENDED): _S.LIVE,  # the amend's answer came after a rejected cancel
    (_S.LIVE, _T.CANCELED): _S.CANCELED,  # the venue's own doing: expiry, maintenance
    (_S.LIVE, _T.CANCEL_REJECTED): _S.LIVE,  # a late answer to an amend
    (_S.LIVE, _T.LOSE): _S.UNKNOWN,
    (_S.PARTIALLY_FILLED, _T.ACCEPT): _S.PARTIALLY_FILLED,  # the acknowledgement came after the fill
    (_S.PARTIALLY_FILLED, _T.FILL_PART): _S.PARTIALLY_FILLED,
    (_S.PARTIALLY_FILLED, _T.FILL_REST): _S.FILLED,
    (_S.PARTIALLY_FILLED, _T.ASK_AMEND): _S.PENDING_AMEND,
    (_S.PARTIALLY_FILLED, _T.ASK_CANCEL): _S.PENDING_CANCEL,
    (_S.PARTIALLY_FILLED, _T.AMENDED): _S.PARTIALLY_FILLED,  # the fill overtook the amend's answer
    (_S.PARTIALLY_FILLED, _T.CANCELED): _S.CANCELED,
    (_S.PARTIALLY_FILLED, _T.CANCEL_REJECTED): _S.PARTIALLY_FILLED,  # a late answer to an amend
    (_S.PARTIALLY_FILLED, _T.LOSE): _S.UNKNOWN,
    (_S.PENDING_AMEND, _T.ACCEPT): _S.PENDING_AMEND,  # the acknowledgement came late
    (_S.PENDING_AMEND, _T.AMENDED): _S.LIVE,
    (_S.PENDING_AMEND, _T.CANCEL_REJECTED): _S.LIVE,  # the amend was refused; the order stands as it was
    (_S.PENDING_AMEND, _T.FILL_PART): _S.PENDING_AMEND,  # the amend is still on its way
    (_S.PENDING_AMEND, _T.FILL_REST): _S.FILLED,
    (_S.PENDING_AMEND, _T.ASK_CANCEL): _S.PENDING_CANCEL,
    (_S.PENDING_AMEND, _T.CANCELED): _S.CANCELED,
    (_S.PENDING_AMEND, _T.LOSE): _S.UNKNOWN,
    (_S.PENDING_CANCEL, _T.ACCEPT): _S.PENDING_CANCEL,  # the acknowledgement came after the cancel left
    (_S.PENDING_CANCEL, _T.REJECT): _S.REJECTED,  # the order never lived; its cancel will find nothing
    (_S.PENDING_CANCEL, _T.ASK_CANCEL): _S.PENDING_CANCEL,  # a cancel may be repeated safely
    (_S.PENDING_CANCEL, _T.AMENDED): _S.PENDING_CANCEL,  # the amend's answer came after the cancel left
    (_S.PENDING_CANCEL, _T.FILL_PART): _S.PENDING_CANCEL,  # filled while the cancel was on its way
    (_S.PENDING_CANCEL, _T.FILL_REST): _S.FILLED,  # likewise, the whole of it
    (_S.PENDING_CANCEL, _T.CANCELED): _S.CANCELED,
    (_S.PENDING_CANCEL, _T.CANCEL_REJECTED): _S.PENDING_CANCEL,  # until there is proof
    (_S.PENDING_CANCEL, _T.LOSE): _S.UNKNOWN,
    (_S.UNKNOWN, _T.ACCEPT): _S.LIVE,
    (_S.UNKNOWN, _T.REJECT): _S.REJECTED,
    (_S.UNKNOWN, _T.FILL_PART): _S.PARTIALLY_FILLED,
    (_S.UNKNOWN, _T.FILL_REST): _S.FILLED,
    (_S.UNKNOWN, _T.ASK_CANCEL): _S.UNKNOWN,  # cancels are always allowed; the doubt stays
    (_S.UNKNOWN, _T.CANCELED): _S.CANCELED,
    (_S.UNKNOWN, _T.AMENDED): _S.LIVE,  # the answer that was missed: it rests
    (_S.UNKNOWN, _T.CANCEL_REJECTED): _S.UNKNOWN,
    (_S.UNKNOWN, _T.LOSE): _S.UNKNOWN,
    (_S.FILLED, _T.ACCEPT): _S.FILLED,  # the acknowledgement came last
    (_S.FILLED, _T.FILL_REST): _S.FILLED,  # more than was asked for: booked, and the desk halts
    (_S.FILLED, _T.CANCELED): _S.FILLED,  # a cancel said twice, the late fill between
    (_S.FILLED, _T.CANCEL_REJECTED): _S.FILLED,  # the cancel came too late
    (_S.FILLED, _T.AMENDED): _S.FILLED,  # the amend's answer came after the last fill
    (_S.CANCELED, _T.ACCEPT): _S.CANCELED,  # the acknowledgement came last
    (_S.CANCELED, _T.CANCELED): _S.CANCELED,  # said twice
    (_S.CANCELED, _T.CANCEL_REJECTED): _S.CANCELED,  # cancelled by two requests, one found nothing
    (_S.CANCELED, _T.AMENDED): _S.CANCELED,  # the amend's answer came last
    (_S.CANCELED, _T.FILL_PART): _S.CANCELED,  # a fill after the cancel: it happened at the venue before, and is booked
    (_S.CANCELED, _T.FILL_REST): _S.FILLED,  # likewise
    (_S.REJECTED, _T.ACCEPT): _S.LIVE,  # believed refused, and taken all the same: it lives
    (_S.REJECTED, _T.REJECT): _S.REJECTED,  # said twice
    (_S.REJECTED, _T.CANCEL_REJECTED): _S.REJECTED,  # its cancel found nothing
    (_S.REJECTED, _T.FILL_PART): _S.PARTIALLY_FILLED,  # a request believed lost had reached the venue: it lives
    (_S.REJECTED, _T.FILL_REST): _S.FILLED,  # likewise
}


def next_status(status: Status, trigger: Trigger) -> Status:
    """Where the trigger takes an order; raises IllegalTransition where the table has no row."""
    try:
        return TRANSITIONS[status, trigger]
    except KeyError:
        raise IllegalTransition(f"an order that is {status} cannot {trigger}") from None


class Order(msgspec.Struct, kw_only=True):
    """An order of ours as the order manager knows it. Prices in ticks, quantities in lots, times in ns."""

    order_id: str
    side: Side
    price: int
    quantity: int
    filled: int = 0
    status: Status = Status.PENDING_NEW
    created: int = 0
    """When the command left."""
    updated: int = 0
    """When the status last changed."""
    target: int = 0
    """What the quote asked for before any jitter, lots; 0 where an amend failed, so that sizes are compared."""
    level: int = 0
    """0 is the quote nearest to the reference; −1 an order that is no quote (a flatten)."""
    replaces: str = ""
    """The order whose place this one takes, where it came by a replace."""
    amends: int = 0
    """How often its size was made smaller; exchanges bound it."""
    amend_refused: bool = False
    """The venue did not make it smaller when asked; it is not asked again."""
    pending_quantity: int = 0
    """The size an amend on its way asks for; 0 when none is."""
    cancel_tries: int = 0
    """How often its cancel was sent."""
    doubts: int = 0
    """How often it was asked for since it came into doubt."""
    asked: int = 0
    """When it was asked for last, ns."""
    unwanted: bool = False
    """In doubt, and to be gone whatever became of it."""
    seen: bool = False
    """The venue has said that it took it, or filled it."""
    reason: str = ""
    """Why it stands where it stands."""
    steps: tuple[Step, ...] = ()
    """The waterfall of the quote that it was sent for."""
    trades: set[str] = msgspec.field(default_factory=set)
    """Trade ids already booked."""

    @property
    def left(self) -> int:
        """What may still be filled, lots."""
        return self.quantity - self.filled

    @property
    def terminal(self) -> bool:
        """Whether nothing more is expected of it."""
        return self.status in TERMINAL
