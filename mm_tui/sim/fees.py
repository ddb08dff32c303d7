"""Fees, exact: rates in millionths, amounts in the account's millionths of a lot or of a lot at a tick."""

import msgspec

from mm_tui.model.events import BUY, Side


def rate(bps: float) -> int:
    """Basis points as millionths; a hundredth of a basis point is the finest."""
    return round(bps * 100)


class Fees(msgspec.Struct, frozen=True):
    """Maker and taker rates in millionths. As on Binance spot, a buy pays in base and a sell in quote."""

    maker: int
    taker: int

    def charge(self, side: Side, price: int, quantity: int, *, maker: bool) -> tuple[int, bool]:
        """The fee of a fill and whether it is in base."""
        share = self.maker if maker else self.taker
        if side is BUY:
            return quantity * share, True
        return price * quantity * share, False
