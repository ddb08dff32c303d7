"""One run of a sweep as a document: what is heard, on which terms, and the key that its content gives it.

The key is the sha256 of everything that decides the result and of nothing else: the recording's bytes, the settings
that a run reads, a user's own strategy file, and the code that runs. So a run is found again whoever made it.
"""

from functools import cache
from hashlib import sha256
from importlib.metadata import entry_points, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

import mm_tui
from mm_tui.errors import DataError
from mm_tui.journal.lines import regular
from mm_tui.journal.meta import FILE
from mm_tui.journal.seal import market_parts
from mm_tui.journal.writer import JOURNAL
from mm_tui.runtime.assembly import Terms
from mm_tui.settings.sections import Desk, Settings, Strategies
from mm_tui.strategy.registry import BUILT_IN, GROUP
from mm_tui.venues.capture_file import parts_of

DECIDING: Final = (
    "model", "book", "strategy", "risk", "core", "sim", "analytics", "venues", "settings/sections.py",
    "runtime/assembly.py", "runtime/desk.py", "runtime/summary.py", "runtime/wire.py",
    "runtime/followers/band.py", "runtime/followers/followers.py",
    "backtest/recording.py", "backtest/runner.py", "backtest/index", "backtest/sweep/execute.py",
)  # fmt: skip
"""Code that a result depends on, rooms and files of the package."""
UNREAD: Final = ("instrument", "binance", "ccxt", "demo", "alerts", "record", "ui", "shadows")
"""Sections that no run over a recording reads, once its terms are resolved."""
_BLOCK: Final = 1 << 20


class Part(msgspec.Struct, frozen=True):
    """A file of a recording."""

    name: str
    sha256: str
    size: int
    """Bytes."""


class Source(msgspec.Struct, frozen=True):
    """A recording by its content, and where it was found."""

    path: str
    kind: Literal["session", "capture"]
    sha256: str
    folder: bool
    """Whether it is a folder of parts, not one file."""
    parts: tuple[Part, ...]


class OwnStrategy(msgspec.Struct, frozen=True):
    """A user's own strategy file; small enough to travel with the run."""

    name: str
    """Of the file, without its folder."""
    content: bytes


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a run needs besides the recording's bytes."""

    key: str
    source: Source
    terms: Terms
    operator: bool
    salvage: bool
    own_strategy: OwnStrategy | None
    code: str


def source_of(path: Path) -> Source:
    """The recording with the hash of its files; raises DataError where one cannot be read."""
    session = path.is_dir() and (path / FILE).exists() and (path / JOURNAL).exists()
    files = [path / FILE, path / JOURNAL, *market_parts(path)] if session else parts_of(path)
    folder = path.is_dir()
    parts = tuple(Part(one.name, *hashed(one)) for one in files)
    whole = sha256()
    for part in parts:
        whole.update(f"{part.name if folder else ''} {part.sha256}\n".encode())
    return Source(str(path), "session" if session else "capture", whole.hexdigest(), folder, parts)


def check_unchanged(source: Source, path: Path) -> None:
    """A session that still runs grows: what it is now is not what the run's key says; raises DataError."""
    for part in source.parts:
        place = path / part.name if source.folder else path
        try:
            size = place.stat().st_size
        except OSError as error:
            raise DataError(f"{place} cannot be read: {(error.strerror or str(error)).lower()}") from error
        if size != part.size:
            raise DataError(f"{place} has changed since the sweep was planned; sweep it again once it is whole")


def spec_of(source: Source, terms: Terms, *, operator: bool, salvage: bool) -> Spec:
    """The run with its key; what it does not read is left out of its terms, secrets with it."""
    terms = msgspec.structs.replace(terms, settings=_deciding(terms.settings, terms.strategy))
    own = own_strategy(terms.strategy)
    identity = {
        "recording": source.sha256,
        "kind": source.kind,
        "terms": msgspec.structs.replace(terms, strategy=_identity(terms.strategy, own)),
        "operator": operator,
        "salvage": salvage,
        "code": code(),
    }
    key = sha256(msgspec.json.encode(identity, order="deterministic")).hexdigest()
    return Spec(key=key, source=source, terms=terms, operator=operator, salvage=salvage, own_strategy=own, code=code())


def own_strategy(strategy: str) -> OwnStrategy | None:
    """The file of `/absolute/file.py:Class`; None for a strategy that is installed."""
    text, _, name = strategy.rpartition(":")
    if not name or not text:
        return None
    path = Path(text)
    try:
        return OwnStrategy(path.name, path.read_bytes())
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error


@cache
def code() -> str:
    """The version, and the hash of the code that decides results; the version alone where there is no source."""
    root = Path(mm_tui.__file__).parent
    digest = sha256()
    for name in DECIDING:
        place = root / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
            digest.update(path.read_bytes() if path.exists() else b"")
    return f"{version('mm-tui')}+{digest.hexdigest()[:16]}"


def _deciding(settings: Settings, strategy: str) -> Settings:
    """The settings with every section at its default that the run does not read."""
    default, own = Settings(), getattr(settings.strategy, strategy, None)
    desk = Desk(symbol=settings.desk.symbol, quoting_on_start=settings.desk.quoting_on_start, strategy="passive")
    strategies = Strategies() if own is None else msgspec.structs.replace(Strategies(), **{strategy: own})
    changed: dict[str, Any] = {name: getattr(default, name) for name in UNREAD}
    return msgspec.structs.replace(settings, desk=desk, strategy=strategies, **changed)


def _identity(strategy: str, own: OwnStrategy | None) -> str:
    """What tells one strategy from another: its name, and its file's content where it is not one of ours."""
    if own is not None:
        return f"{sha256(own.content).hexdigest()}:{strategy.rpartition(':')[2]}"
    return strategy if strategy in BUILT_IN else f"{strategy} {_plug_in(strategy)}"


@cache
def _plug_in(name: str) -> str:
    """The distribution of a plug-in, and the hash of its module."""
    for point in entry_points(group=GROUP, name=name):
        found = find_spec(point.module)
        origin = Path(found.origin) if found is not None and found.origin else None
        content = origin.read_bytes() if origin is not None and origin.is_file() else b""
        distribution = f"{point.dist.name} {point.dist.version}" if point.dist is not None else ""
        return f"{distribution} {sha256(content).hexdigest()}"
    return ""


def hashed(path: Path) -> tuple[str, int]:
    """The sha256 of a file's bytes, and how many they are; raises DataError where it cannot be read."""
    digest, size = sha256(), 0
    try:
        with regular(path) as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
                size += len(block)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    return digest.hexdigest(), size
