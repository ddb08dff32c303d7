"""A pen over the terminal: text in one style after another, with no more said than what changes between two of them.

On a ground of one colour a style is mostly a colour of letters; blanks need not even that. Of a row that stands there
already only the cells that are others are written.
"""

from typing import NamedTuple

from rich.color import ColorSystem
from rich.style import Style

from mm_tui.app.palette import Palette
from mm_tui.app.widgets.spans import Row, Spans

_UNKNOWN = ""
"""The style of a terminal that somebody else wrote to."""
_BOLD, _REVERSE = ("1", "22"), ("7", "27")
"""What turns each on and off."""


class _Tone(NamedTuple):
    """A style's parts, as a terminal is told of them."""

    letters: str
    ground: str
    bold: bool
    reverse: bool


class Pen:
    """Writes rows in the styles of one palette; each step from one style to another is worked out once."""

    def __init__(self, look: Palette, system: ColorSystem | None) -> None:
        """`system` is what colours the terminal has; None where it is given none."""
        self._look = look
        self._system = system
        self._style = _UNKNOWN
        self._tones: dict[str, _Tone] = {}
        self._steps: dict[tuple[str, str], str] = {}
        self._blank_steps: dict[tuple[str, str], str] = {}

    def lift(self) -> None:
        """Somebody else may write now."""
        self._style = _UNKNOWN

    def row(self, row: Row) -> str:
        """All of a row, from wherever the cursor stands."""
        text, self._style = row.written(self)
        return text

    def begun(self, spans: Spans) -> tuple[str, str]:
        """Spans side by side in a terminal whose style is not known, and the style that is left behind."""
        self._style = _UNKNOWN
        out: list[str] = []
        for text, name in spans:
            if text:
                out += (self._to(name, text), text)
        return "".join(out), self._style

    def changes(self, row: Row, before: Row, line: int, left: int) -> str:
        """What differs from the row that stands at that line and column, both counted from 1."""
        out: list[str] = []
        style, steps = self._style, self._steps
        x = old_x = 0
        end = -1
        for span, old in zip(row.spans, before.spans, strict=True):
            if span == old and x == old_x:
                x = old_x = x + len(span[0])
                continue
            text, name = span
            if text:
                if x != end:
                    out.append(f"\x1b[{left + x}G" if out else f"\x1b[{line};{left + x}H")
                if name != style:
                    if (code := steps.get((style, name))) is None or text.isspace():
                        self._style = style
                        code = self._to(name, text)
                        style = self._style
                    else:
                        style = name
                    out.append(code)
                out.append(text)
                end = x = x + len(text)
            old_x += len(old[0])
        self._style = style
        return "".join(out)

    def _to(self, name: str, text: str) -> str:
        """The step to a style, where the text needs one: blanks on the same ground do not."""
        step = (self._style, name)
        blank = text.isspace()
        known = self._blank_steps if blank else self._steps
        code = known.get(step)
        if code is None:
            code = known[step] = self._step(*step, blank=blank)
        if code or not blank:
            self._style = name
        return code

    def _step(self, before: str, after: str, *, blank: bool) -> str:
        new = self._tone(after)
        if before == _UNKNOWN:
            parts = ["0", _BOLD[0] * new.bold, _REVERSE[0] * new.reverse, new.letters, new.ground]
            return f"\x1b[{';'.join(filter(None, parts))}m"
        old = self._tone(before)
        if blank and old.ground == new.ground and not (old.reverse or new.reverse):
            return ""
        parts = [
            _BOLD[not new.bold] * (new.bold != old.bold),
            _REVERSE[not new.reverse] * (new.reverse != old.reverse),
            new.letters * (new.letters != old.letters),
            new.ground * (new.ground != old.ground),
        ]
        said = ";".join(filter(None, parts))
        return f"\x1b[{said}m" if said else ""

    def _tone(self, name: str) -> _Tone:
        tone = self._tones.get(name)
        if tone is None:
            tone = self._tones[name] = tone_of(self._look.styles[name], self._system)
        return tone


def tone_of(style: Style, system: ColorSystem | None) -> _Tone:
    """The parts of a style of ours, which is colours, bold and reverse and nothing else."""

    def codes(foreground: bool) -> str:  # noqa: FBT001 - Rich's own word for which of the two
        colour = style.color if foreground else style.bgcolor
        if colour is None or system is None:
            return ""
        return ";".join(colour.downgrade(system).get_ansi_codes(foreground))

    return _Tone(codes(True), codes(False), bool(style.bold), bool(style.reverse))
