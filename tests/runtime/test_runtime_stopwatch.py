"""A strategy that thinks too long: its decision is dropped, live by the clock, in a replay by the record."""

import json
import time
from pathlib import Path

import pytest
from pure_desk import BTC, SECOND, START

from mm_tui.backtest.recording import Changes, FrameReader, RecordedSession
from mm_tui.backtest.runner import Job, follow
from mm_tui.backtest.verify import verify
from mm_tui.bus import EventBus
from mm_tui.journal.meta import SessionMeta, write_meta
from mm_tui.journal.reader import SessionReader
from mm_tui.journal.record import Entry, MarketLine
from mm_tui.journal.writer import SessionWriter
from mm_tui.model import facts
from mm_tui.model.events import Event, LinkUp, OperatorAction, SessionStarted, WatchdogTripped
from mm_tui.runtime.assembly import Terms, build_desk
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.stopwatch import RULE, LiveStopwatch, RecordedStopwatch, foretold, is_stuck
from mm_tui.settings.load import Named, load

BUDGET_MS = 20
SLOW = """
import time
from pathlib import Path
import msgspec
from mm_tui.model.events import BUY
from mm_tui.strategy.api import Quote, Quotes

class Params(msgspec.Struct, frozen=True):
    pass

class Slow:
    '''Moves its one bid each time; some decisions take longer than they may while a file lies beside it.'''
    name, Params, reference_window = "slow", Params, 1.0
    def __init__(self, params=None, seed=1):
        self.params, self.asked = params or Params(), 0
    def quote(self, view):
        self.asked += 1
        if self.asked in {3, 6, 7} and Path(__file__).with_name("slow").exists():
            time.sleep(0.03)
        return Quotes(bids=(Quote(BUY, 0, view.bid - 1000 * self.asked, 100, 100, f"decision {self.asked}"),))
    def describe(self):
        return "slow"
    def nearest_bps(self):
        return 1.0
"""


def terms(folder: Path) -> Terms:
    plugin = folder / "slow.py"
    plugin.write_text(SLOW)
    plugin.chmod(0o600)
    settings = load(None, [f"risk.strategy_budget_ms={BUDGET_MS}"], {}, Path("/nowhere")).settings
    return Terms(
        settings=settings, instrument=BTC, strategy=f"{plugin}:Slow", maker_bps=0.0, taker_bps=0.0, stale_after_ms=9_000
    )


def own(run: Terms, *overrides: str) -> Changes:
    """The session's own strategy file, named so that it may run."""
    return Changes(overrides, [Named("--strategy", "desk.strategy", run.strategy)])


def frames(count: int) -> list[tuple[int, bytes]]:
    bids = [["61800.00", "1.00000"]]
    asks = [["61800.01", "1.00000"]]
    found = [(START, json.dumps({"lastUpdateId": 100, "bids": bids, "asks": asks}).encode())]
    for step in range(1, count):
        data = {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "U": 100 + step, "u": 100 + step, "a": []}
        data["b"] = [["61500.00", f"{step}.00000"]]
        frame = {"stream": "btcusdt@depth@100ms", "data": data}
        found.append((START + step * SECOND, json.dumps(frame).encode()))
    return found


def recorded(folder: Path, run: Terms, count: int) -> Desk:
    """A session that ran by the clock, on disk; two of its inputs ask the strategy more than once."""
    desk = build_desk(run, EventBus(lambda: 0))
    desk.core.quoter.stopwatch = LiveStopwatch(desk)
    write_meta(
        folder,
        SessionMeta(
            version="0", venue="binance", symbol="BTC/USDT", strategy=run.strategy, instrument=BTC,
            settings={"risk": {"strategy_budget_ms": BUDGET_MS}}, maker_bps=0.0, taker_bps=0.0, stale_after_ms=9_000,
            start=START, end=START + count * SECOND,
        ),
    )  # fmt: skip
    writer = desk.journal = SessionWriter(folder)
    desk.step(SessionStarted(ts=START, base=10_000, quote=6_000_000_000_000))
    desk.step(LinkUp(ts=START, venue="binance"))
    reader = FrameReader(run)
    for number, (ts, raw) in enumerate(frames(count), 1):
        event = reader.read(MarketLine(number, ts, raw))
        assert event is not None
        desk.step(event, raw)
    desk.step(OperatorAction(ts=desk.ts, action="larger"))
    writer.close()
    return desk


