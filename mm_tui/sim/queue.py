"""Queue models: how much is ahead of an order at its price. Quantities in lots.

Risk-averse (the queue model of hftbacktest's documentation, "Order Fill"): only trades at the price take from the
queue ahead; what is cancelled is taken to have stood behind us, until less is displayed than was thought ahead.

- ahead₀ = quantity displayed at the price when the exchange acknowledges the order
- a trade of v at the price: ahead ← max(0, ahead − v); what is beyond the queue is ours
- a diff that displays d at the price: ahead ← min(ahead, d)
- at a price beyond the known levels (a stream of the best 20 alone) ahead is unknown, and only a trade through the
  price fills, until the price is displayed
"""


class RiskAverse:
    """The queue ahead of one order."""

    __slots__ = ("ahead",)

    def __init__(self, displayed: int | None) -> None:
        self.ahead = displayed
        """None while unknown."""

    def on_trade(self, quantity: int) -> int:
        """A trade at our price; what of it reaches us."""
        if self.ahead is None:
            return 0
        beyond = quantity - self.ahead
        if beyond >= 0:
            self.ahead = 0
            return beyond
        self.ahead = -beyond
        return 0

    def on_displayed(self, quantity: int | None) -> None:
        """The quantity displayed at our price may have changed; None where it is not known."""
        if quantity is not None and (self.ahead is None or quantity < self.ahead):
            self.ahead = quantity
