"""The ladder's rows from the book: which prices are shown, grouped how, and where our own orders stand."""

from mm_tui.book.book import Book
from mm_tui.core.oms import OrderManager
from mm_tui.model.events import BUY, Trade
from mm_tui.model.orders import Order, Status
from mm_tui.views.frames import LadderFrame, LadderRow, Viewport

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


class LadderView:
    """Keeps the centre between frames, so that the ladder does not swim."""

    def __init__(self) -> None:
        self._centre: int | None = None
        self._group = 0
        """Ticks a row; 0 before the first choice."""
        self._roomy = 0
        """Frames in a row in which a smaller step would have done."""
        self._asked = 0
        self._cache: dict[int, LadderRow] = {}

    def present(
        self, book: Book, touch: tuple[int, int, int, int], orders: OrderManager, last: Trade | None, view: Viewport
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
        high_asks = self._asks(book, ask, ask_quantity, group, centre + half * group)
        low_bids = self._bids(book, bid, bid_quantity, group, centre - (rows - half) * group)
        own_bids, own_asks, pending = _own(own, group)
        top = (centre // group + half) * group
        made: dict[int, LadderRow] = {}
        shown: list[LadderRow] = []
        best_bid_bucket, best_ask_bucket = bid // group * group, -(-ask // group) * group
        for index in range(rows):
            price = top - index * group
            row = self._row(
                price, high_asks, low_bids, own_bids, own_asks, pending, bid, ask, best_bid_bucket, best_ask_bucket
            )
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
        )

    def _row(  # noqa: PLR0917 - one call a row
        self,
        price: int,
        asks: dict[int, int],
        bids: dict[int, int],
        own_bids: dict[int, int],
        own_asks: dict[int, int],
        pending: set[int],
        bid: int,
        ask: int,
        bid_bucket: int,
        ask_bucket: int,
    ) -> LadderRow:
        shown, touch = price, ""
        if price == bid_bucket:
            shown, touch = bid, "bid"
        elif price == ask_bucket:
            shown, touch = ask, "ask"
        return LadderRow(
            price=shown,
            bid=bids.get(price, 0),
            ask=asks.get(price, 0),
            own_bid=own_bids.get(price, 0),
            own_ask=own_asks.get(price, 0),
            own_pending=price in pending,
            touch=touch,  # type: ignore[arg-type]
        )

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
        smaller = _round_up(needed / ROOMY)
        self._roomy = self._roomy + 1 if own and smaller < group else 0
        if needed > group:
            group = _round_up(needed)
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

    def _asks(self, book: Book, ask: int, quantity: int, group: int, high: int) -> dict[int, int]:
        found: dict[int, int] = {-(-ask // group) * group: 0}
        for price, displayed in book.asks.between(ask + 1, high):
            bucket = -(-price // group) * group
            found[bucket] = found.get(bucket, 0) + displayed
        found[-(-ask // group) * group] += quantity
        return found

    def _bids(self, book: Book, bid: int, quantity: int, group: int, low: int) -> dict[int, int]:
        found: dict[int, int] = {bid // group * group: 0}
        for price, displayed in book.bids.between(low, bid - 1):
            bucket = price // group * group
            found[bucket] = found.get(bucket, 0) + displayed
        found[bid // group * group] += quantity
        return found


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


def _round_up(needed: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … that is at least this."""
    decade = 1
    while True:
        for step in STEPS:
            if step * decade >= needed:
                return step * decade
        decade *= 10