def test_a_session_with_a_slow_strategy_runs_again_to_the_same_outputs_on_a_fast_machine(tmp_path: Path) -> None:
    run = terms(tmp_path)
    slow = tmp_path / "slow"
    slow.touch()
    desk = recorded(tmp_path, run, 10)
    slow.unlink()
    records = [one.message for one in SessionReader(tmp_path).records() if isinstance(one, Entry)]
    trips = [one for one in records if isinstance(one, WatchdogTripped)]
    assert {3, 6, 7} <= {trip.decision for trip in trips}
    assert all(trip.rule == RULE and trip.limit == "20 ms" and float(trip.value[:-3]) > BUDGET_MS for trip in trips)
    warned = [one.text for one in records if isinstance(one, facts.Noted)]
    words = f"strategy slow: took {trips[0].value}, its budget is 20 ms; that decision is dropped"
    assert words in warned
    decided = {one.reason for one in records if isinstance(one, facts.QuoteDecided)}
    assert {"decision 1", "decision 4"} <= decided
    assert not decided & {"decision 3", "decision 6", "decision 7"}
    assert desk.core.state.value == "quoting"
    verdict = verify(tmp_path, own(run))
    assert verdict.difference is None
    assert verdict.outputs > 20
    for changes, same in ((own(run), True), (own(run, "risk.max_open_orders=11"), False)):
        session = RecordedSession(tmp_path, changes)
        again = build_desk(session.terms, EventBus(lambda: 0))
        follow(again, session, Job())
        assert (again.digest.hex() == desk.digest.hex()) is same  # another desk thinks for itself


def test_without_its_records_the_replay_would_decide_otherwise(tmp_path: Path) -> None:
    run = terms(tmp_path)
    (tmp_path / "slow").touch()
    recorded(tmp_path, run, 10)
    (tmp_path / "slow").unlink()
    journal = tmp_path / "journal.jsonl"
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    kept = [one for one in lines if one["type"] != "WatchdogTripped"]
    journal.write_text("".join(json.dumps({**one, "seq": seq}) + "\n" for seq, one in enumerate(kept)))
    assert verify(tmp_path, own(run)).difference is not None


def test_the_record_stands_behind_its_event_and_before_its_outputs(tmp_path: Path) -> None:
    run = terms(tmp_path)
    (tmp_path / "slow").touch()
    recorded(tmp_path, run, 4)
    items = list(SessionReader(tmp_path).records())
    at = next(
        index for index, one in enumerate(items) if isinstance(one, Entry) and isinstance(one.message, WatchdogTripped)
    )
    before = items[at - 1]
    assert isinstance(before, MarketLine) or isinstance(before.message, Event)
    after = items[at + 1]
    assert isinstance(after, Entry)
    assert not isinstance(after.message, Event)
    taught = RecordedStopwatch()
    for item in foretold(items, taught):
        assert not (isinstance(item, Entry) and isinstance(item.message, WatchdogTripped))
        if item is items[at - 1]:
            break
    said = []
    for _ in range(4):
        taught.start()
        said.append(bool(taught.over()))
    assert said[2]


def test_the_third_in_a_row_pulls_the_quotes_and_leaves_no_other_error_behind(tmp_path: Path) -> None:
    now = [0]
    desk = build_desk(terms(tmp_path), EventBus(lambda: 0))
    core = desk.core
    watch = core.quoter.stopwatch = LiveStopwatch(desk, lambda: now[0])
    core.quoter.last_error = ValueError("an old one")
    desk.step(SessionStarted(ts=START, base=10_000, quote=6_000_000_000_000))
    desk.step(LinkUp(ts=START, venue="binance"))
    reader = FrameReader(terms(tmp_path))
    played = [reader.read(MarketLine(number, ts, raw)) for number, (ts, raw) in enumerate(frames(8), 1)]
    for event in played[:4]:
        assert event is not None
        desk.step(event)
    assert core.state.value == "quoting"
    assert core.orders.open_count == 1
    original = core.strategy.quote

    def late(view: object) -> object:
        now[0] += BUDGET_MS * 1_000_000 + 1
        return original(view)  # type: ignore[arg-type]

    core.strategy.quote = late  # type: ignore[method-assign, assignment]
    heard = desk.bus.subscribe("test", (facts.Fact,))
    for event in played[4:]:
        assert event is not None
        desk.step(event)
    assert (core.state.value, core.reason) == ("paused", "the strategy failed 3 times in a row")
    assert core.quoter.last_error is None
    notes = [one.text for one in heard.drain() if isinstance(one, facts.Noted)]
    assert notes == ["strategy slow: took 20.0 ms, its budget is 20 ms; that decision is dropped"] * 3
    assert watch.decisions >= 3
    assert not core.orders.open_count
    assert not desk.venue.orders


