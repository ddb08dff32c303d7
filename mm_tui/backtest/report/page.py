"""A report as one HTML page: no script, no network, nothing beside it. Words of others are escaped, every one.

A content policy in the page forbids what it does not need, so that even a fault of ours could load or run nothing.
"""

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Final

from mm_tui.analytics.worth import HORIZONS
from mm_tui.backtest.outputs import fill_row
from mm_tui.backtest.report import drawings, sections
from mm_tui.backtest.report.collect import Collected
from mm_tui.backtest.report.figures import spread_bps
from mm_tui.backtest.report.sections import Section, amount, bps, moment, plain
from mm_tui.backtest.report.words import safe
from mm_tui.backtest.tables import UNKNOWN, money, signed
from mm_tui.backtest.target import beside, unwritable, write_whole

FILLS_LISTED: Final = 500
"""The last ones; `mm-tui export` and `backtest --out` have all."""
LONG: Final = 9
"""A tile's figure of more letters is written smaller."""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE: Final = Path(__file__).with_name("page.css")


def check(path: Path) -> None:
    """Before a long run: whether the page can be written there; raises OutputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = beside(path)
        part.touch()
        part.unlink()
    except OSError as error:
        raise unwritable(path, error) from error


def write(path: Path, found: Collected) -> int:
    """Write the page, the old one or the new one whole; its size in bytes. Raises OutputError."""
    encoded = page(found).encode("utf-8", "replace")
    write_whole(path, encoded)
    return len(encoded)


def page(found: Collected) -> str:
    """The whole page."""
    name = safe(sections.title(found))
    notes = "".join(f'<p class="warning">{safe(note)}</p>' for note in found.notes)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}</title><style>{_STYLE.read_text(encoding='utf-8')}</style></head><body><main>"
        f'<header><h1>{name}</h1><p class="dim">{safe(sections.when(found))}</p>{notes}</header>'
        f'<ul class="tiles">{"".join(_tiles(found))}</ul><div class="grid">{"".join(_body(found))}</div>'
        f"{_footer(found)}</main></body></html>\n"
    )


def _body(found: Collected) -> Iterable[str]:
    """Every part in the order of reading."""
    yield _section("Equity and its parts", drawings.equity(found))
    yield _section("Where it came from", _table(sections.pnl(found), bars=True), "half")
    yield _section("What was traded", _table(sections.traded(found)), "half")
    yield _section("Mid, own best quotes and fills", drawings.quotes(found))
    yield _section("Own best quotes and fills from the mid, bps", drawings.distance(found))
    yield _section(f"Inventory, {found.instrument.base}", drawings.inventory(found))
    yield _section("Obligation over time", drawings.obligation(found))
    yield _section("Markouts, bps", drawings.markouts(found), "half")
    yield _section("Spread captured by a fill, bps", drawings.spreads(found), "half")
    marked = sections.markouts(found)
    if marked.rows:
        yield _section("Markouts by horizon and side, bps", _table(marked))
    yield _section("Obligation", _table(sections.obligation(found)), "half")
    yield _section("Quality", _table(sections.quality(found)), "half")
    yield _section(f"Size of a fill, {found.instrument.base}", drawings.sizes(found), "half")
    yield _section("Latency, ms", _table(sections.latency(found)), "half")
    for section in (sections.trips(found), sections.ends(found), sections.changes(found)):
        if section.rows:
            yield _section(section.title, _table(section))
    yield _fills(found)
    unusual = sections.settings(found)
    words = _table(unusual) if unusual.rows else '<p class="empty">None.</p>'
    yield _section(unusual.title, words, "long")


def _tiles(found: Collected) -> Iterable[str]:
    summary, quote = found.summary, found.instrument.quote
    mean, sure = sections.one_markout(found, "5s", None)
    obligation, trips = summary["obligation"], len(summary["risk"]["trips"])
    ups = f"bid {plain(obligation['uptime_bid_pct'], 1)}, ask {plain(obligation['uptime_ask_pct'], 1)}"
    figures = (
        ("PnL, net", money(summary["pnl"]["total"]), quote),
        ("fees", money(summary["pnl"]["fees"]), quote),
        ("deepest fall", money(sections.drawdown(found)), quote),
        ("fills", f"{summary['fills']['count']:,}", f"{plain(float(summary['fills']['volume_quote']), 0)} {quote}"),
        ("markout, 5 s", bps(mean), f"± {plain(sure.error, 2)} bps"),
        ("position", signed(summary["position"]["base"]), found.instrument.base),
        ("both sides up", plain(obligation["two_sided_pct"], 2, " %"), ups),
        ("risk trips", f"{trips:,}", summary["risk"]["state"]),
    )  # fmt: skip
    return (
        f"<li><span>{safe(name)}</span><b class={'long' if len(figure) > LONG else 'short'}>{safe(figure)}</b>"
        f"<small>{safe(unit)}</small></li>"
        for name, figure, unit in figures
    )


def _section(title: str, content: str, kind: str = "") -> str:
    return f'<section class="{kind}"><h2>{safe(title)}</h2>{content}</section>'


def _table(section: Section, *, bars: bool = False) -> str:
    """A table of the terminal's own cells; with `bars` the second column is drawn beside its figures."""
    head = "".join(
        f"<th{_words(at, section)}>{safe(words)}</th>" for at, words in enumerate(section.head)
    ) if any(section.head) else ""  # fmt: skip
    widths = drawings.worths(section.rows) if bars else [""] * len(section.rows)
    rows = "".join(
        f"<tr{' class=sum' if row[0] == 'total' else ''}>"
        + "".join(f"<td{_words(at, section)}>{safe(cell)}</td>" for at, cell in enumerate(row))
        + f"{wide}</tr>"
        for row, wide in zip(section.rows, widths, strict=True)
    )
    head = f"<thead><tr>{head}{'<th></th>' if bars else ''}</tr></thead>" if head else ""
    return f'<div class="scroll"><table>{head}<tbody>{rows}</tbody></table></div>{_note(section.note)}'


