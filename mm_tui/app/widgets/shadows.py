"""The leaderboard: the desk and its shadows by what they made, one of them selected and explained."""

from textwrap import wrap
from typing import ClassVar, NamedTuple

from textual import events

from mm_tui.app.widgets.position import money, tone
from mm_tui.app.widgets.scrolling import Listing, out_of_sight
from mm_tui.app.widgets.spans import Span
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, ShadowRow, ShadowsFrame

_MARK = 3
"""Cells of the number."""
_NAME = (12, 26)
"""Cells of the name, at least and at most."""
_LATE_MS = 1000
"""From how far behind it is said."""
_BELOW = 2
"""Lines about the selected row that even a long list leaves."""
_ROOM_FOR_BELOW = 7
"""Lines of the panel over which it does."""
HINT = "P promote   D drop   :shadow add strategy=glft risk_factor=0.02"
NONE = (
    "no shadows run",
    "a shadow is a desk beside the desk: the same feed, another strategy or other parameters",
    ":shadow add strategy=glft starts one; those named under [shadows.desks] of the settings start with the desk",
)
_COLUMNS: dict[str, tuple[str, int]] = {
    "state": ("state", 10), "total": ("PnL", 9), "band": ("band", 16), "edge": ("vs desk", 9), "fills": ("fills", 6),
    "one": ("1s bps", 8), "five": ("5s bps", 8), "position": ("position", 10), "drawdown": ("max dd", 8),
    "messages": ("msgs", 7), "per_1000": ("fills/1000", 11), "event": ("µs", 6), "cpu": ("core", 7), "for": ("for", 6),
}  # fmt: skip
"""Head and width of each column, in order."""
_NEED = (
    "total", "fills", "five", "position", "band", "cpu", "edge", "drawdown", "state", "one", "event", "per_1000",
    "messages", "for",
)  # fmt: skip
"""The most needed first."""
_SHORTEST_NAME = 14
"""Cells of a name, the word behind it apart, below which that word is left to the lines about the selected row."""
_LONGEST_WORDS = 2
_LONGEST_CHANGES = 4
"""Lines of what is said of the selected row."""


class Widths(NamedTuple):
    """What fits into a width."""

    whole: int
    name: int
    shown: tuple[str, ...]


def fitting(width: int) -> Widths:
    """The columns that fit beside a name; the name has what is left."""
    left, kept = width - _MARK - _NAME[0], set()
    for column in _NEED:
        if _COLUMNS[column][1] > left:
            break
        left -= _COLUMNS[column][1]
        kept.add(column)
    return Widths(width, min(_NAME[1], _NAME[0] + max(0, left)), tuple(column for column in _COLUMNS if column in kept))


