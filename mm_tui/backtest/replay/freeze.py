"""Keeps whole object graphs, a desk with all that hangs on it, as they stand, and makes equal ones of them later.

Pickle copies what changes. What belongs to the program is kept by its name: classes, modules, functions. A closure
becomes a closure over the copied cells, so that a copied desk asks itself and not the desk it was copied from. A hash
under way is copied. What cannot be copied, a running generator of a strategy for example, raises FreezeError: whoever
wanted the copy has to do without.

A copy may also be made by another process of the same program, from bytes that the user's own cache kept. There
everything is as it was but a hash under way: no library says how far one has come, so it is lost and says so.
"""

import io
import marshal
import pickle
import sys
import zlib
from collections.abc import Callable
from hashlib import sha256
from itertools import count
from secrets import token_hex
from types import CellType, FunctionType, ModuleType
from typing import Any, BinaryIO, Final, Generic, TypeVar
from weakref import WeakValueDictionary

import msgspec

from mm_tui.errors import MmTuiError

T = TypeVar("T")

_HASH: Final = type(sha256())
_PROTOCOL: Final = 5
_LEVEL: Final = 1
"""Of zlib: a fifth of the size for a few milliseconds."""
_numbers = count(1)
_PROCESS: Final = token_hex(8)
LOST: Final = "lost"
"""What a hash that another process had under way says of itself."""


class FreezeError(MmTuiError):
    """Something in the graph cannot be copied, or made again."""


class LostHash:
    """In the place of a hash of another process."""

    def update(self, data: bytes) -> None:
        """What it would be is not known any more."""

    def copy(self) -> "LostHash":
        """Lost as well."""
        return self

    def hexdigest(self) -> str:
        """Not a digest, so that nobody takes it for one."""
        return LOST


class _Shelf:
    """What one frozen graph refers to and does not copy, as long as it is this process that makes the copies."""

    __slots__ = ("__weakref__", "number", "things")

    def __init__(self) -> None:
        self.number = f"{_PROCESS} {next(_numbers)}"
        self.things: list[Any] = []
        _shelves[self.number] = self

    def keep(self, thing: object) -> tuple[str, int]:
        """Where the thing is found again."""
        self.things.append(thing)
        return self.number, len(self.things) - 1


_shelves: "WeakValueDictionary[str, _Shelf]" = WeakValueDictionary()


