"""Flatten: cancel all, wait for proof, close to the baseline inside the collar, never on an invalid book.

What is left under the exchange's smallest order is dust, and named.
"""

from mm_tui.book.book import Book
from mm_tui.core.execution import Executor
from mm_tui.core.oms import OrderManager
from mm_tui.model.account import MICRO, Account
from mm_tui.model.bounds import exact, typed
from mm_tui.model.events import BUY, SELL
from mm_tui.model.instrument import Instrument
from mm_tui.risk.limits import Limits

ATTEMPTS = 20
"""Immediate orders before a person is asked to look."""


class Flatten:
    """One flatten at a time; `advance` is called whenever something changed."""

    def __init__(self, executor: Executor, orders: OrderManager, instrument: Instrument, limits: Limits) -> None:
        self._executor = executor
        self._orders = orders
        self._instrument = instrument
        self.active = False
        self._attempts = 0
        self.set_limits(limits)

    def set_limits(self, limits: Limits) -> None:
        """Take other limits from now on."""
        self._collar_bps = limits.price_collar_bps
        self._collar = exact(limits.price_collar_bps).as_integer_ratio()
        self._max_quantity = self._instrument.floor_lots(exact(limits.max_order_quantity))
        self._max_units = self._instrument.value_units(exact(limits.max_order_value))

    def start(self) -> None:
        """The operator asks for it."""
        self.active = True
        self._attempts = 0

    def stop(self) -> None:
        """Something stronger stopped it."""
        self.active = False

    def advance(self, book: Book, account: Account, mid2: int, ts: int) -> str:  # noqa: PLR0911 - one line a reason
        """Take the next step; a remark when it is done or given up."""
        if not self.active or self._orders.open_count:
            return ""
        lots = abs(account.position_lots)
        if not lots:
            return self._done(account)
        if not book.valid or not mid2:
            return ""
        if self.dust(account.position_lots, mid2):
            return self._done(account)
        side = SELL if account.position_lots > 0 else BUY
        price = self._limit(side, mid2)
        if self._attempts >= ATTEMPTS:
            self.active = False
            return f"flatten gave up after {ATTEMPTS} orders: the book is too thin inside {typed(self._collar_bps)} bps"
        self._attempts += 1
        if not self._executor.reduce(side, price, self._piece(lots, price), ts):
            self.active = False
            return "flatten stopped: the gate refused its order"
        return ""

    def dust(self, position: int, mid2: int) -> bool:
        """Whether whole lots held are too few for an order that could close them, at the worst price allowed."""
        instrument, lots = self._instrument, abs(position)
        if not lots or lots < instrument.min_quantity:
            return True
        price = self._limit(SELL if position > 0 else BUY, mid2)
        return lots * price < instrument.min_notional_units

    def _limit(self, side: int, mid2: int) -> int:
        """The worst price allowed: the collar's edge, rounded towards the mid."""
        bps, parts = self._collar
        whole = 20_000 * parts
        return -(mid2 * (bps - 10_000 * parts) // whole) if side < 0 else mid2 * (bps + 10_000 * parts) // whole

    def _piece(self, lots: int, price: int) -> int:
        """As much as one order may carry, without leaving a rest too small to close."""
        piece = max(1, min(lots, self._max_quantity, self._max_units // price))
        instrument = self._instrument
        smallest = max(instrument.min_quantity, -(-instrument.min_notional_units // price))
        if 0 < lots - piece < smallest <= lots - smallest:
            piece = min(piece, lots - smallest)
        return piece

    def _done(self, account: Account) -> str:
        self.active = False
        dust = account.position
        if not dust:
            return "flat"
        base = dust * self._instrument.step_size / MICRO
        return f"flat but for dust: {base.normalize():f} {self._instrument.base}, below the smallest order"
