"""Parameters with other values, and what tells a shadow from the desk: `strategy=glft risk_factor=0.1`."""

import shlex
from collections.abc import Mapping
from typing import Any

import msgspec

from mm_tui.errors import SettingsError
from mm_tui.model.bounds import disordered, typed, unusable
from mm_tui.model.expected import typed_must_be
from mm_tui.model.words import one_line, raised
from mm_tui.risk.limits import SHOWN

LONGEST_NAME = 26
"""Characters of a variant's name."""


class Variant(msgspec.Struct, frozen=True):
    """Another strategy, or other values of some parameters, or both."""

    strategy: str = ""
    """What the strategy is found by; empty for the desk's own."""
    name: str = ""
    """As the user calls it; may be empty."""
    values: dict[str, str] = {}
    """Parameter to its value as it was typed."""

    def called(self, strategy: str, words: str) -> str:
        """A short name: the user's, else what differs, else the strategy's own words for itself."""
        if self.name:
            return one_line(self.name, LONGEST_NAME)
        told = ", ".join(f"{key} {value}" for key, value in self.values.items())
        text = f"{strategy} {told}".rstrip()
        return text if self.values and len(text) <= LONGEST_NAME else one_line(words, LONGEST_NAME)


def read(text: str) -> Variant:
    """`[strategy=NAME] [name=NAME] [KEY=VALUE …]`; a key alone or as `strategy.NAME.KEY`. Raises SettingsError."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise SettingsError([f"{one_line(text, SHOWN)}: {error}"]) from error
    strategy = name = ""
    values: dict[str, str] = {}
    meant: set[str] = set()
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key or not value:
            raise SettingsError(
                [f"{one_line(word, SHOWN)}: must be KEY=VALUE, for example strategy=glft risk_factor=0.1"]
            )
        if key == "strategy":
            strategy = value
        elif key == "name":
            name = value
        elif key.startswith("strategy.") and key.count(".") > 1:
            _, of, key = key.split(".", 2)
            meant.add(of)
            values[key] = value
        elif "." in key:
            raise SettingsError([f"{one_line(key, SHOWN)}: a shadow takes parameters of its strategy alone"])
        else:
            values[key] = value
    if not words:
        raise SettingsError(["a shadow needs something that tells it from the desk: strategy=NAME or KEY=VALUE"])
    if len(meant) > 1 or (strategy and ":" not in strategy and not meant <= {strategy}):
        raise SettingsError([f"strategy.{max(meant - {strategy})}: a shadow takes parameters of its strategy alone"])
    strategy = strategy or next(iter(meant), "")
    return Variant(strategy, name, values)


def altered(strategy: str, params: msgspec.Struct, values: Mapping[str, str]) -> Any:
    """The parameters with these values in place of their own; raises SettingsError with what is wrong.

    `strategy` is as it calls itself. A strategy of anyone's may refuse what it is given, in its own words.
    """
    prefix, kind, before = f"strategy.{strategy}.", type(params), msgspec.structs.asdict(params)
    for key in values:
        if key not in before:
            raise SettingsError([f"{one_line(prefix + key, SHOWN)}: unknown key; there are {', '.join(before)}"])
    try:
        wanted = msgspec.convert({**before, **{key: _value(text) for key, text in values.items()}}, kind, strict=False)
    except Exception as error:  # the parameters of a plug-in may raise anything when they are made
        raise SettingsError([_refused(prefix, kind, values, error)]) from error
    for key, text in values.items():
        problem = unusable(getattr(wanted, key))
        if problem:
            raise SettingsError([f"{prefix}{key}: got {one_line(text, SHOWN)}, {problem}"])
    for low, high in disordered(wanted):
        words = f"{low} {typed(getattr(wanted, low))} is over {high} {typed(getattr(wanted, high))}"
        raise SettingsError([f"{prefix}{high if high in values else low}: {words}"])
    return wanted


def _refused(prefix: str, kind: type[msgspec.Struct], values: Mapping[str, str], error: Exception) -> str:
    """Which value was refused, where its type says so; else what was raised."""
    types = {field.name: field.type for field in msgspec.structs.fields(kind)}
    for key, text in values.items():
        try:
            msgspec.convert(_value(text), types[key], strict=False)
        except msgspec.ValidationError:
            return f"{prefix}{key}: {typed_must_be(text, types[key])}"
    return f"{prefix}{next(iter(values), '')}: {raised(error)}"


def _value(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    return text