class Frozen(Generic[T]):
    """A graph as it stood; `thaw` gives a fresh copy each time."""

    __slots__ = ("_packed", "_place", "_shelf", "_stream", "size")

    def __init__(self, root: T) -> None:
        """Raises FreezeError where something cannot be copied."""
        self._shelf: _Shelf | None = _Shelf()
        stream = io.BytesIO()
        try:
            _Freezer(stream, self._shelf).dump(root)
        except (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise FreezeError(f"cannot be kept as it stands: {error}") from error
        self._packed = zlib.compress(stream.getbuffer(), _LEVEL)
        self._stream: BinaryIO | None = None
        self._place = 0
        self.size = len(self._packed)
        """Bytes, packed."""

    @classmethod
    def at(cls, stream: BinaryIO, place: int, size: int) -> "Frozen[T]":
        """One that was put into a file, which must be this user's own: to make a copy of it is to run it."""
        frozen = cls.__new__(cls)
        frozen._shelf, frozen._packed, frozen._stream = None, b"", stream  # noqa: SLF001 - of its own class
        frozen._place, frozen.size = place, size  # noqa: SLF001 - likewise
        return frozen

    def put(self, stream: BinaryIO) -> int:
        """Append it to a file, which has it from now on; where it begins there."""
        packed = self.packed
        self._place = stream.seek(0, 2)
        stream.write(packed)
        self._stream, self._packed = stream, b""
        return self._place

    @property
    def packed(self) -> bytes:
        """Its bytes."""
        if self._stream is None:
            return self._packed
        self._stream.seek(self._place)
        return self._stream.read(self.size)

    def thaw(self) -> T:
        """An equal graph that shares nothing that changes; raises FreezeError where a file does not hold one."""
        try:
            return pickle.loads(zlib.decompress(self.packed))  # type: ignore[no-any-return]  # noqa: S301 - packed by this program, in this process or in this user's own cache
        except (
            pickle.UnpicklingError, zlib.error, OSError, EOFError, AttributeError, ImportError, IndexError, KeyError,
            TypeError, ValueError,
        ) as error:  # fmt: skip
            raise FreezeError(f"cannot be made again: {error}") from error


class _Freezer(pickle.Pickler):
    """The pickler with our say about what it does not know."""

    def __init__(self, stream: io.BytesIO, shelf: _Shelf) -> None:
        super().__init__(stream, _PROTOCOL)
        self._shelf = shelf

    def reducer_override(self, obj: Any) -> Any:  # noqa: PLR0911 - one for each kind of thing
        """How what is no plain data is made again."""
        kind = type(obj)
        if kind is FunctionType and not _is_named(obj):
            told = (marshal.dumps(obj.__code__), obj.__module__, obj.__name__, obj.__defaults__, obj.__kwdefaults__)
            if obj.__closure__ is None:
                return _kept, (*self._shelf.keep(obj), _function, *told)
            return _closure, (*self._shelf.keep(obj), obj.__closure__, told)
        if kind is CellType:
            return _cell, (), (obj.cell_contents,), None, None, _fill_cell
        if kind is _HASH:
            return _hash, self._shelf.keep(obj.copy())
        if kind is ModuleType:
            return _module, (obj.__name__,)
        if kind is msgspec.json.Encoder:
            return _kept, (*self._shelf.keep(obj), _encoder, obj.order, obj.decimal_format)
        if isinstance(obj, type):
            return NotImplemented if _is_named(obj) else (_kept, (*self._shelf.keep(obj), _unknown, obj.__qualname__))
        if kind.__module__.startswith("msgspec") and kind.__module__ != "msgspec._core":
            return _kept, (*self._shelf.keep(obj), _unknown, kind.__qualname__)
        return NotImplemented


def _is_named(obj: Any) -> bool:
    """Whether a class or function is found by its name."""
    found: Any = sys.modules.get(obj.__module__)
    for name in obj.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is obj


def _kept(shelf: str, number: int, make: Callable[..., Any], *told: Any) -> Any:
    """The thing itself in the process that kept it, one that is made like it in any other."""
    known = _shelves.get(shelf)
    return make(*told) if known is None else known.things[number]


def _hash(shelf: str, number: int) -> Any:
    known = _shelves.get(shelf)
    return LostHash() if known is None else known.things[number].copy()


def _encoder(order: Any, decimal_format: Any) -> msgspec.json.Encoder:
    return msgspec.json.Encoder(order=order, decimal_format=decimal_format)


def _module(name: str) -> ModuleType:
    return sys.modules[name]


def _unknown(name: str) -> Any:
    raise KeyError(name)


def _cell() -> CellType:
    return CellType()


def _fill_cell(cell: CellType, contents: tuple[Any]) -> None:
    cell.cell_contents = contents[0]


def _function(
    code: bytes, module: str, name: str, defaults: Any, keyword_defaults: Any, *, cells: Any = None
) -> FunctionType:
    """One like that which had this code and these defaults."""
    made = FunctionType(marshal.loads(code), vars(sys.modules[module]), name, defaults, cells)  # noqa: S302 - as above
    made.__kwdefaults__ = keyword_defaults
    return made


def _closure(shelf: str, number: int, cells: tuple[CellType, ...], told: tuple[Any, ...]) -> FunctionType:
    known = _shelves.get(shelf)
    if known is None:
        return _function(*told, cells=cells)
    kept = known.things[number]
    made = FunctionType(kept.__code__, kept.__globals__, kept.__name__, kept.__defaults__, cells)
    made.__kwdefaults__ = kept.__kwdefaults__
    return made
