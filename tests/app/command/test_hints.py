"""What the command line says while a line is typed."""

import pytest
from hand_frames import desk_frame
from hand_ghost import PASSIVE, PURE, tunable

from mm_tui.app.command.hints import Hints
from mm_tui.app.replay_actions import REPLAY
from mm_tui.views.frames import DeskFrame


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("set strategy.passive.min_spread_bps ", "min_spread_bps is 2 bps; > 0, ≤ 10,000; Distance of the nearest"),
        ("set min_spread_bps = 0", "0: must be > 0, ≤ 10,000; min_spread_bps is 2 bps; > 0"),
        (":set order_amount 0.004", "order_amount is 0.002 BTC; > 0; Of each order."),
        ("set min_order_value=", "min_order_value is 20 USDT; ≥ 0"),
        ("set reference ", "reference is mid; mid, microprice, twap, vwap, ema, hybrid"),
        ("set orders_per_side ", "orders_per_side is 3; 1 … 20"),
        ("set risk.max_position ", "risk.max_position is 0.02; one that lets more pass is asked about"),
        ("set risk.nothing 3", ""), ("set spread 3", ""), ("set ", ""), ("set", ""), ("pause now", ""), ("", ""),
        ("explain ", "explain ID, PRICE: "), ("xyzzy 1", ""), (":pa", ""), ("shadow", ""), ("se", ""),
        ("xyzzy", "no command 'xyzzy'; tab lists the commands"), ("pauze", "no command 'pauze'; did you mean pause?"),
        ("goto", "no command 'goto'"), ("panel ", "panel NAME: "), ("zom", "no command 'zom'"),
    ],
)  # fmt: skip
def test_value_and_bounds_are_told_while_one_types(line: str, words: str) -> None:
    told = Hints(tunable()).told(line)
    assert told.startswith(words)
    assert bool(told) is bool(words)


def test_in_a_replay_there_is_nothing_to_set_and_moments_are_explained() -> None:
    hints = Hints(tunable(), REPLAY)
    assert hints.told("set min_spread_bps 3") == ""
    assert hints.told("goto") == ""
    assert hints.told("set").startswith("no command 'set'")
    assert hints.told("goto 14:0").startswith("goto MOMENT")


def test_without_a_market_units_are_left_out() -> None:
    hints = Hints(DeskFrame(parameters=PASSIVE))
    assert hints.told("set order_amount 1").startswith("order_amount is 0.002; > 0")


def test_words_are_offered_and_meant_as_the_desk_takes_them() -> None:
    hints = Hints(desk_frame(parameters=PURE))
    assert hints.values("strategy.pure.ping_pong_enabled") == ("on", "off")
    assert hints.values("price_type")[:2] == ("mid_price", "best_bid")
    assert hints.values("price_ceiling") == ("none",)
    assert hints.values("spread") == hints.values("risk.max_position") == ()
    assert hints.meant("ping_pong_enabled=on") == "ping_pong_enabled=true"
    assert hints.meant("strategy.pure.price_ceiling=none") == "strategy.pure.price_ceiling=null"
    assert hints.meant("bid_spread_bps=3") == "bid_spread_bps=3"
    assert hints.meant("strategy.glft.risk_factor=on") == "strategy.glft.risk_factor=on"
    assert hints.problem("ping_pong_enabled=maybe") == "ping_pong_enabled: must be on or off"
    assert hints.problem("risk.max_position=-1") == hints.problem("ping_pong_enabled=off") == ""
