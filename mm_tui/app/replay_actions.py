"""What one may do in a replay: its own actions, and those of the desk that only look."""

from collections.abc import Collection
from typing import Final

from mm_tui.app.actions import ACTIONS, DESK, Action, ActionTable

_LOOKING: Final = tuple(
    action
    for action in ACTIONS
    if action.group in ("Look", "Set up") and action.id not in ("venue", "symbol", "parameters", "inject", "quit")
)

_PLAY: Final[tuple[Action, ...]] = (
    Action(id="play", keys=("space",), group="Play", label="play", help="play or pause"),
    Action(id="step", keys=(".",), group="Play", label="step", help="one event on"),
    Action(id="slower", keys=("<",), group="Play", label="speed", help="slower, faster"),
    Action(id="faster", keys=(">",), group="Play", label="faster", help="faster", beside="slower"),
    Action(
        id="branch",
        keys=("B",),
        group="Play",
        label="branch",
        help="go on from here, as a session",
        asks=True,
        desk=False,
    ),
)
_JUMP: Final[tuple[Action, ...]] = (
    Action(id="rewind", keys=("left",), group="Jump", label="10 s", help="10 s back, forward"),
    Action(id="forward", keys=("right",), group="Jump", label="forward", help="10 s forward", beside="rewind"),
    Action(id="rewind_minute", keys=("shift+left",), group="Jump", label="minute", help="a minute"),
    Action(
        id="forward_minute",
        keys=("shift+right",),
        group="Jump",
        label="minute forward",
        help="a minute forward",
        beside="rewind_minute",
    ),
    Action(id="next_fill", keys=("n",), group="Jump", label="fill", help="next fill, one before"),
    Action(
        id="previous_fill", keys=("N",), group="Jump", label="fill before", help="the fill before", beside="next_fill"
    ),
    Action(id="next_gap", keys=("G",), group="Jump", label="gap", help="next gap of the data"),
    Action(id="next_trip", keys=("T",), group="Jump", label="trip", help="next risk trip"),
    Action(id="goto", keys=("@",), group="Jump", label="go to", help="go to a time", desk=False),
    Action(id="first", keys=("home",), group="Jump", label="beginning", help="beginning, end"),
    Action(id="last", keys=("end",), group="Jump", label="end", help="to the end", beside="first"),
)
_LEAVE: Final[tuple[Action, ...]] = (
    Action(id="quit", keys=("q",), group="Set up", label="quit", help="leave the replay", desk=False),
)

_FOOTER: Final[tuple[tuple[str, int], ...]] = (
    ("play", 0),
    ("step", 3),
    ("slower", 4),
    ("rewind", 5),
    ("next_fill", 2),
    ("next_gap", 8),
    ("next_trip", 9),
    ("goto", 6),
    ("branch", 7),
    ("quit", 10),
    ("help", 1),
)

REPLAY: Final = ActionTable(
    (*_PLAY, *_JUMP, *_LOOKING, *_LEAVE), _FOOTER, (("Play", "Jump"), ("Look", "Set up")), sets=False
)


def other_ids(table: ActionTable) -> Collection[str]:
    """Ids that `[ui.keys]` may name although this table has them not."""
    return DESK.by_id if table is REPLAY else REPLAY.by_id
