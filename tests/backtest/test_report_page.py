"""The page and the tables: the summary's own figures, nobody's markup, nothing from elsewhere."""

import io
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console
from small_session import capture, record

from mm_tui.backtest.recording import Changes, RecordedCapture, RecordedSession
from mm_tui.backtest.report import sections
from mm_tui.backtest.report.collect import Collected, collect
from mm_tui.backtest.report.page import FILLS_LISTED, check, page, write
from mm_tui.backtest.report.text import show
from mm_tui.backtest.tables import money
from mm_tui.errors import OutputError
from mm_tui.model.facts import ParameterChanged, RiskTripped
from mm_tui.settings.sections import Settings

HOSTILE = '<script>alert("1")</script><img src=x onerror=alert(2)>\'"&\x1b[31m[bold red]\u202e'
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CAPTURE = DATA / "btcusdt_20240808.gz"
VOID = {"meta", "path", "rect"}
TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "h1", "h2", "p", "ul", "li", "span", "b",
    "small", "div", "section", "i", "svg", "path", "rect", "table", "thead", "tbody", "tr", "th", "td", "details",
    "summary", "footer",
}  # fmt: skip


class Read(HTMLParser):
    """What a browser would make of a page; fails where tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.cells: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in VOID or (tag != "meta" and not self.get_starttag_text().endswith("/>")):  # type: ignore[union-attr]
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._open and self._open[-1] in {"td", "b"}:
            self.cells.append(data)


def tables(found: Collected, width: int = 80) -> str:
    stream = io.StringIO()
    show(found, Console(file=stream, width=width, highlight=False))
    return stream.getvalue()


def captured(tmp_path: Path, *lines: bytes) -> Collected:
    path = capture(tmp_path)
    recording = RecordedCapture(path, Settings())
    if lines:
        kept = [line for line in path.read_bytes().splitlines(keepends=True) if any(one in line for one in lines)]
        path.write_bytes(b"".join(kept))
    return collect(recording)


def hostile(found: Collected) -> Collected:
    """The same with such words wherever a session could bring words of its own."""
    summary = {**found.summary, "symbol": HOSTILE, "strategy": HOSTILE, "venue": HOSTILE, "session": HOSTILE}
    instrument = msgspec.structs.replace(found.instrument, symbol=HOSTILE, base=HOSTILE, quote=HOSTILE)
    settings = msgspec.structs.replace(found.terms.settings, desk=msgspec.structs.replace(
        found.terms.settings.desk, venue=HOSTILE))  # fmt: skip
    found.orders.ends[f"refused by the venue: {HOSTILE}"] += 1
    return msgspec.structs.replace(
        found,
        summary={**summary, "risk": {"state": HOSTILE, "trips": [{}]}, "digest": HOSTILE},
        terms=msgspec.structs.replace(found.terms, instrument=instrument, settings=settings),
        details=[msgspec.structs.replace(one, order_id=HOSTILE, fee_asset=HOSTILE) for one in found.details],
        trips=[RiskTripped(ts=found.first_ts + 10**9, rule=HOSTILE, value=HOSTILE, limit=HOSTILE, action=HOSTILE)],
        changes=[ParameterChanged(ts=found.first_ts, name=HOSTILE, before=HOSTILE, after=HOSTILE)],
        notes=[HOSTILE],
        proof=HOSTILE,
    )


def test_the_page_holds_the_summary_s_figures_and_the_tables_cells(tmp_path: Path) -> None:
    found = captured(tmp_path)
    read = Read(page(found))
    pnl = found.summary["pnl"]
    for part in ("total", "fees", "spread_captured", "adverse_selection", "inventory", "realized", "unrealized"):
        assert money(pnl[part]) in read.cells
    assert f"{found.summary['fills']['count']:,}" in read.cells
    assert found.summary["markouts_bps"]["1s"] is not None
    assert sections.bps(found.summary["markouts_bps"]["1s"]) in read.cells
    for section in sections.sections(found):
        for row in section.rows:
            assert [cell for cell in row if cell not in read.cells] == []


def test_the_terminal_shows_every_cell_at_80_columns(tmp_path: Path) -> None:
    found = captured(tmp_path)
    shown = tables(found)
    assert max(map(len, shown.splitlines())) <= 80
    words = re.sub(r"\s+", " ", shown)
    for section in sections.sections(found):
        assert section.title in shown
        for row in section.rows:
            assert [cell for cell in row if cell not in words] == []


def test_the_parts_add_up_and_each_fill_is_listed(tmp_path: Path) -> None:
    found = captured(tmp_path)
    pnl = found.summary["pnl"]
    parts = ("spread_captured", "adverse_selection", "inventory", "fees")
    assert sum((Decimal(pnl[part]) for part in parts), Decimal(0)) == Decimal(pnl["total"])
    text = page(found)
    assert text.count('<td class="buy">') + text.count('<td class="sell">') == len(found.fills)
    assert f"All {len(found.fills)}." in text


def test_a_long_list_of_fills_is_cut_and_says_so(tmp_path: Path) -> None:
    found = captured(tmp_path)
    times = 2 + FILLS_LISTED // len(found.fills)
    many = msgspec.structs.replace(found, fills=found.fills * times, details=found.details * times)
    text = page(many)
    assert text.count('<td class="buy">') + text.count('<td class="sell">') == FILLS_LISTED
    assert f"The last {FILLS_LISTED} of {len(many.fills):,}." in text


def test_words_of_others_stay_words(tmp_path: Path) -> None:
    found = hostile(captured(tmp_path))
    text = page(found)
    read = Read(text)
    assert read.tags <= TAGS
    assert read.attributes <= {
        "lang", "charset", "http-equiv", "content", "name", "class", "style", "viewbox", "preserveaspectratio",
        "aria-hidden", "d", "x", "y", "width", "height", "open",
    }  # fmt: skip
    assert "alert" in "".join(read.words)
    assert "\x1b" not in text
    assert "\u202e" not in text
    shown = tables(found)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold red]" in shown


def test_nothing_is_loaded_and_a_policy_says_so(tmp_path: Path) -> None:
    text = page(captured(tmp_path))
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert re.search(r"https?:|url\(|@import|<script|<link|<img|src=|href=", text) is None
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


@pytest.mark.parametrize("lines", [(b"@trade",), (b"nothing of it",), (b"lastUpdateId", b"depthUpdate")])
def test_a_session_in_which_nothing_happened(tmp_path: Path, lines: tuple[bytes, ...]) -> None:
    found = captured(tmp_path, *lines)
    assert found.fills == []
    text = page(found)
    assert Read(text).tags <= TAGS
    assert "nan" not in text.lower().replace("resonan", "")
    assert "There were none." in text
    shown = tables(found)
    assert "Markouts, bps" not in shown
    assert "–" in shown


async def test_a_halted_session_shows_its_trips_where_they_were(tmp_path: Path) -> None:
    outcome = await record(tmp_path, "risk.max_same_side_fills=1", "risk.max_drawdown=0.2")
    assert outcome.folder is not None
    found = collect(RecordedSession(outcome.folder, Changes()))
    trips = outcome.summary["risk"]["trips"]
    assert [(trip.ts, trip.rule) for trip in found.trips] == [(trip["ts"], trip["rule"]) for trip in trips] != []
    text = page(found)
    assert text.count('<path class="trip"') == 5 * len(trips)
    assert trips[0]["rule"] in tables(found)
    assert "risk.max_drawdown" in text


def test_orders_that_are_open_or_were_not_sent_are_listed_too(tmp_path: Path) -> None:
    found = captured(tmp_path)
    orders = {**found.summary["orders"], "open": 2, "refused": 7}
    section = sections.ends(msgspec.structs.replace(found, summary={**found.summary, "orders": orders}))
    assert [row[:2] for row in section.rows[-2:]] == [("still open", "2"), ("refused by the gate, not sent", "7")]
    assert sections.ends(found).rows == section.rows[:-2]


async def test_an_obligation_is_shown_with_its_target_and_slack(tmp_path: Path) -> None:
    outcome = await record(tmp_path, "obligation.preset=seed")
    assert outcome.folder is not None
    found = collect(RecordedSession(outcome.folder, Changes()))
    section = sections.obligation(found)
    rows = {row[0]: row for row in section.rows}
    in_band = outcome.summary["obligation"]["bid_in_band_pct"]
    assert rows["bid in band"][1:4] == (f"{in_band:.3f} %", "99.8 %", "no")
    assert re.fullmatch(r"−?\d+:\d\d:\d\d", rows["bid in band"][4])
    assert "Terms: seed." in section.note


@pytest.mark.untraced
def test_a_day_stays_small(tmp_path: Path) -> None:
    found = captured(tmp_path)
    for place, track in enumerate(vars(found.tracks).values()):
        for step in range(100_000):
            track.add(found.last_ts + step * 864_000_000, (step * 7919 + place) % 10_007)
    for step in range(60_000):
        at = found.last_ts + step * 1_440_000_000
        found.standing.bids.add(at, at + 700_000_000, "in band")
        found.standing.bids.add(at + 700_000_000, at + 1_440_000_000, "down")
    day = msgspec.structs.replace(
        found,
        last_ts=found.last_ts + 86_400 * 10**9,
        fills=found.fills * 300,
        details=found.details * 300,
    )
    assert len(page(day)) < 2_000_000


def test_the_file_is_whole_or_the_old_one(tmp_path: Path) -> None:
    found = captured(tmp_path)
    path = tmp_path / "new" / "out.html"
    check(path)
    assert list(path.parent.iterdir()) == []
    assert write(path, found) == path.stat().st_size
    assert path.read_text(encoding="utf-8") == page(found)
    taken = tmp_path / "taken"
    taken.write_text("a file")
    for try_it in (lambda: check(taken / "out.html"), lambda: write(taken / "out.html", found)):
        with pytest.raises(OutputError, match="cannot be written"):
            try_it()


@pytest.mark.untraced
@pytest.mark.skipif(not CAPTURE.exists(), reason=f"the captured data is not there: {CAPTURE}")
def test_the_recorded_market_s_report(tmp_path: Path) -> None:
    found = collect(RecordedCapture(CAPTURE, Settings()))
    first, second = page(found), page(collect(RecordedCapture(CAPTURE, Settings())))
    assert first == second
    assert Read(first).tags <= TAGS
    assert len(first) < 500_000
    figures: dict[str, Any] = found.summary["markouts_bps"]
    assert sections.bps(figures["60s"]) in tables(found)
    assert found.feed.largest > 0
