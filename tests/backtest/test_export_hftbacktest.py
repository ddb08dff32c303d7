"""hftbacktest's event array: what is in it, row by row, and that hftbacktest reads and fills from it as from its own.

`pytest -m differential` runs the second part, where the extra `differential` is installed.
"""

import gzip
import json
import struct
import zipfile
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mm_tui.backtest.export.events import (
    BOUGHT,
    BUFFER_LIMIT,
    CLEAR,
    DEPTH,
    SNAPSHOT,
    SOLD,
    TRADE,
    Burst,
    Events,
)
from mm_tui.backtest.export.files import Export, export
from mm_tui.backtest.export.hftbacktest import BASE_LATENCY_NS, EXCHANGE, LOCAL, Merge
from mm_tui.backtest.recording import RecordedCapture
from mm_tui.book.book import Book
from mm_tui.book.sync import BookSync, Outcome
from mm_tui.errors import DataError
from mm_tui.model.events import BUY, SELL, AnyEvent, BookDelta, BookSnapshot, LinkDown, LinkUp, Trade
from mm_tui.settings.sections import Settings

ROOT = Path(__file__).resolve().parents[2]
CAPTURE = ROOT / ".." / "shared" / "data" / "btcusdt_20240808.gz"
BOTH = EXCHANGE | LOCAL
MS = 1_000_000
captured = pytest.mark.skipif(
    not CAPTURE.exists(), reason="the captured data lies beside the project only where it is developed"
)
Row = tuple[int, int, int, float, float]


def quiet(_: float) -> None:
    pass


def write(path: Path, frames: list[tuple[int, dict[str, Any]]]) -> Path:
    path.write_text("".join(f"{ms * MS} {json.dumps(frame)}\n" for ms, frame in frames))
    return path


def array(path: Path, out: Path) -> tuple[Export, list[Row]]:
    """The rows of the file as the format says, read with nothing but the standard library."""
    found = export(RecordedCapture(path, Settings()), "hftbacktest", out, (), quiet)
    with zipfile.ZipFile(out / "events.npz") as packed:
        assert packed.namelist() == ["data.npy"]
        data = packed.read("data.npy")
    assert data[:8] == b"\x93NUMPY\x01\x00"
    (length,) = struct.unpack("<H", data[8:10])
    assert (10 + length) % 64 == 0
    assert data[9 + length : 10 + length] == b"\n"
    rows = list(struct.iter_unpack("<QqqddQqd", data[10 + length :]))
    assert f"'shape': ({len(rows)},)".encode() in data[: 10 + length]
    assert {row[5:] for row in rows} == {(0, 0, 0.0)}
    return found, [row[:5] for row in rows]


def snapshot(last: int) -> dict[str, Any]:
    return {"lastUpdateId": last, "bids": [["1.00", "2.0"], ["0.99", "1"]], "asks": [["1.02", "1.5"]]}


def diff(ms: int, first: int, last: int, *bids: list[str]) -> dict[str, Any]:
    data = {"e": "depthUpdate", "E": ms, "s": "BTCUSDT", "U": first, "u": last, "b": bids, "a": [["1.02", "0"]]}
    return {"stream": "btcusdt@depth@100ms", "data": data}


def trade(ms: int, price: str, *, sold: bool) -> dict[str, Any]:
    data = {"e": "trade", "E": ms, "s": "BTCUSDT", "t": 7, "p": price, "q": "0.5", "T": ms, "m": sold, "M": True}
    return {"stream": "btcusdt@trade", "data": data}


