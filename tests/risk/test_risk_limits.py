"""Which way a change of a limit goes, and what an assignment makes of the limits."""

import pytest

from mm_tui.errors import SettingsError
from mm_tui.risk.limits import Limits, assign, loosens


@pytest.mark.parametrize("key", Limits.__struct_fields__)
def test_of_two_values_of_a_key_one_way_loosens_and_the_other_tightens(key: str) -> None:
    assert loosens(key, 10, 20) != loosens(key, 20, 10)
    assert not loosens(key, 10, 10)


@pytest.mark.parametrize(
    "key",
    sorted({*Limits.__struct_fields__} - {"price_change_window_s", "same_side_window_s", "price_change_cooloff_s"}),
)
def test_more_is_looser(key: str) -> None:
    assert loosens(key, 10, 20)


@pytest.mark.parametrize("key", ["price_change_window_s", "same_side_window_s", "price_change_cooloff_s"])
def test_a_shorter_window_is_looser(key: str) -> None:
    assert loosens(key, 20, 10)


@pytest.mark.parametrize("key", ["max_inventory_age_s", "max_messages_per_day"])
@pytest.mark.parametrize(("before", "after", "expected"), [(0, 5, False), (5, 0, True), (0, 0, False)])
def test_off_is_the_loosest(key: str, before: float, after: float, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert loosens(key, before, after) is expected


def test_an_assignment_says_what_it_does() -> None:
    change = assign(Limits(), " risk.max_position = 0.01 ")
    assert (change.name, change.before, change.after, change.loosens) == ("risk.max_position", 0.02, 0.01, False)
    assert change.limits == Limits(max_position=0.01)
    change = assign(change.limits, "risk.max_open_orders=13")
    assert change.loosens
    assert change.limits == Limits(max_position=0.01, max_open_orders=13)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("risk.max_position", "write risk.KEY=VALUE; the keys are max_position"),
        ("risk.max_positon=1", "risk.max_positon: write risk.KEY=VALUE"),
        ("risk.max_position=0", "risk.max_position: got 0, must be > 0"),
        ("risk.max_position=nan", "got nan, must be a number > 0"),
        ("risk.max_position=inf", "got inf"),
        ("risk.max_open_orders=1.5", "got 1.5, must be a whole number >= 1"),
        ("risk.soft_limit_pct=101", "got 101, must be > 0 and <= 100"),
        ("risk.max_position=", 'got "", must be a number > 0'),
        ("risk.max_position=1e300", "got 1e300, must be at most"),
        ("risk.max_position=1e400", "got inf, must be a number > 0"),
        ("risk.max_position=1_000", 'got "1_000", must be a number > 0'),
        ("risk.max_position=true", "got true, must be a number > 0"),
        ("risk.max_messages_per_day=1e26", "must be a whole number >= 0"),
        ("risk.max_messages_per_day=" + "9" * 26, "got 9{26}, must be at most"),
        ("risk.max_messages_per_day=" + "9" * 5000, "risk.max_messages_per_day: got .{1,90}, must be"),
        ("risk." + "x" * 5000, "risk.x{74}…: write risk.KEY=VALUE"),
    ],
)
def test_what_cannot_be_is_refused(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        assign(Limits(), text)
