"""Frames of a real desk: what they say, and that what did not change stays the same object."""

from decimal import Decimal

import msgspec
import pytest
from pure_desk import ASK, BID, BTC, MS, SECOND, START, Rig, ask, bid, delta, snapshot, trade

from mm_tui.analytics.scores import Scores
from mm_tui.core.config import CoreConfig
from mm_tui.core.state import State
from mm_tui.model.events import BUY, SELL, LinkDown
from mm_tui.model.waterfall import Step
from mm_tui.risk.limits import Limits
from mm_tui.views.frames import DeskFrame, HeldRow, Viewport, WorkerRow
from mm_tui.views.log import EventLog
from mm_tui.views.present import Presenter, Vitals

VIEW = Viewport(rows=20, group=1)


class Screen:
    """A rig with a presenter behind it."""

    def __init__(self) -> None:
        self.rig = Rig()
        self.scores = Scores()
        self.log = EventLog(BTC)
        self.vitals = Vitals(venue="test", link="up", age_ms=3)
        self.presenter = Presenter(self.rig.core, self.scores, lambda order_id: 7, self.log, 10.0)
        self.seen = 0

    def frame(self, view: Viewport = VIEW) -> DeskFrame:
        for fact in self.rig.facts[self.seen :]:
            self.log.hear(fact)
        self.scores.after(self.rig.ts, self.rig.core.mid2, self.rig.core.book.valid, self.rig.facts[self.seen :])
        self.seen = len(self.rig.facts)
        return self.presenter.present(self.rig.ts, self.vitals, view)


def test_a_desk_that_has_heard_nothing_shows_what_it_cannot_know_as_none() -> None:
    frame = Screen().frame()
    assert frame.header.state == "starting"
    assert frame.header.reason == "waiting for market data"
    assert frame.header.warning == "captures 2.0 bps, pays 10.0"
    assert frame.position.total is None
    assert not frame.ladder.valid
    assert frame.ladder.rows == ()
    assert frame.flatten is None
    assert frame.obligation.bid_pct is None
    assert frame.chart.samples == ()


def test_what_did_not_change_stays_the_same_object() -> None:
    screen = Screen()
    screen.rig.quoting(bid(BID - 3), ask(ASK + 3))
    first, second = screen.frame(), screen.frame()
    for name in (
        "header",
        "truth",
        "ladder",
        "tape",
        "orders",
        "position",
        "risk",
        "chart",
        "events",
        "workers",
        "parameters",
        "obligation",
    ):
        assert getattr(first, name) is getattr(second, name), name
    screen.rig.hear(trade(screen.rig.ts, BID, 5, BUY))
    third = screen.frame()
    assert third.tape is not second.tape
    assert third.orders is second.orders
    assert third.parameters is second.parameters
    kept = [row for row in third.ladder.rows if any(row is old for old in second.ladder.rows)]
    assert len(kept) == 20


def test_the_header_says_state_reason_and_what_to_press() -> None:
    screen = Screen()
    screen.rig.quoting(bid(BID - 3))
    assert (screen.frame().header.state, screen.frame().header.reason) == ("quoting", "")
    screen.rig.act("kill")
    header = screen.frame().header
    assert header.state == "halted"
    assert "kill" in header.reason
    assert "re-arm" in header.hint
    assert screen.frame().risk.state == "halted"
    screen.vitals.problem = "recording stopped"
    assert screen.frame().header.problem == "recording stopped"
    assert State.QUOTING.value == "quoting"


def test_orders_come_highest_first_with_distance_age_and_queue() -> None:
    screen = Screen()
    screen.rig.quoting(bid(BID - 1000), ask(ASK + 1000), bid(BID - 2000, 100, 1))
    screen.rig.ts += 90 * SECOND
    rows = screen.frame().orders
    assert [row.price for row in rows] == [ASK + 1000, BID - 1000, BID - 2000]
    assert (rows[0].side, rows[0].bps, rows[0].age_s, rows[0].queue_ahead, rows[0].status) == (SELL, 1.6, 90, 7, "live")
    assert (rows[1].bps, rows[1].left, rows[1].quantity) == (-1.6, 100, 100)


