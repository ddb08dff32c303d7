"""What a strategy's parameters are, read off its `Params`: kind, bounds, choices, unit by the name, one line of each.

The line comes from the docstring beneath a field in its source; a field without one, or a class without source, has
none. All of it is worked out once a class.
"""

import ast
import inspect
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from textwrap import dedent
from typing import Any, Final, Literal, get_args, get_origin

import msgspec
from msgspec import inspect as types

from mm_tui.core.operator import Parameters
from mm_tui.model.bounds import typed
from mm_tui.model.instrument import Instrument
from mm_tui.model.words import one_line
from mm_tui.views.fmt import number
from mm_tui.views.frames import Field, ParameterRow

_UNITS: Final = (
    ("_bps", "bps"), ("_ms", "ms"), ("_s", "s"), ("_pct", "%"), ("_window", "s"), ("_amount", "base"),
    ("_value", "quote"), ("price_ceiling", "quote"), ("price_floor", "quote"), ("horizon", "s"),
    ("execution_timeframe", "s"), ("volatility_floor", "bps/√s"), ("volatility_prior", "bps/√s"),
    ("intensity_prior", "/bp"), ("arrival_prior", "/s"),
)  # fmt: skip
"""By how a name ends; the first that fits."""


@lru_cache(maxsize=16)
def fields_of(params: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The parameters of a strategy, in their order."""
    docs = _docs(params)
    return tuple(_field(field, docs.get(field.name, "")) for field in msgspec.structs.fields(params))


def parameter_rows(parameters: Parameters) -> tuple[ParameterRow, ...]:
    """What the operator's keys have leaned, then what the strategy runs with."""
    leans, changed = parameters.leans, parameters.changed
    lean = number(leans.lean_bps, 1, signed=True) + " bps"
    keyed = (
        ("spread", "spread_factor", f"×{leans.spread_factor:.2f}"),
        ("size", "size_factor", f"×{leans.size_factor:.2f}"),
        ("lean", "lean_bps", lean),
    )
    rows = [ParameterRow(name=name, value=text, changed_ts=changed.get(key, 0)) for name, key, text in keyed]
    for field in fields_of(type(parameters.params)):
        key, value = parameters.prefix + field.name, shown(getattr(parameters.params, field.name))
        rows.append(ParameterRow(name=field.name, value=value, changed_ts=changed.get(key, 0), key=key, field=field))
    return tuple(rows)


def shown(value: object) -> str:
    """A value as a person would type it: `0.05`, `on`, `none`."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value is None else one_line(typed(value))


def unit_words(field: Field | None, instrument: Instrument | None) -> str:
    """The unit of a parameter as people write it; empty where it has none, or the market's currencies are not known."""
    unit = "" if field is None else field.unit
    if unit not in ("base", "quote"):
        return unit
    if instrument is None:
        return ""
    return instrument.base if unit == "base" else instrument.quote


def _field(field: Any, doc: str) -> Field:
    unit = next((unit for end, unit in _UNITS if field.name.endswith(end)), "")
    default = "" if field.required or field.default is msgspec.NODEFAULT else shown(field.default)
    found = _kind(types.type_info(field.type))
    declared = [*_words(field.type), "none"]
    found["words"] = tuple(sorted(found.get("words", ()), key=declared.index))
    numeric = found["kind"] in ("number", "whole")
    return Field(name=field.name, default=default, unit=unit if numeric else "", doc=doc, **found)


def _kind(info: types.Type) -> dict[str, Any]:
    """Kind, bounds and words of a type; what is not understood is a text."""
    match info:
        case types.UnionType(types=parts):
            return _union([_kind(one) for one in parts])
        case types.NoneType():
            return {"kind": "choice", "words": ("none",)}
        case types.BoolType():
            return {"kind": "switch"}
        case types.LiteralType(values=values):
            return {"kind": "choice", "words": tuple(str(value) for value in values)}
        case types.FloatType() | types.IntType():
            low = info.ge if info.gt is None else info.gt
            high = info.le if info.lt is None else info.lt
            kind = "number" if isinstance(info, types.FloatType) else "whole"
            return {
                "kind": kind, "low": low, "low_open": info.gt is not None,
                "high": high, "high_open": info.lt is not None,
            }  # fmt: skip
        case _:
            return {"kind": "text"}


def _words(kind: Any) -> Iterator[str]:
    """The words of a type in the order in which they are declared."""
    for part in get_args(kind):
        if get_origin(kind) is Literal:
            yield str(part)
        else:
            yield from _words(part)


def _union(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The part that is not a list of words, with all the words."""
    words = tuple(word for part in parts for word in part.get("words", ()))
    main = [part for part in parts if part["kind"] != "choice"]
    if len(main) > 1:
        return {"kind": "text", "words": words}
    return {**(main[0] if main else {"kind": "choice"}), "words": words}


def _docs(params: type[msgspec.Struct]) -> dict[str, str]:
    """What stands under each field, of the class and of those it derives from."""
    docs: dict[str, str] = {}
    for kind in reversed(params.__mro__):
        if kind is object or kind is msgspec.Struct or not isinstance(kind, type):
            continue
        try:
            tree = ast.parse(dedent(inspect.getsource(kind)))
        except (OSError, TypeError, SyntaxError, ValueError):
            continue
        body = getattr(tree.body[0], "body", []) if tree.body else []
        for line, after in pairwise(body):
            if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and isinstance(after, ast.Expr):
                value = after.value
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    docs[line.target.id] = one_line(" ".join(value.value.split()))
    return docs
