import json
from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from pure_desk import ASK, BID, BTC, MS, SECOND, START, Scripted, ask, bid, delta, snapshot, top, trade

from mm_tui.bus import EventBus
from mm_tui.core.config import CoreConfig
from mm_tui.core.engine import Core
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.codes import REQUEST_LIFE
from mm_tui.model.events import BUY, SELL
from mm_tui.runtime.desk import Desk, Digest
from mm_tui.runtime.gauges import Gauges
from mm_tui.runtime.summary import summarize
from mm_tui.runtime.wire import WireCount
from mm_tui.sim.config import Simulator
from mm_tui.sim.fees import Fees
from mm_tui.sim.latency import Latency
from mm_tui.sim.venue import PaperVenue


class Notebook:
    """A journal in memory."""

    def __init__(self) -> None:
        self.lines: list[Any] = []
        self.flushed = 0

    def market(self, ts: int, raw: bytes) -> None:
        self.lines.append((ts, raw))

    def record(self, message: Any) -> None:
        self.lines.append(message)

    def flush(self) -> None:
        self.flushed += 1

    def kinds(self) -> list[str]:
        return [type(one).__name__ for one in self.lines]


def desk_of(strategy: Scripted, journal: Notebook | None = None) -> Desk:
    core = Core(CoreConfig(), BTC, strategy.params, lambda params: strategy)
    config = Simulator(order_latency_ms=10, response_latency_ms=5, latency_jitter_ms=0)
    venue = PaperVenue(BTC, core.book, Latency(config), Fees(1_000, 2_000))
    asked: list[int] = []
    desk = Desk(core, venue, EventBus(lambda: 0), journal, lambda: asked.append(1))
    desk.step(ev.SessionStarted(ts=START, base=10_000, quote=6_000 * 10_000_000))
    desk.step(ev.LinkUp(ts=START, venue="test"))
    return desk


def quoting(journal: Notebook | None = None) -> Desk:
    strategy = Scripted()
    strategy.want(bid(BID - 1000), ask(ASK + 1000))
    desk = desk_of(strategy, journal)
    desk.step(snapshot(START))
    return desk


def test_what_is_due_before_an_event_happens_before_it() -> None:
    desk = quoting()
    desk.step(trade(START + 10 * MS - 1, BID - 2000, 50, SELL))
    assert not desk.venue.orders
    desk.step(trade(START + 10 * MS, BID - 2000, 50, SELL))
    desk.step(trade(START + 20 * MS, BID - 2000, 10, SELL, 2))
    assert desk.core.account.fills == 1
    assert desk.core.account.position_lots == 49
    desk.advance(START + 25 * MS)
    assert desk.core.account.fills == 2
    assert desk.ts == START + 25 * MS


def test_timers_fire_at_their_due_time_though_nothing_comes() -> None:
    desk = quoting()
    desk.advance(START + 3 * SECOND)
    assert desk.core.state.value == "stale"
    assert not desk.venue.orders
    assert not list(desk.core.orders.open)
    states = desk.core.orders.get("mm-1")
    assert states is not None
    assert states.status.value == "canceled"


def test_the_next_due_time_is_the_venues_or_a_timers() -> None:
    desk = quoting()
    assert desk.due == START + 10 * MS
    desk.advance(START + 20 * MS)
    assert desk.due == START + 2 * SECOND
    strategy = Scripted()
    idle = desk_of(strategy)
    assert idle.due is None


def test_the_account_of_the_desk_and_of_the_venue_are_one() -> None:
    desk = quoting()
    desk.advance(START + 15 * MS)
    desk.step(trade(START + 20 * MS, BID - 2000, 40, SELL))
    desk.step(trade(START + 21 * MS, ASK + 2000, 70, BUY, 2))
    desk.advance(START + 100 * MS)
    account = desk.core.account
    assert account.fills == 2
    assert (desk.venue.base, desk.venue.quote) == (account.base, account.quote)


