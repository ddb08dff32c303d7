"""What the scrubber says: how far it is to where the replay was sent, and what a film is of."""

from collections.abc import Sequence

from mm_tui.backtest.replay.film import Film
from mm_tui.backtest.replay.goal import Goal, Place
from mm_tui.journal.meta import BlackBox
from mm_tui.views.fmt import clock


def sought(goal: Goal, place: Place | None, heard: int, times: Sequence[int], end: int) -> str:
    """`to 14:02:10, 43 %`, of a run that heard so many inputs; `times` as far as they are read, `end` as expected."""
    if place is not None:
        done, whole = heard, place.heard
    elif goal.ts is not None:
        done, whole = times[-1] - times[0], min(goal.ts, end) - times[0]
    else:
        return f"{goal.words}, looked through to {clock(times[-1])}"
    return f"{goal.words}, {min(99, 100 * done // max(1, whole))} %"


def filmed(word: str, film: Film, box: BlackBox | None, times: Sequence[int]) -> str:
    """Behind a word of what was asked last: the film's own, and the black box, or how near the desk itself is."""
    if box is None:
        way = min(99, 100 * (times[-1] - times[0]) // max(1, film.ts - times[0]))
        behind = f"the desk is on its way, {way} %"
    else:
        behind = f"black box: {box.rule} at {clock(box.ts)}Z"
    return f"{word and word + '; '}{film.words()}; {behind}"
