"""What the workers do that a whole session shows too slowly."""

import asyncio
import gzip
import threading
from pathlib import Path

import msgspec
import pytest
from pure_desk import ASK, BID, SECOND, START, Rig, ask, bid, delta, top

from mm_tui.journal.seal import seal_log
from mm_tui.journal.writer import SessionWriter
from mm_tui.model.events import WatchdogTripped
from mm_tui.runtime import workers
from mm_tui.runtime.gauges import Gauges
from mm_tui.runtime.inbox import DeskInbox
from mm_tui.runtime.wire import WireCount
from mm_tui.runtime.workers import FeedWorker, RecorderWorker, RiskWorker, WorkerState
from mm_tui.venues.api import FeedStatus, Frame, Inbox
from mm_tui.views.frames import WorkerRow


class Wired:
    """As much of a desk as the second count of exposure looks at."""

    def __init__(self, rig: Rig) -> None:
        self.core = rig.core
        self.wire = WireCount()


class Monotonic:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ns = 100 * SECOND
        monkeypatch.setattr("time.monotonic_ns", lambda: self.ns)


def inbox_of() -> DeskInbox:
    return DeskInbox(lambda: START, lambda frame: None)


def test_the_risk_worker_tells_each_change_of_what_core_and_wire_count_otherwise() -> None:
    rig, inbox = Rig(), inbox_of()
    order, _ = rig.quoting(bid(BID - 1000), ask(ASK + 1000))
    desk = Wired(rig)
    risk = RiskWorker(desk, inbox, Gauges(live=True), 2000)  # type: ignore[arg-type]  # a core and a wire will do
    left = desk.wire.left
    left.update({one.order_id: one.left for one in rig.core.orders.open})

    def told() -> list[tuple[str, str]]:
        risk._check_exposure()
        found = []
        while (frame := inbox.take(0)) is not None:
            assert isinstance(frame.event, WatchdogTripped)
            found.append((frame.event.value, frame.event.limit))
        return found

    assert told() == []
    left["ghost"] = 5
    assert told() == [("205 lots", "200 lots in the core")]
    assert told() == [], "it is the same one"
    rig.strategy.want(ask(ASK + 1000))
    rig.canceled(order)
    del left[order.order_id]
    assert told() == [], "an order that both know of came to its end"
    left["ghost"] = 500
    assert told() == [("600 lots", "100 lots in the core")]
    left.clear()
    assert told() == [("0 lots", "100 lots in the core")]


def test_the_risk_worker_tells_an_old_feed_once_until_it_is_young_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Monotonic(monkeypatch)
    gauges, inbox = Gauges(live=True), inbox_of()
    risk = RiskWorker(None, inbox, gauges, 2000)  # type: ignore[arg-type]  # the age asks no desk
    risk._check_age()
    gauges.entered(Frame(delta(START, 1, 1)), START)

    def tripped() -> list[WatchdogTripped]:
        found = []
        while (frame := inbox.take(0)) is not None:
            assert isinstance(frame.event, WatchdogTripped)
            found.append(frame.event)
        return found

    clock.ns += 2 * SECOND + workers.LATE
    risk._check_age()
    assert tripped() == []
    clock.ns += 1
    inbox.act("widen", "")
    risk._check_age()
    inbox.take(0)
    assert inbox.empty
    risk._check_age()
    (trip,) = tripped()
    assert (trip.rule, trip.value, trip.limit) == ("feed_age", "2.3 s", "2 s")
    risk._check_age()
    assert tripped() == []
    gauges.entered(Frame(top(START, 1, 2, 2)), START)
    risk._check_age()
    assert tripped() == [], "the ticker alone does not make the book young"
    gauges.entered(Frame(delta(START, 2, 2)), START)
    risk._check_age()
    clock.ns += 3 * SECOND
    risk._check_age()
    assert len(tripped()) == 1
    assert gauges.age.largest == 3 * SECOND


