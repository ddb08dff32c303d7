"""Series in little room: what is kept of them, and what may not be lost."""

import random

import pytest

from mm_tui.backtest.report.tracks import SHORTEST, Shares, Track


def test_a_value_holds_until_it_changes() -> None:
    track = Track()
    for ts, value in ((0, 5), (1, 5), (SHORTEST * 3, 5), (SHORTEST * 7, 9)):
        track.add(ts, value)
    assert [(cell.place, cell.low, cell.high, cell.last) for cell in track.cells] == [(0, 5, 5, 5), (7, 5, 9, 9)]
    assert track.bounds == (5, 9)


def test_a_value_may_go_and_come_again() -> None:
    track = Track()
    for place, value in enumerate((None, 4, None, 6)):
        track.add(10**18 + place * SHORTEST, value)
    assert track.start == 10**18 + SHORTEST
    assert [(cell.low, cell.high, cell.last) for cell in track.cells] == [(4, 4, 4), (4, 4, None), (6, 6, 6)]
    assert Track().bounds is None


def test_extremes_and_ends_outlive_any_length() -> None:
    walk = random.Random(7)
    track, value, values = Track(64), 0, []
    for step in range(50_000):
        value += walk.choice((-1, 1))
        values.append(value)
        track.add(step * 16_000_000, value)
    assert len(track.cells) <= 64
    assert track.bounds == (min(values), max(values))
    assert track.cells[-1].last == values[-1]
    per_cell = track.width // 16_000_000
    for cell in track.cells:
        inside = values[max(cell.place * per_cell - 1, 0) : (cell.place + 1) * per_cell]
        assert (cell.low, cell.high, cell.last) == (min(inside), max(inside), inside[-1])


def test_shares_keep_every_nanosecond() -> None:
    chance = random.Random(3)
    shares, at, spent = Shares(32), 1_723_161_253_000_000_007, {"in": 0, "out": 0}
    start = at
    for _ in range(5_000):
        length, name = chance.randrange(1, 40_000_000), chance.choice(("in", "out"))
        shares.add(at, at + length, name)
        spent[name] += length
        at += length
    assert len(shares.spent) <= 32
    assert {name: sum(one.get(name, 0) for one in shares.spent) for name in spent} == spent
    assert all(sum(one.values()) == shares.width for one in shares.spent[:-1])
    assert shares.start == start


@pytest.mark.parametrize("days", [1, 30])
def test_one_long_stretch_takes_no_longer_than_many(days: int) -> None:
    shares = Shares()
    shares.add(0, days * 86_400 * 10**9, "up")
    assert 512 <= len(shares.spent) <= 1024