def _words(at: int, section: Section) -> str:
    return ' class="words"' if at in section.words else ""


def _note(words: str) -> str:
    return f'<p class="note">{safe(words)}</p>' if words else ""


def _fills(found: Collected) -> str:
    """The last fills one by one."""
    count = len(found.fills)
    if not count:
        return _section("Fills", '<p class="empty">There were none.</p>')
    base, quote = found.instrument.base, found.instrument.quote
    head = ("#", "time, UTC", "side", f"price, {quote}", f"quantity, {base}", "fee", "spread, bps",
            *(f"{horizon}, bps" for horizon in HORIZONS), "ahead", "order")  # fmt: skip
    rows: list[str] = []
    for fill, detail in list(zip(found.fills, found.details, strict=True))[-FILLS_LISTED:]:
        _, side, price, quantity, fee, asset, liquidity, order, ahead = fill_row(detail, found.instrument)
        cells = (
            f"{fill.number:,}", moment(fill.ts)[11:] + f".{fill.ts // 1_000_000 % 1000:03}", "", amount(price, ""),
            quantity, f"{fee} {asset}" if fee.strip("0.") else "0", bps(spread_bps(fill)),
            *(bps(one) for one in fill.markouts), ahead or UNKNOWN,
            f"{order}{'' if liquidity == 'maker' else ', taker'}",
        )  # fmt: skip
        drawn = [f"<td>{safe(cell)}</td>" for cell in cells]
        drawn[2] = f'<td class="{side}">{side}</td>'
        rows.append(f"<tr>{''.join(drawn)}</tr>")
    shown = f"All {count:,}." if count <= FILLS_LISTED else f"The last {FILLS_LISTED} of {count:,}."
    note = f"{shown} Ahead is what was estimated to stand before us in the queue, {base}."
    heads = "".join(f"<th>{safe(words)}</th>" for words in head)
    return (
        '<section class="long"><details open><summary>Fills</summary><div class="scroll"><table class="fills"><thead>'
        f"<tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>{_note(note)}</details></section>"
    )


def _footer(found: Collected) -> str:
    summary = found.summary
    return (
        f"<footer><p>{safe(found.proof)}</p><p>{safe(str(summary['session']))}</p>"
        f"<p>digest {safe(summary['digest'])}, mm-tui {safe(version('mm-tui'))}. Times are UTC, amounts exact where "
        f"they are not rounded for the page; {UNKNOWN} is what cannot be known.</p></footer>"
    )
