"""What a person can change while the desk runs: leans of spread, size and price, and the strategy's parameters."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from mm_tui.core.variant import altered
from mm_tui.errors import SettingsError
from mm_tui.model.bounds import typed
from mm_tui.model.words import one_line
from mm_tui.risk.limits import SHOWN
from mm_tui.strategy.api import Leans

SPREAD_STEP = 1.1
"""Widen multiplies, tighten divides by this."""
SIZE_STEP = 1.25
LEAN_STEP_BPS = 0.5
UNDO_LIMIT = 100
STRATEGY = "desk.strategy"
"""The name under which a change of the strategy itself is told."""

SPREAD_RANGE = (0.1, 20.0)
SIZE_RANGE = (0.1, 20.0)
LEAN_RANGE = (-50.0, 50.0)

_STEPS: dict[str, Callable[[Leans], tuple[str, float]]] = {
    "widen": lambda leans: ("spread_factor", _within(leans.spread_factor * SPREAD_STEP, SPREAD_RANGE)),
    "tighten": lambda leans: ("spread_factor", _within(leans.spread_factor / SPREAD_STEP, SPREAD_RANGE)),
    "larger": lambda leans: ("size_factor", _within(leans.size_factor * SIZE_STEP, SIZE_RANGE)),
    "smaller": lambda leans: ("size_factor", _within(leans.size_factor / SIZE_STEP, SIZE_RANGE)),
    "lean_up": lambda leans: ("lean_bps", _within(leans.lean_bps + LEAN_STEP_BPS, LEAN_RANGE)),
    "lean_down": lambda leans: ("lean_bps", _within(leans.lean_bps - LEAN_STEP_BPS, LEAN_RANGE)),
}

LEAN_ACTIONS = frozenset(_STEPS)


class Change(msgspec.Struct, frozen=True):
    """A parameter that has a new value."""

    name: str
    before: str
    after: str


class Running(NamedTuple):
    """What the desk quotes by."""

    strategy: str
    """As the strategy calls itself."""
    origin: str
    """What it is found by."""
    leans: Leans
    params: msgspec.Struct


class Standing(NamedTuple):
    """All of it at one moment."""

    running: Running
    changed: dict[str, int]
    undo: list[Running]


class Parameters:
    """The live values, and how they came about."""

    def __init__(self, strategy: str, params: msgspec.Struct, origin: str = "") -> None:
        self.strategy = strategy
        """As it calls itself."""
        self.origin = origin or strategy
        """What it is found by: the same, or `/absolute/file.py:Class`."""
        self.params = params
        self.leans = Leans()
        self.changed: dict[str, int] = {}
        """Name to the time of its last change, ns."""
        self._undo: list[Running] = []

    @property
    def running(self) -> Running:
        """What the desk quotes by now."""
        return Running(self.strategy, self.origin, self.leans, self.params)

    @property
    def standing(self) -> Standing:
        """All of it as it is now, for `restore`."""
        return Standing(self.running, dict(self.changed), list(self._undo))

    def restore(self, standing: Standing) -> None:
        """Take back whatever was done since."""
        running, self.changed, self._undo = standing
        self._run(running)

    def lean(self, action: str, ts: int) -> Change | None:
        """One press of a lean key; None where the value stands at its bound."""
        field, value = _STEPS[action](self.leans)
        before = getattr(self.leans, field)
        if value == before:
            return None
        self._remember()
        self.leans = msgspec.structs.replace(self.leans, **{field: value})
        return self._changed(field, before, value, ts)

    @property
    def prefix(self) -> str:
        """Of each parameter's whole name."""
        return f"strategy.{self.strategy}."

    def set(self, assignments: str, ts: int) -> list[Change]:
        """`strategy.NAME.KEY=VALUE`, or several such, one a line: all or none; raises SettingsError with what is wrong.

        One undo takes all of them back; empty where everything is as it would be set.
        """
        wanted = self.wanted(assignments)
        changes = _different(self.params, wanted, self.prefix)
        if changes:
            self._remember()
            self.params = wanted
        return [self._changed(name, before, after, ts) for name, before, after in changes]

    def wanted(self, assignments: str) -> msgspec.Struct:
        """The parameters as such lines would have them; raises SettingsError, changes nothing."""
        values = dict(self._named(line) for line in assignments.splitlines() or [""])
        params: msgspec.Struct = altered(self.strategy, self.params, values)
        return params

    def _named(self, assignment: str) -> tuple[str, str]:
        """Key and value of `strategy.NAME.KEY=VALUE`."""
        name, equals, text = assignment.partition("=")
        name, text, prefix = name.strip(), text.strip(), self.prefix
        if "." not in name:
            name = prefix + name
        if not equals or not name.startswith(prefix):
            raise SettingsError(
                [f"{one_line(name or assignment, SHOWN)}: only {prefix}KEY=VALUE can be set while the desk runs"]
            )
        return name.removeprefix(prefix), text

    def promote(self, strategy: str, origin: str, params: msgspec.Struct, ts: int) -> list[Change]:
        """Go over to another strategy, or to other parameters as a whole; leans are not part of them and end."""
        return self._go_over(Running(strategy, origin, Leans(), params), ts, remember=True)

    def undo(self, ts: int) -> list[Change]:
        """Take the last change back, a promotion as a whole; nothing where there is none."""
        return self._go_over(self._undo.pop(), ts, remember=False) if self._undo else []

    def _go_over(self, to: Running, ts: int, *, remember: bool) -> list[Change]:
        """Parameters of two strategies are not held against each other."""
        now = self.running
        differences: list[tuple[str, object, object]] = []
        if (to.strategy, to.origin) != (now.strategy, now.origin):
            differences.append((STRATEGY, now.strategy, to.strategy))
        else:
            differences += _different(now.params, to.params, f"strategy.{self.strategy}.")
        differences = _different(now.leans, to.leans, "") + differences
        if differences:
            if remember:
                self._remember()
            self._run(to)
        return [self._changed(name, before, after, ts) for name, before, after in differences]

    def _run(self, running: Running) -> None:
        self.strategy, self.origin, self.leans, self.params = running

    def _remember(self) -> None:
        self._undo.append(self.running)
        del self._undo[:-UNDO_LIMIT]

    def _changed(self, name: str, before: object, after: object, ts: int) -> Change:
        self.changed[name] = ts
        return Change(name, typed(before), typed(after))


def _different(before: msgspec.Struct, after: msgspec.Struct, prefix: str) -> list[tuple[str, object, object]]:
    """Name, before and after of each field that differs."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in before.__struct_fields__)
    return [(prefix + name, old, new) for name, old, new in pairs if old != new]


def _within(value: float, bounds: tuple[float, float]) -> float:
    low, high = bounds
    value = min(max(value, low), high)
    return 1.0 if abs(value - 1) < 1e-9 else round(value, 6)  # noqa: PLR2004 - a factor that came back to one is one