def test_the_position_adds_up_and_a_flatten_is_estimated() -> None:
    screen = Screen()
    (order, _) = screen.rig.quoting(bid(BID - 1000), ask(ASK + 1000))
    screen.frame()
    screen.rig.fill(order, 60)
    frame = screen.frame()
    position = frame.position
    assert position.base == Decimal("0.0006")
    assert position.limit == Decimal("0.02")
    assert position.average == Decimal(61790)
    assert position.fills == 1
    parts = (position.spread_captured, position.adverse_selection, position.inventory, position.fees)
    assert sum(part for part in parts if part is not None) == position.total
    assert position.realized is not None
    assert position.unrealized is not None
    assert position.fees is not None
    assert position.realized + position.unrealized + position.fees == position.total
    assert position.free_base == Decimal("0.1") + Decimal("0.0006") - Decimal("0.001")
    assert frame.flatten is not None
    assert (frame.flatten.side, frame.flatten.quantity) == (SELL, 60)
    assert frame.flatten.slippage_bps is not None
    assert 0 <= frame.flatten.slippage_bps < 0.01
    assert [(one.side, one.price) for one in frame.chart.fills] == [(BUY, BID - 1000)]
    gauge = frame.risk.gauges[0]
    assert (gauge.name, gauge.limit) == ("position", "0.02000")
    assert gauge.share is not None
    assert abs(gauge.share - 0.03) < 1e-12
    screen.rig.hear(delta(screen.rig.ts, 5_000, 5_001))
    again = screen.frame().flatten
    assert again is not None
    assert again.slippage_bps is None


def test_the_chart_is_sampled_every_quarter_second_and_shows_gaps() -> None:
    screen = Screen()
    screen.rig.quoting(bid(BID - 3), ask(ASK + 3))
    for _ in range(4):
        screen.frame()
        screen.rig.ts += 250 * MS
    screen.rig.hear(delta(screen.rig.ts, 5_000, 5_001))
    samples = screen.frame().chart.samples
    assert len(samples) == 5
    assert (samples[0].mid2, samples[0].bid2, samples[0].ask2) == (BID + ASK, 2 * (BID - 3), 2 * (ASK + 3))
    assert (samples[4].mid2, samples[4].bid2) == (None, None)


def test_live_values_show_when_they_were_changed() -> None:
    screen = Screen()
    screen.rig.open_book()
    assert [(row.name, row.value, row.changed_ts) for row in screen.frame().parameters] == [
        ("spread", "×1.00", 0), ("size", "×1.00", 0), ("lean", "0.0 bps", 0),
    ]  # fmt: skip
    screen.rig.act("lean_down")
    screen.rig.act("widen")
    rows = {row.name: row for row in screen.frame().parameters}
    assert (rows["lean"].value, rows["lean"].changed_ts) == ("−0.5 bps", START)
    assert rows["spread"].value == "×1.10"


def test_truth_and_workers_come_from_the_shells() -> None:
    screen = Screen()
    screen.rig.quoting(bid(BID - 3))
    rows = (WorkerRow(name="feed", state="running"),)
    screen.vitals.workers, screen.vitals.latency_ms = rows, 1.5
    frame = screen.frame()
    assert frame.workers == rows
    truth = frame.truth
    assert (truth.link, truth.age_ms, truth.latency_ms, truth.messages, truth.message_limit) == ("up", 3, 1.5, 1, 8)
    assert truth.clock.endswith("Z")


def test_a_link_that_is_down_shows_as_stale() -> None:
    screen = Screen()
    screen.rig.quoting(bid(BID - 3))
    screen.rig.hear(LinkDown(ts=screen.rig.ts, venue="x", reason="reset"))
    assert screen.frame().header.state == "stale"
    screen.rig.hear(snapshot(screen.rig.ts, update=50))
    assert screen.frame().header.hint


