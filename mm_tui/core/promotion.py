"""A promotion: which strategy the desk goes over to, and every one of its parameters, in one argument of an action.

It says all that the core needs, so that a journal in which it stands runs again without whatever was promoted.
"""

from typing import Any

import msgspec

from mm_tui.errors import SettingsError
from mm_tui.model.bounds import disordered, typed, unusable
from mm_tui.model.words import raised


class Promotion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The argument of the action `promote`, written as JSON."""

    strategy: str
    """What the strategy is found by: a name, or `/absolute/file.py:Class`."""
    params: dict[str, Any]
    """By their names; one that is not among them takes its default."""


def written(strategy: str, params: msgspec.Struct) -> str:
    """The argument that promotes a strategy with these parameters; raises SettingsError where it cannot be written."""
    try:
        plain = msgspec.to_builtins(params, str_keys=True)
        text = msgspec.json.encode(Promotion(strategy=strategy, params=plain)).decode()
        same = whole(read(text), type(params)) == params
    except Exception as error:  # the parameters of a plug-in may hold anything
        raise SettingsError([f"its parameters cannot be written down: {raised(error)}"]) from error
    if not same:
        raise SettingsError(["its parameters are other ones once they were written down"])
    return text


def read(argument: str) -> Promotion:
    """What an argument says; raises SettingsError."""
    try:
        return msgspec.json.decode(argument, type=Promotion)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise SettingsError([f"a promotion names a strategy and its parameters: {error}"]) from error


def whole(promotion: Promotion, kind: type[msgspec.Struct]) -> msgspec.Struct:
    """The parameters as the strategy wants them; raises SettingsError with what is wrong."""
    prefix = f"strategy.{promotion.strategy}."
    fields = [field.encode_name for field in msgspec.structs.fields(kind)]
    unknown = [name for name in promotion.params if name not in fields]
    if unknown:
        raise SettingsError([f"{prefix}{unknown[0]}: unknown key; there are {', '.join(fields)}"])
    try:
        params = msgspec.convert(promotion.params, kind)
    except Exception as error:  # the parameters of a plug-in may raise anything when they are made
        raise SettingsError([f"{prefix}: {raised(error)}"]) from error
    for name in params.__struct_fields__:
        problem = unusable(getattr(params, name))
        if problem:
            raise SettingsError([f"{prefix}{name}: {problem}"])
    for low, high in disordered(params):
        words = f"{low} {typed(getattr(params, low))} is over {high} {typed(getattr(params, high))}"
        raise SettingsError([f"{prefix}{words}"])
    return params