def test_each_level_and_trade_is_a_row_on_both_clocks(tmp_path: Path) -> None:
    """Our clock is behind the exchange's, by 7 ms at least; the second trade overtakes the diff on its way to us."""
    frames = [
        (1, trade(2, "1.01", sold=True)),
        (2, diff(6, 9, 10, ["0.98", "1"])),
        (3, snapshot(10)),
        (5, diff(10, 11, 11, ["1.01", "0.3"])),
        (8, trade(13, "1.01", sold=False)),
        (9, trade(12, "1.00", sold=True)),
    ]
    found, rows = array(write(tmp_path / "a.log", frames), tmp_path)
    shift = 8 * MS
    assert rows == [
        (BOTH | SNAPSHOT | BOUGHT, 10 * MS, 3 * MS + shift, 1.0, 2.0),
        (BOTH | SNAPSHOT | BOUGHT, 10 * MS, 3 * MS + shift, 0.99, 1.0),
        (BOTH | SNAPSHOT | SOLD, 10 * MS, 3 * MS + shift, 1.02, 1.5),
        (BOTH | DEPTH | BOUGHT, 10 * MS, 5 * MS + shift, 1.01, 0.3),
        (BOTH | DEPTH | SOLD, 10 * MS, 5 * MS + shift, 1.02, 0.0),
        (EXCHANGE | TRADE | SOLD, 12 * MS, 9 * MS + shift, 1.0, 0.5),
        (BOTH | TRADE | BOUGHT, 13 * MS, 8 * MS + shift, 1.01, 0.5),
        (LOCAL | TRADE | SOLD, 12 * MS, 9 * MS + shift, 1.0, 0.5),
    ]
    assert min(local - exch for _, exch, local, *_ in rows) >= BASE_LATENCY_NS
    assert found.files[0].rows == len(rows)
    assert found.notes == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.log", "events.npz"]


