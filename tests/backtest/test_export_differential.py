"""hftbacktest reads our event array and fills from it as from its own.

`pytest -m differential` runs this, where the extra `differential` is installed.
"""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from event_array import CAPTURE, MS, ROOT, array, captured, diff, quiet, trade, write

from mm_tui.backtest.export.events import DEPTH, SNAPSHOT
from mm_tui.backtest.export.files import export
from mm_tui.backtest.export.hftbacktest import BASE_LATENCY_NS
from mm_tui.backtest.recording import RecordedCapture
from mm_tui.book.book import Book
from mm_tui.book.sync import BookSync, Outcome
from mm_tui.model.events import BookDelta, BookSnapshot
from mm_tui.settings.sections import Settings

pytestmark = [pytest.mark.differential, pytest.mark.filterwarnings("default")]


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("hftbacktest")
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    import hft_reference  # noqa: PLC0415 - an extra

    return hft_reference


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