def test_inputs_are_journalled_before_they_are_decided_upon_and_outputs_after() -> None:
    journal = Notebook()
    desk = quoting(journal)
    assert journal.kinds()[:3] == ["SessionStarted", "LinkUp", "LinkChanged"]
    journal.lines.clear()
    flushed = journal.flushed
    desk.step(top(START + MS, BID, ASK, 500), b'{"frame":1}')
    assert journal.lines == [(START + MS, b'{"frame":1}')]
    assert journal.flushed == flushed + 1
    desk.step(ev.OperatorAction(ts=START + 2 * MS, action="kill"))
    kinds = journal.kinds()
    assert kinds[1] == "OperatorAction"
    assert kinds.index("CancelAll") < kinds.index("StateChanged")
    for one in journal.lines[1:]:
        assert json.loads(msgspec.json.encode(one))["type"] == type(one).__name__


def test_a_request_for_a_snapshot_reaches_the_feed() -> None:
    asked: list[int] = []
    desk = desk_of(Scripted())
    desk.request_snapshot = lambda: asked.append(1)
    desk.step(ev.BookDelta(ts=START, first_id=1, final_id=2, bids=[], asks=[]))
    assert asked == [1]


def test_facts_reach_the_bus_in_their_order() -> None:
    strategy = Scripted()
    strategy.want(bid(BID - 1000))
    desk = desk_of(strategy)
    heard = desk.bus.subscribe("all", (facts.Fact,))
    desk.step(snapshot(START))
    kinds = [type(one).__name__ for one in heard.drain()]
    assert kinds == ["BookValid", "StateChanged", "QuoteDecided", "OrderChanged"]


def test_the_digest_counts_time_from_the_start_and_sees_every_difference() -> None:
    def digest(start: int, text: str = "a") -> str:
        made = Digest()
        made.start = start
        made.add(facts.Noted(ts=start + 5, kind="info", text=text))
        made.add(cmd.CancelAll(ts=start + 7))
        return made.hex()

    assert digest(0) == digest(10**18)
    assert digest(0) != digest(0, "b")
    other = Digest()
    other.add(facts.Noted(ts=6, kind="info", text="a"))
    other.add(cmd.CancelAll(ts=7))
    assert other.hex() != digest(0)


def test_the_digest_is_of_lines_whose_time_stands_behind_the_type() -> None:
    made = Digest()
    made.add(cmd.CancelOrder(ts=12, order_id='a,"ts":12'))
    made.start = 10
    made.add(cmd.CancelAll(ts=12))
    lines = b'{"type":"CancelOrder",12,"order_id":"a,\\"ts\\":12"}\n{"type":"CancelAll",2}\n'
    assert made.hex() == sha256(lines).hexdigest()


def filled(name: str, lots: int, trade_id: str) -> ev.OrderFilled:
    return ev.OrderFilled(
        ts=1, order_id=name, trade_id=trade_id, price=1, quantity=lots, maker=True, fee=0, fee_in_base=True
    )


def test_the_wire_counts_what_left_and_what_came_back() -> None:
    wire = WireCount()
    wire.sent(cmd.PlaceOrder(ts=1, order_id="a", side=BUY, price=1, quantity=10))
    wire.sent(cmd.ReplaceOrder(ts=1, order_id="a", new_order_id="b", side=BUY, price=1, quantity=5))
    wire.sent(cmd.CancelAll(ts=1))
    assert wire.left == {"a": 10, "b": 5}

    wire.heard(filled("a", 4, "t1"))
    wire.heard(ev.OrderAmended(ts=1, order_id="a", quantity=8))
    assert wire.left == {"a": 4, "b": 5}
    wire.heard(filled("a", 4, "t2"))
    wire.heard(ev.OrderCanceled(ts=1, order_id="b"))
    wire.heard(filled("b", 1, "t3"))
    wire.heard(ev.OrderRejected(ts=1, order_id="c", code=1, reason=""))
    wire.heard(ev.OrderAmended(ts=1, order_id="b", quantity=8))
    wire.heard(ev.OrderAccepted(ts=1, order_id="b"))
    assert wire.left == {}


