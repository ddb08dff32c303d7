"""Keeps whole object graphs, a desk with all that hangs on it, as they stand, and makes equal ones of them later.

Pickle copies what changes. What does not change, or belongs to the program, is kept by reference: classes, modules,
functions, typed encoders. A closure becomes a closure over the copied cells, so that a copied desk asks itself and not
the desk it was copied from. A hash under way is copied. What cannot be copied, a running generator of a strategy for
example, raises FreezeError: whoever wanted the copy has to do without.
"""

import io
import pickle
import zlib
from hashlib import sha256
from itertools import count
from types import CellType, FunctionType, ModuleType
from typing import Any, Final, Generic, TypeVar
from weakref import WeakValueDictionary

from mm_tui.errors import MmTuiError

T = TypeVar("T")

_HASH: Final = type(sha256())
_PROTOCOL: Final = 5
_LEVEL: Final = 1
"""Of zlib: a fifth of the size for a few milliseconds."""
_numbers = count(1)


class FreezeError(MmTuiError):
    """Something in the graph cannot be copied."""


class _Shelf:
    """What one frozen graph refers to and does not copy."""

    __slots__ = ("__weakref__", "number", "things")

    def __init__(self) -> None:
        self.number = next(_numbers)
        self.things: list[Any] = []
        _shelves[self.number] = self

    def keep(self, thing: object) -> tuple[int, int]:
        """Where the thing is found again."""
        self.things.append(thing)
        return self.number, len(self.things) - 1


_shelves: "WeakValueDictionary[int, _Shelf]" = WeakValueDictionary()


class Frozen(Generic[T]):
    """A graph as it stood; `thaw` gives a fresh copy each time."""

    __slots__ = ("_packed", "_shelf")

    def __init__(self, root: T, unchanging: tuple[type, ...] = ()) -> None:
        """Objects of `unchanging` types are kept by reference; raises FreezeError where something cannot be copied."""
        self._shelf = _Shelf()
        stream = io.BytesIO()
        try:
            _Freezer(stream, self._shelf, unchanging).dump(root)
        except (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise FreezeError(f"cannot be kept as it stands: {error}") from error
        self._packed = zlib.compress(stream.getbuffer(), _LEVEL)

    @property
    def size(self) -> int:
        """Bytes, packed."""
        return len(self._packed)

    def thaw(self) -> T:
        """An equal graph that shares nothing that changes."""
        return pickle.loads(zlib.decompress(self._packed))  # type: ignore[no-any-return]  # noqa: S301 - packed by this process, never on disk


class _Freezer(pickle.Pickler):
    """The pickler with our say about what it does not know."""

    def __init__(self, stream: io.BytesIO, shelf: _Shelf, unchanging: tuple[type, ...]) -> None:
        super().__init__(stream, _PROTOCOL)
        self._shelf = shelf
        self._unchanging = unchanging

    def reducer_override(self, obj: Any) -> Any:
        """How what is no plain data is made again."""
        kind = type(obj)
        if kind is FunctionType and obj in _MAKERS:
            return NotImplemented
        if kind is FunctionType and obj.__closure__ is not None:
            return _closure, (*self._shelf.keep(obj), obj.__closure__)
        if kind is CellType:
            return _cell, (), (obj.cell_contents,), None, None, _fill_cell
        if kind is _HASH:
            return _hash, self._shelf.keep(obj.copy())
        return (_kept, self._shelf.keep(obj)) if self._stays(obj, kind) else NotImplemented

    def _stays(self, obj: object, kind: type) -> bool:
        """Whether the thing belongs to the program, or never changes."""
        if kind is FunctionType or kind is ModuleType or isinstance(obj, (type, *self._unchanging)):
            return True
        return kind.__module__.startswith("msgspec")


def _kept(shelf: int, number: int) -> Any:
    return _shelves[shelf].things[number]


def _hash(shelf: int, number: int) -> Any:
    return _shelves[shelf].things[number].copy()


def _cell() -> CellType:
    return CellType()


def _fill_cell(cell: CellType, contents: tuple[Any]) -> None:
    cell.cell_contents = contents[0]


def _closure(shelf: int, number: int, cells: tuple[CellType, ...]) -> FunctionType:
    kept = _shelves[shelf].things[number]
    made = FunctionType(kept.__code__, kept.__globals__, kept.__name__, kept.__defaults__, cells)
    made.__kwdefaults__ = kept.__kwdefaults__
    return made


_MAKERS: Final = frozenset({_kept, _hash, _cell, _fill_cell, _closure})
"""Found again by their names, as the pickle itself calls them."""
