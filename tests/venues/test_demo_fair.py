from math import log, sqrt
from statistics import fmean

import pytest

from mm_tui.model.generator import Generator
from mm_tui.venues.demo.fair import GRID_S, JUMP_RATE, FairPrice


def steps(count: int, activity: float, seed: int = 2) -> tuple[list[float], int]:
    fair, moves, jumps = FairPrice(6_180_000.0, 1.75, Generator(seed)), [], 0
    for _ in range(count):
        before = fair.price
        jumps += fair.step(activity)
        moves.append(10_000 * log(fair.price / before))
    return moves, jumps


@pytest.mark.untraced
def test_the_price_diffuses_as_the_setting_says() -> None:
    moves, _ = steps(200_000, 1.0)
    volatility = sqrt(fmean(move * move for move in moves) / GRID_S)
    assert 1.5 < volatility < 1.85, "orders bring the rest of 1.75"


def test_hectic_trading_makes_it_move_more() -> None:
    calm, hectic = (sqrt(fmean(move * move for move in steps(20_000, activity)[0])) for activity in (0.2, 4.0))
    assert hectic > 1.4 * calm


def test_jumps_are_rare_and_large() -> None:
    moves, jumps = steps(100_000, 1.0)
    assert jumps / (100_000 * GRID_S) == pytest.approx(JUMP_RATE, rel=0.3)
    assert max(map(abs, moves)) > 15 * sqrt(fmean(move * move for move in moves))


def test_an_order_moves_it_its_own_way() -> None:
    fair = FairPrice(1_000_000.0, 2.0, Generator(1))
    fair.learn(1)
    assert 1_000_000 < fair.price < 1_000_010
    fair.learn(-1)
    assert fair.price == pytest.approx(1_000_000)
