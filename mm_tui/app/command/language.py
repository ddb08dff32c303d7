"""The command line's language: action ids, `set KEY VALUE`, `theme NAME`, `explain ORDER`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from mm_tui.app.actions import CHARTS, DESK, ActionTable
from mm_tui.app.layout.places import LETTERED, NUMBERED, SEATS
from mm_tui.app.layout.saved import BUILT_IN
from mm_tui.errors import UsageError
from mm_tui.model.drills import EXAMPLES, read_drill
from mm_tui.settings.market import read_symbol, read_venue

_ALIASES: Final = {"q": "quit", "h": "help", "shadow": "shadows"}
_TAKES: Final = {
    "theme": "NAME", "chart": "KIND", "cancel_order": "ID", "explain": "ID, PRICE", "filter": "TEXT", "goto": "MOMENT",
    "panel": "NAME",
    "layout": "NAME, save NAME, delete NAME", "swap": "PANEL PANEL", "branch": "KEY=VALUE",
    "shadows": "add KEY=VALUE, drop N, promote N", "promote": "N", "drop_shadow": "N",
    "inject": "DRILL", "venue": "VENUE [SYMBOL]", "symbol": "SYMBOL",
}  # fmt: skip
"""Actions with an argument, which may be left out."""


@dataclass(frozen=True, slots=True)
class Command:
    """A line that was understood."""

    action: str
    """An id of the action table, or `set`."""
    argument: str = ""


def names(table: ActionTable = DESK) -> list[str]:
    """Every word a line may begin with."""
    words = [action.id for action in table.actions]
    return sorted(["set", *words] if table.sets else words)


def parse(line: str, table: ActionTable = DESK) -> Command | str:
    """The command of a line, or in one sentence what is wrong with it."""
    word, _, rest = line.strip().removeprefix(":").strip().partition(" ")
    argument = rest.strip()
    word = _ALIASES.get(word, word)
    if word == "set" and table.sets:
        return _parse_set(argument)
    if word not in table.by_id:
        return _no_command(word, table)
    if argument and word not in _TAKES:
        return f"{word} takes no argument"
    if word == "inject" and argument:
        try:
            read_drill(argument)
        except UsageError as error:
            return str(error)
    if word in ("venue", "symbol") and argument:
        try:
            (read_venue(argument, "") if word == "venue" else read_symbol(argument))
        except UsageError as error:
            return str(error)
    return Command(word, argument)


def unknown(begun: str, table: ActionTable = DESK) -> str:
    """That no command begins so; empty where one does."""
    known = begun in _ALIASES or any(name.startswith(begun) for name in names(table))
    return "" if known else _no_command(begun, table)


def _no_command(word: str, table: ActionTable) -> str:
    near = get_close_matches(word, names(table), n=1)
    return f"no command {word!r}" + (f"; did you mean {near[0]}?" if near else "; tab lists the commands")


def takes(word: str) -> str:
    """What may follow a word, in capitals what stands for something else; empty for nothing."""
    return _TAKES.get(_ALIASES.get(word, word), "")


def key_and_value(argument: str) -> tuple[str, str]:
    """What `set` is to set, and to what: `KEY VALUE`, `KEY=VALUE` or `KEY = VALUE`; either may be missing yet."""
    key, _, value = argument.partition("=") if "=" in argument else argument.strip().partition(" ")
    return key.strip(), value.strip()


def _parse_set(argument: str) -> Command | str:
    key, value = key_and_value(argument)
    if not key or not value:
        return "write set KEY VALUE, for example: set strategy.passive.min_spread_bps 3"
    if not all(part.isidentifier() for part in key.split(".")):
        return f"{key!r} is no key; write it with dots, for example strategy.passive.min_spread_bps"
    return Command("set", f"{key}={value}")


def complete(
    line: str,
    parameters: Sequence[str],
    themes: Sequence[str],
    orders: Sequence[str] = (),
    table: ActionTable = DESK,
    *,
    shadows: Sequence[str] = (),
    layouts: Sequence[str] = (),
    values: Callable[[str], Sequence[str]] = lambda _: (),
    venues: Sequence[str] = (),
    pairs: Callable[[str], Sequence[str]] = lambda _: (),
) -> list[str]:
    """Whole lines that begin as this one does.

    `shadows` may follow on `shadow`, `values(key)` on `set KEY`, `pairs(venue)` on `venue VENUE`, and those of the
    present venue, whose name is empty, on `symbol`.
    """
    head, space, tail = line.lstrip().partition(" ")
    if not space:
        return [name for name in names(table) if name.startswith(head)]
    kept = [name for name in layouts if name != BUILT_IN]
    pools = {
        "set": parameters,
        "branch": parameters,
        "theme": themes,
        "explain": orders,
        "cancel_order": orders,
        "chart": CHARTS,
        "inject": EXAMPLES,
        "layout": [*layouts, "save ", *(f"{verb} {name}" for verb in ("save", "delete") for name in kept)],
        "swap": SEATS,
        "panel": [*NUMBERED, *(name for name in LETTERED if name in table.by_id)],
        "venue": venues,
        "symbol": pairs(""),
    }
    if head == "venue" and " " in tail.lstrip():
        venue, _, begun = tail.lstrip().partition(" ")
        return [f"venue {venue} {each}" for each in pairs(venue) if each.startswith(begun.strip().upper())]
    if head == "symbol":
        tail = tail.upper()
    if head == "set" and " " in tail.lstrip():
        key, _, begun = tail.lstrip().partition(" ")
        return [f"set {key} {each}" for each in values(key) if each.startswith(begun.strip())]
    if _ALIASES.get(head, head) == "shadows":
        pools[head] = parameters if tail.lstrip().startswith("add ") and tail.count(" ") > 1 else shadows
    several = head in ("branch", "swap") or (pools.get(head) is parameters and head != "set")
    before, gap, begun = tail.lstrip().rpartition(" ") if several else ("", "", tail.lstrip())
    return [f"{head} {before}{gap}{each}" for each in pools.get(head, ()) if each.startswith(begun)]


def common_prefix(lines: Sequence[str]) -> str:
    """What all of them begin with."""
    if not lines:
        return ""
    first, last = min(lines), max(lines)
    same = next((index for index, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:same]
