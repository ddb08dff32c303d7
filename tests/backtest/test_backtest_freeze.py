"""Graphs that are kept as they stand."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from mm_tui.backtest.freeze import FreezeError, Frozen


class Counter:
    def __init__(self) -> None:
        self.count = 0
        self.hash = sha256(b"a")
        self.encode = msgspec.json.Encoder(order="deterministic").encode
        self.ask: Callable[[], int] = lambda: self.count
        self.add: Callable[..., None] = self.plus
        self.kind: type[Any] = Counter

    def plus(self, more: int = 1) -> None:
        self.count += more


def test_a_copy_asks_itself_and_the_original_stays() -> None:
    original = Counter()
    frozen = Frozen(original)
    first, second = frozen.thaw(), frozen.thaw()
    first.add(3)
    second.add(5)
    assert (original.ask(), first.ask(), second.ask()) == (0, 3, 5)


def test_a_hash_under_way_goes_on_in_each_copy() -> None:
    original = Counter()
    frozen = Frozen(original)
    original.hash.update(b"x")
    copy = frozen.thaw()
    copy.hash.update(b"b")
    assert copy.hash.hexdigest() == sha256(b"ab").hexdigest()
    assert frozen.thaw().hash.hexdigest() == sha256(b"a").hexdigest()


def test_what_does_not_change_is_the_same_object() -> None:
    def made_here() -> int:
        return 7

    copy = Frozen({"class": Counter, "function": made_here, "encode": Counter().encode}).thaw()
    assert copy["class"] is Counter
    assert copy["function"] is made_here
    assert copy["encode"]({"b": 1, "a": 2}) == b'{"a":2,"b":1}'


def test_keyword_defaults_of_a_closure_come_along() -> None:
    held = [1]

    def plus(*, more: int = 4) -> int:
        return held[0] + more

    copied, cell = Frozen((plus, held)).thaw()
    cell[0] = 10
    assert (plus(), copied()) == (5, 14)


def test_objects_of_an_unchanging_type_are_kept_as_they_are() -> None:
    held = Counter()
    assert Frozen([held], (Counter,)).thaw()[0] is held
    assert Frozen([held]).thaw()[0] is not held


def test_what_cannot_be_copied_is_said() -> None:
    def steps() -> Iterator[int]:
        yield 1

    with pytest.raises(FreezeError, match="generator"):
        Frozen([steps()])


def test_the_size_is_that_of_what_was_packed() -> None:
    noise = b"".join(sha256(bytes([number])).digest() for number in range(32))
    assert Frozen([noise]).size > Frozen([b""]).size + 900
    assert Frozen([b"x" * 100_000]).size < 1000
