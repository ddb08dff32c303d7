"""What the scrubber says on the way."""

from mm_tui.backtest.replay.goal import Goal, Place
from mm_tui.backtest.replay.words import sought

SECOND = 1_000_000_000
TIMES = [0, 10 * SECOND, 20 * SECOND]


def test_a_place_that_was_found_counts_inputs() -> None:
    assert sought(Goal("to the end"), Place(200, 5), 50, TIMES, 0) == "to the end, 25 %"
    assert sought(Goal("to the end"), Place(200, 5), 200, TIMES, 0) == "to the end, 99 %"
    assert sought(Goal("to the beginning"), Place(0, 5), 0, TIMES, 0) == "to the beginning, 0 %"


def test_a_moment_that_is_not_read_yet_counts_time_up_to_the_end_that_is_expected() -> None:
    goal = Goal("to 00:01:20", ts=80 * SECOND)
    assert sought(goal, None, 0, TIMES, 100 * SECOND) == "to 00:01:20, 25 %"
    assert sought(goal, None, 0, TIMES, 40 * SECOND) == "to 00:01:20, 50 %"


def test_a_mark_ahead_says_how_far_was_looked() -> None:
    assert sought(Goal("to the next fill", kind="fill"), None, 0, TIMES, 0) == (
        "to the next fill, looked through to 00:00:20"
    )
