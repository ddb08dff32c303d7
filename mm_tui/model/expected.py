"""What a value of the settings must be, in words: the same for a file and for what is typed while the desk runs."""

import re
from difflib import get_close_matches
from math import isfinite
from typing import Any

import msgspec
from msgspec import inspect

_NUMBER = re.compile(r"[-+]?(?:[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?|nan|inf)")
_BOUNDS = (("gt", ">"), ("ge", ">="), ("lt", "<"), ("le", "<="))


def typed_must_be(text: str, kind: Any) -> str:
    """Likewise of a value that was typed as text."""
    if text in ("true", "false"):
        return must_be(text == "true", kind)
    for read in (int, float) if _NUMBER.fullmatch(text) else ():
        try:
            return must_be(read(text), kind)
        except ValueError:
            continue
    return must_be(text, kind)


def must_be(value: object, kind: Any) -> str:
    """`got -5, must be > 0`."""
    wanted = _without_none(inspect.type_info(kind))
    words = _expected(wanted)
    if _is_huge(value):
        return "got a huge number, must be a smaller one"
    whole = isinstance(value, int) and not isinstance(value, bool)
    right_kind = whole or (isinstance(value, float) and isfinite(value) and isinstance(wanted, inspect.FloatType))
    if right_kind and isinstance(wanted, inspect.FloatType | inspect.IntType) and _bounds(wanted):
        words = _bounds(wanted)
    return f"got {shown(value)}, must be {words}{_literal_hint(value, wanted)}"


def shown(value: object) -> str:
    """A value as TOML would write it, in short."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return msgspec.json.encode(value if len(value) <= 80 else value[:77] + "...").decode()  # noqa: PLR2004  # one line
    if isinstance(value, list | tuple):
        return "[" + ", ".join(shown(item) for item in value[:8]) + (", ...]" if len(value) > 8 else "]")  # noqa: PLR2004  # one line
    if _is_huge(value):
        return "a huge number"
    return str(value)


def _is_huge(value: object) -> bool:
    """Whether it is a whole number that no float holds and no line has room for."""
    return isinstance(value, int) and abs(value) >= 1 << 128


def suggestion(word: str, known: list[str]) -> str | None:
    """The known word that was probably meant."""
    close = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return close[0] if close else None


def _without_none(kind: inspect.Type) -> inspect.Type:
    if isinstance(kind, inspect.UnionType):
        rest = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        return rest[0] if len(rest) == 1 else inspect.UnionType(tuple(rest))
    return kind


def _bounds(kind: inspect.FloatType | inspect.IntType) -> str:
    found = [f"{sign} {getattr(kind, name):g}" for name, sign in _BOUNDS if getattr(kind, name) is not None]
    return " and ".join(found)


def _expected(kind: inspect.Type) -> str:  # noqa: PLR0911  # one row a type
    match kind:
        case inspect.FloatType() | inspect.IntType():
            what = "a number" if isinstance(kind, inspect.FloatType) else "a whole number"
            return f"{what} {_bounds(kind)}".rstrip()
        case inspect.LiteralType():
            return "one of " + ", ".join(shown(value) for value in kind.values)
        case inspect.VarTupleType():
            return "a list of " + _expected(kind.item_type).removeprefix("one of ")
        case inspect.UnionType():
            return either([_expected(one) for one in kind.types])
        case inspect.BoolType():
            return "true or false"
        case inspect.StrType(pattern=pattern):
            return "a text in quotes" + (f" of the form {pattern}" if pattern else "")
        case _:
            return "a table"


def either(words: list[str]) -> str:
    """`one, two or three`."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def _literal_hint(value: object, kind: inspect.Type) -> str:
    if isinstance(kind, inspect.VarTupleType):
        kind = kind.item_type
        values = value if isinstance(value, list) else [value]
    else:
        values = [value]
    if not isinstance(kind, inspect.LiteralType):
        return ""
    known = [str(one) for one in kind.values]
    for one in values:
        close = suggestion(one, known) if isinstance(one, str) and one not in known else None
        if close:
            return f" (did you mean {close}?)"
    return ""
