"""Shadows: each comes to what a desk of its own would have come to, and the main one never knows of them."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from crowded_market import AT_THE_TOUCH, crowded_market, desk_of, terms_of
from pure_desk import SECOND
from random_market import RandomMarket
from shadow_rig import BIGGER, BIGGER_PARAMS, FORMULA, Rig, alone, passive

from mm_tui.model import events as ev
from mm_tui.runtime.assembly import opening
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.followers.band import under


def figures(desk: Desk) -> tuple[Any, ...]:
    """Everything that a leaderboard could show, and more."""
    core, scores = desk.core, desk.scores
    orders = sorted((one.side, one.price, one.left, one.status.value) for one in core.orders.open)
    split = scores.pnl.split()
    return (
        core.account.total2(core.mid2), core.account.position, core.account.fills, core.account.base, orders,
        scores.markouts.figures(), scores.quality.messages, scores.quality.fills_per_1000, split, core.breaker.deepest,
        core.state.value, desk.due,
    )  # fmt: skip


def test_from_the_start_a_shadow_is_the_desk_that_would_have_run_alone() -> None:
    events = list(crowded_market())
    at_once, at_the_end = Rig({"bigger": BIGGER, "formula": FORMULA}, band=True), Rig({"bigger": BIGGER}, band=True)
    at_once.hear(*events)
    at_the_end.hear(*events, each=False)
    assert at_the_end.shadows.behind
    at_the_end.shadows.catch_up(at_the_end.desk.ts)
    expected = alone(passive(BIGGER_PARAMS), events)
    assert expected.core.account.fills > 5
    assert figures(at_once.lead()) == figures(at_the_end.lead()) == figures(expected)
    glft = msgspec.structs.replace(terms_of(), strategy="glft")
    params = msgspec.structs.replace(glft.settings.strategy.glft, risk_factor=0.05)
    strategies = msgspec.structs.replace(glft.settings.strategy, glft=params)
    glft = msgspec.structs.replace(glft, settings=msgspec.structs.replace(glft.settings, strategy=strategies))
    assert figures(at_once.lead(2)) == figures(alone(glft, events))
    (row,) = [one for one in at_once.board.frame(at_once.desk.ts).rows if one.number == 1]
    totals = [
        alone(under(passive(BIGGER_PARAMS), model), events).core.account.total2(expected.core.mid2)
        for model in ("risk_averse", "power", "optimistic")
    ]
    assert len(set(totals)) > 1, "the queue decides on this market"
    unit = expected.core.instrument
    from mm_tui.model import account as accounts  # noqa: PLC0415 - of this test alone

    assert (row.low, row.high) == (accounts.money(min(totals), unit), accounts.money(max(totals), unit))
    assert row.total == accounts.money(totals[0], unit)


def test_added_later_a_shadow_is_a_desk_that_began_then_on_the_market_as_it_stood() -> None:
    events = list(crowded_market())
    rig = Rig()
    rig.hear(*events[:700], each=False)
    rig.act("shadow", f"add {BIGGER}")
    core, ts = rig.desk.core, rig.desk.ts
    book = core.book
    seed: list[Any] = [
        opening(rig.terms, ts),
        ev.LinkUp(ts=ts, venue="test"),
        ev.BookSnapshot(ts=ts, last_update_id=book.last_update_id, bids=book.bids.top(999), asks=book.asks.top(999)),
    ]
    rig.hear(*events[700:])
    expected = alone(passive(BIGGER_PARAMS), [*seed, *events[700:]])
    assert expected.core.account.fills > 5
    assert figures(rig.lead()) == figures(expected)
    assert rig.said == [("info", "shadow 1 runs: passive order_amount 0.004")]


def test_added_before_the_first_frame_it_hears_all_of_them() -> None:
    events = list(crowded_market(300))
    rig = Rig()
    rig.hear(*events[:2])
    rig.act("shadow", f"add {BIGGER}")
    rig.hear(*events[2:])
    assert figures(rig.lead()) == figures(alone(passive(BIGGER_PARAMS), events))
    rig.hear(ev.WatchdogTripped(ts=rig.desk.ts, rule="feed_age", value="3 s", limit="2 s"))
    last = rig.desk.core.book.last_update_id
    for step in range(1, 5):
        ts = rig.desk.ts + SECOND // 2
        rig.hear(ev.BookDelta(ts=ts, first_id=last + step, final_id=last + step, bids=[], asks=[]))
    assert rig.lead().core.state.value == rig.desk.core.state.value == "quoting"


def test_the_main_desk_never_knows_of_them() -> None:
    def digest(*, with_shadows: bool) -> str:
        rig = Rig({"bigger": BIGGER, "formula": FORMULA} if with_shadows else {}, band=with_shadows)
        for number, event in enumerate(crowded_market(600)):
            rig.hear(event)
            if with_shadows and number in (100, 300, 400):
                rig.act("shadow", {100: "add strategy=pure", 300: "drop 1", 400: "nonsense"}[number])
        assert rig.desk.core.account.fills
        return rig.desk.digest.hex()

    assert digest(with_shadows=True) == digest(with_shadows=False)


@pytest.mark.parametrize("seed", range(2))
def test_on_a_market_that_misbehaves_a_shadow_stays_the_desk_alone(seed: int) -> None:
    source = RandomMarket(seed, 800)
    base = Rig({"wider": "min_spread_bps=1 max_spread_bps=2"})
    base.desk.request_snapshot = source.asked
    heard: list[Any] = []
    for event in source:
        base.hear(event, each=False)
        if not isinstance(event, ev.OperatorAction):
            heard.append(event)
    base.shadows.catch_up(base.desk.ts)
    params = msgspec.structs.replace(AT_THE_TOUCH, min_spread_bps=1.0, max_spread_bps=2.0)
    heard[0] = opening(base.terms, heard[0].ts)
    expected = desk_of(passive(params))
    for event in heard:
        expected.step(event)
    expected.advance(base.desk.ts)
    assert figures(base.lead()) == figures(expected)


def test_what_the_operator_does_to_the_main_desk_is_its_own_and_the_end_is_everyones() -> None:
    rig = Rig({"bigger": BIGGER})
    events = list(crowded_market(200))
    rig.hear(*events[:100])
    for action in ("kill", "widen", "reduce_only"):
        rig.act(action)
    rig.act("set", "risk.max_position=0.001")
    rig.hear(*events[100:])
    states = [(one.number, one.state) for one in rig.board.frame(rig.desk.ts).rows]
    assert sorted(states) == [(0, "halted"), (1, "quoting")]
    assert rig.lead().core.limits == rig.terms.settings.risk
    rig.act("shadow", f"add {BIGGER} orders_per_side=2")
    assert rig.lead(2).core.limits.max_position == 0.001, "the limits as they stand when it is added"
    rig.hear(ev.WatchdogTripped(ts=rig.desk.ts, rule="feed_age", value="3 s", limit="2 s"))
    assert rig.lead().core.state.value == "stale"
    rig.act("close", "closing: quit")
    assert rig.lead().core.gate.closed
    rig.desk.advance(rig.desk.ts + SECOND)
    rig.shadows.finish(rig.desk.ts)
    assert not rig.lead().core.orders.open_count


def test_the_desks_own_row_says_what_it_quotes_now() -> None:
    rig = Rig({"bigger": BIGGER})
    events = list(crowded_market())
    rig.hear(*events[:200])
    rig.act("widen")
    rig.hear(*events[200:400])
    (row,) = [one for one in rig.board.frame(rig.desk.ts).rows if not one.number]
    assert row.state == "quoting"
    assert row.reason == row.name == rig.desk.core.quoter.describe()


def test_a_shadow_waits_for_a_book_that_is_whole() -> None:
    rig = Rig()
    events = list(crowded_market(300))
    rig.hear(*events[:100])
    rig.hear(ev.BookDelta(ts=rig.desk.ts, first_id=10**6, final_id=10**6, bids=[], asks=[]))
    assert not rig.desk.core.book.valid
    rig.act("shadow", f"add {BIGGER}")
    rig.act("shadow", f"add {FORMULA}")
    rig.act("shadow", "drop 2")
    row = next(one for one in rig.board.frame(rig.desk.ts).rows if one.number == 1)
    assert (row.state, row.fills, row.total) == ("starting", 0, None)
    snapshot = next(one for one in events if isinstance(one, ev.BookSnapshot))
    rig.hear(msgspec.structs.replace(snapshot, ts=rig.desk.ts, last_update_id=10**6))
    assert rig.desk.core.book.valid
    assert rig.lead().core.book.valid
    assert rig.lead().core.book.bids.levels == rig.desk.core.book.bids.levels


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("add", "no shadow: a shadow needs something that tells it from the desk"),
        ("add strategy=gflt", "did you mean glft?"),
        ("add risk_facor=1 strategy=glft", "strategy.glft.risk_facor: unknown key"),
        ("add risk.max_position=1", "risk.max_position: a shadow takes parameters of its strategy alone"),
        ("add 'min", "No closing quotation"),
        ("add strategy=/nowhere/x.py:Mine", "No such file or directory"),
        ("drop 3", "there is no shadow '3'"),
        ("promote 1", "shadow promote: write shadow add"),
    ],
)
def test_what_makes_no_shadow_is_said(argument: str, words: str) -> None:
    rig = Rig()
    rig.hear(*crowded_market(20))
    rig.act("shadow", argument)
    ((kind, text),) = rig.said
    assert kind == "warn"
    assert words in text
    assert not rig.shadows.shadows


def test_five_run_and_a_number_is_free_again_once_its_shadow_is_gone() -> None:
    rig = Rig({f"s{number}": BIGGER for number in range(5)})
    rig.hear(*crowded_market(20))
    rig.act("shadow", f"add {BIGGER}")
    assert rig.said[-1] == ("warn", "no shadow: 5 shadows run already; shadow drop N makes room")
    rig.act("shadow", "drop 2")
    rig.act("shadow", f"add name=new {BIGGER}")
    assert [(one.number, one.name) for one in rig.shadows.shadows] == [
        (1, "s0"), (2, "new"), (3, "s2"), (4, "s3"), (5, "s4"),
    ]  # fmt: skip
    rig.shadows.drop(rig.shadows.shadows[4].lead, ValueError("broke"))
    rig.act("shadow", f"add name=last {BIGGER}")
    assert [one.name for one in rig.shadows.shadows] == ["s0", "new", "s2", "s3", "last"], "the dropped row made room"


def test_a_strategy_file_is_a_shadow_by_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "import msgspec\nfrom mm_tui.strategy.passive import Passive, PassiveParams\n"
        "class Params(PassiveParams, frozen=True, kw_only=True):\n    pass\n"
        "class Mine(Passive):\n    name = 'mine'\n    Params = Params\n"
    )
    path.chmod(0o600)
    rig = Rig()
    rig.hear(*crowded_market(30))
    rig.act("shadow", f"add 'strategy={path}:Mine' strategy.mine.orders_per_side=2")
    row = next(one for one in rig.board.frame(rig.desk.ts).rows if one.number == 1)
    assert row.name == "mine orders_per_side 2"
    assert row.changes[0] == ("desk.strategy", "passive", "mine")
    assert ("strategy.mine.orders_per_side", "–", "2") in row.changes
    rig.act("promote", row.promotion)
    assert rig.desk.core.parameters.strategy == "mine"
    assert rig.desk.core.parameters.params.orders_per_side == 2  # type: ignore[attr-defined]
