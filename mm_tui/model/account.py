"""The account: what is held, exactly, and what trading made of it.

Base is counted in millionths of a lot and quote in millionths of one lot at one tick, so that every fee in whole
millionths (a hundredth of a basis point) is exact. Values derived with a mid are in half of that unit, because a mid
is a whole number of half ticks.

A fee that is paid in an asset of its own leaves base and quote alone: it is counted in hundred-millionths of that
asset, and at its value when paid it belongs to the trading result.
"""

from decimal import Decimal

from mm_tui.model.events import BUY, OrderFilled, Side
from mm_tui.model.instrument import Instrument

MICRO = 1_000_000


class Account:
    """Balances and the trading result since the session opened."""

    __slots__ = (
        "asset_paid", "asset_value", "base", "basis", "bought", "fills", "maker_fills", "opening_base", "opening_quote",
        "quote", "realized2", "sold", "trade_position", "volume",
    )  # fmt: skip

    def __init__(self, base: int, quote: int) -> None:
        """`base` in lots, `quote` in ticks times lots."""
        self.open(base, quote)
        self.trade_position = 0
        """Bought minus sold, lots, fees apart."""
        self.basis = 0
        """What the open trade position cost, millionths of a lot at a half tick, signed like the position."""
        self.realized2 = 0
        """Realised by average cost, without fees, in the same unit."""
        self.fills = 0
        self.maker_fills = 0
        self.bought = 0
        """Lots."""
        self.sold = 0
        self.volume = 0
        """Ticks times lots."""
        self.asset_paid = 0
        """Fees paid in an asset of their own, hundred-millionths of it."""
        self.asset_value = 0
        """What they were worth when paid, millionths of a lot at a tick."""

    def open(self, base: int, quote: int) -> None:
        """What the account opens with: lots, ticks times lots."""
        self.opening_base = self.base = base * MICRO
        """Held, millionths of a lot."""
        self.opening_quote = self.quote = quote * MICRO
        """Held, millionths of a lot at a tick."""

    @property
    def position(self) -> int:
        """Held minus opening, millionths of a lot."""
        return self.base - self.opening_base

    @property
    def position_lots(self) -> int:
        """The position in whole lots, rounded towards zero."""
        position = self.base - self.opening_base
        return position // MICRO if position >= 0 else -(-position // MICRO)

    def book(self, side: Side, fill: OrderFilled) -> None:
        """Book a fill."""
        price, quantity = fill.price, fill.quantity
        value = price * quantity
        self.base += side * quantity * MICRO
        self.quote -= side * value * MICRO
        if fill.fee_asset:
            self.asset_paid += fill.fee_amount
            self.asset_value += fill.fee
        elif fill.fee_in_base:
            self.base -= fill.fee
        else:
            self.quote -= fill.fee
        self.fills += 1
        self.maker_fills += fill.maker
        self.volume += value
        if side is BUY:
            self.bought += quantity
        else:
            self.sold += quantity
        self._average(side, price, quantity)

    def _average(self, side: Side, price: int, quantity: int) -> None:
        position, signed = self.trade_position, side * quantity
        cost = 2 * price * MICRO
        if position * signed < 0:
            closing = min(abs(position), quantity)
            released = self.basis * closing // abs(position)
            self.basis -= released
            self.realized2 -= side * closing * cost + released
            opening = signed + (closing if position > 0 else -closing)
        else:
            opening = signed
        self.basis += opening * cost
        self.trade_position = position + signed

    def total2(self, mid2: int) -> int:
        """Trading PnL net of fees at this mid, millionths of a lot at a half tick."""
        cash = self.quote - self.opening_quote - self.asset_value
        return 2 * cash + (self.base - self.opening_base) * mid2

    def average_price(self, instrument: Instrument) -> Decimal | None:
        """Average cost of the open position in quote; None while flat."""
        if not self.trade_position:
            return None
        return Decimal(self.basis) / (2 * MICRO * self.trade_position) * instrument.tick_size


def money(value2: int, instrument: Instrument) -> Decimal:
    """Millionths of a lot at a half tick as quote, exact."""
    return value2 * instrument.unit / (2 * MICRO)


def quantity(micro_lots: int, instrument: Instrument) -> Decimal:
    """Millionths of a lot as base, exact."""
    return micro_lots * instrument.step_size / MICRO
