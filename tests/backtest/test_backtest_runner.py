"""A recording through the whole desk: the session's own orders, fills and PnL, and what else comes of it."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from small_session import capture, record

from mm_tui.backtest.recording import Changes, RecordedCapture, RecordedSession, open_recording
from mm_tui.backtest.runner import Job, run
from mm_tui.backtest.total import total
from mm_tui.errors import DataError, OutputError, SettingsError
from mm_tui.settings.load import Named
from mm_tui.settings.sections import Settings

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CAPTURE = DATA / "btcusdt_20240808.gz"

SAME = ("symbol", "strategy", "started_ns", "market", "orders", "fills", "position", "pnl", "markouts_bps", "digest")


def same(summary: dict[str, Any]) -> dict[str, Any]:
    return {name: summary[name] for name in SAME}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


async def test_a_session_s_recording_gives_the_session_s_own_orders_fills_and_pnl(tmp_path: Path) -> None:
    outcome = await record(tmp_path)
    assert outcome.folder is not None
    again = run(RecordedSession(outcome.folder, Changes()), Job())
    assert same(again) == same(outcome.summary)
    assert again["fills"]["count"] > 5
    assert None not in again["pnl"]["band"].values()
    assert again["bus"] == dict.fromkeys(("published", "delivered", "dropped", "high_water"))
    assert again["latency_us"]["decode"]["p50"] is None


async def test_a_session_runs_on_its_own_settings_and_what_the_command_line_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = await record(tmp_path, "strategy.passive.orders_per_side=1")
    assert outcome.folder is not None
    monkeypatch.setenv("MM_TUI__STRATEGY__PASSIVE__ORDERS_PER_SIDE", "5")
    recorded = RecordedSession(outcome.folder, Changes())
    assert recorded.terms.settings.strategy.passive.orders_per_side == 1
    assert (recorded.terms.maker_bps, recorded.terms.taker_bps) == (10.0, 10.0)
    changed = Changes(
        ["strategy.glft.risk_factor=0.02", "simulator.maker_fee_bps=1", "feed.stale_after_ms=700"],
        [Named("--strategy", "desk.strategy", "glft")],
    )
    terms = RecordedSession(outcome.folder, changed).terms
    assert (terms.strategy, terms.maker_bps, terms.stale_after_ms) == ("glft", 1.0, 700)
    summary = run(RecordedSession(outcome.folder, changed), Job())
    assert summary["strategy"] == "glft"
    assert summary["digest"] != outcome.summary["digest"]
    with pytest.raises(SettingsError, match="unknown key"):
        RecordedSession(outcome.folder, Changes(["risk.max_positon=1"]))


async def test_the_operator_can_be_left_out(tmp_path: Path) -> None:
    outcome = await record(tmp_path)
    assert outcome.folder is not None
    journal = outcome.folder / "journal.jsonl"
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    at = next(place for place, line in enumerate(lines) if line["after"] > 150)
    pause = {
        "after": lines[at]["after"],
        "type": "OperatorAction",
        "ts": lines[at]["ts"],
        "action": "pause",
        "argument": "",
    }
    lines.insert(at, pause)
    text = "\n".join(json.dumps({**line, "seq": seq}) for seq, line in enumerate(lines))
    journal.write_text(text + "\n")
    acted = run(RecordedSession(outcome.folder, Changes()), Job())
    alone = run(RecordedSession(outcome.folder, Changes()), Job(operator=False))
    assert acted["fills"]["count"] < alone["fills"]["count"] == outcome.summary["fills"]["count"]


async def test_files_hold_every_fill_order_step_and_the_equity(tmp_path: Path) -> None:
    recording = RecordedCapture(capture(tmp_path), Settings())
    told: list[float] = []
    summary = run(recording, Job(out=tmp_path / "out"), told.append)
    fills = rows(tmp_path / "out" / "fills.csv")
    assert len(fills) == summary["fills"]["count"]
    bought = sum((Decimal(row["quantity"]) for row in fills if row["side"] == "buy"), Decimal(0))
    assert bought == Decimal(summary["fills"]["bought"])
    assert {row["fee_asset"] for row in fills if row["side"] == "buy"} == {"BTC"}
    assert {row["fee_asset"] for row in fills if row["side"] == "sell"} == {"USDT"}
    assert all(row["liquidity"] == "maker" for row in fills)
    orders = rows(tmp_path / "out" / "orders.csv")
    assert sum(row["event"] == "pending_new" for row in orders) == summary["orders"]["placed"]
    equity = rows(tmp_path / "out" / "equity.csv")
    assert Decimal(equity[-1]["total"]) == Decimal(summary["pnl"]["total"])
    assert Decimal(equity[-1]["position"]) == Decimal(summary["position"]["base"])
    assert told[-1] == 1.0
    assert told == sorted(told)


async def test_a_backtest_scores_its_session_as_the_session_did(tmp_path: Path) -> None:
    outcome = await record(tmp_path)
    assert outcome.folder is not None
    summary = run(RecordedSession(outcome.folder, Changes()), Job(out=tmp_path / "out"))
    proof = (tmp_path / "out" / "obligation.csv").read_bytes()
    assert proof == (outcome.folder / "obligation.csv").read_bytes()
    assert len(proof.splitlines()) > 2
    for part in ("quality", "obligation", "markouts_bps"):
        assert summary[part] == outcome.summary[part]


def test_what_cannot_be_written_is_said_before_anything_runs(tmp_path: Path) -> None:
    taken = tmp_path / "out"
    taken.write_text("a file")
    with pytest.raises(OutputError, match="cannot be written"):
        run(RecordedCapture(capture(tmp_path), Settings()), Job(out=taken))


def test_a_file_that_is_not_whole_is_read_up_to_there(tmp_path: Path) -> None:
    path = capture(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    recording = open_recording(path, Changes(), Settings())
    summary = run(recording, Job())
    assert summary["market"]["frames"] > 100
    assert "read up to there" in recording.note


def test_lines_that_cannot_be_read_end_the_run_or_are_passed_over(tmp_path: Path) -> None:
    path = capture(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[50:50] = [b"nonsense\n", b"17 {\x00}\n"]
    path.write_bytes(b"".join(lines))
    with pytest.raises(DataError, match="line 51, byte"):
        run(open_recording(path, Changes(), Settings()), Job())
    recording = open_recording(path, Changes(), Settings(), salvage=True)
    assert run(recording, Job())["market"]["frames"] == len(lines) - 2
    assert "2 lines could not be read and were passed over, first" in recording.note


def test_a_capture_of_nothing_gives_nulls(tmp_path: Path) -> None:
    path = capture(tmp_path)
    path.write_bytes(b"".join(line for line in path.read_bytes().splitlines(keepends=True) if b"@trade" in line))
    summary = run(open_recording(path, Changes(), Settings()), Job(out=tmp_path / "out"))
    assert summary["pnl"]["total"] is None
    assert summary["market"]["best_bid"] is None
    assert rows(tmp_path / "out" / "equity.csv") == []


def test_several_runs_add_up_to_the_last_digit(tmp_path: Path) -> None:
    one = run(RecordedCapture(capture(tmp_path), Settings()), Job())
    both = total([one, one])
    assert both["fills"]["count"] == 2 * one["fills"]["count"]
    assert both["frames"] == 2 * one["market"]["frames"]
    assert Decimal(both["pnl"]["USDT"]["total"]) == 2 * Decimal(one["pnl"]["total"])
    unknown = {**one, "symbol": "ETH/BTC", "pnl": dict.fromkeys(one["pnl"])}
    assert total([one, unknown])["pnl"]["BTC"]["total"] is None


@pytest.mark.untraced
@pytest.mark.skipif(not CAPTURE.exists(), reason=f"the captured data is not there: {CAPTURE}")
def test_the_recorded_market_gives_the_same_twice() -> None:
    runs = [run(RecordedCapture(CAPTURE, Settings()), Job()) for _ in range(2)]
    assert runs[0] == runs[1]
    assert runs[0]["fills"]["count"] > 50
