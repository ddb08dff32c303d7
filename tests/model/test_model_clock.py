import pytest

from mm_tui.model.clock import time_of_day


@pytest.mark.parametrize(
    ("ts", "text"),
    [
        (0, "00:00:00"),
        (1_723_161_253_999_999_999, "23:54:13"),
        (86_399 * 10**9, "23:59:59"),
        (86_400 * 10**9, "00:00:00"),
        (-1, "23:59:59"),
    ],
)
def test_a_time_of_day_is_cut_to_whole_seconds(ts: int, text: str) -> None:
    assert time_of_day(ts) == text
