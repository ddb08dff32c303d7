"""Captures as the differential test reads them: the text's own floats for quantities, and local times as they stand."""

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from mm_tui.errors import DataError
from mm_tui.sim.twoclocks import Diff, Levels, Message, Print, Snapshot

NS_PER_MS = 1_000_000
GZIP_MAGIC = b"\x1f\x8b"
WHOLE = 1e-4
"""How far a price may lie from a whole number of ticks, in ticks, as floats go."""
BROKEN = (msgspec.MsgspecError, LookupError, ValueError, TypeError, ArithmeticError, AttributeError)


class Recording:
    """The messages of several files as one session."""

    def __init__(self, files: Iterable[Path], tick: float) -> None:
        self._files = list(files)
        self._tick = tick
        self._symbol: str | None = None

    def messages(self) -> Iterator[Message]:
        """Snapshots, diffs and trades, in the order of the files; raises DataError with file and line."""
        last_id: int | None = None
        begun = False
        for where, message in self._numbered():
            if isinstance(message, tuple):
                diff, first_id = message
                if last_id is not None and first_id > last_id + 1:
                    _note(f"{where}: diffs {last_id + 1} to {first_id - 1} are missing")
                last_id = diff.final_id
                yield diff
                continue
            if isinstance(message, Snapshot):
                if begun:
                    _note(f"{where}: another snapshot, left out; the session begins with the first")
                begun = True
            yield message

    def _numbered(self) -> Iterator[tuple[str, Message | tuple[Diff, int]]]:
        """What the lines say, each with its file and line."""
        for path in self._files:
            for number, line in enumerate(_lines(path), 1):
                where = f"{path}: line {number}"
                try:
                    message = self._message(line) if line.strip() else None
                except DataError as error:
                    raise DataError(f"{where}: {error}") from None
                except BROKEN as error:
                    if isinstance(error, msgspec.DecodeError) and not line.endswith(b"\n"):
                        _note(f"{where} breaks off; read up to there")
                        break
                    raise DataError(f"{where}: {error}; is this a capture of Binance's streams?") from error
                if message is not None:
                    yield where, message

    def _message(self, line: bytes) -> Message | tuple[Diff, int] | None:
        """A diff comes with its first id."""
        stamp, _, raw = line.partition(b" ")
        local_ts = int(stamp)
        frame = msgspec.json.decode(raw)
        data = frame.get("data", frame)
        kind = data.get("e")
        if kind in {"depthUpdate", "trade"}:
            self._one_symbol(data.get("s"))
        if kind == "depthUpdate":
            bids, asks = self._levels(data["b"]), self._levels(data["a"])
            return Diff(local_ts, data["E"] * NS_PER_MS, data["u"], bids, asks), data["U"]
        if kind == "trade":
            price = self._ticks(data["p"])
            return Print(local_ts, data["T"] * NS_PER_MS, price, float(data["q"]), data["m"])
        if "lastUpdateId" in data and "stream" not in frame:
            return Snapshot(local_ts, data["lastUpdateId"], self._levels(data["bids"]), self._levels(data["asks"]))
        return None

    def _one_symbol(self, symbol: str | None) -> None:
        if symbol is None or symbol == self._symbol:
            return
        if self._symbol is not None:
            raise DataError(f"{symbol} among the data of {self._symbol}; give the captures of one symbol")
        self._symbol = symbol

    def _levels(self, pairs: list[list[Any]]) -> Levels:
        return [(self._ticks(price), float(quantity)) for price, quantity in pairs]

    def _ticks(self, price: str) -> int:
        ticks = float(price) / self._tick
        whole = round(ticks)
        if abs(ticks - whole) > WHOLE:
            raise DataError(f"price {price} is no multiple of --tick {self._tick}")
        return whole


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            packed = stream.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        with gzip.open(path) if packed else path.open("rb") as lines:
            yield from lines
    except EOFError:
        _note(f"{path}: its gzip stream breaks off; read up to there")
    except (OSError, zlib.error) as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def _note(what: str) -> None:
    print(f"note: {what}", file=sys.stderr)
