"""Fees, exact: rates in millionths, amounts in the account's millionths of a lot or of a lot at a tick.

- Received (Binance spot): what is received pays, so a buy pays in base and a sell in quote.
- Quote: both pay in quote; a bid then holds its worst fee beside its value.
- Asset: the fee, less the discount, is paid in an asset at a fixed price, rounded to a hundred-millionth of the asset;
  what that amount is worth is rounded once, to the account's own unit. One that the asset's balance does not cover is
  taken whole from what is received (faqs/commission_faq.md: the full commission, without the discount), and so is one
  that is less than half of the asset's smallest part. A rebate is always received. The pair's own base or quote is no
  such asset: `received` and `quote` say what it pays.
"""

from fractions import Fraction

import msgspec

from mm_tui.errors import SettingsError
from mm_tui.model.account import MICRO
from mm_tui.model.bounds import exact
from mm_tui.model.events import BUY, Side
from mm_tui.model.instrument import Instrument
from mm_tui.sim.config import FeeCurrency, Simulator

PARTS = 100_000_000
"""Of one of the fee asset: Binance's commissions have eight digits."""
WHOLE = 10_000
"""Hundredths of a percent."""


def rate(bps: float) -> int:
    """Basis points as millionths; a hundredth of a basis point is the finest."""
    return round(bps * 100)


class FeeAsset(msgspec.Struct, frozen=True):
    """An asset that pays fees."""

    name: str
    worth: Fraction
    """Of a hundred-millionth of it, in millionths of a lot at a tick: its price, exact."""
    balance: int
    """What the account opens with, hundred-millionths."""
    discount: int
    """Hundredths of a percent."""

    def amount(self, fee: int) -> int:
        """A fee in millionths of a lot at a tick, less the discount, in hundred-millionths; a half is rounded up."""
        parts, worth = self.worth.denominator, WHOLE * self.worth.numerator
        return (2 * fee * (WHOLE - self.discount) * parts + worth) // (2 * worth)

    def value(self, amount: int) -> int:
        """What hundred-millionths are worth, in millionths of a lot at a tick; a half is rounded up."""
        worth, parts = self.worth.numerator, self.worth.denominator
        return (2 * amount * worth + parts) // (2 * parts)


class Charge(msgspec.Struct, frozen=True):
    """What a fill costs."""

    fee: int
    """Millionths of a lot where `in_base`, else of a lot at a tick: in quote, or the value of `amount`."""
    in_base: bool = False
    asset: str = ""
    """Which asset paid; empty for base and quote."""
    amount: int = 0
    """Hundred-millionths of that asset."""


class Fees(msgspec.Struct, frozen=True):
    """Maker and taker rates in millionths, and what they are paid in."""

    maker: int
    taker: int
    currency: FeeCurrency = "received"
    asset: FeeAsset | None = None
    """Pays where the currency is `asset`."""

    def charge(self, side: Side, price: int, quantity: int, *, maker: bool, asset_left: int = 0) -> Charge:
        """The fee of a fill; `asset_left` is what is still there of the fee asset."""
        share = self.maker if maker else self.taker
        if self.asset is not None and share > 0:
            amount = self.asset.amount(price * quantity * share)
            if amount <= asset_left and (amount or self.asset.discount == WHOLE):
                return Charge(self.asset.value(amount), asset=self.asset.name, amount=amount)
        if side is BUY and self.currency != "quote":
            return Charge(quantity * share, in_base=True)
        return Charge(price * quantity * share)

    @property
    def held_beside(self) -> int:
        """What a bid holds beside its value, millionths of it: its worst fee where quote pays it."""
        return max(0, self.maker, self.taker) if self.currency == "quote" else 0

    def held(self, price: int, quantity: int) -> int:
        """What a bid holds of the quote, its fee included; millionths of a lot at a tick."""
        return price * quantity * (MICRO + self.held_beside)


def paid_bps(config: Simulator, bps: float) -> float:
    """What a rate comes to where an asset pays it, as long as its balance lasts; as it is otherwise."""
    if config.fee_currency != "asset" or not config.fee_asset_balance or bps <= 0:
        return bps
    return bps * (100 - config.fee_asset_discount_pct) / 100


def fees_of(config: Simulator, instrument: Instrument, maker_bps: float, taker_bps: float) -> Fees:
    """The settings' fees; the rates are the venue's own where the settings leave them open.

    Raises SettingsError where the asset that is to pay them is one of the pair's own.
    """
    asset = None
    if config.fee_currency == "asset":
        if config.fee_asset in (instrument.base, instrument.quote):
            words = (
                f'got "{config.fee_asset}", which {instrument.symbol} is traded in; must be an asset beside the pair'
            )
            raise SettingsError([f'simulator.fee_asset: {words}, or simulator.fee_currency "received" or "quote"'])
        asset = FeeAsset(
            config.fee_asset,
            worth=Fraction(exact(config.fee_asset_price)) * MICRO / (PARTS * Fraction(instrument.unit)),
            balance=int(exact(config.fee_asset_balance) * PARTS),
            discount=round(config.fee_asset_discount_pct * 100),
        )
    return Fees(rate(maker_bps), rate(taker_bps), config.fee_currency, asset)
