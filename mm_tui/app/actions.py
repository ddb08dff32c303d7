"""Every action of the operator, once: keys, footer, palette, command line and help all read this table.

`[ui.keys]` remaps by action id; `resolve` says what is wrong with a remap and keeps the default there, so that a
slip in a settings file never leaves a desk that cannot be stopped.
"""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

Group = Literal["Stop", "Quote", "Look", "Set up", "Play", "Jump"]
"""What one wants to do; the last two in a replay."""

GROUPS: Final[tuple[Group, ...]] = ("Stop", "Quote", "Look", "Set up")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something the operator can ask for."""

    id: str
    """Its name in `[ui.keys]`, on the command line and, where `desk` is true, in the desk's inbox."""
    keys: tuple[str, ...]
    """Default keys: a character, or a key's name such as `space`, `f12`, `ctrl+p`."""
    group: Group
    label: str
    """A word or two, for the footer and the palette."""
    help: str
    """One line."""
    asks: bool = False
    """A question comes before it is done."""
    everywhere: bool = False
    """Works while a question, a list or an input has the keyboard."""
    desk: bool = True
    """The desk does it; otherwise the screen does."""
    beside: str = ""
    """The action whose line in the help it shares."""
    alone: str = ""
    """What it does by itself, where its line in the help tells of those beside it too."""
    yields: bool = False
    """Leaves its key to a list that has the focus and a use for it."""

    @property
    def words(self) -> str:
        """What it does, and nothing of others."""
        return self.alone or self.help


ACTIONS: Final[tuple[Action, ...]] = (
    Action(
        id="kill",
        keys=("K", "f12"),
        group="Stop",
        label="kill",
        help="cancel all, halt until re-armed",
        everywhere=True,
        desk=False,
    ),
    Action(id="pause", keys=("space",), group="Stop", label="pause", help="pause or resume quoting"),
    Action(
        id="flatten",
        keys=("f",),
        group="Stop",
        label="flatten",
        help="cancel; close the position on y",
        asks=True,
        desk=False,
    ),
    Action(id="reduce_only", keys=("r",), group="Stop", label="reduce only", help="reduce only, or lift that"),
    Action(id="cancel_order", keys=("x",), group="Stop", label="cancel order", help="cancel the selected order"),
    Action(id="rearm", keys=("a",), group="Stop", label="re-arm", help="re-arm after a halt", asks=True, desk=False),
    Action(
        id="widen",
        keys=("+", "="),
        group="Quote",
        label="spread",
        help="widen, tighten the spread",
        alone="widen the spread",
    ),
    Action(id="tighten", keys=("-",), group="Quote", label="tighten", help="tighten the spread", beside="widen"),
    Action(
        id="smaller", keys=("[", "<"), group="Quote", label="size", help="smaller, larger size", alone="smaller size"
    ),
    Action(id="larger", keys=("]", ">"), group="Quote", label="larger", help="larger size", beside="smaller"),
    Action(
        id="lean_down",
        keys=(",",),
        group="Quote",
        label="lean",
        help="lean the quotes down, up",
        alone="lean the quotes down",
    ),
    Action(id="lean_up", keys=(".",), group="Quote", label="lean up", help="lean the quotes up", beside="lean_down"),
    Action(
        id="toggle_bids", keys=("b",), group="Quote", label="sides", help="bids, asks on or off", alone="bids on or off"
    ),
    Action(id="toggle_asks", keys=("s",), group="Quote", label="asks", help="asks on or off", beside="toggle_bids"),
    Action(id="undo", keys=("u",), group="Quote", label="undo", help="undo the last parameter change"),
    Action(
        id="shadows",
        keys=("S",),
        group="Quote",
        label="shadows",
        help="shadows: show, promote, drop",
        alone="show the shadows",
        desk=False,
    ),
    Action(
        id="promote",
        keys=("P",),
        group="Quote",
        label="promote",
        help="promote the selected shadow",
        asks=True,
        desk=False,
        beside="shadows",
    ),
    Action(
        id="drop_shadow",
        keys=("D",),
        group="Quote",
        label="drop shadow",
        help="drop the selected shadow",
        desk=False,
        beside="shadows",
    ),
    Action(id="recentre", keys=("c",), group="Look", label="centre", help="re-centre the ladder", desk=False),
    Action(
        id="group",
        keys=("g",),
        group="Look",
        label="group",
        help="ticks a row of the ladder",
        desk=False,
        yields=True,
    ),
    Action(id="units", keys=("%",), group="Look", label="units", help="ticks, bps or quote", desk=False),
    Action(id="columns", keys=("d",), group="Look", label="columns", help="columns of the ladder", desk=False),
    Action(
        id="window",
        keys=("w",),
        group="Look",
        label="window",
        help="time shown, which chart",
        alone="length of time shown",
        desk=False,
    ),
    Action(
        id="chart",
        keys=("W",),
        group="Look",
        label="chart",
        help="PnL, inventory, markouts …",
        desk=False,
        beside="window",
    ),
    Action(id="explain", keys=("e",), group="Look", label="explain", help="why an order, why none", desk=False),
    Action(id="panel", keys=(), group="Look", label="panels", help="show or focus a panel", desk=False),
    Action(
        id="zoom",
        keys=("enter",),
        group="Look",
        label="enlarge",
        help="enlarge panel, heat map",
        alone="enlarge the panel",
        desk=False,
    ),
    Action(
        id="heatmap",
        keys=("H",),
        group="Look",
        label="heat map",
        help="depth over time, full screen",
        desk=False,
        beside="zoom",
    ),
    Action(id="back", keys=("escape",), group="Look", label="back", help="back to the desk", desk=False),
    Action(id="filter", keys=("/",), group="Look", label="filter", help="filter a list", desk=False),
    Action(
        id="parameters",
        keys=("p",),
        group="Set up",
        label="parameters",
        help="what the strategy runs with",
        desk=False,
    ),
    Action(id="venue", keys=("v",), group="Set up", label="venue", help="another market", asks=True, desk=False),
    Action(
        id="symbol",
        keys=(),
        group="Set up",
        label="symbol",
        help="another pair, same venue",
        asks=True,
        desk=False,
        beside="venue",
    ),
    Action(id="inject", keys=("I",), group="Set up", label="drill", help="a fault drill: gap, stall …", desk=False),
    Action(
        id="layout",
        keys=("L",),
        group="Set up",
        label="layouts",
        help="saved layouts, :swap panels",
        alone="saved layouts",
        desk=False,
    ),
    Action(
        id="swap",
        keys=(),
        group="Set up",
        label="swap",
        help="two panels change places",
        desk=False,
        beside="layout",
    ),
    Action(id="theme", keys=("t",), group="Set up", label="theme", help="choose the colours", desk=False),
    Action(id="command", keys=(":",), group="Set up", label="command", help="command line", desk=False),
    Action(id="palette", keys=("ctrl+p",), group="Set up", label="palette", help="all commands", desk=False),
    Action(id="help", keys=("?",), group="Set up", label="help", help="this page", desk=False),
    Action(id="quit", keys=("q",), group="Set up", label="quit", help="leave; asks with a position", desk=False),
)

