"""The times below a picture that runs to the right."""

from typing import Final

from mm_tui.model.clock import SECOND
from mm_tui.views import fmt

_STEPS_S: Final = (5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200)
"""Seconds between two of them."""
_GAP: Final = 12
"""Cells from one to the next, at least."""
_MINUTE: Final = 60


def times_below(first: int, each: int, cells: int, until: int) -> str:
    """`14:02:10` under the cell where that second began; without seconds where they are always none.

    The first cell begins at `first`, each takes as many ns as `each` says, nothing is told that comes behind `until`.
    """
    step = next((one for one in _STEPS_S if _GAP * each <= one * SECOND), _STEPS_S[-1])
    line = [" "] * cells
    moment = -(-first // (step * SECOND)) * step * SECOND
    while moment <= until:
        text = fmt.clock(moment) if step < _MINUTE else fmt.clock(moment)[:5]
        at = (moment - first) // each - len(text) // 2
        if at >= 0 and at + len(text) <= cells:
            line[at : at + len(text)] = text
        moment += step * SECOND
    return "".join(line)
