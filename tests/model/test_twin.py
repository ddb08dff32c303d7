"""Twins: the same content, other containers."""

from collections import deque

import pytest

from mm_tui.model.twin import twin


class Plain:
    def __init__(self) -> None:
        self.numbers = deque([1, 2], maxlen=3)
        self.by_name = {"a": [1]}
        self.other: object = self


class Slotted:
    __slots__ = ("items", "name")

    def __init__(self) -> None:
        self.items = [1]
        self.name = "x"


def test_containers_are_its_own_and_what_is_in_them_is_shared() -> None:
    one = Plain()
    made = twin(one, other=None)
    made.numbers.append(3)
    made.by_name["b"] = []
    assert (list(one.numbers), list(one.by_name)) == ([1, 2], ["a"])
    assert made.numbers.maxlen == 3
    assert made.by_name["a"] is one.by_name["a"]
    assert (made.other, one.other) == (None, one)


def test_slots_are_attributes_too() -> None:
    one = Slotted()
    made = twin(one, name="y")
    made.items.append(2)
    assert (one.items, one.name, made.name) == ([1], "x", "y")


def test_what_is_no_attribute_cannot_be_replaced() -> None:
    with pytest.raises(TypeError, match="Slotted has no nmae"):
        twin(Slotted(), nmae="y")
