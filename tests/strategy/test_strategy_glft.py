"""The closed form of Guéant, Lehalle and Fernandez-Tapia against their differential equation, solved by numbers."""

from math import exp, log, sqrt

import pytest
from pure_desk import MID2, SECOND
from quiet_view import QuietView

from mm_tui.model.events import BUY, SELL
from mm_tui.strategy import registry
from mm_tui.strategy.api import Leans
from mm_tui.strategy.glft import Coefficients, Glft, GlftParams, coefficients, distance
from mm_tui.strategy.waterfall import reason

Matrix = list[list[float]]


def product(left: Matrix, right: Matrix) -> Matrix:
    columns = list(zip(*right, strict=True))
    return [[sum(a * b for a, b in zip(row, column, strict=True) if a and b) for column in columns] for row in left]


def exponential(matrix: Matrix, squarings: int = 30) -> Matrix:
    """e^M: a Taylor series of M / 2^squarings, squared again; scaled, since only ratios are asked for."""
    size = len(matrix)
    small = [[value / 2**squarings for value in row] for row in matrix]
    unit = [[float(row == column) for column in range(size)] for row in range(size)]
    total, term = unit, unit
    for order in range(1, 6):
        term = [[value / order for value in row] for row in product(term, small)]
        total = [[a + b for a, b in zip(one, two, strict=True)] for one, two in zip(total, term, strict=True)]
    for _ in range(squarings):
        total = product(total, total)
        largest = max(max(row) for row in total)
        total = [[value / largest for value in row] for row in total]
    return total


def exact(*, gamma: float, sigma: float, kappa: float, rate: float, bound: int, time: float) -> list[float]:
    """Ln v(q), q from −bound to bound, with `time` left: v = e^(−M·time)·1, theorem 1 of the paper."""
    alpha = kappa * gamma * sigma**2 / 2
    eta = rate * (1 + gamma / kappa) ** (-(1 + kappa / gamma))
    size = 2 * bound + 1
    matrix = [
        [
            -alpha * (row - bound) ** 2 * time if row == column else eta * time if abs(row - column) == 1 else 0.0
            for column in range(size)
        ]
        for row in range(size)
    ]
    return [log(sum(row)) for row in exponential(matrix)]


def market(sigma: float, rate: float) -> dict[str, float]:
    """A market of the paper's figures: prices in ticks, seconds."""
    return {"gamma": 0.01, "sigma": sigma, "kappa": 0.3, "rate": rate}


DESK = {"gamma": 0.01, "sigma": 1.2, "kappa": 0.6, "rate": 1.0}
"""The defaults, in bps."""


@pytest.mark.parametrize(
    ("dealt", "bound", "time", "off"),
    [
        (market(0.3, 0.9), 30, 600.0, 0.0005),
        (market(0.4, 0.9), 30, 600.0, 0.0005),
        (market(1.0, 0.2), 30, 600.0, 0.015),
        (DESK, 12, 3600.0, 0.01),
    ],
    ids=["paper", "volatile", "volatile and slow", "desk"],
)
def test_the_closed_form_is_the_numerical_solution_well_inside_the_bound(
    dealt: dict[str, float], bound: int, time: float, off: float
) -> None:
    gamma, kappa = dealt["gamma"], dealt["kappa"]
    value = exact(bound=bound, time=time, **dealt)
    found = coefficients(gamma, dealt["sigma"], kappa, dealt["rate"])
    for inventory in range(-3, 4):
        at = inventory + bound
        base = log(1 + gamma / kappa) / gamma
        bid = (value[at] - value[at + 1]) / kappa + base
        ask = (value[at] - value[at - 1]) / kappa + base
        assert distance(BUY, inventory, found) == pytest.approx(bid, rel=off)
        assert distance(SELL, inventory, found) == pytest.approx(ask, rel=off)


def test_the_coefficients_are_those_of_the_formula() -> None:
    found = coefficients(0.01, 1.2, 0.6, 1.0)
    assert found.base == pytest.approx(log(1 + 0.01 / 0.6) / 0.01)
    assert found.width == pytest.approx(sqrt(1.44 * 0.01 / 1.2 * (1 + 0.01 / 0.6) ** 61))
    assert distance(BUY, 3.0, Coefficients(base=2.0, width=0.5)) == 2 + 3.5 * 0.5
    assert distance(SELL, 3.0, Coefficients(base=2.0, width=0.5)) == 2 - 2.5 * 0.5


