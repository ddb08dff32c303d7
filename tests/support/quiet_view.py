"""A view of a market that is set by hand, with estimates that are known."""

from dataclasses import dataclass, field

from pure_desk import ASK, BID, BTC, START

from mm_tui.model.events import Side
from mm_tui.model.instrument import Instrument
from mm_tui.strategy.api import Completion, Leans, OwnOrder
from mm_tui.strategy.signals import Signals


@dataclass
class QuietView:
    """The touch, the position and what was estimated; nothing moves by itself."""

    bid: int = BID
    ask: int = ASK
    ts: int = START
    instrument: Instrument = BTC
    max_position: int = 2000
    position: int = 0
    base_free: int = 10_000
    quote_free: int = 10**12
    bid_quantity: int = 1
    ask_quantity: int = 1
    renew: bool = False
    leans: Leans = field(default_factory=Leans)
    signals: Signals = field(default_factory=Signals)
    known: bool = True
    maker_fee_bps: float = 0.0
    last_own_price: int | None = None
    last_price: int | None = None
    average2: float | None = None
    orders: list[OwnOrder] = field(default_factory=list)
    completions: list[Completion] = field(default_factory=list)
    depth: dict[Side, list[tuple[int, int]]] = field(default_factory=dict)
    """Levels of a side, best first."""

    def depth_price(self, side: Side, lots: int) -> int | None:
        """The price at which more than so many lots stand."""
        for price, quantity in self.depth.get(side, []):
            lots -= quantity
            if lots < 0:
                return price
        return None

    def reference2(self, name: str) -> float | None:
        """The mid and no other."""
        assert name == "mid"
        return float(self.bid + self.ask) if self.known else None