class Shadows(Listing):
    """A row a desk. Up and down or a click select; the selection stays with its shadow."""

    title: ClassVar[str] = "Shadows"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._selected = 0
        self._first = 0
        """The topmost row shown."""

    @property
    def selected(self) -> ShadowRow | None:
        """The selected shadow; None where it is the desk, gone, or none was chosen."""
        return next((row for row in self.frame.shadows.rows if row.number == self._selected and row.number), None)

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The rows, and how they are written."""
        return before.shadows is not frame.shadows or before.instrument is not frame.instrument

    def paint(self) -> None:
        """A header, the rows, and what there is to say of the selected one."""
        shadows, instrument, (width, height) = self.frame.shadows, self.frame.instrument, self.inner
        if instrument is None or not shadows.rows:
            self.rim(cost_words(shadows))
            lines = [line for text in (shadows.word,) * bool(shadows.word) or NONE for line in wrap(text, width)]
            for y in range(height):
                text = lines[y] if y < len(lines) else ""
                self.put(y, ("none", text), lambda text: [(text, "dim")], text)
            return
        widths = fitting(width)
        self.put(0, ("head", widths, instrument), _head, widths)
        least = _BELOW if height > _ROOM_FOR_BELOW else 0
        below = explained(self._shown_row(), instrument, widths)
        below = below[: max(least, height - 1 - len(shadows.rows))]
        room = height - 1 - len(below)
        self._seen = max(1, room)
        self._first = first = max(0, min(len(shadows.rows), self._at() + 1) - room)
        self.rim(cost_words(shadows), more=out_of_sight(first, len(shadows.rows) - first - room))
        for y in range(room):
            at = first + y
            if at < len(shadows.rows):
                row = shadows.rows[at]
                chosen = row.number == self._selected
                self.put(
                    1 + y, (row, chosen, widths), _line, row, instrument, widths, " on selection" if chosen else ""
                )
            else:
                self.put(1 + y, "", tuple)
        for at, spans in enumerate(below, 1 + room):
            self.put(at, ("below", *spans), list, spans)

    def _at(self) -> int:
        rows = self.frame.shadows.rows
        return next((at for at, row in enumerate(rows) if row.number == self._selected), 0)

    def _shown_row(self) -> ShadowRow:
        return self.frame.shadows.rows[self._at()]

    def select(self, number: int) -> None:
        """Select a shadow by its number."""
        if number != self._selected:
            self._selected = number
            self.repaint()

    def action_move(self, by: int) -> None:
        """Select another row up or down."""
        rows = self.frame.shadows.rows
        if rows:
            self.select(rows[min(max(0, self._at() + by), len(rows) - 1)].number)

    def on_click(self, event: events.Click) -> None:
        """Select the row under the pointer."""
        y = self.under(event)[1]
        at = y - 1 + self._first
        if 1 <= y <= self._seen and at < len(self.frame.shadows.rows):
            self.select(self.frame.shadows.rows[at].number)


def cost_words(shadows: ShadowsFrame) -> str:
    """`3.1 % of a core, at most 25 %`; empty without shadows."""
    if not shadows.rows or shadows.max_cpu_pct is None:
        return ""
    return f"{fmt.percents(shadows.cpu_pct, 1)} of a core, at most {shadows.max_cpu_pct:g} %"


def explained(row: ShadowRow, instrument: Instrument, widths: Widths) -> list[list[Span]]:
    """Its state, the figures that have no column, what promoting it would change, and the keys."""
    width = max(1, widths.whole)
    words = f"{row.state}: {row.reason}" if row.reason and row.reason != row.state else row.state
    if row.late_ms >= _LATE_MS:
        words = f"{_late(row)} behind; {words}"
    tint = "warn" if row.state == "dropped" else "text"
    lines: list[list[Span]] = [[(line, tint)] for line in wrap(words, width)[:_LONGEST_WORDS]]
    if row.state != "dropped":
        lines += _figures(row, instrument, widths)
    changes = "   ".join(
        f"{name.rpartition('.')[2]} {after if before == fmt.UNKNOWN else f'{before} → {after}'}"
        for name, before, after in row.changes
    )
    lines += [[(line, "dim")] for line in wrap(changes, width)[:_LONGEST_CHANGES]]
    return [*lines, [(fmt.clip(HINT, width), "dim")]]


def _figures(row: ShadowRow, instrument: Instrument, widths: Widths) -> list[list[Span]]:
    """Name and value of each column that did not fit, as many a line as there is room for."""
    lines: list[list[Span]] = [[]]
    left = widths.whole
    for column in _NEED:
        text, style = _cell(column, row, instrument)
        if column in widths.shown or column == "state" or not text:
            continue
        head = _COLUMNS[column][0] + " "
        size = max(len(head) + len(text), 14) + 2
        if size > left and lines[-1]:
            lines.append([])
            left = widths.whole
        lines[-1] += [(head, "dim"), (text.ljust(size - len(head)), style)]
        left -= size
    return lines if lines[0] else []


def _late(row: ShadowRow) -> str:
    return f"late {fmt.milliseconds(row.late_ms)}"


def _head(widths: Widths) -> list[Span]:
    text = " " * _MARK + "name".ljust(widths.name)
    return [(text + "".join(_COLUMNS[column][0].rjust(_COLUMNS[column][1]) for column in widths.shown), "dim")]


def _line(row: ShadowRow, instrument: Instrument, widths: Widths, ground: str) -> list[Span]:
    own = "own bold" if not row.number else "bright"
    mark = "◆" if not row.number else str(row.number)
    late = f" {_late(row)}" if row.late_ms >= _LATE_MS else ""
    tint = "warn" if late else "text" if row.number else own
    if len(late) + _SHORTEST_NAME > widths.name:
        late = ""
    name = fmt.clip(row.name, widths.name - 1 - len(late))
    spans: list[Span] = [(mark.ljust(_MARK), own + ground)]
    if row.state == "dropped":
        room = widths.whole - _MARK - widths.name - 2
        words = fmt.clip(f"dropped: {row.reason}", max(0, room)).ljust(room)
        return [*spans, (name.ljust(widths.name) + "  ", "dim" + ground), (words, "warn" + ground)]
    spans += [(name, tint + ground), (late, "warn" + ground)]
    spans.append((" " * (widths.name - len(name) - len(late)), "text" + ground))
    for column in widths.shown:
        text, style = _cell(column, row, instrument)
        spans.append((text.rjust(_COLUMNS[column][1]), style + ground))
    spans.append((" " * max(0, widths.whole - sum(len(text) for text, _ in spans)), "text" + ground))
    return spans


def _cell(column: str, row: ShadowRow, instrument: Instrument) -> Span:  # noqa: C901, PLR0911, PLR0912 - one line a column
    match column:
        case "state":
            return row.state, "text" if row.state == "quoting" else "warn"
        case "total":
            return money(row.total), tone(row.total) + " bold"
        case "band":
            known = row.low is not None and row.high is not None
            return f"{money(row.low)} … {money(row.high)}" if known else fmt.UNKNOWN, "dim"
        case "edge":
            return money(row.edge), tone(row.edge)
        case "fills":
            return fmt.UNKNOWN if row.fills is None else f"{row.fills:,}", "text"
        case "one":
            return fmt.bps(row.markout_1s), tone(row.markout_1s)
        case "five":
            return fmt.bps(row.markout_5s), tone(row.markout_5s)
        case "position":
            return fmt.number(row.position, min(5, instrument.quantity_decimals), signed=True), "text"
        case "drawdown":
            return money(row.drawdown, signed=False), "text"
        case "messages":
            return fmt.UNKNOWN if row.messages is None else f"{row.messages:,}", "text"
        case "per_1000":
            return fmt.number(row.fills_per_1000, 1), "text"
        case "event":
            return fmt.number(row.event_us, 0) if row.number else "", "dim"
        case "cpu":
            known = row.cpu_pct is not None
            return f"{fmt.number(row.cpu_pct, 1)} %" if known else fmt.UNKNOWN if row.number else "", "dim"
        case _:
            return fmt.duration(row.for_s), "dim"
