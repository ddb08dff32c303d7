"""The obligation's scoreboard: what was promised, what was kept, and how much may still be missed today."""

from mm_tui.app.palette import Palette
from mm_tui.app.widgets.spans import Span, Spans, bar_spans, by_priority
from mm_tui.views import fmt
from mm_tui.views.frames import ObligationFrame, ObligationRow

_NAME, _SHARE, _TARGET, _SLACK, _NOW = 12, 10, 11, 8, 5
_NEEDED = _NAME + _SHARE + _SLACK + _NOW
_BAR_FROM, _BAR_MOST = 16, 40
_WHOLE = 100.0
_HOUR = 3600
_TARGET_PCT = 99.0
"""Without terms, a share below this is drawn as a warning."""


def head(width: int) -> list[Span]:
    """The columns' names."""
    return [
        ("obligation".ljust(_NAME) + "share".rjust(_SHARE), "dim"),
        ("promised".rjust(_TARGET) if _has_target(width) else "", "dim"),
        ("slack".rjust(_SLACK) + "now".rjust(_NOW), "dim"),
        ("  allowance used" if _bar(width) else "", "dim"),
    ]


def line(row: ObligationRow, width: int, look: Palette) -> list[Span]:
    """A term: its share, what was promised, how long it may still fail today, whether it is met at this moment."""
    missed = row.share_pct is not None and row.share_pct < row.target_pct
    lost = row.slack_s is not None and row.slack_s < 0
    now, colour = (fmt.UNKNOWN, "dim") if row.now is None else ("●", "bid") if row.now else ("○", "warn bold")
    share = "dim" if row.share_pct is None else "warn" if missed else "bright"
    spans: list[Span] = [
        (fmt.clip(row.name, _NAME - 1).ljust(_NAME), "text"),
        (fmt.percents(row.share_pct).rjust(_SHARE), share),
        (f"≥ {fmt.percents(row.target_pct)}".rjust(_TARGET) if _has_target(width) else "", "dim"),
        (slack(row.slack_s).rjust(_SLACK), "halt bold" if lost else "dim" if row.slack_s is None else "text"),
        (now.rjust(_NOW), colour),
    ]
    bar = _bar(width)
    if bar and row.share_pct is not None and row.target_pct < _WHOLE:
        used = (_WHOLE - row.share_pct) / (_WHOLE - row.target_pct)
        colour = "halt" if lost else "warn" if used > 1 else "accent"
        spans += [("  ", "text"), *bar_spans(fmt.eighths(used, bar), bar, colour, look, ground="track")]
    return spans


def _bar(width: int) -> int:
    """Cells of the bar behind a term; 0 where there is no room for one."""
    room = width - _NEEDED - _TARGET - 4
    return min(room, _BAR_MOST) if room >= _BAR_FROM else 0


def slack(seconds: float | None) -> str:
    """How long, signed where it is used up: `51 s`, `12 m 04`, `2 h 31`."""
    if seconds is None:
        return fmt.UNKNOWN
    size, sign = abs(seconds), fmt.MINUS if seconds < 0 else ""
    if size < 60:  # noqa: PLR2004 - a minute
        return f"{sign}{int(size)} s"
    letter, whole, part = ("m", size // 60, size % 60) if size < _HOUR else ("h", size // _HOUR, size % _HOUR // 60)
    return f"{sign}{int(whole)} {letter} {int(part):02}"


def uptime(obligation: ObligationFrame, width: int) -> list[Span]:
    """Shares of the time since quoting was first switched on, and the least slack of today, in one line."""
    left = [row.slack_s for row in obligation.rows if row.slack_s is not None]
    fields: list[tuple[int, Spans]] = [_share(0, "two-sided", obligation.two_sided_pct)]
    if left:
        least = min(left)
        fields.append((1, [("slack ", "dim"), (slack(least).rjust(_SLACK - 1), "halt bold" if least < 0 else "text")]))
    fields += [_share(2, "bid", obligation.bid_pct), _share(3, "ask", obligation.ask_pct)]
    return by_priority(fields, width)


def sides(obligation: ObligationFrame, width: int) -> list[Span]:
    """Uptime of each side and what does not count, for beneath the table."""
    fields = [
        _share(1, "uptime bid", obligation.bid_pct),
        _share(2, "ask", obligation.ask_pct),
        (0, [("excused ", "dim"), (slack(obligation.excused_s).rjust(_SLACK - 1), "text")]),
    ]
    return by_priority(fields, width)


def _share(rank: int, name: str, value: float | None) -> tuple[int, Spans]:
    style = "dim" if value is None else "warn" if value < _TARGET_PCT else "text"
    return rank, [(name + " ", "dim"), (fmt.percents(value).rjust(8), style)]


def _has_target(width: int) -> bool:
    return width >= _NEEDED + _TARGET