def test_frames_that_come_without_a_pause_and_late_are_old_too() -> None:
    gauges, inbox = Gauges(live=True), inbox_of()
    risk = RiskWorker(None, inbox, gauges, 2000, punctual=True)  # type: ignore[arg-type]  # the lag asks no desk

    def heard(lag_ms: int) -> list[tuple[str, str, str]]:
        """What is said of a frame that is so late, with the venue's clock an hour ahead."""
        ts = START + 60 * SECOND
        sent = ts - lag_ms * 1_000_000 + 3600 * SECOND
        gauges.entered(Frame(msgspec.structs.replace(delta(ts, 1, 1), exch_ts=sent)), ts)
        risk._check_lag()
        found = []
        while (frame := inbox.take(0)) is not None:
            assert isinstance(frame.event, WatchdogTripped)
            found.append((frame.event.rule, frame.event.value, frame.event.limit))
        return found

    risk._check_lag()
    assert heard(0) == []
    assert heard(2000) == []
    assert heard(2300) == [("feed_lag", "2.3 s", "2 s")]
    assert heard(9000) == [("feed_lag", "2.3 s", "2 s")], "again while it lasts, in the same words"
    assert heard(100) == []
    assert heard(2001) == [("feed_lag", "2.0 s", "2 s")]
    risk._punctual = False
    assert heard(9000) == [], "a venue that says when a book last changed"


async def test_the_recorder_rotates_seals_and_says_what_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = SessionWriter(tmp_path, 10)
    writer.market(START, b'{"a":1}')
    recorder = RecorderWorker(writer, "")
    looked = 0

    async def nap(_: float) -> None:
        nonlocal looked
        looked += 1
        if looked == 2:
            writer.failed = "disk full"
        if looked == 4:
            raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(asyncio, "sleep", nap)
        with pytest.raises(asyncio.CancelledError):
            await recorder.run()
    writer.close()
    sealed = tmp_path / "market.0001.log.gz"
    assert gzip.decompress(sealed.read_bytes()) == f'{START} {{"a":1}}\n'.encode()
    assert not sealed.with_suffix("").exists()
    assert (tmp_path / "market.log").read_bytes() == b""
    assert recorder.state == WorkerState("recorder", "failed", "disk full")


async def test_what_the_recorder_began_on_a_thread_is_waited_for_after_it_was_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = SessionWriter(tmp_path, 10)
    writer.market(START, b'{"a":1}')
    recorder = RecorderWorker(writer, "")
    await recorder.rest()
    begun, go_on, nap = threading.Event(), threading.Event(), asyncio.sleep

    def slow(path: Path) -> Path:
        begun.set()
        assert go_on.wait(20)
        return seal_log(path)

    monkeypatch.setattr(workers, "seal_log", slow)
    with monkeypatch.context() as patched:
        patched.setattr(asyncio, "sleep", lambda _: nap(0))
        running = asyncio.create_task(recorder.run())
        while not begun.is_set():
            await nap(0.001)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    resting = asyncio.create_task(recorder.rest())
    await nap(0)
    assert not resting.done()
    go_on.set()
    await resting
    writer.close()
    assert (tmp_path / "market.0001.log.gz").exists(), "the one who seals the rest finds it done"


@pytest.mark.parametrize(
    ("failed", "state", "detail"), [("", "stopped", "not recording"), ("no space", "failed", "no space")]
)
async def test_a_recorder_without_a_writer_says_why(failed: str, state: str, detail: str) -> None:
    recorder = RecorderWorker(None, failed)
    await recorder.run()
    assert recorder.state.row() == WorkerRow(name="recorder", state=state, detail=detail)  # type: ignore[arg-type]


class FileFeed:
    """A feed that ends."""

    name = "file"
    words = ""

    def __init__(self) -> None:
        self.status = FeedStatus(link="retrying in 3 s", detail="refused")

    async def run(self, inbox: Inbox) -> None:
        await inbox.put(Frame(top(START, 1, 2, 1)))


async def test_a_feed_that_ends_waits_until_its_frames_are_taken() -> None:
    ended: list[bool] = []
    inbox = inbox_of()
    worker = FeedWorker(FileFeed(), inbox, lambda: ended.append(inbox.empty))  # type: ignore[arg-type]  # asks no instrument
    running = asyncio.create_task(worker.run())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not ended
    assert worker.look().row() == WorkerRow(name="feed", state="retrying", detail="retrying in 3 s: refused")
    inbox.take(0)
    await running
    assert ended == [True]
    assert worker.look().detail == "the file has ended"