def test_diffs_before_the_snapshot_that_it_does_not_contain_stand_behind_it(tmp_path: Path) -> None:
    frames = [(1, diff(1, 10, 11, ["0.98", "3"])), (3, snapshot(10)), (4, trade(4, "1.00", sold=True))]
    _, rows = array(write(tmp_path / "a.log", frames), tmp_path)
    assert [(row[0] & 0xFF, row[1] // MS, row[2] // MS) for row in rows] == [
        *[(SNAPSHOT, 1, 1)] * 3,
        *[(DEPTH, 1, 1)] * 2,
        (TRADE, 4, 4),
    ]


def test_clocks_that_agree_are_left_alone_and_the_book_of_a_snapshot_alone_is_there(tmp_path: Path) -> None:
    frames = [(3, snapshot(10)), (5, trade(1, "1.00", sold=True))]
    _, rows = array(write(tmp_path / "a.log", frames), tmp_path)
    told = [(row[0] & 0xFF, row[1] // MS, row[2] // MS) for row in rows]
    assert told == [*[(SNAPSHOT, -1, 3)] * 3, (TRADE, 1, 5)]


def test_behind_a_gap_the_book_starts_again_with_the_next_snapshot(tmp_path: Path) -> None:
    frames = [
        (1, snapshot(10)),
        (2, diff(2, 11, 11, ["1.00", "1"])),
        (3, diff(3, 14, 14, ["1.00", "7"])),
        (4, trade(4, "1.00", sold=True)),
        (5, diff(5, 15, 16, ["1.00", "8"])),
        (6, snapshot(15)),
        (7, snapshot(40)),
        (8, diff(8, 17, 17, ["1.00", "9"])),
    ]
    found, rows = array(write(tmp_path / "a.log", frames), tmp_path)
    told = [(row[0] & 0xFF, row[1] // MS, row[3], row[4]) for row in rows if row[0] & BOUGHT or row[0] & 0xFF == TRADE]
    assert told == [
        (SNAPSHOT, 2, 1.0, 2.0),
        (SNAPSHOT, 2, 0.99, 1.0),
        (DEPTH, 2, 1.0, 1.0),
        (TRADE, 4, 1.0, 0.5),
        (CLEAR, 5, 0.99, 0.0),
        (SNAPSHOT, 5, 1.0, 2.0),
        (SNAPSHOT, 5, 0.99, 1.0),
        (DEPTH, 5, 1.0, 8.0),
        (DEPTH, 8, 1.0, 9.0),
    ]
    assert found.notes == ()


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    frames = [(1, snapshot(10)), (2, diff(2, 11, 11)), (3, diff(3, 14, 14)), (4, diff(4, 15, 15))]
    found, rows = array(write(tmp_path / "a.log", frames), tmp_path)
    assert len(rows) == 4
    assert found.notes == ("2 diffs are left out: the book was not known there (1 gaps)",)


def test_without_a_snapshot_there_is_nothing_to_start_from(tmp_path: Path) -> None:
    path = write(tmp_path / "a.log", [(2, diff(2, 11, 11, ["1.00", "1"])), (4, trade(4, "1.00", sold=True))])
    with pytest.raises(DataError, match="for want of a snapshot"):
        array(path, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def bursts(*events: AnyEvent) -> list[Burst]:
    taking = Events()
    return [burst for event in events for burst in taking.take(event)] + list(taking.finish())


def delta(ts: int, first: int, last: int) -> BookDelta:
    return BookDelta(ts=ts, first_id=first, final_id=last, bids=[(100, last)], asks=[], exch_ts=ts)


def whole(ts: int, last: int, *, partial: bool = False, bid: int = 5) -> BookSnapshot:
    return BookSnapshot(ts=ts, last_update_id=last, bids=[(100, bid)], asks=[(102, 5), (103, 1)], partial=partial)


def sale(ts: int) -> Trade:
    return Trade(ts=ts, trade_id=ts, price=100, quantity=1, side=SELL, exch_ts=ts)


def test_a_snapshot_that_is_too_old_and_diffs_that_it_holds_are_passed_over() -> None:
    found = bursts(delta(1, 20, 21), whole(2, 10), sale(2), whole(3, 21), delta(4, 20, 21), delta(5, 22, 23), sale(6))
    assert [(one.local_ts, len(one.rows)) for one in found] == [(3, 3), (5, 1), (6, 1)]
    assert found[0].exch_ts == 5


def test_a_gap_right_behind_a_snapshot_leaves_that_book_standing() -> None:
    found = bursts(whole(1, 10), sale(2), delta(3, 14, 14), sale(4), whole(5, 13), sale(6))
    assert [(one.exch_ts, one.local_ts, one.rows[0][0] & 0xFF) for one in found] == [
        (None, 1, SNAPSHOT),
        (2, 2, TRADE),
        (3, 3, CLEAR),
        (3, 3, DEPTH),
        (4, 4, TRADE),
        (6, 6, TRADE),
    ]


def test_where_the_link_was_lost_the_book_is_too() -> None:
    lost = LinkDown(ts=3, venue="binance", reason="reset")
    again = LinkUp(ts=4, venue="binance", resync=True)
    found = bursts(
        LinkUp(ts=0, venue="binance"), whole(1, 10), delta(2, 11, 11), lost, delta(3, 12, 12), again, sale(5),
        delta(6, 13, 13), whole(7, 12), delta(8, 14, 14),
    )  # fmt: skip
    assert [(one.local_ts, one.rows[0][0] & 0xFF) for one in found] == [
        (1, SNAPSHOT),
        (2, DEPTH),
        (5, TRADE),
        (6, CLEAR),
        (6, DEPTH),
        (8, DEPTH),
    ]


def test_waiting_for_a_snapshot_keeps_no_more_than_the_desk_would() -> None:
    taking = Events()
    found = [one for event in (whole(1, 1), delta(2, 2, 2), delta(3, 9, 9), sale(3)) for one in taking.take(event)]
    for at in range(BUFFER_LIMIT + 10):
        found += taking.take(delta(4 + at, 10 + at, 10 + at))
    assert taking.unknown == 11
    assert [one.local_ts for one in found if one.rows[0][0] & 0xFF == TRADE] == [3]


def test_whole_books_become_what_they_change() -> None:
    found = bursts(
        sale(0), whole(1, 1, partial=True), sale(2), whole(3, 2, partial=True, bid=7), whole(4, 3, partial=True, bid=7)
    )
    assert [one.rows for one in found] == [
        [(DEPTH | BOUGHT, 100, 5), (DEPTH | SOLD, 102, 5), (DEPTH | SOLD, 103, 1)],
        [(TRADE | SOLD, 100, 1)],
        [(DEPTH | BOUGHT, 100, 7)],
    ]
    moved = BookSnapshot(ts=5, last_update_id=4, bids=[(101, 1)], asks=[(102, 5), (103, 1)], partial=True)
    assert bursts(whole(4, 3, partial=True), moved)[1].rows == [(DEPTH | BOUGHT, 100, 0), (DEPTH | BOUGHT, 101, 1)]


@pytest.mark.parametrize("seed", range(20))
def test_placing_as_it_comes_is_sorting_the_whole(seed: int) -> None:
    """The rule of `correct_event_order`, with everything in memory and two sorted lists."""
    random = Random(seed)
    local, taken = 0, []
    for _ in range(400):
        local += random.choice((0, 0, 1, 3, 20))
        taken.append(Burst(local - random.choice((0, 1, 2, 2, 9, 40, 300)), local, [(len(taken), 0, 0)]))
    latencies = [one.local_ts - (one.exch_ts or 0) for one in taken]
    merge = Merge(min(latencies), max(latencies) - min(latencies))
    found, most = [], 0
    for one in taken:
        found += merge.take(one)
        most = max(most, len(merge._exchange))
    found += merge.finish()
    by_exchange = sorted(taken, key=lambda one: one.exch_ts or 0)
    by_local = list(taken)
    expected = []
    while by_exchange or by_local:
        first = by_exchange[0] if by_exchange else None
        ours = by_local[0] if by_local else None
        if first is not None and ours is not None and first[:2] == ours[:2]:
            assert first is ours
            expected.append((BOTH, *by_exchange.pop(0)))
            by_local.pop(0)
        elif ours is None or (first is not None and first[:2] < ours[:2]):
            expected.append((EXCHANGE, *by_exchange.pop(0)))
        else:
            expected.append((LOCAL, *by_local.pop(0)))
    assert [tuple(one) for one in found] == expected
    assert most < len(taken)


def test_a_frame_without_an_exchange_time_has_the_smallest_latency() -> None:
    merge = Merge(-50, 10)
    found = [*merge.take(Burst(None, 100, [(DEPTH, 1, 1)])), *merge.finish()]
    assert found == [(BOTH, 150, 100 + 50 + BASE_LATENCY_NS, [(DEPTH, 1, 1)])]


@captured
def test_the_capture_has_every_level_and_trade(tmp_path: Path) -> None:
    path = tmp_path / "piece.gz"
    with gzip.open(CAPTURE) as stream:
        path.write_bytes(gzip.compress(b"".join(islice(stream, 3000))))
    _, rows = array(path, tmp_path)
    events = list(RecordedCapture(path, Settings()).inputs())
    begun = next(event.ts for event in events if isinstance(event, BookSnapshot))
    trades = [event for event in events if isinstance(event, Trade) and event.ts >= begun]
    ours = [row for row in rows if row[0] & LOCAL]
    assert sum(row[0] & 0xFF == TRADE for row in ours) == len(trades) > 100
    assert sum(row[0] & 0xFF == TRADE and bool(row[0] & BOUGHT) for row in ours) == sum(
        one.side is BUY for one in trades
    )
    assert [row[2] for row in ours] == sorted(row[2] for row in ours)
    exchange = [row[1] for row in rows if row[0] & EXCHANGE]
    assert exchange == sorted(exchange)
    assert len(exchange) == len(ours)


# -- read and run by hftbacktest


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("hftbacktest")
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    import hft_reference  # noqa: PLC0415 - an extra

    return hft_reference


@pytest.mark.differential
@pytest.mark.filterwarnings("default")
@captured
@pytest.mark.parametrize("queue", ["risk_averse", "log", "power"])
@pytest.mark.parametrize(("half", "requote"), [(0, 1), (50, 20)])
def test_hftbacktest_fills_from_the_file_what_we_fill(
    tmp_path: Path, reference: Any, half: int, requote: int, queue: str
) -> None:
    from decimal import Decimal  # noqa: PLC0415 - only here

    from recording import Recording  # noqa: PLC0415 - of the benchmarks

    from mm_tui.sim.hindsight import Experiment, run  # noqa: PLC0415 - only here
    from mm_tui.sim.twoclocks import two_clocks  # noqa: PLC0415 - only here

    experiment = Experiment(
        half=half, requote=requote, limit=10, step=0.00001, queue=queue, power=3.0, entry=10 * MS, response=10 * MS,
        compatible=True,
    )  # fmt: skip
    found = export(RecordedCapture(CAPTURE, Settings()), "hftbacktest", tmp_path, (), quiet)
    theirs = reference.array_fills(
        [str(tmp_path / "events.npz")], found.files[0].rows, experiment, Decimal("0.01"), Decimal("0.001")
    )
    ours = run(two_clocks(Recording([CAPTURE], 0.01).messages(), BASE_LATENCY_NS), experiment)

    def ordered(fills: list[Any]) -> list[Any]:
        return sorted(fills, key=lambda fill: (fill.exch_ts, fill.local_ts, -fill.side))

    assert ordered(theirs) == ordered(ours)
    assert len(ours) > 200


@pytest.mark.differential
@pytest.mark.filterwarnings("default")
@captured
def test_the_array_is_the_one_that_its_own_functions_make(tmp_path: Path, reference: Any) -> None:
    """But for the snapshot's kind, quantities finer than the step, and the last bit of a price."""
    import numpy as np  # noqa: PLC0415 - of the extra
    from recording import Recording  # noqa: PLC0415 - of the benchmarks

    from mm_tui.sim.twoclocks import two_clocks  # noqa: PLC0415 - only here

    export(RecordedCapture(CAPTURE, Settings()), "hftbacktest", tmp_path, (), quiet)
    with np.load(tmp_path / "events.npz") as file:
        ours = file["data"]
    clocks = two_clocks(Recording([CAPTURE], 0.01).messages(), BASE_LATENCY_NS)
    theirs = reference._events(clocks.recorded, BASE_LATENCY_NS, 0.01)
    assert ours.dtype == theirs.dtype
    assert len(ours) == len(theirs) > 100_000
    kinds = np.where(ours["ev"] & 0xFF == SNAPSHOT, ours["ev"] - SNAPSHOT + DEPTH, ours["ev"])
    assert np.array_equal(kinds, theirs["ev"])
    for name in ("exch_ts", "local_ts", "order_id", "ival", "fval"):
        assert np.array_equal(ours[name], theirs[name])
    assert np.allclose(ours["px"], theirs["px"], rtol=1e-15, atol=0)
    assert np.count_nonzero(ours["qty"] != theirs["qty"]) == 3
    assert np.abs(ours["qty"] - theirs["qty"]).max() < 0.00001


@pytest.mark.differential
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("seed", range(5))
def test_hftbacktest_s_book_is_ours_behind_gaps_and_fresh_snapshots(tmp_path: Path, reference: Any, seed: int) -> None:
    import hftbacktest  # noqa: PLC0415 - an extra

    path = write(tmp_path / "a.log", torn_market(Random(seed)))
    array(path, tmp_path)
    sync = BookSync(Book())
    outcomes = set()
    for event in RecordedCapture(path, Settings()).inputs():
        if isinstance(event, BookDelta):
            outcomes.add(sync.on_delta(event))
        elif isinstance(event, BookSnapshot):
            outcomes.add(sync.on_snapshot(event))
    assert {Outcome.GAP, Outcome.LIVE, Outcome.APPLIED} <= outcomes
    assert sync.book.valid
    asset = hftbacktest.BacktestAsset().data([str(tmp_path / "events.npz")]).linear_asset(1.0)
    asset = asset.constant_order_latency(MS, MS).no_partial_fill_exchange().trading_value_fee_model(0.0, 0.0)
    backtest = hftbacktest.HashMapMarketDepthBacktest([asset.tick_size(0.01).lot_size(0.1).risk_adverse_queue_model()])
    while backtest.wait_next_feed(False, 1 << 61) != reference.END_OF_DATA:
        pass
    depth, book = backtest.depth(0), sync.book
    assert (depth.best_bid_tick, depth.best_ask_tick) == (book.bids.best(), book.asks.best())
    for side, found in ((book.bids, depth.bid_qty_at_tick), (book.asks, depth.ask_qty_at_tick)):
        for tick in range(abs(side.keys[0]) - 40, abs(side.keys[0]) + 40):
            if side.covers(tick):
                assert round(found(tick) * 10) == side.levels.get(tick, 0)
    backtest.close()


def torn_market(random: Random) -> list[tuple[int, dict[str, Any]]]:
    """A book that moves away while its diffs are missing; each time a snapshot follows, some of them late."""
    frames: list[tuple[int, dict[str, Any]]] = []
    mid, last, ms = 10_000, 100, 0

    def levels(side: int, count: int) -> list[list[str]]:
        return [[f"{(mid + side * away) / 100:.2f}", f"{random.randint(1, 50) / 10}"] for away in range(1, count + 1)]

    def whole_book() -> dict[str, Any]:
        return {"lastUpdateId": last, "bids": levels(-1, 20), "asks": levels(1, 20)}

    frames.append((1, whole_book()))
    for step in range(300):
        ms += 7
        torn = step % 60 == 50
        last += 5 if torn else 1
        mid += random.choice((-15, 15)) if torn else 0
        frames.append((ms, trade(ms + 3, f"{mid / 100:.2f}", sold=random.random() < 0.5)))
        side = random.choice((-1, 1))
        changed = [[price, random.choice((size, "0.0"))] for price, size in levels(side, 20)[1:]]
        data = diff(ms + 2, last, last)
        data["data"].update({"b": changed if side < 0 else [], "a": changed if side > 0 else []})
        frames.append((ms, data))
        if step % 60 == 52:
            frames.append((ms + 1, whole_book()))
    return frames
