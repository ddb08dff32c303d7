"""Why a price has an order of ours, or why none: one rule after the other, on a real core."""

import pytest
from pure_desk import ASK, BID, BTC, Rig, ask, bid

from mm_tui.core.config import CoreConfig, Execution
from mm_tui.core.engine import Core
from mm_tui.model.waterfall import Step
from mm_tui.risk.limits import Limits
from mm_tui.strategy.api import NO_QUOTES, Quote, Quotes
from mm_tui.strategy.passive import PassiveParams
from mm_tui.views.frames import FARTHEST, LevelFrame
from mm_tui.views.level import level_frame

B, A = bid(BID - 1000), ask(ASK + 1000)
MID2 = BID + ASK


def look(rig: Rig, price: int, group: int = 1) -> LevelFrame:
    found = level_frame(rig.core, price, group)
    assert found is not None
    return found


def told(frame: LevelFrame, name: str) -> tuple[str, str]:
    (check,) = [one for one in frame.checks if one.name == name]
    return check.verdict, check.words


def stepped(price: int, level: int = 0) -> Quote:
    steps = (
        Step("reference", float(MID2), "mid"),
        Step("skew", float(MID2 - 400)),
        Step("spread", 2.0 * price, "half 2.00"),
    )
    return Quote(bid(price).side, level, price, 100, 100, "wanted", steps)


def test_before_the_book_is_known_there_is_nothing_to_say() -> None:
    core = Core(CoreConfig(), BTC, PassiveParams(), lambda params: Rig().strategy)
    assert level_frame(core, BID, 1) is None
    rig = Rig()
    rig.quoting(B, A)
    assert level_frame(rig.core, 0, 1) is None


def test_an_order_that_rests_there() -> None:
    rig = Rig()
    (order, _) = rig.quoting(B, A)
    frame = look(rig, B.price)
    assert (frame.orders, frame.verdict) == ((order.order_id,), "1 order of ours here")
    assert (frame.low, frame.high, frame.price, frame.bps) == (B.price, B.price, B.price, -1.62)
    assert told(frame, "strategy") == ("passes", "wants 0.00100 BTC here, level 0")
    assert told(frame, "gate") == ("passes", "0.00100 BTC here would pass")
    assert frame.quote == "bid 61,790.00, level 0"
    assert not [one for one in frame.checks if one.name == "orders"]
    assert look(rig, BID).displayed == 100_000


def test_rows_are_the_ladders_and_end_at_the_touch() -> None:
    rig = Rig()
    (order, _) = rig.quoting(B, A)
    wide = look(rig, B.price - B.price % 500, 500)
    assert (wide.low, wide.high, wide.orders) == (B.price, B.price + 499, (order.order_id,))
    touch = look(rig, BID, 500)
    assert (touch.low, touch.high, touch.price) == (BID, BID, BID)
    above = look(rig, ASK, 500)
    assert (above.low, above.high, above.price, above.side) == (ASK, 6_180_500, ASK, A.side)


@pytest.mark.parametrize("orders", [(B, A), (stepped(BID - 1000), A)])
def test_any_price_in_any_row_is_explained(orders: tuple[Quote, Quote]) -> None:
    rig = Rig()
    rig.quoting(*orders)
    for group in (1, 2, 500, 5000, 10**9):
        for price in (1, 2, group - 1 or 1, group, BID - 1000, BID, BID + 1, ASK, 2 * ASK, FARTHEST):
            frame = look(rig, price, group)
            assert 0 < frame.low <= frame.price <= frame.high
            assert frame.verdict


def test_the_step_that_carries_a_quote_past_a_price_is_named() -> None:
    rig = Rig()
    rig.quoting(stepped(BID - 1000), A)
    near = look(rig, BID - 500)
    assert told(near, "rule") == ("keeps away", "spread carries level 0 past this price: half 2.00")
    assert near.verdict == "none of ours here: spread carries level 0 past this price: half 2.00"
    assert told(look(rig, BID - 100), "rule")[1] == "skew carries level 0 past this price"
    assert "nearer to the mid than the nearest, 0.8 bps away" in told(near, "strategy")[1]
    assert told(near, "orders") == ("says", "mm-1 stands nearest, at 61,790.00, −0.8 bps from here")
    assert [step.name for step in near.steps] == ["reference", "skew", "spread"]
    other = rig.core.quoter.asked.bids[0].steps[0]
    assert other.why == "mid"
    leaned = Quote(B.side, 0, BID - 1000, 100, 100, "wanted", (Step("reference", 2.0 * (BID - 900), "vwap"),))
    rig.want(leaned)
    assert (
        told(look(rig, BID - 10), "rule")[1] == "the reference it was made from, vwap 61,791.000, is beyond this price"
    )


