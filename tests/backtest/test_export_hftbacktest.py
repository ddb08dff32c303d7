"""hftbacktest's event array, row by row, on both clocks."""

import gzip
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from event_array import CAPTURE, MS, array, captured, diff, snapshot, trade, write

from mm_tui.backtest.export.events import BOUGHT, CLEAR, DEPTH, SNAPSHOT, SOLD, TRADE, Burst
from mm_tui.backtest.export.hftbacktest import BASE_LATENCY_NS, EXCHANGE, LOCAL, Merge
from mm_tui.backtest.recording import RecordedCapture
from mm_tui.errors import DataError
from mm_tui.model.events import BUY, BookSnapshot, Trade
from mm_tui.settings.sections import Settings

BOTH = EXCHANGE | LOCAL


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
