"""Twins of the core's own objects: what the twin does leaves the original as it is."""

from collections import OrderedDict, deque
from typing import Any, TypeVar

T = TypeVar("T")

_CONTAINERS = frozenset({list, deque, dict, set, OrderedDict})


def twin(one: T, **others: Any) -> T:
    """Another of the same class with the same attributes, but for those named in `others`.

    Containers are the twin's own; what is in them, and whatever else there is, is shared: it must be immutable, or
    named in `others`.
    """
    made = object.__new__(type(one))
    for name in _names(one):
        if name in others:
            value = others.pop(name)
        else:
            value = getattr(one, name)
            if type(value) in _CONTAINERS:
                value = value.copy()
        setattr(made, name, value)
    if others:
        raise TypeError(f"{type(one).__name__} has no {', '.join(others)}")
    return made


def _names(one: object) -> tuple[str, ...]:
    """The attributes of an object, whether it has slots or not."""
    kind = type(one)
    return kind.__slots__ if hasattr(kind, "__slots__") else tuple(vars(one))
