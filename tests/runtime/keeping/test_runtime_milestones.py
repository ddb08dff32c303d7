"""A session's index as it is made: when, of what, and that it costs the session nothing when it cannot be."""

from pathlib import Path

import pytest
from pure_desk import SECOND
from small_session import record

from mm_tui.journal.index import FILE, Mark, read_index
from mm_tui.model.events import BUY
from mm_tui.model.facts import BookInvalid, Fact, Filled, LinkChanged, Noted, RiskTripped
from mm_tui.runtime.keeping.milestones import FILLS, PRINTS, decode_shown, mark_of

FILL = Filled(
    ts=5, order_id="mm-1", trade_id="7", side=BUY, price=100, quantity=3, maker=True, fee=0, fee_in_base=False,
    matched=5, mid2=201, position=3,
)  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "mark"),
    [
        (FILL, Mark(5, "fill", BUY, 100)),
        (RiskTripped(ts=6, rule="drawdown", value="1", limit="0", action="halt"), Mark(6, "trip")),
        (BookInvalid(ts=7, reason="gap"), Mark(7, "gap")),
        (LinkChanged(ts=8, up=False, reason="closed"), Mark(8, "gap")),
        (LinkChanged(ts=9, up=True, reason="demo"), None),
        (Noted(ts=9, kind="info", text="no news"), None),
    ],
)
def test_marks_are_fills_trips_and_gaps(fact: Fact, mark: Mark | None) -> None:
    assert mark_of(fact) == mark


async def test_a_session_leaves_an_index_of_all_of_it(tmp_path: Path) -> None:
    outcome = await record(tmp_path, seconds=25)
    assert outcome.folder is not None
    index = read_index(outcome.folder)
    assert index is not None
    tens = [time // (10 * SECOND) for time in index.times]
    assert tens == [*range(tens[0], tens[-1] + 1), tens[-1]]
    assert sum(mark.kind == "fill" for mark in index.marks) == outcome.summary["fills"]["count"]
    last = index.milestones[-1].place
    assert (last.lines, last.seq) == (outcome.summary["market"]["frames"], _records(outcome.folder))
    seconds = [sample.ts // SECOND for at in range(len(index.times)) for sample in index.samples(at)]
    assert seconds == list(range(seconds[0], seconds[0] + len(seconds)))
    body = index.body(2)
    assert body is not None
    shown = decode_shown(body.shown)
    assert shown.ts == index.times[2]
    assert (len(shown.worth.fills), len(shown.tape.trades)) == (FILLS, PRINTS)
    assert (shown.ladder.rows, shown.chart.samples, shown.instrument) == ((), (), None)
    assert body.created.keys() == {row.order_id for row in shown.orders}
    assert all(index.matches(number) for number in range(len(index.times)))


async def test_without_one_the_session_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is taken by a folder."""
    monkeypatch.setattr("mm_tui.journal.index.FILE", "nowhere/market.index")
    outcome = await record(tmp_path, seconds=2)
    assert outcome.folder is not None
    assert not (outcome.folder / FILE).exists()
    assert (outcome.recording_failed, (outcome.folder / "market.log.gz").exists()) == ("", True)


def _records(folder: Path) -> int:
    return (folder / "journal.jsonl").read_bytes().count(b"\n")
