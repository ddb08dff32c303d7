"""A minute of live paper trading on the embedded exchange, with a person at the keys; then its recording, run again.

The live desk has a clock, sockets, tasks and a journal, the backtest has none of them: what both did must be the same
to the last digit.
"""

import asyncio
import csv
from itertools import pairwise
from pathlib import Path

import pytest
from small_session import loaded, options

from mm_tui.backtest.recording import Changes, RecordedSession
from mm_tui.backtest.runner import Job, run
from mm_tui.backtest.verify import verify
from mm_tui.journal.record import Entry
from mm_tui.model.facts import Filled
from mm_tui.runtime.control import Control
from mm_tui.runtime.outcome import Outcome
from mm_tui.runtime.session import run_session

SECONDS = 60
ACTS = (
    (6, "widen", ""), (9, "tighten", ""), (12, "larger", ""), (15, "pause", ""), (17, "pause", ""),
    (20, "lean_up", ""), (24, "set", "strategy.passive.min_spread_bps=1.5\norders_per_side=2"),
    (26, "drop", "order_amount 0.002 → 0.003"), (28, "toggle_bids", ""),
    (32, "toggle_bids", ""), (36, "flatten", ""), (40, "pause", ""), (44, "undo", ""), (48, "kill", "drill"),
    (50, "rearm", ""), (52, "pause", ""),
)  # fmt: skip
"""Seconds after the start, action, argument."""
SAME = ("market", "orders", "fills", "position", "markouts_bps", "quality", "obligation", "ended_ns", "digest")


async def minute(tmp_path: Path) -> Outcome:
    control = Control()

    async def press() -> None:
        for (before, _, _), (at, action, argument) in pairwise([(0, "", ""), *ACTS]):
            await asyncio.sleep(at - before)
            control.act(action, argument)

    keys = asyncio.create_task(press())
    wanted = options(tmp_path, "demo", speed=None, duration=float(SECONDS))
    outcome = await run_session(wanted, loaded("risk.max_same_side_fills=50"), control, screen=False)
    await keys
    return outcome


@pytest.mark.untraced
async def test_a_live_minute_with_a_person_at_the_keys_backtests_to_the_last_digit(tmp_path: Path) -> None:
    outcome = await minute(tmp_path)
    folder, live = outcome.folder, outcome.summary
    assert folder is not None
    assert live["fills"]["count"] > 5
    assert [trip["rule"] for trip in live["risk"]["trips"]] == ["kill"]

    session = RecordedSession(folder, Changes())
    again = run(session, Job(out=tmp_path / "out"))
    assert {name: again[name] for name in SAME} == {name: live[name] for name in SAME}
    assert again["pnl"] == live["pnl"]

    fills = [
        item.message
        for item in session.reader.records()
        if isinstance(item, Entry) and isinstance(item.message, Filled)
    ]
    with (tmp_path / "out" / "fills.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(int(row["ts_ns"]), row["order_id"]) for row in rows] == [(fill.matched, fill.order_id) for fill in fills]

    assert (tmp_path / "out" / "obligation.csv").read_text() == (folder / "obligation.csv").read_text()

    verdict = verify(folder)
    assert verdict.difference is None
    assert verdict.outputs > 100
