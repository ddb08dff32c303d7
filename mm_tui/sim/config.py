"""What the paper venue is told; `[simulator]` in the settings."""

from typing import Annotated, Literal

import msgspec

from mm_tui.model.bounds import Milliseconds, NotNegative, NotNegativeInt, Positive

FeeBps = Annotated[float, msgspec.Meta(ge=-100, le=1000)]
"""Negative for a rebate."""


class Simulator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Queue model, latencies, fees and opening balances of the paper venue."""

    queue_model: Literal["risk_averse", "power", "log", "optimistic"] = "risk_averse"
    queue_power: Positive = 3.0
    feed_latency_ms: Milliseconds = 0
    """Exchange to desk. Added to the order latency before an order takes part."""
    order_latency_ms: Milliseconds = 10
    """Desk to exchange."""
    response_latency_ms: Milliseconds = 10
    """Exchange to desk, for reports."""
    latency_jitter_ms: Milliseconds = 2
    """Uniform in [0, this], added to each of the two order latencies, drawn from the seed."""
    maker_fee_bps: FeeBps | None = None
    """None takes the venue's own: 10 on Binance and ccxt, 0 on the demo."""
    taker_fee_bps: FeeBps | None = None
    """None takes the venue's own: 10 on Binance and ccxt, 5 on the demo."""
    base_balance: NotNegative = 0.1
    """What the account opens with, base."""
    quote_balance: NotNegative = 6000.0
    """What the account opens with, quote."""
    seed: NotNegativeInt = 1
    band: bool = True
    """Whether the same strategy also runs under the other queue models, to show what of its PnL is an assumption."""