def test_orders_come_with_their_waterfall_and_fate_and_held_quotes_with_why_highest_first() -> None:
    steps = (Step("reference", 2.0 * BID, "mid"), Step("spread", 2.0 * (BID - 1000), "half 1.62"))
    screen = Screen()
    screen.rig.quoting(msgspec.structs.replace(bid(BID - 1000), steps=steps))
    screen.rig.want(bid(BID - 800), bid(BID - 60_000, level=1), ask(ASK + 60_000, 50, 2))
    frame = screen.frame()
    (row,) = frame.orders
    assert (row.level, row.steps, row.fate) == (0, steps, "sent 23:54:13, kept: 0.3 bps off its quote")
    collar = "collar 97.1 bps, limit 60 bps"
    assert frame.held == (
        HeldRow(side=SELL, level=2, price=ASK + 60_000, quantity=50, why=collar),
        HeldRow(side=BUY, level=1, price=BID - 60_000, quantity=100, why=collar),
    )
    assert screen.frame().held is frame.held


def test_a_strategy_that_fails_to_speak_for_itself_is_shown_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()

    def fails() -> str:
        raise ValueError("no")

    monkeypatch.setattr(screen.rig.strategy, "describe", fails)
    monkeypatch.setattr(screen.rig.strategy, "nearest_bps", fails)
    header = screen.frame().header
    assert (header.strategy, header.warning) == ("scripted, which fails to describe itself: ValueError", "")


def test_a_frame_drawn_ahead_of_the_events_changes_nothing_of_what_may_leave() -> None:
    left = []
    for drawn in (False, True):
        rig = Rig(CoreConfig(limits=Limits(max_orders_per_s=2)))
        rig.quoting(bid(BID - 1000), ask(ASK + 1000))
        began = rig.ts
        rig.sleep(0.9)
        if drawn:
            presenter = Presenter(rig.core, Scores(), lambda _: None, EventLog(BTC), 0.0)
            frame = presenter.present(began + 1_050_000_000, Vitals(), Viewport(rows=10, group=1))
            assert frame.truth.messages == 0
        rig.want(bid(BID - 3000), ask(ASK + 3000))
        left.append((rig.take(), rig.core.gate.refused))
    assert left == [([], 2), ([], 2)]


def test_figures_that_follow_the_mid_go_at_a_pace_a_fill_and_a_halt_are_told_at_once() -> None:
    screen = Screen()
    (order,) = screen.rig.quoting(bid(BID - 1000))
    first = screen.frame()
    screen.vitals.age_ms = 70
    screen.rig.ts += 1
    assert screen.frame().truth is first.truth
    screen.vitals.link = "down"
    assert (screen.frame().truth.link, screen.frame().truth.age_ms) == ("down", 70)
    screen.rig.fill(order, 60)
    filled = screen.frame()
    assert (filled.position.fills, filled.position.base) == (1, Decimal("0.0006"))
    assert filled.risk.gauges[0].value == "+0.00060"
    screen.rig.act("kill")
    assert screen.frame().risk.state == "halted"
    before = screen.frame().truth
    screen.vitals.age_ms = 90
    screen.rig.ts += SECOND
    assert before.age_ms == 70
    assert screen.frame().truth.age_ms == 90


def test_what_is_prepared_beforehand_is_what_the_frame_shows_and_what_came_after_it_is_not_lost() -> None:
    plain, prepared = Screen(), Screen()
    for screen in (plain, prepared):
        (order,) = screen.rig.quoting(bid(BID - 1000))
        screen.frame()
        screen.rig.ts += SECOND
        screen.rig.hear(trade(screen.rig.ts, BID, 5, BUY))
        if screen is prepared:
            screen.presenter.prepare(screen.rig.ts, screen.vitals)
        screen.rig.fill(order, 60)
        screen.rig.hear(trade(screen.rig.ts, BID, 7, BUY))
    shown, wanted = prepared.frame(), plain.frame()
    sampled = {"tape", "chart", "depth"}  # four times a second, here a moment earlier
    for name in set(DeskFrame.__struct_fields__) - sampled:
        assert getattr(shown, name) == getattr(wanted, name), name
    assert shown.tape.trades == wanted.tape.trades
    assert [trade.quantity for trade in shown.tape.trades] == [7, 5]
    assert (shown.position.fills, len(shown.chart.fills)) == (1, 1)