def test_one_that_takes_over_a_second_pulls_the_quotes_at_once_and_so_does_its_record(tmp_path: Path) -> None:
    now = [0]
    run = terms(tmp_path)
    desk = build_desk(run, EventBus(lambda: 0))
    live = LiveStopwatch(desk, lambda: now[0])
    told: list[WatchdogTripped] = []
    again = build_desk(run, EventBus(lambda: 0))
    original = desk.core.strategy.quote

    def late(view: object) -> object:
        now[0] += 30 * SECOND
        return original(view)  # type: ignore[arg-type]

    for one, watch in ((desk, live), (again, RecordedStopwatch())):
        one.core.quoter.stopwatch = watch
        one.step(SessionStarted(ts=START, base=10_000, quote=6_000_000_000_000))
        one.step(LinkUp(ts=START, venue="binance"))
        reader = FrameReader(run)
        played = [reader.read(MarketLine(number, ts, raw)) for number, (ts, raw) in enumerate(frames(8), 1)]
        for number, event in enumerate(played):
            assert event is not None
            if number == 4 and one is desk:
                desk.core.strategy.quote = late  # type: ignore[method-assign, assignment]
                desk.journal.record = told.append  # type: ignore[method-assign, assignment]
            if number == 4 and isinstance(watch, RecordedStopwatch):
                watch.learn(next(trip for trip in told if isinstance(trip, WatchdogTripped)))
            one.step(event)
        words = "the strategy held up the desk: took 30000.0 ms, its budget is 20 ms"
        assert (one.core.state.value, one.core.reason) == ("paused", words)
        assert not one.core.orders.open_count
    assert now[0] == 30 * SECOND, "it was not asked again"
    assert again.digest.hex() == desk.digest.hex()


def test_a_record_in_other_words_pulls_nothing() -> None:
    assert not is_stuck(WatchdogTripped(ts=START, rule=RULE, value="long", limit="20 ms"))


def test_just_the_budget_is_not_over_and_a_tightened_one_counts_at_once(tmp_path: Path) -> None:
    now = [0]
    desk = build_desk(terms(tmp_path), EventBus(lambda: 0))
    watch = LiveStopwatch(desk, lambda: now[0])
    watch.start()
    now[0] += BUDGET_MS * 1_000_000
    assert not watch.over()
    desk.step(OperatorAction(ts=START, action="set", argument="risk.strategy_budget_ms=5"))
    assert watch.over() == "took 20.0 ms, its budget is 5 ms"


def test_the_core_ignores_the_record_as_an_event(tmp_path: Path) -> None:
    run = terms(tmp_path)
    desk = build_desk(run, EventBus(lambda: 0))
    desk.step(SessionStarted(ts=START, base=10_000, quote=6_000_000_000_000))
    desk.step(LinkUp(ts=START, venue="binance"))
    reader = FrameReader(run)
    for number, (ts, raw) in enumerate(frames(3), 1):
        event = reader.read(MarketLine(number, ts, raw))
        assert event is not None
        desk.step(event)
    before = (desk.core.state, desk.core.reason, desk.digest.hex())
    desk.step(WatchdogTripped(ts=desk.ts, rule=RULE, value="73.2 ms", limit="50 ms", decision=2))
    assert (desk.core.state, desk.core.reason, desk.digest.hex()) == before


def test_watchdogs_of_other_rules_teach_nothing() -> None:
    stopwatch = RecordedStopwatch([WatchdogTripped(ts=1, rule="feed_age", value="3 s", limit="2 s", decision=1)])
    stopwatch.start()
    assert not stopwatch.over()
    assert list(foretold([], stopwatch)) == []


@pytest.mark.parametrize("decision", [1, 2])
def test_a_record_speaks_of_its_decision_alone(decision: int) -> None:
    trip = WatchdogTripped(ts=1, rule=RULE, value="73.2 ms", limit="50 ms", decision=decision)
    stopwatch = RecordedStopwatch([trip])
    said = []
    for _ in range(3):
        stopwatch.start()
        said.append(stopwatch.over())
    assert said == ["took 73.2 ms, its budget is 50 ms" if one == decision else "" for one in (1, 2, 3)]


def test_the_clock_is_one_that_never_goes_back() -> None:
    assert LiveStopwatch.__init__.__defaults__ == (time.perf_counter_ns,)
