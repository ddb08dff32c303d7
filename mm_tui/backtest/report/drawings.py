"""Which charts a report has and what each is made of."""

from collections.abc import Sequence
from typing import Final

from mm_tui.analytics.worth import HORIZONS, Worth
from mm_tui.backtest.report import charts
from mm_tui.backtest.report.charts import Dots, Line, Mean
from mm_tui.backtest.report.collect import Collected
from mm_tui.backtest.report.figures import bars, spread_bps
from mm_tui.backtest.report.sections import bps, one_markout
from mm_tui.backtest.report.words import digits, fixed
from mm_tui.backtest.tables import UNKNOWN, money
from mm_tui.model import account as accounts
from mm_tui.model.clock import time_of_day
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.views.fmt import MINUS

MARKS: Final = 200
"""Risk trips that are drawn."""
STATES: Final = {
    "quoting": "up", "one-sided": "out", "reduce-only": "out", "paused": "down", "halted": "down", "stale": "down",
    "invalid book": "down", "starting": "down", "closing": "down", "excused": "excused",
}  # fmt: skip
SIDES: Final = {"in band": "up", "out of band": "out", "down": "down", "excused": "excused"}
_TINT: Final = {
    "spread captured": "spread", "adverse selection, 5 s": "adverse", "inventory": "inventory", "fees": "fees",
}  # fmt: skip


def equity(found: Collected) -> str:
    """Total and its four parts over time."""
    figures, tracks = found.summary["pnl"], found.tracks
    scale = float(accounts.money(1, found.instrument))
    series = (
        ("total", tracks.total, "total"), ("spread captured", tracks.spread, "spread_captured"),
        ("adverse selection", tracks.adverse, "adverse_selection"), ("inventory", tracks.inventory, "inventory"),
        ("fees", tracks.fees, "fees"),
    )  # fmt: skip
    kinds = ("total", "spread", "adverse", "inventory", "fees")
    lines = [
        Line(name, track, kind, scale, money(figures[key]))
        for (name, track, key), kind in zip(series, kinds, strict=True)
    ]
    low, high = _range(lines)
    places = digits(min(low, 0.0), max(high, 0.0))
    return charts.over_time(
        lines[1:] + lines[:1], _span(found), lambda value: fixed(value, places, plus=True), marks=_trips(found),
        zero=True, height=300,
    )  # fmt: skip


def quotes(found: Collected) -> str:
    """The mid, our best quotes as steps, and every fill."""
    tracks, half = found.tracks, found.instrument.tick / 2
    lines = [
        Line("own best ask", tracks.ask, "ask", half), Line("own best bid", tracks.bid, "bid", half),
        Line("mid", tracks.mid, "mid", half),
    ]  # fmt: skip
    dots = [
        Dots(name, [(fill.ts, fill.price * 2 * half) for fill in found.fills if fill.side is side], kind)
        for name, side, kind in (("buys", BUY, "bid"), ("sells", SELL, "ask"))
    ]
    places = min(digits(*_range(lines)), found.instrument.price_decimals)
    return charts.over_time(
        lines, _span(found), lambda value: fixed(value, places), dots=dots, marks=_trips(found), height=340
    )


def distance(found: Collected) -> str:
    """The same seen from the mid: how far our quotes stood, and where they were filled."""
    tracks = found.tracks
    lines = [Line("own best ask", tracks.ask_off, "ask"), Line("own best bid", tracks.bid_off, "bid")]

    def points(side: Side) -> list[tuple[int, float]]:
        return [
            (fill.ts, -side * captured)
            for fill in found.fills
            if fill.side is side and (captured := spread_bps(fill)) is not None
        ]

    dots = [Dots("buys", points(BUY), "bid"), Dots("sells", points(SELL), "ask")]
    return charts.over_time(
        lines, _span(found), lambda value: fixed(value, 1, plus=True), dots=dots, marks=_trips(found), zero=True,
        height=200,
    )  # fmt: skip


def inventory(found: Collected) -> str:
    """The position over time."""
    scale = float(accounts.quantity(1, found.instrument))
    line = Line("position", found.tracks.position, "inventory", scale, found.summary["position"]["base"])
    low, high = _range([line])
    places = digits(min(low, 0.0), max(high, 0.0))
    return charts.over_time(
        [line], _span(found), lambda value: fixed(value, places, plus=True), marks=_trips(found), zero=True, fill=True,
        height=180,
    )  # fmt: skip


def obligation(found: Collected) -> str:
    """The desk's state and each side's standing over time."""
    standing = found.standing
    rows = [("desk", standing.states, STATES), ("bid", standing.bids, SIDES), ("ask", standing.asks, SIDES)]
    return charts.strip(rows, _span(found), _trips(found))


def markouts(found: Collected) -> str:
    """Means and errors at each horizon: all, buys, sells."""
    groups = []
    for name, kind, side in (("all", "all", None), ("buys", "bid", BUY), ("sells", "ask", SELL)):
        row = []
        for horizon in HORIZONS:
            mean, sure = one_markout(found, horizon, side)
            row.append(None if mean is None else Mean(mean, sure.error or 0.0))
        groups.append((name, kind, row))
    return charts.means(groups, HORIZONS, bps)


def spreads(found: Collected) -> str:
    """How many fills captured how much."""
    values = [captured for fill in found.fills if (captured := spread_bps(fill)) is not None]
    made = bars(values)
    places = 1 if made is None else digits(0, made.width * 20)
    return charts.histogram(made, lambda value: fixed(value, places, plus=True), zero=True, height=240)


def sizes(found: Collected) -> str:
    """How many fills had which size."""
    made = bars([_size(fill, found.instrument.step) for fill in found.fills])
    places = 0 if made is None else min(found.instrument.quantity_decimals, digits(0, made.width * 20))
    return charts.histogram(made, lambda value: fixed(value, places))


def worths(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """A cell with a bar for each `(name, amount, …)`, from a common zero."""
    values = [0.0 if row[1] == UNKNOWN else float(row[1].replace(MINUS, "-").replace(",", "")) for row in rows]
    low, high = min(0.0, *values), max(0.0, *values)
    wide = high - low or 1.0
    cells = []
    for row, value in zip(rows, values, strict=True):
        left, right = sorted((value, 0.0))
        kind = _TINT.get(row[0], "total")
        place = f"left:{100 * (left - low) / wide:.2f}%;width:{100 * (right - left) / wide:.2f}%"
        drawn = "" if row[1] == UNKNOWN else f'<i class="{kind}" style="{place}"></i>'
        cells.append(f'<td class="worth">{drawn}</td>')
    return cells


def _size(fill: Worth, step: float) -> float:
    return fill.quantity * step


def _span(found: Collected) -> tuple[int, int]:
    return found.first_ts, found.last_ts


def _range(lines: list[Line]) -> tuple[float, float]:
    bounds = [bound for line in lines if (bound := line.track.bounds) is not None]
    scale = lines[0].scale
    return (scale * min(low for low, _ in bounds), scale * max(high for _, high in bounds)) if bounds else (0.0, 0.0)


def _trips(found: Collected) -> list[tuple[int, str]]:
    return [
        (trip.ts, f"{time_of_day(trip.ts)} {trip.rule} {trip.value}, {trip.action}") for trip in found.trips[:MARKS]
    ]
