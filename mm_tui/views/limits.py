"""Whether a typed change of a limit lets more pass: the screen asks before it hands one on."""

from collections.abc import Iterable

import msgspec

from mm_tui.errors import SettingsError
from mm_tui.risk.limits import PREFIX, Limits, assign, loosens


class Loosening(msgspec.Struct, frozen=True):
    """A change that lets more pass than now."""

    key: str
    """`max_position`."""
    before: float
    after: float


def loosening(assignment: str, limits: Iterable[tuple[str, float]]) -> Loosening | None:
    """What `risk.KEY=VALUE` loosens among the limits that stand; None where it tightens or the desk will refuse it."""
    name = assignment.partition("=")[0].strip()
    key = name.removeprefix(PREFIX)
    before = dict(limits).get(key)
    if key == name or before is None:
        return None
    try:
        after = assign(Limits(), assignment).after
    except SettingsError:
        return None
    return Loosening(key, before, after) if loosens(key, before, after) else None
