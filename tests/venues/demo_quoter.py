"""The plainest market maker on the embedded market: one quote a side, what it is filled for and what that was worth."""

from bisect import bisect_right

import msgspec

from mm_tui.venues.demo.ladder import Side
from mm_tui.venues.demo.market import Market, Print, Touch

STEP_S = 0.01
"""How often the quoter looks at the market."""
LATENCY_S = 0.02
"""From its decision until its quotes rest."""
MARKOUT_S = 5.0


class Quote(msgspec.Struct):
    """A resting quote; filled by a print through its price, or at it behind what was displayed when it was placed."""

    side: Side
    price: int
    ahead: int

    def meets(self, trade: Print) -> bool:
        """Whether the print fills the quote; takes from the queue ahead of it."""
        bid = self.side.sign < 0
        if trade.buyer_is_maker is not bid or (trade.price - self.price) * self.side.sign < 0:
            return False
        if trade.price == self.price:
            self.ahead -= trade.lots
            return self.ahead < 0
        return True


class Outcome(msgspec.Struct):
    """What became of the quotes."""

    first_fill_s: float | None = None
    """Seconds from the first placement."""
    markouts: list[float] = []
    """bps, 5 s after each fill, positive is good."""


def quote_market(market: Market, seconds: float, distance_bps: float, drift_bps: float = 2.0) -> Outcome:
    """Quote both sides for so long, placed anew where the mid has drifted or both are gone."""
    outcome, placed_at, reference, quotes = Outcome(), 0.0, 0.0, list[Quote]()
    times, mids, fills = list[float](), list[float](), list[tuple[float, Quote]]()
    for number in range(1, round(seconds / STEP_S) + 1):
        for output in market.advance(number * STEP_S):
            if isinstance(output, Touch):
                times.append(output.at)
                mids.append((output.bid + output.ask) / 2)
            elif isinstance(output, Print) and output.at >= placed_at + LATENCY_S:
                met = [quote for quote in quotes if quote.meets(output)]
                fills += [(output.at, quote) for quote in met]
                quotes = [quote for quote in quotes if quote not in met]
        mid = market.ladder.mid
        if not quotes or abs(mid / reference - 1) * 10_000 > drift_bps:
            placed_at, reference = market.now, mid
            quotes = [_quote(side, mid, distance_bps) for side in (market.ladder.bids, market.ladder.asks)]
    if fills:
        outcome.first_fill_s = fills[0][0]
    for at, quote in fills:
        if at + MARKOUT_S < seconds:
            later = mids[bisect_right(times, at + MARKOUT_S) - 1]
            outcome.markouts.append(-quote.side.sign * (later - quote.price) / quote.price * 10_000)
    return outcome


def _quote(side: Side, mid: float, distance_bps: float) -> Quote:
    price = int(mid * (1 + side.sign * distance_bps / 10_000)) + (side.sign > 0)
    return Quote(side, price, side.lots.get(price, 0))
