"""From a failing script to a short one that fails the same way: delta debugging (Zeller and Hildebrandt 2002).

Timers are no part of a script and any part of a script is one, so that whatever can be left out is.
"""

from faults.run import Item, replay
from faults.setup import Setup
from faults.words import Broken

MOST_RUNS = 2_000
"""Of parts of the script, before what is left is taken as short enough."""


def broken_by(setup: Setup, script: list[Item]) -> Broken | None:
    """What a script breaks; None where nothing."""
    try:
        replay(setup, script)
    except Broken as broken:
        return broken
    return None


def shrink(setup: Setup, script: list[Item], like: Broken) -> list[Item]:
    """The shortest script found that fails in the same words; the very one where it does not fail so again."""

    def fails(part: list[Item]) -> bool:
        broken = broken_by(setup, part)
        return broken is not None and broken.kind == like.kind

    if not fails(script):
        return script
    runs, pieces = 0, 2
    while len(script) > 1 and runs < MOST_RUNS:
        size = max(1, len(script) // pieces)
        for start in range(0, len(script), size):
            part = script[:start] + script[start + size :]
            runs += 1
            if part and fails(part):
                script, pieces = part, max(2, pieces - 1)
                break
        else:
            if size == 1:
                break
            pieces = min(len(script), pieces * 2)
    return script