def test_the_wire_hears_of_answers_to_queries_what_the_core_hears() -> None:
    wire = WireCount()
    for name in ("lives", "ends", "late", "gone"):
        wire.sent(cmd.PlaceOrder(ts=1, order_id=name, side=BUY, price=1, quantity=10))

    def stands(name: str, state: Any, filled: int, *fills: ev.OrderFilled, quantity: int = 10) -> None:
        wire.heard(
            ev.OrderStatus(
                ts=9, order_id=name, asked=8, state=state, quantity=quantity, filled=filled, fills=fills
            )
        )  # fmt: skip

    def absent(name: str, asked: int, code: int = -2013) -> None:
        wire.heard(ev.QueryRejected(ts=asked, order_id=name, asked=asked, code=code, reason=""))

    stands("lives", "live", 4, filled("lives", 4, "t1"), quantity=8)
    stands("ends", "canceled", 4, filled("ends", 3, "t2"), quantity=8)
    assert wire.left == {"lives": 4, "ends": 7, "late": 10, "gone": 10}
    stands("ends", "canceled", 4, filled("ends", 3, "t2"), filled("ends", 1, "t3"))
    wire.heard(filled("lives", 4, "t1"))
    stands("lives", "filled", 8, filled("lives", 4, "t4"), quantity=8)
    stands("nobody", "canceled", 0)
    absent("late", REQUEST_LIFE)
    absent("late", REQUEST_LIFE + 1, -1007)
    absent("gone", REQUEST_LIFE + 1)
    assert wire.left == {"late": 10}
    stands("gone", "live", 0)
    absent("gone", 2 * REQUEST_LIFE)
    assert wire.left == {"late": 10, "gone": 10}


def test_the_wire_counts_a_report_that_comes_twice_once_and_what_nobody_knows_the_end_of() -> None:
    wire = WireCount()
    for name in ("a", "b", "c"):
        wire.sent(cmd.PlaceOrder(ts=1, order_id=name, side=BUY, price=1, quantity=10))
    wire.heard(filled("a", 4, "t1"))
    wire.heard(filled("a", 4, "t1"))
    wire.heard(filled("a", 0, "t2"))
    wire.heard(ev.OrderAmended(ts=1, order_id="a", quantity=8))
    wire.heard(ev.OrderAmended(ts=1, order_id="a", quantity=9))
    wire.heard(ev.OrderRejected(ts=1, order_id="b", code=-1007, reason="timeout"))
    wire.heard(ev.OrderRejected(ts=1, order_id="c", code=-2010, reason="refused"))
    assert wire.left == {"a": 4, "b": 10}
    wire.heard(filled("c", 3, "t3"))  # a request believed refused had reached the venue
    wire.heard(ev.OrderRejected(ts=1, order_id="c", code=-2010, reason="refused"))
    assert wire.left == {"a": 4, "b": 10, "c": 7}


def test_the_wire_remembers_so_many_refused_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mm_tui.runtime.wire.REFUSED_KEPT", 2)
    wire = WireCount()
    for name in ("a", "b", "c"):
        wire.sent(cmd.PlaceOrder(ts=1, order_id=name, side=BUY, price=1, quantity=10))
        wire.heard(ev.OrderRejected(ts=1, order_id=name, code=-2010, reason="refused"))
        wire.heard(filled("a", 1, f"t-{name}"))
    assert wire.left == {"a": 7}
    for name in ("b", "c", "d", "e"):
        wire.sent(cmd.PlaceOrder(ts=1, order_id=name, side=BUY, price=1, quantity=10))
        wire.heard(ev.OrderRejected(ts=1, order_id=name, code=-2010, reason="refused"))
    for name in ("b", "e"):
        wire.heard(filled(name, 1, "t"))
    assert wire.left == {"a": 7, "e": 9}


