"""Shadows: each comes to what a desk of its own would have come to, and none is a danger to the main one."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from crowded_market import AT_THE_TOUCH, crowded_market, desk_of, terms_of
from pure_desk import MS, SECOND
from random_market import RandomMarket

from mm_tui.bus import EventBus
from mm_tui.model import events as ev
from mm_tui.model.facts import Noted
from mm_tui.runtime.assembly import Terms, build_desk, opening
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.followers.band import under
from mm_tui.runtime.followers.leaderboard import Leaderboard
from mm_tui.runtime.followers.shadows import WINDOW, Shadows
from mm_tui.settings.sections import Shadows as Section
from mm_tui.strategy.passive import PassiveParams

BIGGER = "order_amount=0.004"
FORMULA = "strategy=glft risk_factor=0.05"


class Rig:
    """A main desk and its shadows."""

    def __init__(self, desks: dict[str, str] | None = None, *, band: bool = False, **more: Any) -> None:
        base = terms_of()
        settings = msgspec.structs.replace(base.settings, shadows=Section(desks=desks or {}, band=band))
        self.terms = msgspec.structs.replace(base, settings=settings)
        self.bus = EventBus(lambda: 0)
        self.said: list[tuple[str, str]] = []
        self.bus.subscribe("test", (Noted,), lambda note: self.said.append((note.kind, note.text)))  # type: ignore[attr-defined]
        self.desk = build_desk(self.terms, self.bus)
        self.shadows = Shadows(self.desk, self.terms, self.bus, **more)
        self.board = Leaderboard(self.desk, self.shadows, lambda: (None, None, None))

    def hear(self, *events: Any, each: bool = True) -> None:
        for event in events:
            self.desk.step(event)
            self.shadows.take(event)
            if each:
                self.shadows.catch_up(self.desk.ts)

    def act(self, action: str, argument: str = "") -> None:
        self.hear(ev.OperatorAction(ts=self.desk.ts, action=action, argument=argument))

    def lead(self, number: int = 1) -> Desk:
        (found,) = [one for one in self.shadows.shadows if one.number == number]
        return found.lead.desk


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


def alone(terms: Terms, events: Iterable[Any]) -> Desk:
    """A desk of its own that hears them."""
    desk = desk_of(terms)
    for event in events:
        desk.step(event)
    desk.advance(desk.ts)
    return desk


def passive(params: PassiveParams, model: str = "risk_averse") -> Terms:
    terms = terms_of(model)
    strategies = msgspec.structs.replace(terms.settings.strategy, passive=params)
    return msgspec.structs.replace(terms, settings=msgspec.structs.replace(terms.settings, strategy=strategies))


BIGGER_PARAMS = msgspec.structs.replace(AT_THE_TOUCH, order_amount=0.004)


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


def test_a_shadow_that_raises_is_dropped_with_its_band_and_the_reason_stays_on_the_board() -> None:
    rig = Rig({"bigger": BIGGER, "formula": FORMULA}, band=True)
    events = list(crowded_market(300))
    rig.hear(*events[:100])

    def raising(_: Any) -> None:
        raise SystemExit(3)

    rig.lead(1).step = raising  # type: ignore[method-assign,assignment]  # as a plug-in's fault would
    first, second = rig.shadows.shadows
    sibling = second.band["power"].desk
    sibling.step = raising  # type: ignore[method-assign,assignment]
    rig.hear(*events[100:])
    assert rig.said[-2:] == [
        ("warn", "shadow 1 is dropped: bigger: SystemExit: 3"),
        ("warn", "shadow 2 goes on without a band: SystemExit: 3"),
    ]
    assert [one.name for one in rig.shadows._members] == ["formula"]
    assert not rig.shadows.behind
    last = rig.board.frame(rig.desk.ts).rows[-1]
    assert (last.number, last.state, last.reason, last.total) == (1, "dropped", "SystemExit: 3", None)
    assert first.gone
    assert rig.board.summary()[0]["dropped"] == "SystemExit: 3"


class Watch:
    """A clock that each step of a follower moves on."""

    def __init__(self) -> None:
        self.now = 1

    def __call__(self) -> int:
        return self.now

    def costs(self, desk: Desk, cost: int) -> None:
        step = desk.step

        def dear(event: Any, raw: bytes = b"") -> None:
            step(event, raw)
            self.now += cost

        desk.step = dear  # type: ignore[method-assign]


def test_over_the_bound_the_dearest_band_goes_and_then_the_dearest_shadow() -> None:
    watch = Watch()
    rig = Rig({"bigger": BIGGER, "formula": FORMULA}, band=True, live=True, clock=watch)
    events = iter(crowded_market(1400))
    rig.hear(*(next(events) for _ in range(10)))
    for shadow, cost in zip(rig.shadows.shadows, (2 * MS, MS), strict=True):
        for one in shadow.followers:
            watch.costs(one.desk, cost)

    def windows(count: int) -> None:
        for _ in range(count * 100):
            rig.hear(next(events))
            watch.now += WINDOW // 100
        rig.shadows.weigh()

    windows(1)
    row = next(one for one in rig.board.frame(rig.desk.ts).rows if one.number == 1)
    assert row.event_us == pytest.approx(6000, rel=0.15)
    assert row.cpu_pct is not None
    assert 9 < row.cpu_pct < 13
    assert rig.board.frame(rig.desk.ts).cpu_pct == pytest.approx(15, abs=3)
    assert {kind for kind, _ in rig.said} == {"info"}, "15 % of 25"
    rig.said.clear()
    watch.costs(rig.lead(1), 10 * MS)
    windows(2)
    assert [text.partition(":")[0] for _, text in rig.said] == ["shadow 1 goes on without a band"]
    assert "of a core, the bound is 25 %" in rig.said[0][1]
    watch.costs(rig.lead(1), 20 * MS)
    windows(3)
    kinds = [text.partition(":")[0] for _, text in rig.said[1:]]
    assert kinds == ["shadow 2 goes on without a band", "shadow 1 is dropped"], "a band before a shadow"
    assert [one.number for one in rig.shadows.running] == [2]
    windows(3)
    assert len(rig.said) == 3


def test_a_slow_shadow_is_dropped_on_a_clock_and_waited_for_on_a_file() -> None:
    for live in (True, False):
        watch = Watch()
        rig = Rig({"bigger": BIGGER}, live=live, clock=watch)
        events = list(crowded_market(40))
        rig.hear(*events[:10])
        watch.costs(rig.lead(), 101 * MS)
        rig.hear(*events[10:20])
        assert bool(rig.shadows.running) is not live
    assert rig.lead().ts == rig.desk.ts


def test_a_buffer_that_is_full_costs_a_clock_the_dearest_and_a_file_some_time() -> None:
    for live in (True, False):
        rig = Rig({"bigger": BIGGER, "formula": FORMULA}, live=live, capacity=300)
        events = list(crowded_market(320))
        rig.hear(events[0], each=False)
        rig.shadows.shadows[1].weight.cpu_pct = 5.0
        rig.hear(*events[1:], each=False)
        assert [one.number for one in rig.shadows.running] == ([1] if live else [1, 2])
        assert len(rig.shadows._waiting) <= 375
        rig.shadows.catch_up(rig.desk.ts)
        assert rig.lead(1).ts == rig.desk.ts
    assert {kind for kind, _ in rig.said} == {"info"}


def test_a_slice_ends_between_two_shadows_and_nobody_hears_anything_twice() -> None:
    watch = Watch()
    rig = Rig({"bigger": BIGGER, "formula": FORMULA}, live=True, clock=watch)
    events = list(crowded_market(60))
    rig.hear(*events[:30])
    for number in (1, 2):
        watch.costs(rig.lead(number), 100)
    rig.hear(*events[30:40], each=False)
    rig.shadows.catch_up(rig.desk.ts, 50)
    assert rig.lead(1).ts > rig.lead(2).ts or rig.lead(1).core.market.frames > rig.lead(2).core.market.frames
    frames = rig.lead(1).core.market.frames
    rig.act("shadow", "drop 2")
    assert rig.lead(1).core.market.frames == rig.desk.core.market.frames
    assert frames < rig.desk.core.market.frames
    expected = alone(passive(BIGGER_PARAMS), events[:40])
    assert rig.lead(1).core.account.fills == expected.core.account.fills


def test_at_the_end_none_holds_up_a_desk_on_the_clock() -> None:
    watch = Watch()
    rig = Rig({"bigger": BIGGER}, live=True, clock=watch)
    events = list(crowded_market(400))
    rig.hear(*events[:10])
    watch.costs(rig.lead(), 60 * MS)
    rig.hear(*events[10:], each=False)
    rig.desk.step(ev.OperatorAction(ts=rig.desk.ts, action="close"))
    rig.shadows.take(ev.OperatorAction(ts=rig.desk.ts, action="shadow", argument=f"add {FORMULA}"))
    rig.shadows.finish(rig.desk.ts, SECOND)
    assert watch.now < SECOND + 100 * MS
    assert not rig.shadows.running
    assert [text for _, text in rig.said if "behind when the desk ended" in text]


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
