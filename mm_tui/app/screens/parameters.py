"""The parameters of the running strategy, beside the ladder: tried there as ghosts, then sent or dropped.

Nothing that is tried reaches the strategy before it is sent, all of it in one action. What is dropped leaves a record.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Final

from textual import on

from mm_tui.app.screens.sheet import Sheet
from mm_tui.app.widgets.tuner import Tuner
from mm_tui.views.draft import Draft
from mm_tui.views.fmt import counted
from mm_tui.views.frames import DeskFrame, ParameterRow

_PAGE: Final = 10
_MOVES: Final = {
    "up": -1, "k": -1, "shift+tab": -1, "down": 1, "j": 1, "tab": 1, "pageup": -_PAGE, "pagedown": _PAGE,
    "home": -999, "g": -999, "end": 999, "G": 999,
}  # fmt: skip
_STEPS: Final = {
    "left": -1, "h": -1, "minus": -1, "right": 1, "l": 1, "plus": 1, "equals_sign": 1, "space": 1,
    "shift+left": -10, "H": -10, "shift+right": 10, "L": 10,
}  # fmt: skip
_BEGINS: Final = frozenset("0123456789.")
"""What is typed first of a value; everything else is a key."""


class Parameters(Sheet):
    """Up and down choose, left and right step, a number is typed, enter sends, escape drops, `u` takes back."""

    DOCKED: ClassVar[bool] = True

    def __init__(
        self,
        frame: DeskFrame,
        tried: Callable[[str], None],
        act: Callable[[str, str], None],
        say: Callable[[str], None],
        undo: Sequence[str] = ("u",),
    ) -> None:
        """`tried` is told what is tried, as `set` takes it; `act` sends an action to the desk; `say` tells a person.

        `undo` are the keys of that action, as Textual names them.
        """
        super().__init__("")
        self.add_class("docked")
        self._frame = frame
        self._tried, self._act, self._say = tried, act, say
        self._undo = undo
        self._asked = ""
        self._before = ""
        """What stood in the row before it was typed in."""
        self.draft = Draft()
        self.tuner = Tuner(self.draft, frame, undo[0])

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Those that the panel's edge has no room for, by whether a value is being typed."""
        if self.tuner.typing:
            return (("↑ ↓", "another row"),)
        row = self.tuner.row
        field = row.field if row is not None else None
        if field is None:
            return ()
        typed = field.kind in ("number", "whole", "text")
        none = (("n", field.words[0]),) if field.kind in ("number", "whole") and field.words else ()
        return (
            ("j k", "choose"),
            ("H L", "ten steps"),
            *((("0-9", "type"),) if typed else ()),
            ("r", "reset"),
            *none,
        )

    def compose(self) -> Iterator[Tuner]:
        """The panel fills the sheet."""
        yield self.tuner

    def on_mount(self) -> None:
        """Show what is known."""
        self.tuner.show(self._frame)

    def show(self, frame: DeskFrame) -> None:
        """Values may change under what is tried: by `set`, by an undo, by a promotion."""
        self._frame = frame
        self.tuner.show(frame)
        self._ask()

    def take_focus(self) -> None:
        """The panel has the keyboard; what it does not use comes here."""
        self.screen.set_focus(self.tuner, scroll_visible=False)

    def ended(self) -> None:
        """The sheet is gone: what was tried and not sent is dropped, and that is on record."""
        words = self.draft.words(self.tuner.rows)
        self.draft.clear()
        self._ask()
        if words:
            self._act("drop", words)

    def pressed(self, key: str) -> None:
        """A key, by whether a value is being typed."""
        if self.tuner.typing:
            self._type(key)
        elif key in _MOVES:
            self._move(_MOVES[key])
        elif key in _STEPS:
            self._step(_STEPS[key])
        elif key == "enter":
            self._send()
        elif key in self._undo:
            self._act("undo", "")
        elif key in {"escape", "q", "p"}:
            self.close()
        else:
            self._begin(key)
        self._changed()

    def _changed(self) -> None:
        self._ask()
        self.tuner.repaint()

    def _ask(self) -> None:
        """Have the desk preview what is tried now."""
        assignments = self.draft.assignments(self.tuner.rows)
        if assignments != self._asked:
            self._asked = assignments
            self._tried(assignments)

    @on(Tuner.Chosen)
    def _chosen(self, message: Tuner.Chosen) -> None:
        message.stop()
        self.tuner.typing = False
        if message.at is None:
            self._move(message.by)
        else:
            self.tuner.at = message.at
        self._changed()

    def _move(self, by: int) -> None:
        self.tuner.at = max(0, min(self.tuner.at + by, len(self.tuner.rows) - 1))

    def _step(self, by: int) -> None:
        row = self.tuner.row
        if row is not None:
            self.draft.step(row, by)

    # -- typing

    def _begin(self, key: str) -> None:
        """Begin to type, or do one of the few keys that change the chosen row alone."""
        row, character = self.tuner.row, _character(key)
        if row is None or row.field is None:
            return
        if key == "r":
            self.draft.drop(row)
        elif key == "n" and row.field.kind in ("number", "whole") and row.field.words:
            self.draft.put(row, row.field.words[0])
        elif row.field.kind in ("number", "whole", "text") and (
            character in _BEGINS or key in {"backspace", "delete"} or (row.field.kind == "text" and character)
        ):
            text = self.draft.text(row)
            self._before = text
            self.tuner.typing = True
            self.draft.put(row, character or (text[:-1] if key == "backspace" else ""))

    def _type(self, key: str) -> None:
        row = self.tuner.row
        if row is None or key in {"enter", "up", "down", "tab", "shift+tab", "pageup", "pagedown"}:
            self.tuner.typing = False
            if key == "enter":
                self._send()
            else:
                self._move(_MOVES.get(key, 0))
            return
        text = self.draft.text(row)
        if key == "escape":
            self._give_up(row)
        elif key == "backspace":
            self.draft.type(row, text[:-1])
        elif key == "delete":
            self.draft.type(row, "")
        else:
            self.draft.type(row, text + _character(key))

    def _give_up(self, row: ParameterRow) -> None:
        """What was typed goes; where it was seen as a ghost, that is on record."""
        seen = "" if self.draft.problem(row) else self.draft.words([row])
        self.tuner.typing = False
        self.draft.put(row, self._before)
        if seen:
            self._act("drop", seen)

    # -- sending

    def _send(self) -> None:
        """All that is tried, in one action; nothing while any of it cannot be."""
        rows, ghost = self.tuner.rows, self._frame.ghost
        wrong = self.draft.wrong(rows)
        assignments = self.draft.assignments(rows)
        if ghost is not None and ghost.draft == assignments and ghost.refused:
            wrong = ghost.problem
        if wrong:
            self._say(f"not sent: {wrong}")
        elif not assignments:
            self._say("nothing is changed")
        else:
            count = len(self.draft.tried(rows))
            self._act("set", assignments)
            self.draft.clear()
            self._say(f"sent: {counted(count, 'parameter')}; {self._undo[0]} takes it back")


def _character(key: str) -> str:
    """What a key types; empty where it types nothing."""
    if len(key) == 1:
        return key
    return {"full_stop": ".", "minus": "-", "plus": "+", "underscore": "_", "space": " ", "comma": ".",
            "hyphen_minus": "-"}.get(key, "")  # fmt: skip
