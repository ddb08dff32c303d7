"""What is drawn over time, chart by chart: which lines there are, what a sample says of each, and how it is written."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple

from mm_tui.app.widgets.chart.plot import Series, Values
from mm_tui.app.widgets.fills import places_of
from mm_tui.model.account import MICRO
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import ChartFill, ChartSample

_BPS = 10_000
_BPS_PLACES = 4
"""A tick of a large coin is a thousandth of a basis point."""


class Scale(NamedTuple):
    """How a chart's values are counted and written for one instrument."""

    read: Callable[[ChartSample], Values]
    """A sample's value for each series, in units of the last place."""
    unit: Decimal
    """What one of them is worth."""
    least: int
    """Digits after the point on the axis, at least."""
    most: int
    """Digits that are exact."""
    signed: bool
    word: str
    """Of the unit, for the frame."""

    def text(self, value: int | None, places: int | None = None) -> str:
        """A value as it is written."""
        if value is None:
            return fmt.UNKNOWN
        return fmt.number(value * self.unit, self.most if places is None else places, signed=self.signed)

    def places(self, step: int) -> int:
        """Digits after the point with which every multiple of a step is exact."""
        places = self.most
        while places > self.least and (step * self.unit).scaleb(places - 1) % 1 == 0:
            places -= 1
        return places


class LineChart(NamedTuple):
    """One chart over time."""

    title: str
    series: tuple[Series, ...]
    """The first one is marked on the axis."""
    named: tuple[tuple[int, str], ...]
    """Series whose values are written above the plot, each with its label."""
    scale: Callable[[Instrument], Scale]
    mark: Callable[[ChartFill], int] | None = None
    floor: int | None = None


def _prices(instrument: Instrument) -> Scale:
    places = instrument.price_decimals
    return Scale(
        lambda sample: (sample.mid2, sample.bid2, sample.ask2),
        instrument.tick_size / 2,
        places,
        places,
        signed=False,
        word=instrument.quote,
    )


def _pnl(instrument: Instrument) -> Scale:
    places = places_of(instrument)
    of_unit = float(instrument.tick_size * instrument.step_size / 2 / MICRO * 10**places)

    def read(sample: ChartSample) -> Values:
        parts = sample.pnl
        if parts is None:
            return (None,) * 6
        return (*[round(part * of_unit) for part in parts], 0)

    return Scale(read, Decimal(1).scaleb(-places), 2, places, signed=True, word=instrument.quote)


def _inventory(instrument: Instrument) -> Scale:
    places = instrument.quantity_decimals
    of_unit = float(instrument.step_size / MICRO * 10**places)

    def read(sample: ChartSample) -> Values:
        held, limit = sample.position, sample.limit
        most = None if limit is None else round(limit * of_unit)
        return None if held is None else round(held * of_unit), most, None if most is None else -most, 0

    return Scale(read, Decimal(1).scaleb(-places), min(2, places), places, signed=True, word=instrument.base)


def _spread(_: Instrument) -> Scale:
    unit = _BPS * 10**_BPS_PLACES

    def read(sample: ChartSample) -> Values:
        mid2, bid2, ask2, spread = sample.mid2, sample.bid2, sample.ask2, sample.spread
        if not mid2:
            return None, None, None
        return (
            None if spread is None else round(2 * spread * unit / mid2),
            None if bid2 is None else round((mid2 - bid2) * unit / mid2),
            None if ask2 is None else round((ask2 - mid2) * unit / mid2),
        )

    return Scale(read, Decimal(1).scaleb(-_BPS_PLACES), 1, _BPS_PLACES, signed=False, word="bps")


LINES: Final[dict[str, LineChart]] = {
    "mid": LineChart(
        "Mid, quotes, fills",
        (Series("mid"), Series("bid", dashed=True), Series("ask", dashed=True)),
        ((0, "mid"), (1, "bid"), (2, "ask")),
        _prices,
        mark=lambda fill: 2 * fill.price,
        floor=0,
    ),
    "pnl": LineChart(
        "PnL and its parts",
        (*map(Series, ("total", "spread", "adverse", "inventory", "fees")), Series("zero", dashed=True)),
        ((0, "total"), (1, "spread"), (2, "adverse"), (3, "drift"), (4, "fees")),
        _pnl,
    ),
    "inventory": LineChart(
        "Inventory",
        (Series("held"), Series("limit", dashed=True), Series("limit", dashed=True), Series("zero", dashed=True)),
        ((0, "held"), (1, "limit")),
        _inventory,
    ),
    "spread": LineChart(
        "Spread, our quotes from mid",
        (Series("market"), Series("bid"), Series("ask")),
        ((0, "market"), (1, "bid"), (2, "ask")),
        _spread,
        floor=0,
    ),
}
"""By the names that `:chart` takes."""

STYLES: Final = {
    "": "text", "mid": "bright", "bid": "bid", "ask": "ask", "buy": "own bold", "sell": "own bold",
    "total": "bright", "spread": "bid", "adverse": "ask", "inventory": "accent", "fees": "warn",
    "zero": "border", "held": "bright", "limit": "halt", "market": "bright",
}  # fmt: skip
"""How what a cell shows is drawn; fills are told by ▲ and ▼, quotes by dashes, lines by their letter at the end."""
