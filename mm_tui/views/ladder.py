"""The ladder's rows from the book: which prices are shown, grouped how, and where our own orders stand."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from mm_tui.book.book import Book
from mm_tui.book.side import BookSide
from mm_tui.book.tape import Tape
from mm_tui.model.events import BUY, Trade
from mm_tui.model.orders import Order, Status
from mm_tui.views.frames import LadderFrame, LadderRow, Viewport
from mm_tui.views.levels import LevelFigures, SideFigures, Sizes
from mm_tui.views.traded import WINDOW_S, QueueAhead, TradedAtPrice, unknown_queue

STEPS = (1, 2, 5)
HYSTERESIS = 4
"""The ladder follows the mid only once it is off the centre by more than a quarter of the rows."""
ROOMY = 0.6
"""A smaller step is taken only where the own quotes fill at most this much of it."""
PATIENCE = 100
"""Frames for which that must hold, so that the ladder does not change its scale with every quote."""
FIRST_BPS = 8
"""How far the ladder reaches either way before there are own quotes."""
_SURE = frozenset({Status.LIVE, Status.PARTIALLY_FILLED})


class OpenOrders(Protocol):
    """What knows our orders."""

    @property
    def open(self) -> Iterable[Order]:
        """Those that may still be filled."""
        ...


class Place(NamedTuple):
    """Where one of our orders stands in its queue."""

    ahead: int | None = None
    behind: int | None = None
    eta_s: int | None = None


class _Side(NamedTuple):
    """All of one side that the rows are made of, by a row's price."""

    sizes: Sizes
    own: Sizes
    places: dict[int, Place]
    figures: SideFigures


NOWHERE = Place()


