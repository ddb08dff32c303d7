"""The real capture through the command line, against an independent recomputation of its book."""

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mm_tui.book.book import Book
from mm_tui.book.sync import BookSync, Outcome
from mm_tui.model.events import BookDelta, BookSnapshot
from mm_tui.model.instrument import Instrument
from mm_tui.venues.capture_file import CaptureFile
from mm_tui.venues.codecs import codec_for

CAPTURE = Path(__file__).resolve().parents[3] / "shared" / "data" / "btcusdt_20240808.gz"

pytestmark = [
    pytest.mark.untraced,
    pytest.mark.skipif(not CAPTURE.exists(), reason=f"the captured data is not there: {CAPTURE}"),
]


def play(tmp_path: Path, *more: str, market: Path = CAPTURE) -> dict[str, Any]:
    """Run a recording headless; the summary that the process printed."""
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    arguments = ["run", "--venue", f"file:{market}", "--headless", "--speed", "max", "--json", *more]
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "mm_tui", *arguments],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    home = tmp_path_factory.mktemp("recorded")
    summary = play(home)
    return summary, Path(summary["session"])


def plain_book() -> tuple[dict[Decimal, Decimal], dict[Decimal, Decimal], int, dict[str, int]]:  # noqa: C901 - plain on purpose
    """Snapshot and diffs by the exchange's rules, with nothing of ours: bids, asks, last id, what there was."""
    bids: dict[Decimal, Decimal] = {}
    asks: dict[Decimal, Decimal] = {}
    last, waiting, counts = 0, list[Any](), {"lines": 0, "trades": 0, "diffs": 0, "gaps": 0}

    def apply(data: dict[str, Any]) -> None:
        nonlocal last
        if data["u"] <= last:
            return
        counts["gaps"] += data["U"] > last + 1
        for side, changes in ((bids, data["b"]), (asks, data["a"])):
            for price, quantity in changes:
                if Decimal(quantity):
                    side[Decimal(price)] = Decimal(quantity)
                else:
                    side.pop(Decimal(price), None)
        last = data["u"]

    with gzip.open(CAPTURE, "rt") as lines:
        for line in lines:
            counts["lines"] += 1
            frame = json.loads(line.partition(" ")[2])
            kind = frame.get("stream", "").partition("@")[2]
            counts["trades"] += kind == "trade"
            if "lastUpdateId" in frame:
                bids.update((Decimal(price), Decimal(quantity)) for price, quantity in frame["bids"])
                asks.update((Decimal(price), Decimal(quantity)) for price, quantity in frame["asks"])
                last = frame["lastUpdateId"]
                for data in waiting:
                    apply(data)
            elif kind.startswith("depth"):
                counts["diffs"] += 1
                if last:
                    apply(frame["data"])
                else:
                    waiting.append(frame["data"])
    return bids, asks, last, counts


def test_every_line_is_taken_and_the_book_ends_where_it_should(recorded: tuple[dict[str, Any], Path]) -> None:
    summary, session = recorded
    bids, asks, last, counts = plain_book()
    market = summary["market"]
    assert (counts["lines"], counts["gaps"]) == (41_249, 0)
    assert (market["frames"], market["gaps"], market["bad_frames"], market["resyncs"]) == (41_249, 0, 0, 1)
    assert (market["trades"], market["book_updates"]) == (counts["trades"], counts["diffs"])
    assert market["last_update_id"] == last
    assert abs(Decimal(market["best_bid"]) - max(bids)) < Decimal(5)
    assert abs(Decimal(market["best_ask"]) - min(asks)) < Decimal(5)
    assert json.loads((session / "session.json").read_bytes())["market_lines"] == 41_249


def test_the_top_twenty_levels_equal_a_plain_recomputation() -> None:
    instrument = Instrument("BTC/USDT", "BTC", "USDT", Decimal("0.01"), Decimal("0.00001"))
    book = Book()
    sync = BookSync(book)
    codec = None
    outcomes: Counter[Outcome] = Counter()
    for ts, raw in CaptureFile(CAPTURE):
        codec = codec or codec_for(raw, instrument)
        event = codec.decode(raw, ts)
        if isinstance(event, BookSnapshot):
            outcomes[sync.on_snapshot(event)] += 1
        elif isinstance(event, BookDelta):
            outcomes[sync.on_delta(event)] += 1
    bids, asks, last, counts = plain_book()
    assert outcomes[Outcome.LIVE] == 1
    assert sum(outcomes.values()) == counts["diffs"] + 1
    assert not {Outcome.GAP, Outcome.CROSSED, Outcome.EMPTY, Outcome.STALE_SNAPSHOT} & set(outcomes)
    assert book.last_update_id == last

    def ours(levels: list[tuple[int, int]]) -> list[tuple[Decimal, Decimal]]:
        return [(instrument.price(price), instrument.quantity(quantity)) for price, quantity in levels]

    assert ours(book.bids.top(20)) == sorted(bids.items(), reverse=True)[:20]
    assert ours(book.asks.top(20)) == sorted(asks.items())[:20]
    assert len(book.bids) == len(bids)
    assert len(book.asks) == len(asks)


def test_the_desk_trades_and_its_figures_add_up(recorded: tuple[dict[str, Any], Path]) -> None:
    summary, _ = recorded
    orders, fills, pnl = summary["orders"], summary["fills"], summary["pnl"]
    assert orders["placed"] > 20
    assert orders["open"] == 0
    assert fills["count"] > 0
    assert fills["count"] == fills["maker"] + fills["taker"]
    parts = [Decimal(pnl[name]) for name in ("spread_captured", "adverse_selection", "inventory", "fees")]
    assert sum(parts) == Decimal(pnl["total"])
    assert Decimal(pnl["realized"]) + Decimal(pnl["unrealized"]) + Decimal(pnl["fees"]) == Decimal(pnl["total"])
    assert Decimal(pnl["fees"]) < 0
    assert abs(Decimal(summary["position"]["base"])) <= Decimal("0.02")


def test_a_second_run_gives_the_same_outputs_recorded_or_not(
    recorded: tuple[dict[str, Any], Path], tmp_path: Path
) -> None:
    summary, _ = recorded
    again = play(tmp_path, "--no-record")
    assert again["session"] is None
    assert again["digest"] == summary["digest"]
    for section in ("market", "orders", "fills", "position", "pnl", "markouts_bps", "obligation", "risk"):
        assert again[section] == summary[section]


def test_the_recording_plays_back_to_the_same_outputs(recorded: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    summary, session = recorded
    assert play(tmp_path, "--no-record", market=session)["digest"] == summary["digest"]


def test_other_settings_give_other_outputs(recorded: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    summary, _ = recorded
    wide = play(tmp_path, "--no-record", "--set", "strategy.passive.min_spread_bps=5")
    assert wide["digest"] != summary["digest"]
    assert wide["market"] == summary["market"]
