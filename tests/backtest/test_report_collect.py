"""A recording watched: the session's own figures, what holds them, and sessions that never came to an end."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from small_session import capture, record

from mm_tui.backtest.recording import Changes, RecordedCapture, RecordedSession
from mm_tui.backtest.report.collect import Collected, collect
from mm_tui.backtest.report.document import document
from mm_tui.backtest.runner import Job, run
from mm_tui.model import account as accounts
from mm_tui.settings.sections import Settings


def report_of(folder: Path | None) -> Collected:
    assert folder is not None
    return collect(RecordedSession(folder, Changes()))


def edit(folder: Path, **values: Any) -> None:
    path = folder / "session.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


async def test_the_figures_are_the_session_s_own_to_the_last_digit(tmp_path: Path) -> None:
    outcome = await record(tmp_path)
    found = report_of(outcome.folder)
    for part in ("orders", "fills", "position", "pnl", "markouts_bps", "quality", "obligation", "digest"):
        assert found.summary[part] == outcome.summary[part]
    assert found.identical is True
    assert found.proof.startswith("identical")
    assert found.notes == []
    assert found.summary["fills"]["count"] == len(found.fills) == len(found.details) > 5


async def test_figures_go_up_to_where_the_session_s_went(tmp_path: Path) -> None:
    outcome = await record(tmp_path)
    assert outcome.folder is not None
    meta = json.loads((outcome.folder / "session.json").read_text())
    assert meta["desk_end"] == outcome.summary["ended_ns"]
    edit(outcome.folder, desk_end=meta["desk_end"] + 7)
    found = report_of(outcome.folder)
    assert found.last_ts == found.summary["ended_ns"] == meta["desk_end"] + 7
    counted = outcome.summary["obligation"]["counted_ns"]
    assert found.summary["obligation"]["counted_ns"] == counted + 7
    spent = sum(sum(one.values()) for one in found.standing.asks.spent)
    assert spent == counted + 7


async def test_what_is_drawn_ends_where_the_summary_does(tmp_path: Path) -> None:
    found = report_of((await record(tmp_path)).folder)
    tracks, pnl = found.tracks, found.summary["pnl"]
    ends = (
        ("total", tracks.total), ("spread_captured", tracks.spread), ("adverse_selection", tracks.adverse),
        ("inventory", tracks.inventory), ("fees", tracks.fees),
    )  # fmt: skip
    for name, track in ends:
        last = track.cells[-1].last
        assert last is not None
        assert accounts.money(int(last), found.instrument) == Decimal(pnl[name])
    position = tracks.position.cells[-1].last
    assert position is not None
    assert accounts.quantity(int(position), found.instrument) == Decimal(found.summary["position"]["base"])
    assert tracks.total.bounds is not None
    assert found.drawdown2 is not None
    assert found.drawdown2 >= -tracks.total.bounds[0]
    assert sum(found.orders.ends.values()) == found.summary["orders"]["placed"]
    counted = sum(sum(spent.values()) for spent in found.standing.bids.spent)
    obligation = found.summary["obligation"]
    assert counted == obligation["counted_ns"] + obligation["excused_ns"]


async def test_orders_leave_no_quote_behind_and_fills_lie_on_them(tmp_path: Path) -> None:
    found = report_of((await record(tmp_path)).folder)
    assert found.tracks.bid.cells[-1].last is None
    assert found.tracks.ask_off.cells[-1].last is None
    assert found.tracks.bid_off.bounds is not None
    assert found.tracks.bid_off.bounds[1] < 0
    for fill, detail in zip(found.fills, found.details, strict=True):
        assert (fill.price, fill.quantity, fill.side) == (detail.price, detail.quantity, detail.side)


async def test_changed_parameters_are_listed(tmp_path: Path) -> None:
    folder = (await record(tmp_path)).folder
    assert folder is not None
    journal = folder / "journal.jsonl"
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    at = next(place for place, line in enumerate(lines) if line["after"] > 50)
    wider = {"type": "OperatorAction", "action": "set", "argument": "strategy.passive.min_spread_bps=3"}
    lines.insert(at, {"after": lines[at]["after"], "ts": lines[at]["ts"], **wider})
    journal.write_text("".join(json.dumps({**line, "seq": seq}) + "\n" for seq, line in enumerate(lines)))
    found = report_of(folder)
    assert [(change.name, change.after) for change in found.changes] == [("strategy.passive.min_spread_bps", "3")]
    assert found.identical is False


async def test_another_digest_is_a_warning(tmp_path: Path) -> None:
    outcome = await record(tmp_path)
    assert outcome.folder is not None
    edit(outcome.folder, digest="0" * 64)
    found = report_of(outcome.folder)
    assert found.identical is False
    assert "not the session's own figures" in found.notes[0]
    assert "0" * 64 in found.proof


async def test_a_session_without_a_digest_is_held_against_its_journal(tmp_path: Path) -> None:
    outcome = await record(tmp_path)
    assert outcome.folder is not None
    edit(outcome.folder, digest=None)
    assert report_of(outcome.folder).proof.startswith("identical: ")
    journal = outcome.folder / "journal.jsonl"
    journal.write_text(journal.read_text().replace('"reason":"mid', '"reason":"mud', 1))
    found = report_of(outcome.folder)
    assert (found.identical, found.proof) == (False, "differs")
    assert "first difference at record" in found.notes[0]


async def test_a_killed_session_is_reported_up_to_its_last_record(tmp_path: Path) -> None:
    outcome = await record(tmp_path)
    assert outcome.folder is not None
    edit(outcome.folder, end=None, ended=None, digest=None, market_lines=None, records=None, measured=None)
    journal = outcome.folder / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole[: len(whole) * 2 // 3])
    found = report_of(outcome.folder)
    assert found.identical is True
    assert any("was not ended in order" in note for note in found.notes)
    assert found.summary["fills"]["count"] > 0
    assert found.summary["orders"]["open"] == 0


async def test_what_the_shells_measured_is_taken_from_the_session(tmp_path: Path) -> None:
    outcome = await record(tmp_path)
    assert outcome.folder is not None
    meta = json.loads((outcome.folder / "session.json").read_text())
    assert meta["digest"] == outcome.summary["digest"]
    assert meta["measured"]["latency_us"] == outcome.summary["latency_us"]
    assert meta["measured"]["bus"] == report_of(outcome.folder).summary["bus"] == outcome.summary["bus"]
    assert meta["measured"]["bus"]["published"] > 0
    measured = {"latency_us": {**outcome.summary["latency_us"], "decode": {"p50": 3.5, "p99": 8.0, "max": 9.0}}}
    edit(outcome.folder, measured=measured)
    assert report_of(outcome.folder).summary["latency_us"]["decode"]["p99"] == 8.0


def test_a_capture_runs_on_the_user_s_settings(tmp_path: Path) -> None:
    path = capture(tmp_path)
    told: list[float] = []
    found = collect(RecordedCapture(path, Settings()), told.append)
    assert found.summary == run(RecordedCapture(path, Settings()), Job())
    assert found.identical is None
    assert told[-1] == 1.0
    assert found.feed.count > 100
    assert found.feed.largest == 0


def test_the_document_is_the_summary_and_more(tmp_path: Path) -> None:
    found = collect(RecordedCapture(capture(tmp_path), Settings()))
    made = document(found)
    more = made.pop("report")
    assert made == found.summary
    assert more["identical"] is None
    looked_at = [fill for fill in found.fills if fill.markouts[0] is not None]
    assert more["markout_errors"]["all"]["100ms"].count == len(looked_at) > 10
    assert Decimal(more["drawdown"]) < 0
    assert sum(more["order_ends"].values()) == made["orders"]["placed"]
    assert more["settings"] == []


@pytest.mark.parametrize("kept", [b"@trade", b"nothing of it"])
def test_without_a_book_nothing_is_known_and_nothing_breaks(tmp_path: Path, kept: bytes) -> None:
    path = capture(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    recording = RecordedCapture(path, Settings())
    path.write_bytes(b"".join(line for line in lines if kept in line))
    found = collect(recording)
    assert found.drawdown2 is None
    assert found.fills == []
    assert found.tracks.total.cells == []
    assert document(found)["report"]["drawdown"] is None
