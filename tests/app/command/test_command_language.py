"""The language of the command line."""

import pytest

from mm_tui.app.actions import ACTIONS
from mm_tui.app.command.language import Command, common_prefix, complete, names, parse

PARAMETERS = ["strategy.passive.min_spread_bps", "strategy.passive.max_spread_bps"]


@pytest.mark.parametrize(("line", "command"), [
    ("pause", Command("pause")),
    (":pause", Command("pause")),
    ("  : flatten ", Command("flatten")),
    ("q", Command("quit")),
    ("theme paper", Command("theme", "paper")),
    ("theme", Command("theme")),
    ("cancel_order q61", Command("cancel_order", "q61")),
    ("shadow add strategy=glft risk_factor=0.1", Command("shadows", "add strategy=glft risk_factor=0.1")),
    ("shadows", Command("shadows")),
    ("promote 2", Command("promote", "2")),
    ("set risk.max_position 0.5", Command("set", "risk.max_position=0.5")),
    ("set risk.max_position=0.5", Command("set", "risk.max_position=0.5")),
    ("set risk.max_position = 0.5", Command("set", "risk.max_position=0.5")),
])  # fmt: skip
def test_lines_that_are_understood(line: str, command: Command) -> None:
    assert parse(line) == command


@pytest.mark.parametrize(("line", "problem"), [
    ("paus", "no command 'paus'; did you mean pause?"),
    ("xyzzy", "no command 'xyzzy'; tab lists the commands"),
    ("", "no command ''; tab lists the commands"),
    ("pause now", "pause takes no argument"),
    ("set", "write set KEY VALUE, for example: set strategy.passive.min_spread_bps 3"),
    ("set risk.max_position", "write set KEY VALUE, for example: set strategy.passive.min_spread_bps 3"),
    ("set 3 4", "'3' is no key; write it with dots, for example strategy.passive.min_spread_bps"),
])  # fmt: skip
def test_lines_that_are_not(line: str, problem: str) -> None:
    assert parse(line) == problem


def test_every_action_can_be_typed() -> None:
    assert {action.id for action in ACTIONS} <= set(names())
    assert complete("panel ta", (), ()) == ["panel tape"]
    assert all(isinstance(parse(name), Command) for name in names() if name != "set")


def test_completion_of_words_keys_and_themes() -> None:
    assert complete("fl", PARAMETERS, ["paper"]) == ["flatten"]
    assert complete("set strategy.passive.ma", PARAMETERS, []) == ["set strategy.passive.max_spread_bps"]
    assert complete("theme p", PARAMETERS, ["paper", "graphite"]) == ["theme paper"]
    assert complete("pause x", PARAMETERS, []) == []
    assert complete("", PARAMETERS, []) == names()
    assert complete("layout ", PARAMETERS, [], layouts=["night", "built-in"]) == [
        f"layout {each}" for each in ("night", "built-in", "save ", "save night", "delete night")
    ]


def test_completion_of_what_a_shadow_takes() -> None:
    words = ["add strategy=glft", "add strategy.passive.min_spread_bps", "drop 1", "promote 1"]

    def completed(line: str) -> list[str]:
        return complete(line, PARAMETERS, [], shadows=words)

    assert completed("sha") == ["shadows"]
    assert completed("shadow ") == [f"shadow {word}" for word in words]
    assert completed("shadow add strategy=g") == ["shadow add strategy=glft"]
    assert completed("shadow dr") == ["shadow drop 1"]
    assert completed("shadow add strategy=passive strategy.passive.ma") == [
        "shadow add strategy=passive strategy.passive.max_spread_bps"
    ]


def test_the_common_prefix() -> None:
    assert common_prefix(["set a.bc", "set a.bd"]) == "set a.b"
    assert common_prefix(["one"]) == "one"
    assert common_prefix([]) == ""