def test_less_aversion_leaves_the_spread_that_the_decay_asks_for() -> None:
    found = coefficients(1e-7, 1.2, 0.6, 1.0)
    assert found.base == pytest.approx(1 / 0.6, rel=1e-4)
    assert found.width == pytest.approx(sqrt(1.44e-7 / 1.2 * exp(1)), rel=1e-4)


# -- the desk

FOUND = coefficients(0.01, 1.2, 0.6, 1.0)


def quoting(params: GlftParams | None = None, **market: object) -> tuple[Glft, QuietView]:
    strategy, view = Glft(params or GlftParams()), QuietView(**market)  # type: ignore[arg-type]
    view.signals.follow(strategy.signal_rules)
    return strategy, view


def away(price: int) -> float:
    return (2 * price / MID2 - 1) * 10_000


@pytest.mark.parametrize("units", [0, 1, -1, 4])
def test_the_quotes_stand_where_the_formula_says(units: int) -> None:
    strategy, view = quoting(GlftParams(min_spread_bps=0.0), position=200 * units)
    quotes = strategy.quote(view)
    (bid,), (ask,) = quotes.bids, quotes.asks
    assert away(bid.price) == pytest.approx(-distance(BUY, units, FOUND), abs=0.002)
    assert away(ask.price) == pytest.approx(distance(SELL, units, FOUND), abs=0.002)
    assert f"at {units:+.2f} units".replace("-", "−") in bid.reason
    assert (bid.quantity, quotes.reference2) == (200, MID2)
    for quote in (bid, ask):
        assert quote.reason == reason(quote.steps)
        assert (quote.steps[0].price2, quote.steps[-1].price2) == (MID2, 2 * quote.price)
        assert [step.name for step in quote.steps][:3] == ["reference", "skew", "spread"]


def test_the_header_names_the_half_spread_and_the_adjustment_is_part_of_it() -> None:
    strategy, view = quoting(GlftParams(adjustment_bps=0.5))
    half = distance(BUY, 0, FOUND) + 0.5
    assert strategy.nearest_bps() == pytest.approx(half)
    assert strategy.describe() == f"glft {half:.1f} bps"
    assert away(strategy.quote(view).asks[0].price) == pytest.approx(half, abs=0.002)
    assert Glft(GlftParams(adjustment_bps=-9.0)).nearest_bps() == 1.0


def test_no_order_goes_over_the_bound() -> None:
    strategy, view = quoting(position=2000)
    full = strategy.quote(view)
    assert full.bids == ()
    assert len(full.asks) == 1
    view.position = -1900
    short = strategy.quote(view)
    assert short.asks[0].quantity == 100
    assert "cut to the bound" in short.asks[0].reason
    assert "size" in [step.name for step in short.asks[0].steps]
    assert short.bids[0].quantity == 200


def test_no_quote_stands_nearer_than_the_minimum() -> None:
    strategy, view = quoting(position=-1600)
    (bid,) = strategy.quote(view).bids
    assert away(bid.price) == pytest.approx(-1.0, abs=0.002)
    assert "no nearer than 1" in bid.reason


def test_leans_widen_enlarge_and_move() -> None:
    strategy, view = quoting(leans=Leans(spread_factor=2.0, size_factor=1.5, lean_bps=0.5))
    quotes = strategy.quote(view)
    half = 2 * distance(BUY, 0, FOUND)
    assert away(quotes.bids[0].price) == pytest.approx(0.5 - half, abs=0.002)
    assert away(quotes.asks[0].price) == pytest.approx(0.5 + half, abs=0.002)
    assert quotes.bids[0].quantity == 300


def test_the_same_object_comes_back_while_nothing_moved_and_nothing_before_the_mid() -> None:
    strategy, view = quoting()
    first = strategy.quote(view)
    assert strategy.quote(view) is first
    view.ts += SECOND
    assert strategy.quote(view) is first
    view.position = 800
    assert strategy.quote(view) is not first
    unknown, view = quoting(known=False)
    assert unknown.quote(view).bids == ()


def test_it_is_found_by_name() -> None:
    built = registry.make("glft", None, 3)
    assert isinstance(built, Glft)
    assert built.params == GlftParams()
