"""What a sweep varies: `KEY=V1,V2,...` and `KEY=LOW:HIGH:STEP` as axes, and their points in order."""

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Any, Final, get_args

import msgspec
import tomli

from mm_tui.errors import UsageError
from mm_tui.settings import check
from mm_tui.settings.check import shown
from mm_tui.settings.load import Named
from mm_tui.settings.sections import Settings

MOST: Final = 100_000
"""Points of one sweep; more is a mistyped range."""
DIGITS: Final = 6
"""Significant digits of a value that a search draws; finer says nothing, and doubles no run."""
_PARTS: Final = 3
_EXAMPLE: Final = "for example strategy.passive.min_spread_bps=1,2,4 or strategy.passive.min_spread_bps=1:4:0.5"
_BRACKETS: Final = {"[": 1, "{": 1, "]": -1, "}": -1}

Point = tuple[Any, ...]
"""A value for each axis."""


class Axis(msgspec.Struct, frozen=True):
    """A key and the values that it takes."""

    key: str
    values: tuple[Any, ...]
    """Empty for a range without a step, which only a search can draw from."""
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    """Whether the key takes whole numbers only."""

    def drawn(self, value: float) -> float:
        """A drawn number as the run takes it: rounded to what matters, inside the range."""
        digits = DIGITS - 1 - math.floor(math.log10(abs(value))) if value else 0
        return min(self.high, max(self.low, round(value, digits)))


def axis(text: str) -> Axis:
    """One `--grid` text as an axis; raises UsageError with what it should be."""
    key, equals, rest = text.partition("=")
    key = key.strip()
    if not equals or not key or not rest.strip():
        raise UsageError(f"--grid {shown(text)}: must be KEY=V1,V2,... or KEY=LOW:HIGH:STEP, {_EXAMPLE}")
    path = tuple(key.split("."))
    if check.is_secret(path):
        raise UsageError(f"--grid {key}: a secret is no parameter, and others can read the command line")
    words = [word for word in _split(rest) if word]
    if len(words) == 1 and (ends := _numbers(words[0])):
        return _range(key, words[0], ends)
    values = tuple(dict.fromkeys(value for word in words for value in _values(key, word)))
    if not values:
        raise UsageError(f"--grid {shown(text)}: names no value, {_EXAMPLE}")
    return Axis(key, values)


def axes(texts: Sequence[str], *, search: bool) -> list[Axis]:
    """All `--grid` texts; raises UsageError where a key stands twice, or a range has no step and nothing draws."""
    found = [axis(text) for text in texts]
    for one in found:
        if sum(one.key == other.key for other in found) > 1:
            raise UsageError(f"--grid {one.key}: named twice; give all of its values at once")
        if not one.values and not search:
            raise UsageError(
                f"--grid {one.key}: a range needs a step, {one.key}={one.low:g}:{one.high:g}:STEP, or --search N"
            )
    if search and not found:
        raise UsageError(f"--search needs to know what it may change: --grid KEY=LOW:HIGH, {_EXAMPLE}")
    if not search and math.prod(len(one.values) for one in found) > MOST:
        raise UsageError(f"the grid has over {MOST:,} points; take fewer values, or --search N")
    return found


def points(found: Sequence[Axis]) -> Iterator[Point]:
    """Every combination, the last axis fastest; a single empty point where nothing varies."""
    return product(*(one.values for one in found))


def named(found: Sequence[Axis], point: Point) -> list[Named]:
    """The point as options that stand for their keys."""
    return [
        Named("--grid", one.key, list(value) if isinstance(value, tuple) else value)  # type: ignore[arg-type]  # lists reach the loader as they do from a file
        for one, value in zip(found, point, strict=True)
    ]


def label(value: Any) -> str:
    """A value for tables and files."""
    if isinstance(value, str):
        return value
    return shown(list(value)) if isinstance(value, tuple) else shown(value)


def _range(key: str, text: str, ends: list[Decimal]) -> Axis:
    low, high = ends[0], ends[1]
    whole = _is_whole(key)
    if high < low:
        raise UsageError(f"--grid {key}={text}: the range ends before it begins")
    if len(ends) == _PARTS:
        step = ends[2]
        if step <= 0:
            raise UsageError(f"--grid {key}={text}: the step must be > 0")
    elif whole:
        step = Decimal(1)
    else:
        return Axis(key, (_plain(low),) if low == high else (), float(low), float(high))
    count = int((high - low) / step) + 1
    if count > MOST:
        raise UsageError(f"--grid {key}={text}: has over {MOST:,} values; take a larger step")
    return Axis(key, tuple(_plain(low + step * at) for at in range(count)), float(low), float(high), whole)


def _values(key: str, word: str) -> tuple[Any, ...]:
    """One word between commas: a value, or a range with its step."""
    ends = _numbers(word)
    if not ends:
        return (_value(word),)
    values = _range(key, word, ends).values
    if not values:
        raise UsageError(f"--grid {key}={word}: a range among values needs a step, {word}:STEP")
    return values


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _numbers(word: str) -> list[Decimal]:
    """The parts of a range; empty where the word is none."""
    parts = word.split(":")
    if len(parts) not in (_PARTS - 1, _PARTS):
        return []
    try:
        found = [Decimal(part.strip()) for part in parts]
    except InvalidOperation:
        return []
    return found if all(number.is_finite() for number in found) else []


def _is_whole(key: str) -> bool:
    """Whether the key of the settings is a whole number; a key that there is not is reported elsewhere."""
    kind: Any = Settings
    for name in key.split("."):
        kind = check.keys_of(kind).get(name)
    kinds = (kind, *get_args(kind), *(inner for one in get_args(kind) for inner in get_args(one)))
    return int in kinds and float not in kinds


def _split(text: str) -> list[str]:
    """Words between commas that stand in no brackets and no quotes."""
    words, word, depth, quote = [], "", 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        else:
            depth += _BRACKETS.get(letter, 0)
        if letter == "," and not depth and not quote:
            words.append(word.strip())
            word = ""
        else:
            word += letter
    return [*words, word.strip()]


def _value(word: str) -> Any:
    """As TOML where it is, else the text itself; lists as tuples."""
    try:
        document = tomli.loads(f"value = {word}")
    except (ValueError, RecursionError):
        return word
    found = document["value"] if len(document) == 1 else word
    return tuple(found) if isinstance(found, list) else found