CHARTS: Final = ("mid", "pnl", "inventory", "spread", "markouts", "latency")
"""What the chart can show, in the order in which its key goes through them."""

FOOTER: Final[tuple[tuple[str, int], ...]] = (
    ("pause", 1),
    ("flatten", 2),
    ("kill", 0),
    ("rearm", 3),
    ("reduce_only", 14),
    ("widen", 5),
    ("smaller", 6),
    ("toggle_bids", 7),
    ("recentre", 8),
    ("parameters", 9),
    ("command", 11),
    ("venue", 12),
    ("theme", 13),
    ("quit", 10),
    ("help", 4),
)
"""Actions of the footer from left to right, each with its rank: on a narrow screen the highest ranks go first."""


class ActionTable:
    """The actions of one kind of screen: the desk's, or a replay's."""

    def __init__(
        self,
        actions: tuple[Action, ...],
        footer: tuple[tuple[str, int], ...],
        columns: tuple[tuple[Group, ...], tuple[Group, ...]],
        *,
        sets: bool,
    ) -> None:
        self.actions = actions
        self.by_id = {action.id: action for action in actions}
        self.footer = footer
        """Ids from left to right, each with its rank."""
        self.columns = columns
        """Groups in the help's left and right column."""
        self.sets = sets
        """Whether the command line knows `set`."""


DESK: Final = ActionTable(ACTIONS, FOOTER, (("Stop", "Look"), ("Quote", "Set up")), sets=True)
BY_ID: Final[dict[str, Action]] = DESK.by_id

