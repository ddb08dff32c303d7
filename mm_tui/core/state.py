"""The desk's one state and what the strategy may look at."""

from enum import StrEnum

from mm_tui.model.account import MICRO, Account
from mm_tui.model.instrument import Instrument
from mm_tui.strategy.api import Leans
from mm_tui.strategy.reference import References
from mm_tui.strategy.signals import Signals


class State(StrEnum):
    """One at a time, on the screen, with its reason."""

    STARTING = "starting"
    QUOTING = "quoting"
    PAUSED = "paused"
    ONE_SIDED = "one-sided"
    REDUCE_ONLY = "reduce-only"
    HALTED = "halted"
    STALE = "stale"
    INVALID_BOOK = "invalid book"


QUOTES = frozenset({State.QUOTING, State.ONE_SIDED})
"""States in which quotes are wanted."""


class MarketView:
    """What a strategy may look at; one object, kept up to date by the core."""

    __slots__ = (
        "account", "instrument", "leans", "max_position", "references", "renew", "signals", "ts",
    )  # fmt: skip

    def __init__(
        self, instrument: Instrument, references: References, signals: Signals, account: Account, max_position: int
    ) -> None:
        self.instrument = instrument
        self.references = references
        self.signals = signals
        self.account = account
        self.ts = 0
        self.max_position = max_position
        self.leans = Leans()
        self.renew = False

    @property
    def position(self) -> int:
        """Whole lots, rounded towards zero."""
        return self.account.position_lots

    @property
    def base_free(self) -> int:
        """Held, lots."""
        return self.account.base // MICRO

    @property
    def quote_free(self) -> int:
        """Held, ticks times lots."""
        return self.account.quote // MICRO

    @property
    def bid(self) -> int:
        """Best bid."""
        return self.references.bid

    @property
    def ask(self) -> int:
        """Best ask."""
        return self.references.ask

    @property
    def bid_quantity(self) -> int:
        """Displayed at the best bid."""
        return self.references.bid_quantity

    @property
    def ask_quantity(self) -> int:
        """Displayed at the best ask."""
        return self.references.ask_quantity

    def reference2(self, name: str) -> float | None:
        """The named reference price in half ticks; None until it is known."""
        return self.references.get(name, self.ts)
