"""Speeds of a replay."""

import pytest

from mm_tui.backtest.replay.goal import SPEEDS, next_speed


@pytest.mark.parametrize(
    ("speed", "by", "then"),
    [
        (1.0, 1, 2.0),
        (1.0, -1, 0.5),
        (0.1, -1, 0.1),
        (1000.0, 1, None),
        (None, 1, None),
        (None, -1, 1000.0),
        (3.0, 0, 2.0),
    ],
)
def test_speeds_go_up_and_down_to_their_ends(speed: float | None, by: int, then: float | None) -> None:
    assert next_speed(speed, by) == then
    assert then in SPEEDS
