"""The order book: two sides and what is known of their truth."""

from mm_tui.book.side import BookSide
from mm_tui.model.events import BUY, SELL


class Book:
    """Bids and asks; shared, for reading, by whoever needs to know what is displayed."""

    __slots__ = ("asks", "bids", "last_update_id", "valid")

    def __init__(self) -> None:
        self.bids = BookSide(BUY)
        self.asks = BookSide(SELL)
        self.last_update_id = 0
        """The last update that the levels contain."""
        self.valid = False
        """Whether the levels can be trusted; they stay for display when they can not."""

    @property
    def crossed(self) -> bool:
        """A bid at or over an ask: no real book."""
        return bool(self.bids.keys and self.asks.keys) and self.bids.keys[-1] >= -self.asks.keys[-1]

    @property
    def two_sided(self) -> bool:
        """Whether both sides have a level."""
        return bool(self.bids.keys and self.asks.keys)