class LadderView:
    """Keeps the centre between frames, so that the ladder does not swim."""

    def __init__(self, traded: TradedAtPrice | None = None, queue_ahead: QueueAhead = unknown_queue) -> None:
        self._centre: int | None = None
        self._group = 0
        """Ticks a row; 0 before the first choice."""
        self._roomy = 0
        """Frames in a row in which a smaller step would have done."""
        self._asked = 0
        self._cache: dict[int, LadderRow] = {}
        self._traded = traded if traded is not None else TradedAtPrice(Tape(0, 0))
        self._queue_ahead = queue_ahead
        self._figures = LevelFigures(self._traded)

    def present(
        self,
        book: Book,
        touch: tuple[int, int, int, int],
        orders: OpenOrders,
        last: Trade | None,
        view: Viewport,
        *,
        ts: int = 0,
    ) -> LadderFrame:
        """`touch` is bid, bid quantity, ask, ask quantity; zeros while unknown."""
        bid, bid_quantity, ask, ask_quantity = touch
        if not bid:
            return LadderFrame(valid=False)
        own = list(orders.open)
        rows = max(4, view.rows)
        group = self._group_for(view, bid, ask, own, rows)
        centre = self._centre_for(view, bid + ask, group, rows)
        half = rows // 2
        high, low = centre + half * group, centre - (rows - half) * group
        ask_sizes = _by_row(book.asks, ask + 1, high, group, (ask, ask_quantity))
        bid_sizes = _by_row(book.bids, bid - 1, low, group, (bid, bid_quantity))
        figures = self._figures
        figures.refresh(ts, group, bid_sizes, ask_sizes, low=low, high=high)
        own_bids, own_asks, pending = _own(own, group)
        bid_places, ask_places = self._places(book, own, group, ts)
        bids = _Side(bid_sizes, own_bids, bid_places, figures.bids)
        asks = _Side(ask_sizes, own_asks, ask_places, figures.asks)
        touches = {-(-ask // group) * group: (ask, "ask"), bid // group * group: (bid, "bid")}
        top = (centre // group + half) * group
        made: dict[int, LadderRow] = {}
        shown: list[LadderRow] = []
        for index in range(rows):
            price = top - index * group
            row = self._row(price, bids, asks, touches, pending=price in pending)
            cached = self._cache.get(price)
            made[price] = row = cached if cached is not None and cached == row else row
            shown.append(row)
        self._cache = made
        lowest = top - (rows - 1) * group
        mid2 = bid + ask
        return LadderFrame(
            rows=tuple(shown),
            group=group,
            valid=book.valid,
            mid2=mid2,
            spread=ask - bid,
            spread_bps=(ask - bid) * 20_000 / mid2,
            last_price=last.price if last is not None else None,
            last_quantity=last.quantity if last is not None else 0,
            last_side=last.side if last is not None else None,
            last_ts=last.ts if last is not None else 0,
            largest=max([1, *(max(row.bid, row.ask) for row in shown)]),
            own_above=sum(_bucket(order, group) > top for order in own),
            own_below=sum(_bucket(order, group) < lowest for order in own),
            traded_s=WINDOW_S,
        )

    def _row(
        self, price: int, bids: _Side, asks: _Side, touches: dict[int, tuple[int, str]], *, pending: bool
    ) -> LadderRow:
        shown, touch = touches.get(price, (price, ""))
        bid, ask = bids.sizes.get(price, 0), asks.sizes.get(price, 0)
        own_bid, own_ask = bids.own.get(price, 0), asks.own.get(price, 0)
        place = (bids if own_bid else asks).places.get(price, NOWHERE)
        bid_figures, ask_figures = bids.figures.rows.get(price), asks.figures.rows.get(price)
        either = ask_figures if ask or (not bid and ask_figures and ask_figures.change) else bid_figures
        depth, change, fresh = either or (0, 0, 0)
        size = ask or bid
        return LadderRow(
            price=shown,
            bid=bid,
            ask=ask,
            own_bid=own_bid,
            own_ask=own_ask,
            own_pending=pending,
            touch=touch,  # type: ignore[arg-type]
            depth=size if touch else max(depth, size),
            change=change,
            fresh=fresh,
            bought=self._figures.bought.get(price, 0),
            sold=self._figures.sold.get(price, 0),
            ahead=place.ahead,
            behind=place.behind,
            eta_s=place.eta_s,
        )

    def _places(
        self, book: Book, orders: list[Order], group: int, ts: int
    ) -> tuple[dict[int, Place], dict[int, Place]]:
        """Where the first of our orders in each row stands: the one nearest to the touch, of those the oldest."""
        found: tuple[dict[int, Place], dict[int, Place]] = ({}, {})
        for order in sorted(orders, key=lambda order: (-order.side * order.price, order.created)):
            places = found[0] if order.side is BUY else found[1]
            bucket = _bucket(order, group)
            if bucket not in places:
                places[bucket] = self.place(book, order, ts)
        return found

    def place(self, book: Book, order: Order, ts: int) -> Place:
        """Where an order stands in its queue."""
        ahead = self._queue_ahead(order.order_id)
        if ahead is None:
            return NOWHERE
        displayed = (book.bids if order.side is BUY else book.asks).displayed(order.price)
        behind = None if displayed is None else max(0, displayed - ahead)
        return Place(ahead, behind, self._traded.eta_s(order.side, order.price, ahead, ts))

    def _group_for(self, view: Viewport, bid: int, ask: int, own: list[Order], rows: int) -> int:
        """The step at which the own quotes fit; without any the ladder keeps the one it has."""
        if view.group:
            self._group = view.group
            return view.group
        centre = (bid + ask) // 2
        farthest = max((abs(order.price - centre) for order in own if order.level >= 0), default=0)
        if not farthest and not self._group:
            farthest = centre * FIRST_BPS // 10_000
        needed = 2 * farthest / max(2, rows - 4)
        group = self._group
        smaller = round_up(needed / ROOMY)
        self._roomy = self._roomy + 1 if own and smaller < group else 0
        if needed > group:
            group = round_up(needed)
        elif self._roomy > PATIENCE:
            group, self._roomy = smaller, 0
        self._group = group
        return group

    def _centre_for(self, view: Viewport, mid2: int, group: int, rows: int) -> int:
        if view.centre is not None:
            self._centre = None
            return view.centre // group * group
        mid = mid2 // 2 // group * group
        centre = self._centre
        asked = view.recentre != self._asked
        self._asked = view.recentre
        if centre is None or asked or abs(mid - centre) > rows * group // HYSTERESIS:
            centre = mid
        self._centre = centre = centre // group * group
        return centre


def _by_row(side: BookSide, behind: int, farthest: int, group: int, touch: tuple[int, int]) -> dict[int, int]:
    """What a side displays, by row: the touch as it is known best, and the levels behind it up to the farthest price.

    Keys of a side grow towards the touch, asks' with their sign turned: so a bid's row is rounded down, an ask's up.
    """
    keys, levels, sign = side.keys, side.levels, side.sign
    price, quantity = touch
    rows = {price * sign // group: quantity}
    for key in keys[bisect_left(keys, farthest * sign) : bisect_left(keys, behind * sign + 1)]:
        at = key // group
        rows[at] = rows.get(at, 0) + levels[key * sign]
    return {at * group * sign: lots for at, lots in rows.items()}


def _own(orders: list[Order], group: int) -> tuple[dict[int, int], dict[int, int], set[int]]:
    bids: dict[int, int] = {}
    asks: dict[int, int] = {}
    pending: set[int] = set()
    for order in orders:
        bucket = _bucket(order, group)
        side = bids if order.side is BUY else asks
        side[bucket] = side.get(bucket, 0) + order.left
        if order.status not in _SURE:
            pending.add(bucket)
    return bids, asks, pending


def _bucket(order: Order, group: int) -> int:
    if order.side is BUY:
        return order.price // group * group
    return -(-order.price // group) * group


def round_up(needed: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … that is at least this."""
    decade = 1
    while True:
        for step in STEPS:
            if step * decade >= needed:
                return step * decade
        decade *= 10