def test_between_and_beyond_and_without_steps() -> None:
    rig = Rig()
    rig.quoting(B, bid(B.price - 1000, level=1), A)
    between = look(rig, B.price - 500)
    assert "wants 2 bids, 61,790.00 to 61,780.00; this is between two of them" in told(between, "strategy")[1]
    assert told(between, "rule") == ("says", "the strategy does not say how it came to its price")
    beyond = look(rig, B.price - 3000)
    assert "beyond the farthest, 3.2 bps away" in told(beyond, "strategy")[1]
    assert beyond.verdict == "none of ours here: level 1 is the outermost that is wanted"


def test_a_strategy_that_wants_none_of_a_side() -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.strategy.quotes = Quotes(bids=(B,), reason="waits after a fill")
    rig.tick()
    frame = look(rig, ASK + 500)
    assert frame.verdict == "none of ours here: wants no asks now: waits after a fill"
    assert (frame.quote, frame.steps) == ("", ())
    rig.strategy.quotes = NO_QUOTES
    rig.tick()
    assert told(look(rig, BID - 500), "strategy")[1] == "wants no bids now"


@pytest.mark.parametrize(
    ("act", "name", "words"),
    [
        (("pause", ""), "desk", "paused: by the operator"), (("kill", ""), "desk", "halted: kill pressed"),
        (("toggle_bids", ""), "side", "bids are off"),
        (("reduce_only", ""), "side", "reduce-only: by the operator; a bid would add"),
    ],
)  # fmt: skip
def test_what_the_desk_itself_holds_back(act: tuple[str, str], name: str, words: str) -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.act(*act)
    rig.canceled(*[one for one in rig.core.orders.open if one.status.value == "pending_cancel"])
    frame = look(rig, B.price)
    assert told(frame, name) == ("keeps away", words)
    assert frame.verdict == f"none of ours here: {words}"
    if name == "desk":
        assert told(frame, "strategy") == ("says", "is not asked while nothing is quoted")
        assert told(frame, "orders") == ("says", "no bid of ours is open")


def test_a_side_that_a_limit_switched_off_says_which() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_same_side_fills=1)))
    rig.quoting(B, A)
    for _ in range(2):
        (order,) = [one for one in rig.core.orders.open if one.side is B.side and one.left]
        rig.fill(order, order.left)
        rig.tick()
        rig.accept(*[one for one in rig.core.orders.open if one.status.value == "pending_new"])
    assert told(look(rig, B.price), "side")[1].startswith("bids are off: ")


def test_a_quote_that_is_held_and_one_that_an_order_nearby_serves() -> None:
    rig = Rig(CoreConfig(execution=Execution(batch_size=1)))
    rig.open_book()
    rig.want(B, bid(B.price - 3000, level=1))
    held = look(rig, B.price - 3000)
    assert told(held, "limits") == ("keeps away", "held: paced: 1 at once")
    assert held.verdict == "none of ours here: held: paced: 1 at once"
    assert look(rig, B.price).verdict == "1 order of ours here"
    near = Rig()
    near.quoting(B)
    near.want(bid(B.price - 100))
    kept = look(near, B.price - 100)
    assert [one.words for one in kept.checks if one.verdict == "keeps away"] == [
        "mm-1 stays for it at 61,790.00, 0.2 bps away"
    ]


def test_what_the_gate_would_say() -> None:
    rig = Rig()
    rig.quoting(B, A)
    assert told(look(rig, BID - 100_000), "gate") == ("keeps away", "0.00100 BTC here would be refused: collar")
    rig.act("set", "risk.max_position=0.0005")
    assert told(look(rig, B.price), "gate") == ("keeps away", "no room: the position limit")
    poor = Rig()
    poor.quoting(B, ask(ASK + 1000, 15_000))
    assert told(look(poor, ASK + 500), "gate")[1] == "0.15000 BTC here would be refused: order size"
    poor.act("kill")
    assert told(look(poor, ASK + 500), "gate")[1] == "closed: kill pressed"
    cooling = Rig()
    cooling.quoting(B, A)
    cooling.tick(BID + 400_000, ASK + 400_000)
    assert told(look(cooling, BID), "gate")[1].startswith("closed: price change")


def test_free_funds_bound_it_too() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_order_quantity=1, max_order_value=1e6, max_position=1)))
    rig.open_book()
    rig.want(ask(ASK + 1000, 20_000))
    assert told(look(rig, ASK + 1000), "gate")[1] == "no room: what is free"


def test_the_quote_without_an_order_yet() -> None:
    rig = Rig()
    rig.quoting(B)
    rig.strategy.want(B, A)
    rig.core.quoter._quotes = rig.strategy.quotes
    assert look(rig, A.price).verdict == "none of ours here yet"
