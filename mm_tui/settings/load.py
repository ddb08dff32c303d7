"""Settings from all their sources, with the source of each value, or every problem at once.

In order, the first wins: the command line, the environment, one file, the defaults of the sections.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, get_origin

import msgspec
import tomli

from mm_tui.errors import SettingsError
from mm_tui.settings import check
from mm_tui.settings.check import Key
from mm_tui.settings.file import read
from mm_tui.settings.places import config_file
from mm_tui.settings.sections import Settings

PREFIX = "MM_TUI__"
"""Start of the environment variables that are settings; `__` stands between the parts of a key."""
BEFORE: dict[Key, Any] = {("strategy", "passive", "refill_delay_s"): 0.0}
"""What a desk did before a key was there, where that is not the key's default."""


class Named(NamedTuple):
    """An option of the command line that stands for a key: `--venue demo` is `desk.venue = "demo"`."""

    option: str
    key: str
    value: str | bool | int | float


class Loaded(msgspec.Struct, frozen=True):
    """Settings that hold together, and where each value came from."""

    settings: Settings
    sources: dict[str, str]
    """Dotted key to `default`, `settings.toml:15`, `environment MM_TUI__…`, `--set` or another option."""
    notes: list[str]
    """What is allowed and yet unlikely to be meant."""
    file: Path | None
    """The settings file that was read."""


class Refused(NamedTuple):
    """A value that holds by itself, and yet something refuses."""

    path: Key
    words: str
    value: bool = True
    """Whether the value (else the key itself) is wrong."""


Judge = Callable[[Settings, Path | None], Iterable[Refused]]
"""Settings and the file that was read, to what is refused of them."""


def _content(_settings: Settings, _file: Path | None) -> Iterable[Refused]:
    return ()


class _Origin(NamedTuple):
    """Where a layer's values stand."""

    place: Callable[[Key, bool], str]
    """Key, and whether its value (else the key itself) is meant, to the start of a problem's line."""
    source: Callable[[Key], str]
    text: str | None = None
    """What was typed, where the value was not read from a file: a bare word is a text."""
    spelled: Callable[[str], str] = str
    """A dotted key as this layer spells it, for suggestions."""


def load(
    config: Path | None,
    overrides: Sequence[str],
    environ: Mapping[str, str],
    cwd: Path,
    named: Iterable[Named] = (),
    *,
    judge: Judge = _content,
) -> Loaded:
    """Settings of all sources; raises SettingsError with every problem of all of them.

    `overrides` are `KEY=VALUE` texts of `--set`; `config` is the file named on the command line; `judge` finds what
    rooms above this one would refuse, so that it is told with everything else.
    """
    merger = _Merger()
    file = find_file(config, environ, cwd)
    if file is not None:
        _add_file(merger, file, cwd)
    for name in sorted(environ):
        if name.startswith(PREFIX):
            _add_variable(merger, name, environ[name])
    _add_named(merger, named)
    for override in overrides:
        _add_override(merger, override)
    return merger.finish(file, judge)


def load_recorded(tree: Mapping[str, Any], where: str, overrides: Sequence[str], named: Iterable[Named] = ()) -> Loaded:
    """Settings as a session kept them, and what the command line says above them; raises SettingsError.

    Neither the environment nor a settings file has a say, so that a session runs again as it ran.
    """
    merger = _Merger()
    merger.add((), _as_it_was(_without_unset(tree)), _Origin(lambda _key, _value: where, lambda _key: where))
    _add_named(merger, named)
    for override in overrides:
        _add_override(merger, override)
    return merger.finish(None)


def _as_it_was(tree: dict[str, Any]) -> dict[str, Any]:
    """A session keeps every setting; one that it lacks was not there yet, and the desk did without it."""
    for path, value in BEFORE.items():
        section: Any = tree
        for name in path[:-1]:
            section = section.get(name) if isinstance(section, dict) else None
        if isinstance(section, dict):
            section.setdefault(path[-1], value)
    return tree


def _without_unset(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _without_unset(value) if isinstance(value, dict) else value
        for name, value in tree.items()
        if value is not None
    }


