from decimal import Decimal
from typing import Any

import pytest

from mm_tui.views import fmt

CENT, SATOSHI, DIME_STEP = Decimal("0.01"), Decimal("0.00000001"), Decimal("0.25")


@pytest.mark.parametrize(
    ("count", "step", "text"),
    [
        (6_183_763, CENT, "61,837.63"),
        (0, CENT, "0.00"),
        (-5, CENT, "−0.05"),
        (1182, SATOSHI, "0.00001182"),
        (3, DIME_STEP, "0.75"),
        (-4001, DIME_STEP, "−1,000.25"),
        (7, Decimal(10), "70"),
        (12, Decimal("1E+2"), "1,200"),
        (1_234_567, Decimal("1.0"), "1,234,567"),
    ],
)
def test_steps_are_written_digit_by_digit(count: int, step: Decimal, text: str) -> None:
    assert fmt.steps(count, step) == text


@pytest.mark.parametrize(
    ("count", "places", "text"),
    [
        (312_456, 2, "3.12"),
        (-312_456, 2, "−3.12"),
        (312_456, 9, "3.12456"),
        (9, 2, "<0.01"),
        (0, 2, "0.00"),
        (99, 0, "<1"),
    ],
)
def test_lots_are_cut_and_never_shown_as_nothing(count: int, places: int, text: str) -> None:
    assert fmt.lots(count, Decimal("0.00001"), places) == text


@pytest.mark.parametrize(
    ("value", "places", "signed", "text"),
    [
        (None, 2, False, "–"),
        (float("nan"), 2, False, "–"),
        (float("inf"), 2, True, "–"),
        (1.005, 1, True, "+1.0"),
        (-0.04, 1, True, "0.0"),
        (-1234.5, 1, False, "−1,234.5"),
        (Decimal("0.125"), 2, True, "+0.12"),
        (Decimal("0.00412"), 5, True, "+0.00412"),
    ],
)
def test_numbers(value: Any, places: int, signed: Any, text: str) -> None:
    assert fmt.number(value, places, signed=signed) == text


def test_distances_are_signed() -> None:
    assert [fmt.bps(value) for value in (3.33, -2.0, 0.0, None)] == ["+3.3", "−2.0", "0.0", "–"]


def test_shares_are_percentages() -> None:
    shares = (None, float("nan"), 0.206, 1.0, 12.0, -12.0)
    assert [fmt.percent(share) for share in shares] == ["– %", "– %", "21 %", "100 %", ">999 %", "<−999 %"]
    assert fmt.percents(99.94) == "99.94 %"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (-3, "0 s"),
        (59, "59 s"),
        (60, "1 m"),
        (3599, "59 m"),
        (3600, "1 h"),
        (90_000, "1 d"),
        (10**9, "99 d"),
    ],
)
def test_durations_take_at_most_four_cells(seconds: int | None, text: str) -> None:
    assert fmt.duration(seconds) == text
    assert len(text) <= 4


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (0.31, "0.3 ms"),
        (84, "84 ms"),
        (84.4, "84 ms"),
        (1200, "1.2 s"),
        (12_900, "12 s"),
        (200_000, "3 m"),
        (9.94, "9.9 ms"),
        (9.96, "10 ms"),
        (999.6, "1.0 s"),
        (9_940, "9.9 s"),
        (9_960, "10 s"),
    ],
)
def test_milliseconds_take_at_most_six_cells(value: Any, text: str) -> None:
    assert fmt.milliseconds(value) == text
    assert len(text) <= 6


def test_the_clock_is_utc() -> None:
    assert fmt.clock(1_723_161_731_999_999_999) == "00:02:11"
    assert fmt.clock(0) == "00:00:00"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"), (float("inf"), "–"), (0, "0.000"), (0.01234, "0.012"), (3.14159, "3.14"), (41.04, "41.0"),
        (1204, "1,204"), (12_345, "12.3k"), (123_456, "123k"), (1_234_567, "1.2M"), (123_456_789, "123M"),
        (2e11, "2e11"), (-3e12, "−3e12"),
    ],
)  # fmt: skip
def test_compact_keeps_three_digits(value: Any, text: str) -> None:
    assert fmt.compact(value) == text


def test_a_share_above_nothing_fills_at_least_an_eighth() -> None:
    assert [fmt.eighths(share, 10) for share in (None, -1.0, 0.0, 0.0001, 0.5, 7.0)] == [0, 0, 0, 1, 40, 80]
    assert fmt.eighths(0.5, 0) == 0
    assert fmt.eighths(float("nan"), 9) == 0


@pytest.mark.parametrize("filled", [-1, 0, 1, 7, 8, 9, 39, 40, 99])
def test_bars_have_their_width(filled: int) -> None:
    assert len(fmt.bar(filled, 5)) == 5
    assert len("".join(fmt.bar_from_right(filled, 5))) == 5


def test_bars_grow_from_either_side() -> None:
    assert fmt.bar(12, 4) == "█▌  "
    assert fmt.bar_from_right(12, 4) == ("  ", "▌", "█")
    assert fmt.bar_from_right(9, 4) == ("  ", "▉", "█")


def test_clipping_says_that_something_is_missing() -> None:
    assert [fmt.clip("spread", width) for width in (9, 6, 5, 1, 0)] == ["spread", "spread", "spre…", "…", ""]


def test_what_is_counted_has_its_plural() -> None:
    assert [fmt.counted(count, "own order") for count in (0, 1, 2, 1200)] == [
        "0 own orders",
        "1 own order",
        "2 own orders",
        "1,200 own orders",
    ]
