"""Where panels stand, at every size."""

import itertools

import pytest

from mm_tui.app.layout.places import (
    BROAD_TABS,
    HIGH_TABS,
    LETTERED,
    LOWER_TABS,
    NUMBERED,
    SHEET,
    TABS,
    Box,
    View,
    docked,
    plan,
    shape_of,
    with_scrubber,
)

SIZES = [
    (1, 1),
    (20, 5),
    (59, 50),
    (60, 16),
    (80, 24),
    (109, 60),
    (110, 30),
    (120, 40),
    (159, 45),
    (160, 30),
    (160, 45),
]
SIZES += [(200, 55), (300, 100), (400, 30), (60, 300)]


def cells(box: Box) -> set[tuple[int, int]]:
    return set(itertools.product(range(box.x, box.x + box.width), range(box.y, box.y + box.height)))


@pytest.mark.parametrize(("size", "shape"), [
    ((200, 55), "wide"), ((160, 30), "wide"), ((160, 29), "small"), ((120, 40), "medium"), ((109, 40), "small"),
    ((80, 24), "small"), ((59, 24), "compact"), ((80, 15), "compact"), ((1, 1), "compact"),
])  # fmt: skip
def test_the_richest_shape_that_fits(size: tuple[int, int], shape: str) -> None:
    assert shape_of(*size) == shape


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "view", [View(), View(tab="events", panel="orders"), View(zoomed="chart"), View(tab="shadows", lower="shadows")]
)
def test_boxes_cover_the_screen_without_overlap(size: tuple[int, int], view: View) -> None:
    boxes = [box for box in plan(*size, view).places.values() if box.width and box.height]
    covered = [cells(box) for box in boxes]
    assert sum(map(len, covered)) == len(set().union(*covered))
    assert set().union(*covered) == cells(Box(0, 0, *size))


def test_a_broad_and_high_screen_shows_every_panel() -> None:
    now = plan(300, 100, View())
    assert set(NUMBERED) <= set(now.places)
    assert now.tabs == BROAD_TABS
    fills, history = now.places["fills"], now.places["history"]
    assert (fills.y, fills.height) == (history.y, history.height)
    assert fills.x + fills.width == history.x


@pytest.mark.parametrize("size", [(160, 46), (200, 55)])
def test_a_high_screen_shows_events_or_history(size: tuple[int, int]) -> None:
    for lower, other in (("events", "history"), ("history", "events"), ("fills", "history")):
        now = plan(*size, View(lower=lower))
        assert now.tabs == HIGH_TABS
        assert set(NUMBERED) - set(now.places) == {other}


@pytest.mark.parametrize("size", [(160, 30), (160, 45), (400, 30)])
def test_a_wide_and_low_screen_shows_one_of_three(size: tuple[int, int]) -> None:
    for lower in LOWER_TABS:
        now = plan(*size, View(lower=lower))
        assert now.tabs == LOWER_TABS
        assert {*NUMBERED, *LETTERED} - set(now.places) == set(LOWER_TABS) - {lower}


def test_the_ladder_grows_with_the_width_to_its_columns() -> None:
    widths = [plan(width, 55, View()).places["ladder"].width for width in (160, 200, 300)]
    assert widths == [62, 90, 112]


@pytest.mark.parametrize("size", [(120, 40), (160, 45), (200, 55), (300, 100)])
def test_panels_in_each_others_place_cover_the_screen_all_the_same(size: tuple[int, int]) -> None:
    view = View().swapped("chart", "orders").swapped("position", "ladder")
    boxes = [box for box in plan(*size, view).places.values() if box.width and box.height]
    covered = [cells(box) for box in boxes]
    assert sum(map(len, covered)) == len(set().union(*covered)) == size[0] * size[1]
    before, after = plan(*size, View()), plan(*size, view)
    assert after.places["orders"] == before.places["chart"]
    assert after.places["position"] == before.places["ladder"]
    assert len(after.tabs) == len(before.tabs)


def test_seats_follow_panels_that_were_moved_before_and_back_home() -> None:
    view = View().swapped("chart", "orders").swapped("chart", "tape")
    assert [view.in_seat(place) for place in ("chart", "orders", "tape")] == ["orders", "tape", "chart"]
    assert [view.seat_of(panel) for panel in ("chart", "orders", "tape")] == ["tape", "chart", "orders"]
    assert view.swapped("chart", "tape").swapped("chart", "orders") == View()
    assert View().swapped("risk", "risk") == View()


def test_two_columns_show_one_of_the_tabs() -> None:
    for tab in TABS:
        now = plan(120, 40, View(tab=tab))
        assert now.tabs == TABS
        assert [name for name in TABS if name in now.places] == [tab]


def test_a_small_screen_shows_one_panel_over_the_strip() -> None:
    for panel in NUMBERED:
        places = plan(80, 24, View(panel=panel)).places
        assert [name for name in NUMBERED if name in places] == [panel]
        assert places["summary"].height >= 4


def test_a_zoomed_panel_leaves_the_state_and_the_keys() -> None:
    places = plan(120, 40, View(zoomed="tape")).places
    assert set(places) == {"header", "tape", "footer"}
    assert places["tape"] == Box(0, 1, 120, 38)


def test_the_ladder_can_be_kept_short() -> None:
    assert plan(200, 55, View(), ladder_rows=20).places["ladder"].height == 24


@pytest.mark.parametrize(
    ("size", "box", "hidden"),
    [
        ((160, 30), Box(62, 1, 52, 28), {"chart", "orders", "tabs"}),
        ((200, 55), Box(90, 1, 62, 30), {"chart", "orders"}),
        ((120, 40), Box(62, 12, 58, 26), {"risk", "orders", "chart", "tabs"}),
        ((80, 24), Box(40, 2, 40, 17), set()),
        ((40, 8), Box(0, 1, 40, 7), set()),
    ],
)
def test_a_docked_sheet_stands_beside_the_ladder(size: tuple[int, int], box: Box, hidden: set[str]) -> None:
    found = docked(*size, View(zoomed="fills", panel="orders"), plan)
    assert found.places[SHEET] == box
    ladder = found.places.get("ladder")
    assert size == (40, 8) or (ladder is not None and ladder.width >= 40 and ladder.x + ladder.width == box.x)
    assert not hidden & set(found.places)
    if hidden:
        assert hidden < set(plan(*size, View()).places)


def test_a_docked_sheet_leaves_the_scrubber_of_a_replay() -> None:
    assert docked(80, 24, View(), with_scrubber).places[SHEET] == Box(40, 2, 40, 16)


@pytest.mark.parametrize("size", [(120, 40), (160, 45), (200, 55), (300, 100)])
def test_the_fills_have_their_strip_above_the_footer_where_there_is_height(size: tuple[int, int]) -> None:
    width, height = size
    for now, lines in ((plan(*size, View()), 2), (with_scrubber(*size, View()), 3)):
        if "strip" in now.places:
            assert now.places["strip"] == Box(0, height - lines, width, 1)
        else:
            assert height - lines < 39
    assert "strip" not in plan(width, 38, View()).places
    assert "strip" not in plan(160, 46, View()).places


def test_the_fills_have_their_strip_above_them_where_they_stand_alone() -> None:
    for now in (plan(80, 24, View(panel="fills")), plan(200, 55, View(zoomed="fills"))):
        strip, fills = now.places["strip"], now.places["fills"]
        assert strip == Box(0, strip.y, fills.width, 1)
        assert fills.y == strip.y + 1
    assert "strip" not in plan(80, 24, View(panel="orders")).places
    assert "strip" not in plan(200, 55, View(zoomed="orders")).places
