"""What the paper venue is told; `[simulator]` in the settings."""

from typing import Annotated, Literal

import msgspec

from mm_tui.model.bounds import Milliseconds, NotNegative, NotNegativeInt, Percent, Positive

FeeBps = Annotated[float, msgspec.Meta(ge=-100, le=1000)]
"""Negative for a rebate."""
FeeCurrency = Literal["received", "quote", "asset"]
SelfTrade = Literal["none", "expire_taker", "expire_maker", "expire_both", "decrement"]
"""Binance's modes of self-trade prevention (faqs/stp_faq.md); `transfer` is `decrement` within one account."""
AssetName = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{1,20}$")]


class Simulator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Queue model, latencies, fees and opening balances of the paper venue."""

    queue_model: Literal["risk_averse", "power", "log", "optimistic"] = "risk_averse"
    queue_power: Positive = 3.0
    latency: Literal["jittered", "measured"] = "jittered"
    """What varies in the two order latencies: a jitter, or a draw from the feed's own latencies of this session."""
    feed_latency_ms: Milliseconds = 0
    """Exchange to desk. Added to the order latency before an order takes part."""
    order_latency_ms: Milliseconds = 10
    """Desk to exchange."""
    response_latency_ms: Milliseconds = 10
    """Exchange to desk, for reports."""
    latency_jitter_ms: Milliseconds = 2
    """Uniform in [0, this], added to each of the two order latencies, drawn from the seed."""
    self_trade_prevention: SelfTrade = "expire_maker"
    """What happens when a taker of ours meets a resting order of ours; Binance's usual default."""
    maker_fee_bps: FeeBps | None = None
    """None takes the venue's own: 10 on Binance and ccxt, 0 on the demo."""
    taker_fee_bps: FeeBps | None = None
    """None takes the venue's own: 10 on Binance and ccxt, 5 on the demo."""
    fee_currency: FeeCurrency = "received"
    """`received`: a buy pays in base, a sell in quote, as on Binance; `quote` always; or `asset`, see below."""
    fee_asset: AssetName = "BNB"
    """The asset that pays fees where `fee_currency` is `asset`."""
    fee_asset_price: Positive = 600.0
    """Of one of it, quote."""
    fee_asset_balance: NotNegative = 1.0
    """What the account opens with of it; when it no longer covers a fee, that fee is taken from what is received."""
    fee_asset_discount_pct: Percent = 25.0
    """What a fee is less when the asset pays it."""
    base_balance: NotNegative = 0.1
    """What the account opens with, base."""
    quote_balance: NotNegative = 6000.0
    """What the account opens with, quote."""
    seed: NotNegativeInt = 1
    band: bool = True
    """Whether the same strategy also runs under the other queue models, to show what of its PnL is an assumption."""
