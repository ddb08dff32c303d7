"""The history of orders: each one's life, put together from the facts."""

from dataclasses import dataclass, field

from mm_tui.model.events import Side
from mm_tui.model.facts import Fact, Filled, OrderChanged
from mm_tui.model.instrument import Instrument
from mm_tui.model.orders import TERMINAL, Status
from mm_tui.views.fmt import steps
from mm_tui.views.frames import HistoryRow, Move
from mm_tui.views.traded import QueueAhead

LENGTH = 500
"""Orders that are kept; the oldest goes first."""
MOVES = 24
"""Moves that are kept of an order: the first, and the newest behind it."""
_WORDS = {
    Status.PENDING_NEW: "placed",
    Status.PENDING_AMEND: "amending",
    Status.PENDING_CANCEL: "cancelling",
}


@dataclass(slots=True)
class _Life:
    """An order as far as it is known."""

    order_id: str
    side: Side
    price: int
    quantity: int
    level: int
    placed: int
    filled: int = 0
    status: str = ""
    ended: int | None = None
    acknowledged: bool = False
    ahead: int | None = None
    amends: int = 0
    why: str = ""
    """Why it left the book, or is about to."""
    reason: str = ""
    moves: list[Move] = field(default_factory=list)


class OrderHistory:
    """Takes facts as the bus delivers them; newest first for the screen."""

    def __init__(self, instrument: Instrument, queue_ahead: QueueAhead) -> None:
        self.rows: tuple[HistoryRow, ...] = ()
        self._instrument = instrument
        self._queue_ahead = queue_ahead
        self._lives: dict[str, _Life] = {}
        self._shown: dict[str, HistoryRow | None] = {}
        """A row of each life, in the same order; None where it was not made yet."""
        self._changed: set[str] = set()
        """Orders whose row is to be made anew."""

    def hear(self, fact: Fact) -> None:
        """Take a fact; those of no order are none of ours."""
        if isinstance(fact, OrderChanged):
            self._move(fact)
        elif isinstance(fact, Filled):
            self._fill(fact)

    def refresh(self) -> None:
        """Make a new tuple, where anything came; a row that did not change is the same object."""
        if not self._changed:
            return
        for order_id in self._changed:
            life = self._lives.get(order_id)
            if life is not None:
                self._shown[order_id] = _row(life)
        self._changed.clear()
        self.rows = tuple(reversed(self._shown.values()))  # type: ignore[arg-type]  # each was made by now

    def _move(self, fact: OrderChanged) -> None:
        life = self._lives.get(fact.order_id)
        if life is None:
            life = self._lives[fact.order_id] = _Life(
                fact.order_id, fact.side, fact.price, fact.quantity, fact.level, fact.ts
            )
            self._shown[fact.order_id] = None
            if len(self._lives) > LENGTH:
                oldest = next(iter(self._lives))
                del self._lives[oldest], self._shown[oldest]
        what, words = _WORDS.get(Status(fact.status), fact.status), fact.reason
        if fact.status == Status.PENDING_CANCEL:
            life.why = fact.reason
        if fact.quantity < life.quantity:
            life.amends += 1
            lots = (steps(each, self._instrument.step_size) for each in (life.quantity, fact.quantity))
            what, words = "amended", " → ".join(lots)
        elif fact.status == Status.LIVE and not life.acknowledged:
            life.acknowledged, life.ahead = True, self._queue_ahead(fact.order_id)
            ahead = life.ahead
            words = "" if ahead is None else f"{steps(ahead, self._instrument.step_size)} ahead in the queue"
        elif fact.status == Status.FILLED:
            words = "to the end"
        life.status, life.quantity, life.filled = fact.status, fact.quantity, fact.filled
        life.ended = fact.ts if fact.status in TERMINAL else None
        life.reason = _reason(life, fact)
        self._changed.add(fact.order_id)
        if fact.status != Status.PARTIALLY_FILLED:  # the fill tells of itself
            life.moves.append(Move(ts=fact.ts, what=what, words=words))
            _shorten(life.moves)

    def _fill(self, fact: Filled) -> None:
        life = self._lives.get(fact.order_id)
        if life is None:
            return
        instrument = self._instrument
        lots, price = steps(fact.quantity, instrument.step_size), steps(fact.price, instrument.tick_size)
        words = f"{lots} at {price}" + ("" if fact.maker else ", as taker")
        life.moves.append(Move(ts=fact.ts, what="fill", words=words))
        _shorten(life.moves)
        self._changed.add(fact.order_id)


def _row(life: _Life) -> HistoryRow:
    return HistoryRow(
        order_id=life.order_id,
        side=life.side,
        price=life.price,
        quantity=life.quantity,
        filled=life.filled,
        status=life.status,
        level=life.level,
        placed=life.placed,
        ended=life.ended,
        ahead=life.ahead,
        amends=life.amends,
        reason=life.reason,
        moves=tuple(life.moves),
    )


def _shorten(moves: list[Move]) -> None:
    if len(moves) > MOVES:
        del moves[1]


def _reason(life: _Life, fact: OrderChanged) -> str:
    """Why it ended: what the cancel was sent for says more than that it came through."""
    if fact.status == Status.FILLED:
        return "filled"
    if fact.status == Status.CANCELED:
        return life.why or fact.reason
    return fact.reason
