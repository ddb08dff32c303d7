"""The action table and the remaps of `[ui.keys]`."""

import pytest
from textual.keys import _character_to_key

from mm_tui.app.actions import ACTIONS, BY_ID, FOOTER, GROUPS, resolve, shown, shown_for, textual_key

PROMISED = (
    *("pause", "flatten", "kill", "rearm", "widen", "tighten", "larger", "smaller", "lean_down", "lean_up", "undo"),
    *("cancel_order", "toggle_bids", "toggle_asks", "recentre", "group", "units", "venue", "parameters", "theme"),
    *("help", "quit"),
)
"""Ids that settings files rely on."""


def test_every_promised_action_is_there_once() -> None:
    assert set(PROMISED) <= set(BY_ID)
    assert len(BY_ID) == len(ACTIONS)


def test_every_action_has_words_a_group_and_a_key_of_its_own() -> None:
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))
    for action in ACTIONS:
        assert action.group in GROUPS
        assert action.label
        assert action.help
        assert action.keys or action.id in {"panel", "swap", "symbol"}


def test_the_kill_never_asks_and_works_everywhere() -> None:
    assert [action.id for action in ACTIONS if action.everywhere] == ["kill"]
    assert BY_ID["kill"].keys == ("K", "f12")
    assert not BY_ID["kill"].asks


@pytest.mark.parametrize("character", [key for action in ACTIONS for key in action.keys if len(key) == 1])
def test_keys_are_named_as_textual_names_them(character: str) -> None:
    assert textual_key(character) == _character_to_key(character)


def test_the_footer_names_known_actions_with_distinct_ranks() -> None:
    assert {name for name, _ in FOOTER} <= set(BY_ID)
    assert len({rank for _, rank in FOOTER}) == len(FOOTER)
    assert min(FOOTER, key=lambda item: item[1])[0] == "kill"


def test_a_remap_replaces_all_default_keys() -> None:
    keys, problems = resolve({"widen": "f5,ctrl+w"})
    assert problems == []
    assert keys["widen"] == ("f5", "ctrl+w")
    assert keys["pause"] == ("space",)


@pytest.mark.parametrize(
    ("text", "key"), [(",", ","), ("comma", ","), ("plus", "+"), ("minus", "-"), ("ctrl+k", "ctrl+k")]
)
def test_keys_that_toml_makes_awkward_have_names(text: str, key: str) -> None:
    keys, problems = resolve({"lean_down": text, "widen": "Y", "tighten": "Z"})
    assert problems == []
    assert keys["lean_down"] == (key,)


def test_two_actions_may_swap_keys() -> None:
    keys, problems = resolve({"toggle_bids": "s", "toggle_asks": "b"})
    assert problems == []
    assert (keys["toggle_bids"], keys["toggle_asks"]) == (("s",), ("b",))


def test_an_unknown_action_is_named_with_the_nearest_known() -> None:
    keys, problems = resolve({"flaten": "z"})
    assert problems == ["ui.keys.flaten: unknown action (did you mean flatten?)"]
    assert keys["flatten"] == ("f",)


def test_an_unknown_action_like_no_other_points_to_the_help() -> None:
    assert resolve({"zzzzzz": "z"})[1] == ["ui.keys.zzzzzz: unknown action (? lists the actions)"]


@pytest.mark.parametrize("text", ["", "spaec", "ctrl+", "hyper+x", "ab", " ", "x,,y"])
def test_a_key_that_is_none_is_refused_and_the_default_stays(text: str) -> None:
    keys, problems = resolve({"pause": text})
    assert len(problems) == 1
    assert "is no key" in problems[0]
    assert keys["pause"] == ("space",)


@pytest.mark.parametrize("text", ["1", "tab", "ctrl+c", "up"])
def test_keys_of_the_screen_itself_are_refused(text: str) -> None:
    assert "used by the screen itself" in resolve({"pause": text})[1][0]


def test_a_taken_key_is_refused_with_its_holder() -> None:
    keys, problems = resolve({"theme": "K"})
    assert problems == ["ui.keys.theme: K is taken by kill; give kill another key, or choose another here"]
    assert keys["kill"] == ("K", "f12")
    assert keys["theme"] == ("t",)


def test_two_remaps_to_the_same_key_leave_one() -> None:
    keys, problems = resolve({"theme": "z", "venue": "z"})
    assert len(problems) == 1
    assert sorted([keys["theme"], keys["venue"]]) in ([("t",), ("z",)], [("v",), ("z",)])


def test_all_problems_are_told_at_once() -> None:
    assert len(resolve({"theme": "f", "venu": "z", "quit": "nokey"})[1]) == 3


def test_keys_are_written_as_people_know_them() -> None:
    assert [shown(key) for key in ("escape", "f12", "ctrl+p", "space", "f", "pageup")] == [
        "esc", "F12", "^p", "space", "f", "pgup",
    ]  # fmt: skip


def test_partners_share_a_line() -> None:
    keys, _ = resolve({})
    assert shown_for(BY_ID["widen"], keys) == "+ -"
    assert shown_for(BY_ID["smaller"], keys) == "[ ]"
    assert shown_for(BY_ID["panel"], keys) == "0-9"
