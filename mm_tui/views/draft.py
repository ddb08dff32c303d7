"""Parameters while they are tried: what was typed or stepped for each, what is wrong with it, what would be sent.

Bounds are looked at here, so that what is out of them is said where it is typed and never sent. What only the strategy
itself can refuse, the desk's preview says.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from math import floor, isfinite, log10
from typing import Final

from mm_tui.model.bounds import LARGEST, ORDERED
from mm_tui.views.frames import Field, ParameterRow

Rows = Sequence[ParameterRow]

_STEPS: Final = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_SHARE: Final = 20
"""A step is about the value divided by this."""
_FINEST: Final = Decimal("1e-8")


class Draft:
    """The changes of one panel, by the name of the parameter."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def text(self, row: ParameterRow) -> str:
        """As it stands in the panel: what is tried, else what the desk runs with."""
        return self._texts.get(row.name, row.value)

    def put(self, row: ParameterRow, text: str) -> None:
        """Try this; what the desk runs with already is no change."""
        text = " ".join(text.split())
        if row.field is not None and not problem_of(row.field, text):
            text = _tidy(row.field, text)
        if text == row.value:
            self._texts.pop(row.name, None)
        else:
            self._texts[row.name] = text

    def type(self, row: ParameterRow, text: str) -> None:
        """Take what is being typed as it is: `3.` is not yet `3`."""
        self._texts[row.name] = text

    def drop(self, row: ParameterRow) -> None:
        """Try nothing of this parameter."""
        self._texts.pop(row.name, None)

    def clear(self) -> None:
        """Try nothing."""
        self._texts.clear()

    def step(self, row: ParameterRow, by: int) -> None:
        """So many steps up or down, within the bounds; words and switches go round."""
        if row.field is not None:
            self.put(row, stepped(row.field, self.text(row), by))

    def changed(self, row: ParameterRow) -> bool:
        """Whether something else is tried than the desk runs with."""
        text = self._texts.get(row.name, row.value)
        return text != row.value and (row.field is None or _tidy(row.field, text) != row.value)

    def tried(self, rows: Rows) -> list[ParameterRow]:
        """The parameters that are changed, as far as there are such."""
        return [row for row in rows if row.field is not None and self.changed(row)]

    def problem(self, row: ParameterRow) -> str:
        """What is wrong with what is tried of one parameter; empty where nothing is."""
        return problem_of(row.field, self.text(row)) if row.field is not None and self.changed(row) else ""

    def disorder(self, rows: Rows) -> str:
        """Which two values exclude each other; empty where none do."""
        values = {row.name: _number(self.text(row)) for row in rows if row.field is not None}
        for low, high in ORDERED:
            least, most = values.get(low), values.get(high)
            if least is not None and most is not None and least > most:
                return f"{low} {least:g} is over {high} {most:g}"
        return ""

    def wrong(self, rows: Rows) -> str:
        """The first thing that keeps the changes from being sent; empty where nothing does."""
        for row in self.tried(rows):
            problem = self.problem(row)
            if problem:
                return f"{row.name}: {problem}"
        return self.disorder(rows)

    def assignments(self, rows: Rows) -> str:
        """What `set` is given, one a line; empty while something is wrong, or nothing is changed."""
        if self.wrong(rows):
            return ""
        return "\n".join(f"{row.key}={sent(row.field, self.text(row))}" for row in self.tried(rows) if row.field)

    def words(self, rows: Rows) -> str:
        """The changes for people, one a line: `min_spread_bps 2 → 3`."""
        return "\n".join(f"{row.name} {row.value} → {self.text(row)}" for row in self.tried(rows))


def problem_of(field: Field, text: str) -> str:
    """What is wrong with a value as it was typed, with what it must be; empty where nothing is."""
    if not text:
        return f"type a value: {field.bounds}"
    if text in field.words or field.kind == "text":
        return ""
    if field.kind == "switch":
        return "" if text in ("on", "off", "true", "false") else "must be on or off"
    if field.kind == "choice":
        return f"must be one of {field.bounds}"
    value = _number(text)
    whole = field.kind == "whole"
    if value is None or (whole and value != int(value)):
        return f"must be {'a whole number' if whole else 'a number'}, {field.bounds}"
    return f"must be {field.bounds}" if _outside(field, value) else ""


def sent(field: Field, text: str) -> str:
    """A value as `set` takes it."""
    if field.kind == "switch":
        return {"on": "true", "off": "false"}.get(text, text)
    return "null" if text == "none" and "none" in field.words else text


def stepped(field: Field, text: str, by: int) -> str:
    """The value so many steps on; the same where there is no step from it, or none within the bounds."""
    if field.kind == "switch":
        return "off" if text in ("on", "true") else "on"
    if field.kind == "choice":
        words = field.words
        return words[(words.index(text) + (1 if by > 0 else -1)) % len(words)] if text in words else words[0]
    value = _number(text)
    if value is None or field.kind == "text":
        return text
    exact = Decimal(repr(value))
    step = Decimal(1) if field.kind == "whole" else step_of(field, exact)
    wanted = _bounded(field, (exact / step).to_integral_value(ROUND_HALF_EVEN) * step + by * step, step)
    return text if _outside(field, float(wanted)) else _plain(wanted)


def step_at(field: Field, text: str) -> str:
    """The step from a value, as it is shown; empty where there is none."""
    value = _number(text)
    if value is None or field.kind not in ("number", "whole"):
        return ""
    return "1" if field.kind == "whole" else _plain(step_of(field, Decimal(repr(value))))


def step_of(field: Field, value: Decimal) -> Decimal:
    """A sensible step at a value: about a twentieth of it as 1, 2 or 5 of its decade; of the default where it is 0."""
    size = abs(value) or abs(Decimal(repr(_number(field.default) or 0.0))) or Decimal(2)
    wanted = size / _SHARE
    decade = Decimal(1).scaleb(floor(log10(wanted)))
    nearest = min(_STEPS, key=lambda one: abs(one * decade - wanted))
    return max(nearest * decade, _FINEST)


def _bounded(field: Field, wanted: Decimal, step: Decimal) -> Decimal:
    """Held to the bounds; one that is not allowed itself is kept off by a step."""
    if field.low is not None:
        low = Decimal(repr(field.low))
        wanted = max(wanted, low + step if field.low_open else low)
    if field.high is not None:
        high = Decimal(repr(field.high))
        wanted = min(wanted, high - step if field.high_open else high)
    return wanted


def _outside(field: Field, value: float) -> bool:
    low, high = field.low, field.high
    return (
        (low is not None and (value <= low if field.low_open else value < low))
        or (high is not None and (value >= high if field.high_open else value > high))
        or abs(value) > LARGEST
    )


def _tidy(field: Field, text: str) -> str:
    """A value that can be used, written as the desk writes it."""
    if field.kind == "switch":
        return {"true": "on", "false": "off"}.get(text, text)
    value = _number(text) if field.kind in ("number", "whole") and text not in field.words else None
    return text if value is None else _plain(Decimal(repr(value)))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _number(text: str) -> float | None:
    """A finite number, or None."""
    try:
        value = float(text.replace("−", "-"))
    except ValueError:
        return None
    return value if isfinite(value) else None
