"""The times below a picture: where each begins, far enough apart, no seconds where there are none."""

from mm_tui.app.widgets.times import times_below
from mm_tui.model.clock import MINUTE, SECOND

NOON = 12 * 60 * MINUTE


def test_a_time_stands_under_the_cell_where_it_began() -> None:
    line = times_below(NOON - 2 * SECOND, SECOND // 2, 40, NOON + 60 * SECOND)
    assert line == "12:00:00            12:00:10            "


def test_nothing_is_told_that_has_not_come_or_has_no_room() -> None:
    assert times_below(NOON - 2 * SECOND, SECOND // 2, 40, NOON + 9 * SECOND) == "12:00:00".ljust(40)
    assert times_below(NOON - SECOND, SECOND // 2, 40, NOON + 9 * SECOND).isspace(), "half of it would be cut off"
    assert times_below(NOON + 1, SECOND, 30, NOON + 2).isspace()


def test_where_the_steps_are_minutes_there_are_no_seconds() -> None:
    line = times_below(NOON, 10 * SECOND, 40, NOON + 400 * SECOND)
    assert line == "          12:02       12:04       12:06 "
