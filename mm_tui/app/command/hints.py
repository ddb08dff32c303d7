"""What the command line says while a line is typed: a parameter's value and bounds, a limit, what a word takes."""

from mm_tui.app.actions import DESK, ActionTable
from mm_tui.app.command import language
from mm_tui.model.bounds import typed
from mm_tui.views.draft import problem_of, sent
from mm_tui.views.fields import unit_words
from mm_tui.views.frames import DeskFrame, ParameterRow

_RISK = "risk."


class Hints:
    """Of one desk's frame."""

    def __init__(self, frame: DeskFrame, table: ActionTable = DESK) -> None:
        self._frame = frame
        self._table = table

    def told(self, line: str) -> str:
        """In one line what the typed line is about; empty where completions say more."""
        word, space, tail = line.lstrip().removeprefix(":").lstrip().partition(" ")
        if not space:
            return language.unknown(word, self._table) if word else ""
        if word == "set" and self._table.sets:
            return self._set(tail)
        takes = language.takes(word)
        return f"{word} {takes}: {self._table.by_id[word].words}" if takes and word in self._table.by_id else ""

    def values(self, key: str) -> tuple[str, ...]:
        """Words that a parameter may be set to."""
        row = self._row(key)
        if row is None or row.field is None:
            return ()
        return ("on", "off") if row.field.kind == "switch" else row.field.words

    def problem(self, assignment: str) -> str:
        """What is wrong with `KEY=VALUE`, as far as bounds tell; empty where nothing is, or nothing is known of it."""
        key, _, value = assignment.partition("=")
        row = self._row(key)
        wrong = "" if row is None or row.field is None else problem_of(row.field, value)
        return f"{key.strip()}: {wrong}" if wrong else ""

    def meant(self, assignment: str) -> str:
        """The assignment as the desk takes it: `on` is `true`, `none` is none."""
        key, _, value = assignment.partition("=")
        row = self._row(key)
        return assignment if row is None or row.field is None else f"{key}={sent(row.field, value)}"

    def _set(self, tail: str) -> str:
        key, value = language.key_and_value(tail)
        row = self._row(key)
        if row is None or row.field is None:
            return self._limit(key)
        unit = unit_words(row.field, self._frame.instrument)
        wrong = problem_of(row.field, value) if value else ""
        now = f"{row.name} is {row.value}{' ' + unit if unit else ''}; {row.field.bounds}"
        return f"{value}: {wrong}; {now}" if wrong else f"{now}; {row.field.doc}" if row.field.doc else now

    def _limit(self, key: str) -> str:
        limits = dict(self._frame.risk.limits)
        name = key.removeprefix(_RISK)
        if not key.startswith(_RISK) or name not in limits:
            return ""
        return f"{key} is {typed(limits[name])}; one that lets more pass is asked about"

    def _row(self, key: str) -> ParameterRow | None:
        """The parameter of a whole or a short name."""
        name = key.strip()
        return next((row for row in self._frame.parameters if row.key and name in (row.key, row.name)), None)
