"""Settings for people and for files: as TOML with each value's source, or as plain data; never with a secret."""

import re
from typing import Any

import msgspec

from mm_tui.settings.check import HIDDEN, Key, is_secret, without_user
from mm_tui.settings.load import Loaded, flatten
from mm_tui.settings.sections import Settings

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 44


def public(settings: Settings) -> dict[str, Any]:
    """Every setting as plain data, secrets hidden: what a session's metadata may hold."""
    tree: dict[str, Any] = {}
    for path, value in flatten(settings).items():
        table = tree
        for name in path[:-1]:
            table = table.setdefault(name, {})
        table[path[-1]] = msgspec.to_builtins(_safe(path, value))
    return tree


def as_toml(loaded: Loaded) -> str:
    """A settings file that says the same, with the source of each value beside it."""
    lines: list[str] = []
    table: Key = ()
    for path, value in flatten(loaded.settings).items():
        inner = () if isinstance(value, dict) else path[:-1]
        if isinstance(value, dict):
            lines += ["", f"[{_dotted(path)}]"]
            table = path
            continue
        if inner != table:
            table = inner
            lines += ["", f"[{_dotted(table)}]"]
        source = loaded.sources[".".join(path)]
        if value is None:
            lines.append(f"# {_word(path[-1])} is not set")
        else:
            lines.append(f"{_word(path[-1])} = {literal(_safe(path, value))}".ljust(_WIDTH) + f" # {source}")
    return "\n".join(lines).lstrip("\n") + "\n"


def as_json(loaded: Loaded) -> str:
    """One JSON document: the settings, the source of each key, the file, the remarks."""
    document = {
        "settings": public(loaded.settings),
        "sources": loaded.sources,
        "file": None if loaded.file is None else str(loaded.file),
        "notes": loaded.notes,
    }
    return msgspec.json.format(msgspec.json.encode(document)).decode()


def literal(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    return repr(value)


def _safe(path: Key, value: Any) -> Any:
    if is_secret(path):
        return HIDDEN
    return without_user(value) if isinstance(value, str) else value


def _word(name: str) -> str:
    return name if _BARE.fullmatch(name) else literal(name)


def _dotted(path: Key) -> str:
    return ".".join(_word(name) for name in path)