def summary_of(desk: Desk) -> dict[str, Any]:
    return summarize(
        desk, Gauges(live=False), desk.bus.figures(), venue="file", strategy="scripted", session=None, ended_ns=desk.ts
    )


def test_a_summary_before_anything_happened_knows_nothing() -> None:
    core_only = desk_of(Scripted())
    summary = summary_of(core_only)
    assert summary["market"]["best_bid"] is None
    assert summary["pnl"]["total"] is None
    assert summary["pnl"]["band"] == {"risk_averse": None, "power": None, "optimistic": None}
    assert [Decimal(summary["position"][name]) for name in ("base", "quote")] == [0, 0]
    assert summary["position"]["average_price"] is None
    assert summary["obligation"]["uptime_bid_pct"] is None
    assert summary["latency_us"]["decode"] == {"p50": None, "p99": None, "max": None}


def test_a_summary_is_exact_and_adds_up() -> None:
    desk = quoting()
    desk.advance(START + 15 * MS)
    desk.step(trade(START + 20 * MS, BID - 2000, 40, SELL))
    desk.step(top(START + SECOND, BID + 50, ASK + 50, 600))
    summary = summary_of(desk)
    assert summary["fills"] == {
        "count": 1, "maker": 1, "taker": 0, "bought": "0.00040", "sold": "0.00000", "volume_quote": "24.7160000",
    }  # fmt: skip
    assert Decimal(summary["position"]["base"]) == Decimal("0.0003996")
    assert summary["position"]["average_price"] == "61790.000000"
    assert float(summary["pnl"]["total"]) == pytest.approx(0.0004 * 10.505 - 0.0000004 * 61800.505)
    assert summary["orders"]["placed"] == 2
    assert summary["orders"]["open"] == 2
    assert summary["market"]["best_bid"] == "61800.50"
    assert summary["risk"] == {"state": "running", "trips": []}
    assert json.loads(msgspec.json.encode(summary))["digest"] == desk.digest.hex()
    desk.step(ev.OperatorAction(ts=desk.ts, action="kill"))
    halted = summary_of(desk)
    assert halted["risk"]["state"] == "halted"
    assert halted["risk"]["trips"][0]["rule"] == "kill"
    closing = quoting()
    closing.step(ev.OperatorAction(ts=closing.ts, action="close", argument="closing"))
    assert summary_of(closing)["risk"]["state"] == "running"


def test_the_best_prices_of_a_book_that_a_gap_ended_are_not_known() -> None:
    desk = quoting()
    assert summary_of(desk)["market"]["best_ask"] is not None
    desk.step(delta(START + SECOND, 10_000, 10_001))
    market = summary_of(desk)["market"]
    assert market["gaps"] == 1
    assert (market["best_bid"], market["best_ask"], market["last_update_id"]) == (None, None, None)
    desk.step(snapshot(START + 2 * SECOND, BID + 7, ASK + 7, 20_000))
    assert summary_of(desk)["market"]["last_update_id"] == 20_000


def test_a_fill_that_is_reported_late_is_held_against_the_mids_of_its_own_time() -> None:
    desk = quoting()
    order = next(iter(desk.core.orders.open))
    traded = START + SECOND
    desk.step(top(traded + 50 * MS, BID - 1, ASK - 1, 200))
    desk.step(top(traded + 400 * MS, BID - 5_000, ASK - 5_000, 201))
    desk.step(
        ev.OrderFilled(
            ts=traded + 700 * MS, order_id=order.order_id, trade_id="late", price=order.price, quantity=1, maker=True,
            fee=0, fee_in_base=True, matched=traded,
        )
    )  # fmt: skip
    figures = desk.scores.markouts.figures()
    assert figures["100ms"] == round((BID + ASK - 2 - 2 * order.price) * 10_000 / (2 * order.price), 4)
    assert figures["1s"] is None
    assert desk.scores.due == traded + SECOND
