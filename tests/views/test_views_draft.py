"""Parameters while they are tried: steps, what is wrong, and what would be sent."""

import msgspec
import pytest
from hand_ghost import PASSIVE, PURE

from mm_tui.core.operator import Parameters
from mm_tui.strategy.passive import PassiveParams
from mm_tui.strategy.pure_params import PureParams
from mm_tui.views.draft import Draft, problem_of, sent, step_at, stepped
from mm_tui.views.fields import fields_of
from mm_tui.views.frames import Field, ParameterRow

ROWS = {row.name: row for row in PASSIVE}
PURE_ROWS = {row.name: row for row in PURE}


def field(name: str, rows: dict[str, ParameterRow] = ROWS) -> Field:
    found = rows[name].field
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "start", "by", "after"),
    [
        ("min_spread_bps", "2", 1, "2.1"), ("min_spread_bps", "2", -1, "1.9"), ("min_spread_bps", "0.1", -1, "0.095"),
        ("order_amount", "0.002", 1, "0.0021"), ("order_amount", "0.002", 10, "0.003"),
        ("orders_per_side", "3", 1, "4"), ("orders_per_side", "20", 1, "20"), ("orders_per_side", "1", -10, "1"),
        ("quantity_jitter", "0.05", -100, "0"), ("drift_threshold_bps", "0", 1, "0.1"),
        ("max_spread_bps", "10000", 5, "10000"), ("max_spread_bps", "6", 1, "6.2"),
        ("min_spread_bps", "2.13", 1, "2.2"),
        ("reference", "mid", 1, "microprice"), ("reference", "mid", -1, "hybrid"), ("reference", "?", 1, "mid"),
        ("min_spread_bps", "x", 1, "x"), ("min_spread_bps", "20000", -1, "10000"),
    ],
)  # fmt: skip
def test_a_step_is_sensible_and_ends_at_the_bounds(name: str, start: str, by: int, after: str) -> None:
    assert stepped(field(name), start, by) == after


def test_switches_go_round_and_words_are_left_where_they_are() -> None:
    assert stepped(field("ping_pong_enabled", PURE_ROWS), "on", 1) == "off"
    assert stepped(field("ping_pong_enabled", PURE_ROWS), "off", -1) == "on"
    assert stepped(field("price_ceiling", PURE_ROWS), "none", 1) == "none"
    assert stepped(field("minimum_spread_bps", PURE_ROWS), "-1", -1) == "-1.05"
    assert step_at(field("price_ceiling", PURE_ROWS), "none") == ""
    assert (step_at(field("min_spread_bps"), "2"), step_at(field("orders_per_side"), "3")) == ("0.1", "1")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("min_spread_bps", "0", "must be > 0, ≤ 10,000"), ("min_spread_bps", "10001", "must be > 0"),
        ("min_spread_bps", "much", "must be a number, > 0"), ("min_spread_bps", "nan", "must be a number"),
        ("min_spread_bps", "", "type a value: > 0"), ("orders_per_side", "2.5", "must be a whole number, 1 … 20"),
        ("orders_per_side", "21", "must be 1 … 20"), ("reference", "mit", "must be one of mid, microprice"),
        ("order_amount", "1e13", "must be > 0"),
    ],
)  # fmt: skip
def test_what_is_out_of_its_bounds_says_so(name: str, text: str, words: str) -> None:
    assert problem_of(field(name), text).startswith(words)


def test_words_stand_beside_numbers() -> None:
    assert problem_of(field("price_ceiling", PURE_ROWS), "none") == ""
    assert problem_of(field("ping_pong_enabled", PURE_ROWS), "true") == ""
    assert problem_of(field("ping_pong_enabled", PURE_ROWS), "maybe") == "must be on or off"
    assert sent(field("price_ceiling", PURE_ROWS), "none") == "null"
    assert sent(field("ping_pong_enabled", PURE_ROWS), "on") == "true"


def test_what_is_sent_is_every_change_and_the_core_takes_it() -> None:
    draft = Draft()
    draft.put(PURE_ROWS["bid_spread_bps"], " 2.50 ")
    draft.put(PURE_ROWS["ping_pong_enabled"], "on")
    draft.put(PURE_ROWS["price_ceiling"], "70000")
    draft.put(PURE_ROWS["order_levels"], "1")
    assert draft.assignments(PURE) == (
        "strategy.pure.bid_spread_bps=2.5\nstrategy.pure.price_ceiling=70000\nstrategy.pure.ping_pong_enabled=true"
    )
    live = Parameters("pure", PureParams())
    assert len(live.set(draft.assignments(PURE), 1)) == 3
    assert draft.words(PURE).splitlines()[0] == "bid_spread_bps 3 → 2.5"
    draft.drop(PURE_ROWS["bid_spread_bps"])
    draft.put(PURE_ROWS["price_ceiling"], "none")
    assert draft.assignments(PURE) == "strategy.pure.ping_pong_enabled=true"
    draft.clear()
    assert draft.tried(PURE) == []


def test_nothing_is_sent_while_anything_is_wrong() -> None:
    draft = Draft()
    draft.put(ROWS["min_spread_bps"], "3")
    draft.put(ROWS["orders_per_side"], "99")
    assert draft.wrong(PASSIVE) == "orders_per_side: must be 1 … 20"
    assert draft.assignments(PASSIVE) == ""
    draft.put(ROWS["orders_per_side"], "2")
    draft.put(ROWS["min_spread_bps"], "7")
    assert draft.wrong(PASSIVE) == "min_spread_bps 7 is over max_spread_bps 6"
    draft.put(ROWS["max_spread_bps"], "8")
    assert draft.assignments(PASSIVE).count("\n") == 2


def test_what_is_being_typed_counts_as_what_it_means() -> None:
    draft = Draft()
    draft.type(ROWS["min_spread_bps"], "2.")
    assert not draft.changed(ROWS["min_spread_bps"])
    draft.type(ROWS["min_spread_bps"], "2.5")
    assert draft.changed(ROWS["min_spread_bps"])
    draft.step(ROWS["min_spread_bps"], 1)
    assert draft.text(ROWS["min_spread_bps"]) == "2.6"
    draft.step(ROWS["spread"], 1)
    assert not draft.changed(ROWS["spread"])
    assert draft.problem(ROWS["spread"]) == ""


def test_no_step_leaves_what_the_strategy_takes() -> None:
    """From any default, a hundred steps either way are values that its own type takes."""
    for kind in (PassiveParams, PureParams):
        for one in fields_of(kind):
            for by in (1, -1):
                text = one.default
                for _ in range(100):
                    text = stepped(one, text, by)
                value = {"on": "true", "off": "false", "none": "null"}.get(text, text)
                plain = value == "true" if one.kind == "switch" else value
                msgspec.convert({one.name: plain}, kind, strict=False)