_EDITING: Final = ("space", "enter", "escape", "tab", "backspace", "delete", "insert")
_MOVING: Final = ("home", "end", "pageup", "pagedown", "up", "down", "left", "right")
_NAMED: Final = frozenset((*_EDITING, *_MOVING, *(f"f{number}" for number in range(1, 25))))
_MODIFIERS: Final = frozenset({"ctrl", "shift", "alt"})
_TEXTUAL_NAMES: Final = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_SHOWN: Final = {
    "escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "left": "←", "right": "→",
    "shift+left": "shift+←", "shift+right": "shift+→",
}  # fmt: skip
_SPELLED: Final = {"comma": ",", "plus": "+", "minus": "-", "equals": "=", "colon": ":", "slash": "/"}


def textual_key(key: str) -> str:
    """The key as Textual names it: `question_mark` for `?`."""
    if len(key) != 1 or key.isalnum():
        return key
    name = "space" if key == " " else unicodedata.name(key).lower().replace("-", "_").replace(" ", "_")
    return _TEXTUAL_NAMES.get(name, name)


def shown(key: str) -> str:
    """The key as the screen writes it."""
    if key in _SHOWN:
        return _SHOWN[key]
    if key.startswith("f") and key[1:].isdigit():
        return key.upper()
    return key.replace("ctrl+", "^") if key.startswith("ctrl+") else key


def shown_for(action: Action, keys: Mapping[str, tuple[str, ...]], table: ActionTable = DESK) -> str:
    """The first key of an action and of those that share its line, for footer and help."""
    ids = [action.id, *(other.id for other in table.actions if other.beside == action.id)]
    if action.id == "panel":
        return "0-9"
    return " ".join(shown(keys[each][0]) for each in ids if keys[each])


def resolve(
    remaps: Mapping[str, str], table: ActionTable = DESK, others: Collection[str] = ()
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Keys by action id with the remaps applied, and one line for each remap that was refused.

    `others` are ids of another table: their remaps concern that one.
    """
    problems: list[str] = []
    wanted: dict[str, tuple[str, ...]] = {}
    for name, text in remaps.items():
        if name in others and name not in table.by_id:
            continue
        if name not in table.by_id or name == "panel":
            near = get_close_matches(name, [known for known in table.by_id if known not in (name, "panel")], n=1)
            hint = f" (did you mean {near[0]}?)" if near else " (? lists the actions)"
            problems.append(f"ui.keys.{name}: unknown action{hint}")
            continue
        parsed = _parse(text)
        if isinstance(parsed, str):
            problems.append(f"ui.keys.{name}: {parsed}")
        else:
            wanted[name] = parsed
    while True:
        keys = {action.id: wanted.get(action.id, action.keys) for action in table.actions}
        clash = _first_clash(keys, wanted)
        if clash is None:
            return keys, problems
        loser, key, holder = clash
        problems.append(
            f"ui.keys.{loser}: {shown(key)} is taken by {holder}; give {holder} another key, or choose another here"
        )
        del wanted[loser]


def _parse(text: str) -> tuple[str, ...] | str:
    """Keys of a remap, or what is wrong with it. A comma separates; the comma key itself is `comma` or `,`."""
    if text.strip() == ",":
        return (",",)
    keys = tuple(_SPELLED.get(part.strip(), part.strip()) for part in text.split(","))
    for key in keys:
        if not _is_key(key):
            return f"{key!r} is no key; write a character, or a name such as space, f5, ctrl+k, comma"
        if key in _RESERVED:
            return f"{shown(key)} is used by the screen itself; choose another key"
    return keys


_RESERVED: Final = frozenset({"tab", "shift+tab", "up", "down", "ctrl+c", *"1234567890"})


def _is_key(key: str) -> bool:
    if len(key) == 1:
        return key.isprintable() and key != " "
    *modifiers, last = key.split("+")
    plain = last in _NAMED or (len(last) == 1 and last.isalnum() and bool(modifiers))
    return plain and _MODIFIERS.issuperset(modifiers)


def _first_clash(
    keys: Mapping[str, tuple[str, ...]], wanted: Mapping[str, tuple[str, ...]]
) -> tuple[str, str, str] | None:
    """A remapped action whose key another action holds as well: (its id, the key, the holder's id)."""
    holders: dict[str, str] = {}
    for name in sorted(keys, key=lambda each: each in wanted):
        for key in keys[name]:
            holder = holders.setdefault(key, name)
            if holder != name:
                return name, key, holder
    return None
