"""The keys of a replay."""

from itertools import pairwise

import pytest
from hand_frames import desk_frame

from mm_tui.app.actions import ACTIONS, DESK, resolve
from mm_tui.app.command.language import Command, complete, names, parse
from mm_tui.app.layout.places import Box, View, plan, shape_of, with_scrubber
from mm_tui.app.replay_actions import REPLAY, other_ids
from mm_tui.app.screens.footer import Footer
from mm_tui.app.screens.help import help_lines
from mm_tui.app.screens.palette import offers


def test_every_action_has_a_key_of_its_own() -> None:
    keys = [key for action in REPLAY.actions for key in action.keys]
    assert len(keys) == len(set(keys))
    assert len(REPLAY.by_id) == len(REPLAY.actions)


@pytest.mark.parametrize(
    ("key", "action"),
    [("space", "play"), (".", "step"), ("right", "forward"), ("left", "rewind"), ("n", "next_fill"), (">", "faster")],
)
def test_the_promised_keys(key: str, action: str) -> None:
    assert key in REPLAY.by_id[action].keys


def test_looking_is_done_with_the_desks_own_actions() -> None:
    shared = REPLAY.by_id.keys() & DESK.by_id.keys()
    assert {"help", "theme", "zoom", "recentre", "units", "filter", "command", "quit"} <= shared
    assert not shared & {"kill", "pause", "flatten", "widen", "undo", "parameters", "inject"}


def test_the_footer_names_known_actions_with_distinct_ranks() -> None:
    assert {name for name, _ in REPLAY.footer} <= set(REPLAY.by_id)
    assert len({rank for _, rank in REPLAY.footer}) == len(REPLAY.footer)


def test_the_footer_says_what_space_does() -> None:
    footer = Footer(resolve({}, REPLAY, other_ids(REPLAY))[0], REPLAY)
    assert ("space", "play") in [(key, label) for _, key, label in footer.items()]
    assert ("← →", "10 s") in [(key, label) for _, key, label in footer.items()]


def test_remaps_of_either_table_are_known_to_both() -> None:
    remaps = {"next_fill": "F", "widen": "Y", "nothing": "z"}
    keys, problems = resolve(remaps, REPLAY, other_ids(REPLAY))
    assert keys["next_fill"] == ("F",)
    assert [line.partition(":")[0] for line in problems] == ["ui.keys.nothing"]
    keys, problems = resolve(remaps, DESK, other_ids(DESK))
    assert keys["widen"] == ("Y",)
    assert [line.partition(":")[0] for line in problems] == ["ui.keys.nothing"]


def test_the_help_has_every_key_of_the_replay() -> None:
    keys = resolve({}, REPLAY, other_ids(REPLAY))[0]
    shown = help_lines(keys, REPLAY)
    assert list(shown) == ["Play", "Jump", "Look", "Set up"]
    assert sum(len(lines) for lines in shown.values()) == len([a for a in REPLAY.actions if not a.beside])


def test_the_command_line_speaks_the_replays_language() -> None:
    assert parse("goto 14:02:10", REPLAY) == Command("goto", "14:02:10")
    assert parse(":next_fill", REPLAY) == Command("next_fill")
    assert str(parse("set risk.max_position 3", REPLAY)).startswith("no command 'set'")
    assert isinstance(parse("flatten", REPLAY), str)
    assert "set" not in names(REPLAY)
    assert complete("go", [], [], table=REPLAY) == ["goto"]
    keys = ["strategy.passive.a", "strategy.passive.b"]
    assert complete("branch strategy.passive.a=1 strategy.passive.b", keys, [], table=REPLAY) == [
        "branch strategy.passive.a=1 strategy.passive.b"
    ]
    assert {line for line, _, _ in offers([], REPLAY)} >= {"goto", "branch", "next_gap", "last"}


SIZES = [
    (1, 1),
    (20, 5),
    (59, 50),
    (60, 16),
    (60, 17),
    (80, 24),
    (110, 30),
    (120, 40),
    (160, 31),
    (200, 55),
    (300, 100),
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", [View(), View(zoomed="chart")])
def test_the_scrubber_has_a_line_of_its_own_and_nothing_overlaps(size: tuple[int, int], view: View) -> None:
    boxes = [box for box in with_scrubber(*size, view).places.values() if box.width and box.height]
    lines = sorted((box.y, box.y + box.height) for box in boxes if box.x == 0)
    assert all(before[1] <= after[0] for before, after in pairwise(lines))
    assert sum(box.width * box.height for box in boxes) == size[0] * size[1]


def test_the_scrubber_stands_above_the_footer() -> None:
    now = with_scrubber(120, 40, View())
    assert now.places["scrubber"] == Box(0, 38, 120, 1)
    assert now.places["footer"] == Box(0, 39, 120, 1)
    assert now.shape == shape_of(120, 39)
    assert {**now.places, "footer": None, "scrubber": None} == {
        **plan(120, 39, View()).places, "footer": None, "scrubber": None,
    }  # fmt: skip


def test_the_desks_table_is_the_desks() -> None:
    assert DESK.actions is ACTIONS
    assert desk_frame().replay is None
