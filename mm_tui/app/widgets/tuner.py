"""The parameters of the running strategy as they are tried: a row each, what the chosen one is, what all would do.

Draws only; what is typed and stepped is the sheet's business (`screens.parameters`).
"""

from textwrap import wrap
from typing import ClassVar, Final

from textual import events
from textual.message import Message

from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.parameters import estimate_line
from mm_tui.app.widgets.spans import Span, by_priority, fade, glowing
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.draft import Draft, step_at
from mm_tui.views.fields import unit_words
from mm_tui.views.frames import DeskFrame, Field, GhostFrame, ParameterRow

_LABEL: Final = 12
_GHOST_LINES: Final = 5
_LEAST_LIST: Final = 3
_REST: Final = 20
"""Of a narrow row: mark, value and unit."""
_ROOMY: Final = 50
"""Cells from which a line has room for more than its gist."""
_UNIT: Final = 7
_BOUNDS: Final = 20
_ARROW: Final = " → "


class Tuner(Panel):
    """List, one line of help in three, and what the change would do, always as many lines at a size."""

    title: ClassVar[str] = "Parameters"

    class Chosen(Message):
        """A row was clicked, or the wheel turned over the list."""

        def __init__(self, *, at: int | None = None, by: int = 0) -> None:
            super().__init__()
            self.at = at
            """Of all rows."""
            self.by = by

    def __init__(self, draft: Draft, frame: DeskFrame, undo: str) -> None:
        """`frame` is what is known before the first one is shown: keys may come before the panel has a size.

        `undo` is the key that takes the last change back.
        """
        super().__init__()
        self.draft = draft
        self.at = 0
        """The chosen row."""
        self.typing = False
        self._undo = undo
        self.rows = settable(frame)
        """Those that can be set."""
        self._first = 0
        self._top = 0
        """Lines above the list."""
        self._glowing = False

    @property
    def row(self) -> ParameterRow | None:
        """The chosen one."""
        return self.rows[self.at] if self.rows else None

    def show(self, frame: DeskFrame) -> None:
        """Other parameters may be there to be chosen."""
        self.rows = settable(frame)
        self.at = max(0, min(self.at, len(self.rows) - 1))
        super().show(frame)

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The parameters and what a change of them would do; and every frame while a change still glows."""
        return (
            self._glowing
            or before.parameters is not frame.parameters
            or before.ghost is not frame.ghost
            or before.estimates is not frame.estimates
            or before.header is not frame.header
            or before.instrument is not frame.instrument
        )

    def paint(self) -> None:
        """The rows around the chosen one, what it is, what the change would do."""
        width, height = self.inner
        changed = len(self.draft.tried(self.rows))
        self.rim(
            self.frame.header.strategy.split(" ", 1)[0],
            middle=f"{changed} not sent" if changed else "",
            below=_keys(changed, self._undo, typing=self.typing, width=width),
        )
        if not self.rows:
            self.put(0, "none", lambda: [("this strategy has no parameters", "dim")])
            self.blank(1)
            return
        told = _told(self.frame, self.draft, self.rows, width)
        about = self._about(width, 2 if height >= _LEAST_LIST + 3 + _GHOST_LINES else 1)
        top = int(self.frame.estimates is not None)
        below = _beneath(about, told, height - 1 - top - min(len(self.rows), _LEAST_LIST))
        if self.frame.estimates is not None:
            self.put(0, self.frame.estimates, estimate_line, self.frame.estimates, width)
        room = max(1, min(len(self.rows), height - len(below) - 1 - top))
        self._first = min(max(self._first, self.at - room + 1), self.at)
        self._first = max(0, min(self._first, len(self.rows) - room))
        self._top = top
        self._list(top, room, width)
        y = top + room
        more = f" {self.at + 1} of {len(self.rows)} " if len(self.rows) > room else ""
        self.put(y, ("rule", more), lambda: [("─" * max(0, width - len(more)), "border"), (more, "dim")])
        for at, spans in enumerate(below[: max(0, height - y - 1)], y + 1):
            self.put(at, ("said", *spans), list, spans)
        self.blank(y + 1 + len(below))

    def _list(self, top: int, room: int, width: int) -> None:
        names = min(max(len(row.name) for row in self.rows), max(12, width - _REST))
        ts, self._glowing = self.frame.ts, False
        for y in range(room):
            at = self._first + y
            row = self.rows[at]
            level = fade(ts - row.changed_ts) if row.changed_ts else 0
            self._glowing = self._glowing or level > 0
            chosen, text = at == self.at, self.draft.text(row)
            wrong = bool(self.draft.problem(row))
            typing = self.typing and chosen
            unit = unit_words(row.field, self.frame.instrument)
            key = (row, text, chosen, wrong, level, typing, names, unit)
            self.put(top + y, key, _line, row, text, unit, chosen, wrong, typing, level, names, width)

    def _about(self, width: int, lines: int) -> list[list[Span]]:
        """What the chosen one is, then what it may be; or what is wrong with it."""
        row = self.row
        if row is None or row.field is None:
            return []
        said = wrap(row.field.doc or "no description", max(8, width), max_lines=lines, placeholder=" …")
        spans: list[list[Span]] = [[(line, "text")] for line in said] + [[]] * (lines - len(said))
        problem = self.draft.problem(row)
        if problem:
            return [*spans, [(fmt.clip(problem, width), "halt")]]
        step = step_at(row.field, self.draft.text(row))
        return [*spans, by_priority(_facts(row.field, step), width)]

    def on_click(self, event: events.Click) -> None:
        """Choose the row under the pointer."""
        line = self.under(event)[1] - self._top
        at = line + self._first
        if line >= 0 and at < len(self.rows):
            self.post_message(self.Chosen(at=at))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The next row."""
        event.stop()
        self.post_message(self.Chosen(by=1))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The row before."""
        event.stop()
        self.post_message(self.Chosen(by=-1))


def _beneath(about: list[list[Span]], told: list[list[Span]], room: int) -> list[list[Span]]:
    """What stands below the list: in a low panel the last lines of what is told give way, then all but the bounds."""
    told = told[: max(1, room - len(about))]
    return [*about[-max(1, room - len(told)) :], *told]


def settable(frame: DeskFrame) -> tuple[ParameterRow, ...]:
    """The parameters of the strategy itself."""
    return tuple(row for row in frame.parameters if row.field is not None)


def _keys(changed: int, undo: str, *, typing: bool, width: int) -> str:
    """What to press, as much of it as fits."""
    words = [
        "enter send" if changed or typing else "",
        "esc drop" if changed else "esc leave",
        "←→ step",
        f"{undo} undo",
    ]
    if typing:
        words = ["enter send", "esc back"]
    kept = [word for word in words if word]
    while kept and len("   ".join(kept)) + 8 > width:
        kept.pop()
    return "   ".join(kept)


def _facts(field: Field, step: str) -> list[tuple[int, list[Span]]]:
    """Bounds, default, step; the later give way."""
    word = next((word for word in field.words if field.kind in ("number", "whole")), "")
    return [
        (0, [(field.bounds, "bright")]),
        (1, [("default ", "dim"), (field.default or fmt.UNKNOWN, "text")]),
        (2, [("step ", "dim"), (step, "text")] if step else []),
        (3, [("n ", "dim"), (word, "text")] if word else []),
    ]


def _line(  # noqa: PLR0917 - values of one row, handed on by `put`
    row: ParameterRow,
    text: str,
    unit: str,
    chosen: bool,  # noqa: FBT001 - likewise
    wrong: bool,  # noqa: FBT001 - likewise
    typing: bool,  # noqa: FBT001 - likewise
    level: int,
    names: int,
    width: int,
) -> list[Span]:
    """Mark, name, what it is now, what is tried, unit, bounds where there is room."""
    ground = " on selection" if chosen else ""
    field = row.field
    changed = text != row.value
    spans: list[Span] = [("▸ " if chosen else "  ", "accent bold" + ground)]
    spans.append((fmt.clip(row.name, names).ljust(names), ("bright" if chosen else "text") + ground))
    bounds = field.bounds if field is not None and width >= names + _UNIT + _BOUNDS + 24 else ""
    room = width - 2 - names - _UNIT - (_BOUNDS + 2 if bounds else 0)
    shown = text + ("▏" if typing else "")
    old = row.value + _ARROW if changed and len(row.value) + len(_ARROW) + len(shown) < room else ""
    value = fmt.clip(shown, max(1, room - len(old) - 1))
    style = "halt bold" if wrong else "ghost bold" if changed else glowing("bright", level)
    spans.append((" " * max(1, room - len(old) - len(value)), "text" + ground))
    spans += [(old, "dim" + ground), (value, style + ground)]
    spans.append(((" " + fmt.clip(unit, _UNIT - 1)).ljust(_UNIT), "dim" + ground))
    if bounds:
        spans.append(("  " + fmt.clip(bounds, _BOUNDS).ljust(_BOUNDS), "dim" + ground))
    return [*spans, (" " * width, "text" + ground)]


def _told(frame: DeskFrame, draft: Draft, rows: tuple[ParameterRow, ...], width: int) -> list[list[Span]]:
    """What the change would do, in as many lines whatever there is to say."""
    wrong, ghost = draft.wrong(rows), frame.ghost
    if not draft.tried(rows):
        first = [("nothing is changed: step a value or type one", "dim")]
    elif wrong:
        first = [("cannot be sent  ", "halt"), (wrong, "text")]
    elif ghost is None:
        first = [("…", "dim")]
    elif ghost.problem:
        first = [("cannot be sent  " if ghost.refused else "no preview  ", "warn"), (ghost.problem, "text")]
    else:
        return ghost_lines(ghost, frame.instrument, width)
    words, style = first[-1]
    head = first[:-1]
    taken = sum(len(text) for text, _ in head)
    said = wrap(words, max(8, width - taken), max_lines=_GHOST_LINES, placeholder=" …")
    lines: list[list[Span]] = [[*head, (said[0] if said else "", style)]]
    lines += [[(" " * taken, "text"), (line, style)] for line in said[1:]]
    return lines + [[]] * (_GHOST_LINES - len(lines))


def ghost_lines(ghost: GhostFrame, instrument: Instrument | None, width: int) -> list[list[Span]]:
    """What would be quoted, what that takes, what it costs of the queue and of the order budget."""
    parts = ((ghost.replaces, "replace"), (ghost.places, "place"), (ghost.amends, "amend"), (ghost.cancels, "cancel"))
    needed = ", ".join(fmt.counted(count, word) for count, word in parts if count)
    rest = ghost.messages - ghost.at_once
    over = ghost.rate > ghost.rate_limit
    if ghost.idle:
        timing = ("nothing is sent now: ", ghost.idle)
    elif rest > 0:
        timing = (f"{ghost.at_once} now, {rest} later: ", ghost.waits_for)
    else:
        timing = ("", "all at once" if ghost.messages else "")
    lines: list[list[Span]] = [
        [_label("would quote"), (ghost.described, "ghost")],
        [
            _label("messages"),
            (str(ghost.messages), "bright"),
            (f"  {needed}" if needed else "  no order moves", "text"),
        ],
        [_label("queue lost"), *_lost(ghost, instrument, width)],
        [_label("order rate"), (f"{ghost.rate} of {ghost.rate_limit}/s", "warn" if over else "bright")],
        [(timing[0], "dim"), (timing[1], "warn" if rest > 0 or ghost.idle else "dim")],
    ]
    return [[*line[:-1], (fmt.clip(line[-1][0], max(0, width - sum(len(text) for text, _ in line[:-1]))), line[-1][1])]
            for line in lines]  # fmt: skip


def _label(text: str) -> Span:
    return text.ljust(_LABEL), "dim"


def _lost(ghost: GhostFrame, instrument: Instrument | None, width: int) -> list[Span]:
    """How many places in the queue go, of what size, and what comes before us then."""
    count = len(ghost.leaving)
    if not count or instrument is None:
        return [("none", "bright")]
    base = f" {instrument.base}" if width >= _ROOMY else ""
    size = f"  {fmt.steps(ghost.lost_lots, instrument.step_size)}{base}" if base else ""
    behind = fmt.UNKNOWN if ghost.lost_behind is None else fmt.compact(ghost.lost_behind * instrument.step)
    return [
        (fmt.counted(count, "order"), "bright"),
        (f"{size}, {behind}{base} behind", "text"),
    ]
