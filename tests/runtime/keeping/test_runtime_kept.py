"""What a session keeps on disk, by itself: begun, followed, sealed, given back."""

from pathlib import Path
from typing import Any

import pytest
from pure_desk import BTC, START, snapshot
from small_session import loaded, options

from mm_tui.bus import EventBus
from mm_tui.errors import UsageError
from mm_tui.journal.index import FILE as INDEX
from mm_tui.journal.meta import read_meta
from mm_tui.journal.writer import JOURNAL
from mm_tui.runtime.assembly import Terms, build_desk, opening
from mm_tui.runtime.feeds import Chosen
from mm_tui.runtime.keeping.kept import Kept

SUMMARY: dict[str, Any] = {
    "digest": "d", "feed_age_ms": {}, "latency_us": {}, "bus": {}, "orders": {"placed": 3}, "fills": {"count": 1},
    "pnl": {"total": None}, "position": {"base": "0"},
}  # fmt: skip


class Feed:
    name = "demo"


def kept(tmp_path: Path, **more: Any) -> Kept:
    return Kept(options(tmp_path, "demo", **more), loaded().settings, Chosen(Feed(), 0.0, 5.0, 1000), BTC)  # type: ignore[arg-type]  # its name alone is asked for


async def test_a_session_is_begun_followed_and_sealed(tmp_path: Path) -> None:
    mine = kept(tmp_path)
    mine.begin(START)
    assert mine.path is not None
    bus, settings = EventBus(lambda: 0), loaded().settings
    terms = Terms(settings=settings, instrument=BTC, strategy="passive", maker_bps=0, taker_bps=5, stale_after_ms=1000)
    desk = build_desk(terms, bus)
    mine.follow(desk, bus, None)
    desk.step(opening(terms, START))
    desk.step(snapshot(START), b'{"a":1}')
    assert mine.failed == ""
    await mine.seal("quit", START + 5, SUMMARY)
    mine.close()
    mine.release()
    meta = read_meta(mine.path)
    assert (meta.ended, meta.desk_end, meta.market_lines, meta.digest) == ("quit", START + 5, 1, "d")
    assert {JOURNAL, INDEX, "market.log.gz", "session.json"} <= {one.name for one in mine.path.iterdir()}


async def test_a_disk_that_refuses_ends_the_recording_alone(tmp_path: Path) -> None:
    (tmp_path / "sessions").write_text("a file where the folder should be")
    mine = kept(tmp_path)
    mine.begin(START)
    assert mine.path is None
    assert mine.failed == mine.problem != ""
    assert (mine.writer, mine.milestones, mine.boxes) == (None, None, None)
    await mine.seal("quit", START, SUMMARY)
    mine.close()
    mine.release()


def test_nothing_is_kept_where_nothing_is_wanted_and_a_folder_is_one_desks(tmp_path: Path) -> None:
    none = kept(tmp_path, record=False, exclusive=True)
    none.begin(START)
    assert (none.path, none.failed) == (None, "")
    assert not (tmp_path / "sessions").exists()
    first, second = (kept(tmp_path, exclusive=True) for _ in range(2))
    first.begin(START)
    with pytest.raises(UsageError, match="is in use"):
        second.begin(START)
    second.close()
    second.release()
    first.close()
    first.release()
