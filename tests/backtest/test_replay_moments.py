"""Moments as people write them."""

import pytest

from mm_tui.backtest.replay.moments import moment
from mm_tui.errors import UsageError
from mm_tui.model.clock import SECOND

START = 1_723_161_253 * SECOND + 300_000_000
"""2024-08-08T23:54:13.3Z."""
END = START + 600 * SECOND
NOW = START + 60 * SECOND
MIDNIGHT = 1_723_161_600 * SECOND


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("23:55:00", MIDNIGHT - 300 * SECOND),
        ("23:55", MIDNIGHT - 300 * SECOND),
        (" 23:59:59.25Z ", MIDNIGHT - 750_000_000),
        ("00:01", MIDNIGHT + 60 * SECOND),
        ("23:54:13", MIDNIGHT - 347 * SECOND),
        ("23:54", MIDNIGHT - 360 * SECOND),
        ("23:53", MIDNIGHT + 86_400 * SECOND - 420 * SECOND),
        ("+90s", NOW + 90 * SECOND),
        ("-1.5m", NOW - 90 * SECOND),
        ("+1h", NOW + 3600 * SECOND),
        ("+1h2m3.5s", NOW + 3723 * SECOND + SECOND // 2),
        ("+250ms", NOW + SECOND // 4),
        ("-7", NOW - 7 * SECOND),
        ("0%", START),
        ("50%", START + 300 * SECOND),
        ("100%", END),
        ("2024-08-08T23:55:00", MIDNIGHT - 300 * SECOND),
        ("2024-08-09T01:55:00.5+02:00", MIDNIGHT - 300 * SECOND + SECOND // 2),
    ],
)
def test_a_moment(text: str, expected: int) -> None:
    assert moment(text, NOW, START, END) == expected


@pytest.mark.parametrize("text", ["", "noon", "24:00", "12:60", "12:00:60", "101%", "+", "+3d", "12", "+1h2", "+2m3x"])
def test_what_is_no_moment_is_said_with_what_would_be(text: str) -> None:
    with pytest.raises(UsageError, match="is no moment; write a UTC time of day"):
        moment(text, NOW, START, END)