def find_file(config: Path | None, environ: Mapping[str, str], cwd: Path) -> Path | None:
    """The settings file that holds: the named one, `./settings.toml`, the user's own, or none."""
    if config is not None:
        return cwd / config.expanduser()
    return next((path for path in (cwd / "settings.toml", config_file(environ)) if path.exists()), None)


def _line(problem: str) -> tuple[int, int]:
    """Line and column of a problem of the file, in the order of which they are told; what is elsewhere comes last."""
    found = _PLACE.match(problem)
    return (sys.maxsize, 0) if found is None else (int(found[1]), int(found[2]))


_PLACE: Final = re.compile(r"(?!--|environment ).+?:(\d+):(\d+) ")


class _Merger:
    """Collects layers, the weakest first."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.values: dict[Key, Any] = {}
        self.sources: dict[Key, str] = {}
        self.origins: dict[Key, _Origin] = {}
        self.bad: set[Key] = set()

    def problem(self, origin: _Origin, path: Key, words: str, *, value: bool = True) -> None:
        self.problems.append(f"{origin.place(path, value)} {'.'.join(path)}: {words}")
        self.bad.add(path)

    def add(self, path: Key, value: Any, origin: _Origin) -> None:
        """Take one value at a path from the top; tables are walked into."""
        kind: Any = Settings
        for depth, name in enumerate(path):
            free = check.free_values(kind)
            if free is not None:
                if depth == len(path) - 1:
                    self._value(path, free, value, origin)
                else:
                    self.problem(origin, path, "unknown key (the keys of this table have no parts)", value=False)
                return
            known = check.keys_of(kind)
            if name not in known:
                self._unknown(path[: depth + 1], list(known), origin)
                return
            kind = known[name]
        self._value(path, kind, value, origin)

    def _value(self, path: Key, kind: Any, value: Any, origin: _Origin) -> None:
        if check.is_table(kind) or check.free_values(kind) is not None:
            if isinstance(value, dict):
                for name, inner in value.items():
                    self.add((*path, name), inner, origin._replace(text=None))
            else:
                self.problem(origin, path, f"got {check.shown(value)}, must be a table")
            return
        if not check.is_text((*path, value)):
            self.problem(origin, path, "got a text in another encoding, must be UTF-8")
            return
        if origin.text is not None:
            value = _typed(value, origin.text, kind)
        converted, wrong = check.convert(value, kind)
        if wrong:
            self.problem(origin, path, f"got {check.HIDDEN}, must be a text" if check.is_secret(path) else wrong)
            return
        self.values[path] = converted
        self.sources[path] = origin.source(path)
        self.origins[path] = origin
        self.bad.discard(path)

    def _unknown(self, path: Key, known: list[str], origin: _Origin) -> None:
        name, table = path[-1], path[:-1]
        close = check.suggestion(name, known)
        meant = None if close is None else origin.spelled(".".join((*table, close)))
        if meant is None:
            elsewhere = [".".join(key) for key in _leaves() if key[-1] == name]
            meant = origin.spelled(elsewhere[0]) if len(elsewhere) == 1 else None
        elif origin.spelled is str:
            meant = close
        hint = f"did you mean {meant}?" if meant else "`mm-tui config show` lists the keys"
        self.problem(origin, path, f"unknown key ({hint})", value=False)

    def finish(self, file: Path | None, judge: Judge = _content) -> Loaded:
        tree: dict[str, Any] = {}
        for path, value in self.values.items():
            table = tree
            for name in path[:-1]:
                table = table.setdefault(name, {})
            table[path[-1]] = value
        settings = msgspec.convert(tree, Settings)
        for conflict in check.together(settings):
            if self.bad.isdisjoint(path for path, _ in conflict):
                path, words = next((one for one in conflict if one[0] in self.origins), conflict[0])
                self._late(path, words, value=True)
        for refused in judge(settings, file):
            if refused.path not in self.bad:
                self._late(*refused)
        if self.problems:
            raise SettingsError(sorted(self.problems, key=_line))
        flat = {".".join(path): self.sources.get(path, "default") for path in flatten(settings)}
        return Loaded(settings, flat, list(check.remarks(settings)), file)

    def _late(self, path: Key, words: str, value: bool) -> None:  # noqa: FBT001  # as it is in Refused
        """Tell a problem of settings that were taken, each for itself."""
        origin = self.origins.get(path)
        place = "default" if origin is None else origin.place(path, value)
        self.problems.append(f"{place} {'.'.join(path)}: {words}")


def flatten(settings: Settings) -> dict[Key, Any]:
    """Every key with its value, in the order of the sections; an empty table of free keys stands for itself."""
    found: dict[Key, Any] = {}

    def walk(table: Any, path: Key) -> None:
        kind: Any = type(table)
        for name in check.keys_of(kind):
            value = getattr(table, name)
            if isinstance(value, msgspec.Struct):
                walk(value, (*path, name))
            elif isinstance(value, dict) and value:
                found.update({(*path, name, key): inner for key, inner in value.items()})
            else:
                found[(*path, name)] = value

    walk(settings, ())
    return found


def _leaves() -> list[Key]:
    return list(flatten(Settings()))


def _typed(value: Any, text: str, kind: Any) -> Any:
    """What was typed outside a file, for a key of this type: a text needs no quotes, a list no brackets."""
    if isinstance(value, str) and get_origin(kind) is tuple:
        return [word.strip() for word in value.split(",") if word.strip()]
    try:
        msgspec.convert(value, kind)
    except (msgspec.ValidationError, OverflowError):
        return text if check.convert(text, kind)[1] == "" else value
    return value


def _add_file(merger: _Merger, file: Path, cwd: Path) -> None:
    name = str(file.relative_to(cwd)) if file.is_relative_to(cwd) else str(file)
    try:
        parsed, places = read(file, name)
    except SettingsError as error:
        merger.problems += error.problems
        return

    def place(path: Key, value: bool) -> str:  # noqa: FBT001  # the shape of _Origin.place
        at = places[path]
        line, column = at.value if value else at.key
        return f"{name}:{line}:{column}"

    origin = _Origin(place, lambda path: f"{name}:{places[path].key[0]}")
    merger.add((), parsed, origin)
    secrets = [path for path in merger.values if check.is_secret(path)]
    if secrets and file.stat().st_mode & 0o077:
        merger.problem(origin, secrets[0], f"a secret in a file that others may read; run: chmod 600 {name}")


def _parsed(text: str) -> Any:
    """A value typed outside a file: TOML where it is, else the text itself."""
    try:
        document = tomli.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return document["value"] if len(document) == 1 else text


def _add_variable(merger: _Merger, name: str, text: str) -> None:
    place = f"environment {name}"
    path = tuple(name.removeprefix(PREFIX).lower().split("__"))
    origin = _Origin(
        lambda _path, _value: place, lambda _path: place, text, lambda key: PREFIX + key.upper().replace(".", "__")
    )
    merger.add(path, _parsed(text), origin)


def _add_named(merger: _Merger, named: Iterable[Named]) -> None:
    for option, key, value in named:
        origin = _Origin(lambda _key, _value, option=option: option, lambda _key, option=option: option)  # type: ignore[misc]  # mypy does not type lambda defaults
        merger.add(tuple(key.split(".")), value, origin)


def _add_override(merger: _Merger, override: str) -> None:
    key, equals, text = override.partition("=")
    path = tuple(part.strip() for part in key.split("."))
    if not equals or not all(path):
        merger.problems.append(f"--set {check.shown(override)}: must be KEY=VALUE, for example risk.max_position=0.5")
        return
    origin = _Origin(lambda _path, _value: "--set", lambda _path: "--set", text.strip())
    if check.is_secret(path):
        words = f"others can read the command line; use the environment ({PREFIX}CCXT__OPTIONS) or a file of mode 0600"
        merger.problem(origin, path, words)
        return
    merger.add(path, _parsed(text.strip()), origin)
