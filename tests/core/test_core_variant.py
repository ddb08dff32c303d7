"""How a variant is written: the same words in the settings and on the command line."""

import msgspec
import pytest

from mm_tui.core.variant import LONGEST_NAME, Variant, altered, read
from mm_tui.errors import SettingsError
from mm_tui.strategy.passive import PassiveParams
from mm_tui.strategy.pure_params import PureParams


@pytest.mark.parametrize(
    ("text", "variant"),
    [
        ("strategy=glft", Variant("glft")),
        ("risk_factor=0.1 strategy=glft", Variant("glft", "", {"risk_factor": "0.1"})),
        ("strategy.glft.risk_factor=0.1", Variant("glft", "", {"risk_factor": "0.1"})),
        ("strategy=glft strategy.glft.risk_factor=0.1", Variant("glft", "", {"risk_factor": "0.1"})),
        ("name='far out' min_spread_bps=4", Variant("", "far out", {"min_spread_bps": "4"})),
        ("'strategy=/a b/c.py:D' strategy.d.x=1", Variant("/a b/c.py:D", "", {"x": "1"})),
    ],
)
def test_what_is_written_is_read(text: str, variant: Variant) -> None:
    assert read(text) == variant


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "needs something that tells it from the desk"),
        ("glft", "glft: must be KEY=VALUE, for example strategy=glft risk_factor=0.1"),
        ("strategy=", "strategy=: must be KEY=VALUE"),
        ("'strategy=glft", "No closing quotation"),
        (
            "strategy=glft strategy.pure.x=2",
            "strategy.pure: a shadow takes parameters of its strategy alone",
        ),
        ("strategy.glft.a=1 strategy.pure.b=2", "strategy.pure: a shadow takes parameters of its strategy alone"),
        ("simulator.seed=2", "simulator.seed: a shadow takes parameters of its strategy alone"),
    ],
)
def test_what_makes_no_sense_is_said(text: str, words: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read(text)
    assert words in str(raised.value)


def test_values_are_taken_together_so_that_a_pair_may_move_past_where_it_stood() -> None:
    wanted = altered("passive", PassiveParams(), {"min_spread_bps": "7", "max_spread_bps": "9", "orders_per_side": "2"})
    assert wanted == PassiveParams(min_spread_bps=7.0, max_spread_bps=9.0, orders_per_side=2)
    assert altered("pure", PureParams(), {"ping_pong_enabled": "true"}).ping_pong_enabled is True
    assert altered("passive", PassiveParams(), {}) == PassiveParams()


class Picky(msgspec.Struct, frozen=True):
    """Parameters that refuse in words of their own."""

    width: float = 1.0

    def __post_init__(self) -> None:
        if self.width == 3:
            raise ValueError("not three")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"spread": "1"}, "strategy.passive.spread: unknown key; there are min_spread_bps"),
        ({"orders_per_side": "2", "min_spread_bps": "x"}, 'strategy.passive.min_spread_bps: got "x", must be'),
        ({"min_spread_bps": "inf"}, "strategy.passive.min_spread_bps: got inf"),
        ({"order_amount": "1e300"}, "must be at most 1e+12"),
        ({"max_spread_bps": "1"}, "strategy.passive.max_spread_bps: min_spread_bps 2 is over max_spread_bps 1"),
        ({"min_spread_bps": "9"}, "strategy.passive.min_spread_bps: min_spread_bps 9 is over max_spread_bps 6"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_key(values: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError) as raised:
        altered("passive", PassiveParams(), values)
    assert words in str(raised.value)


def test_a_strategy_of_anyones_refuses_in_its_own_words() -> None:
    with pytest.raises(SettingsError, match=r"strategy\.picky\.width: .*not three"):
        altered("picky", Picky(), {"width": "3"})


def test_a_name_is_short_and_tells_what_differs() -> None:
    assert Variant("", "mine", {"a": "1"}).called("glft", "glft 2.1 bps") == "mine"
    assert Variant("glft", "", {"risk_factor": "0.1"}).called("glft", "glft 2.1 bps") == "glft risk_factor 0.1"
    many = {"min_spread_bps": "3", "max_spread_bps": "6"}
    assert Variant("", "", many).called("passive", "passive 3.0–6.0 bps × 3") == "passive 3.0–6.0 bps × 3"
    assert Variant("glft").called("glft", "glft 2.1 bps") == "glft 2.1 bps"
    assert len(Variant("", "x" * 99).called("glft", "")) == LONGEST_NAME
