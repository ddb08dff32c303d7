"""Queue models: how much is ahead of an order at its price. Quantities in lots.

Risk-averse (the queue model of hftbacktest's documentation, "Order Fill"): only trades at the price take from the
queue ahead; what is cancelled is taken to have stood behind us, until less is displayed than was thought ahead.

- ahead₀ = quantity displayed at the price when the exchange acknowledges the order
- a trade of v at the price: ahead ← max(0, ahead − v); what is beyond the queue is ours
- a diff that displays d at the price: ahead ← min(ahead, d)
"""


class RiskAverse:
    """The queue ahead of one order."""

    __slots__ = ("ahead",)

    def __init__(self, displayed: int) -> None:
        self.ahead = displayed

    def on_trade(self, quantity: int) -> int:
        """A trade at our price; what of it reaches us."""
        beyond = quantity - self.ahead
        if beyond >= 0:
            self.ahead = 0
            return beyond
        self.ahead = -beyond
        return 0

    def on_displayed(self, quantity: int) -> None:
        """The quantity displayed at our price changed."""
        if quantity < self.ahead:
            self.ahead = quantity
