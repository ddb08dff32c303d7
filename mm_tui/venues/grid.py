"""Prices and quantities as they arrive, onto the instrument's ticks and steps.

A price is read as a float, multiplied and rounded to ticks, and is right when dividing gives the same float again: a
correctly rounded division of exact integers has one answer. Whatever fails that test is settled in decimal arithmetic.
"""

from decimal import Decimal
from typing import Final

from mm_tui.errors import FrameError
from mm_tui.model.events import Levels
from mm_tui.model.instrument import Instrument

WHOLE_LIMIT: Final = float(1 << 53)
"""Ticks and lots above this have no exact float."""


class Grid:
    """The ticks and steps of one instrument."""

    def __init__(self, instrument: Instrument, finest_decimals: int) -> None:
        self.instrument = instrument
        self.price_scale = float(1 / instrument.tick_size)
        """Ticks a unit of quote."""
        self.lot_scale = float(1 / instrument.step_size)
        """Lots a unit of base."""
        self.highest = WHOLE_LIMIT * float(instrument.tick_size)
        """The largest price that can be told from its neighbours, quote."""
        self.largest = WHOLE_LIMIT * float(instrument.step_size)
        """The largest quantity that can be told from its neighbours, base."""
        self.dust = 0
        """Quantities seen that were finer than today's step; see `odd_lots`."""
        self._finest = finest_decimals

    def ticks(self, price: float) -> int:
        """A positive price as whole ticks; raises FrameError where it is none."""
        ticks = int(price * self.price_scale + 0.5)
        return ticks if ticks / self.price_scale == price else self.odd_ticks(price)

    def lots(self, quantity: float) -> int:
        """A quantity as lots; dust is cut."""
        lots = int(quantity * self.lot_scale + 0.5)
        return lots if lots / self.lot_scale == quantity else self.odd_lots(quantity)

    def levels(self, pairs: list[tuple[float, float]]) -> Levels:
        """`(price, quantity)` pairs as ticks and lots, order kept; the hottest loop of the desk, hence written out."""
        price_scale, lot_scale = self.price_scale, self.lot_scale
        levels = []
        for price, quantity in pairs:
            ticks = int(price * price_scale + 0.5)
            if ticks / price_scale != price:
                ticks = self.odd_ticks(price)
            lots = 0
            if quantity:
                lots = int(quantity * lot_scale + 0.5)
                if lots / lot_scale != quantity:
                    lots = self.odd_lots(quantity)
            levels.append((ticks, lots))
        return levels

    def odd_ticks(self, price: float) -> int:
        """A price that floats could not settle: a whole number of ticks after all, or an error."""
        instrument = self.instrument
        ticks, rest = divmod(Decimal(repr(price)), instrument.tick_size)
        if rest:
            raise FrameError(
                f"price {price!r} of {instrument.symbol} is no multiple of the tick size {instrument.tick_size}"
            )
        return int(ticks)

    def odd_lots(self, quantity: float) -> int:
        """A quantity that floats could not settle, or one that holds dust.

        Orders older than the last change of the step still rest, far from the touch, in finer steps than today's
        (BTCUSDT, 2024-08-08: 244.566304 at 80,000 under a step of 0.00001). The level is real and its frame must not
        be lost, so the dust, which no order of today can match alone, is cut and counted in `dust`; a level of nothing
        but dust shows one lot. What is finer than the venue ever was is an error.
        """
        number = Decimal(repr(quantity))
        if number != round(number, self._finest):
            raise FrameError(f"quantity {quantity!r} of {self.instrument.symbol} is finer than {self._finest} decimals")
        lots, rest = divmod(number, self.instrument.step_size)
        if rest:
            self.dust += 1
        return max(int(lots), 1)
