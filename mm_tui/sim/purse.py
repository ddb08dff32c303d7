"""What the account holds at the venue. A balance never goes below zero: an order that it does not cover is refused.

Open bids hold quote (their value, and their fee where quote pays it), open asks hold base.
"""

from mm_tui.model.account import MICRO
from mm_tui.model.events import BUY, Side
from mm_tui.sim.fees import Charge, Fees
from mm_tui.sim.resting import OwnOrders, Resting


class Purse:
    """Base, quote and the fee asset."""

    def __init__(self, fees: Fees) -> None:
        self.fees = fees
        self.base = 0
        """Millionths of a lot."""
        self.quote = 0
        """Millionths of a lot at a tick."""
        self.asset = 0 if fees.asset is None else fees.asset.balance
        """Hundred-millionths of the fee asset."""

    def open(self, base: int, quote: int) -> None:
        """What the account opens with: lots, ticks times lots."""
        self.base, self.quote = base * MICRO, quote * MICRO

    def covers(self, side: Side, price: int, quantity: int, own: OwnOrders, leaving: Resting | None) -> bool:
        """Whether what is free pays for another order, when one of ours goes."""
        if side is not BUY:
            return (quantity + own.reserved(side, leaving)) * MICRO <= self.base
        held = self.fees.held
        total = held(price, quantity)
        for order in own.by_id.values():
            if order.side is BUY and order is not leaving:
                total += held(order.price, order.left)
        return total <= self.quote

    def book(self, side: Side, price: int, quantity: int, *, maker: bool) -> Charge:
        """A fill and its fee."""
        charge = self.fees.charge(side, price, quantity, maker=maker, asset_left=self.asset)
        self.base += side * quantity * MICRO
        self.quote -= side * price * quantity * MICRO
        if charge.asset:
            self.asset -= charge.amount
        elif charge.in_base:
            self.base -= charge.fee
        else:
            self.quote -= charge.fee
        return charge
