"""A capture file as a source of the loopback server: recorded frames of Binance, in order, none lost.

The file is that of hftbacktest's collector: a line is `<receive time, ns> <frame>`, frames are combined-stream
messages, and somewhere one REST depth snapshot stands between them. That snapshot answers the first `GET /depth`, once
every frame before it was sent; the frames behind it wait until it was asked for. So a client that follows the
exchange's rules ends with the book of the capture and no gap. Later requests are answered with the book as it stands.
"""

import asyncio
import gzip
import zlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec

from mm_tui.errors import DataError
from mm_tui.model.instrument import decimals_of
from mm_tui.venues.demo.pair import Pair
from mm_tui.venues.demo.source import Publisher

KNOWN_QUOTES = ("USDT", "USDC", "FDUSD", "BTC", "ETH", "BNB", "EUR", "TRY")
"""How a symbol without a slash is cut in two."""
DIFF = "depth@100ms"
"""Suffix of the stream of diffs."""
BATCH = 64
"""Frames sent between two looks at the subscribers' room, where the pace is as fast as they read."""
NS = 1_000_000_000


class Line(msgspec.Struct, frozen=True, gc=False):
    """One recorded frame."""

    received_ns: int
    suffix: str
    """Of its stream: `trade`; empty for the REST snapshot."""
    payload: bytes
    """What the stream carried, without the wrapping."""


class _Combined(msgspec.Struct):
    stream: str
    data: msgspec.Raw


class _Snapshot(msgspec.Struct):
    lastUpdateId: int  # noqa: N815 - the exchange's own name
    bids: list[tuple[str, str]]
    asks: list[tuple[str, str]]


class _Diff(msgspec.Struct):
    last_update_id: int = msgspec.field(name="u")
    bids: list[tuple[str, str]] = msgspec.field(name="b")
    asks: list[tuple[str, str]] = msgspec.field(name="a")


class ReplaySource:
    """Serves one capture once; `speed` 1 is its own pace, None as fast as the subscribers read."""

    def __init__(self, path: Path, speed: float | None = None, wait_for: frozenset[str] | None = None) -> None:
        self.lines = list(read_capture(path))
        """Every frame of the file."""
        self._speed = speed
        snapshots = [place for place, line in enumerate(self.lines) if not line.suffix]
        if not snapshots:
            raise DataError(f"{path} holds no depth snapshot; record one beside the streams")
        self._snapshot_at = snapshots[0]
        self._snapshot = msgspec.json.decode(self.lines[self._snapshot_at].payload, type=_Snapshot)
        self.streams = frozenset(line.suffix for line in self.lines if line.suffix)
        if not self.streams:
            raise DataError(f"{path} holds no frames of a stream")
        self._wait_for = self.streams if wait_for is None else wait_for
        self.pair: Pair = self._infer_pair()
        self.sent = 0
        """Lines that are behind us, the snapshot included."""
        self.ended = asyncio.Event()
        """Set when the last frame was handed over."""
        self._reached_snapshot = asyncio.Event()
        self._asked = asyncio.Event()

    def clock_ms(self) -> int:
        """The clock of the capturing machine at the last frame."""
        return self.lines[max(0, self.sent - 1)].received_ns // 1_000_000

    async def answer(self, resource: str, limit: int) -> bytes | None:
        """The book; the capture holds nothing else."""
        if resource != "depth":
            return None
        await self._reached_snapshot.wait()
        if not self._asked.is_set():
            self._asked.set()
            return _depth_body(self._snapshot, limit)
        return _depth_body(self._book(), limit)

    async def run(self, out: Publisher) -> None:
        """Wait for the subscribers, then send every line in order."""
        await out.subscribed(self._wait_for)
        clock = asyncio.get_running_loop().time
        origin = clock() - self.lines[0].received_ns / NS / (self._speed or 1.0)
        for place, line in enumerate(self.lines):
            if self._speed is not None:
                await asyncio.sleep(max(0.0, origin + line.received_ns / NS / self._speed - clock()))
            elif place % BATCH == 0:
                await out.room()
                await asyncio.sleep(0)
            if place == self._snapshot_at:
                self._reached_snapshot.set()
                held = clock()
                await self._asked.wait()
                origin += clock() - held
            elif line.suffix:
                out.publish(line.suffix, line.payload)
            self.sent = place + 1
        self.ended.set()

    def _book(self) -> _Snapshot:
        """The snapshot with every diff that was sent since."""
        bids, asks = dict(self._snapshot.bids), dict(self._snapshot.asks)
        last = self._snapshot.lastUpdateId
        for line in self.lines[: self.sent]:
            if line.suffix != DIFF:
                continue
            diff = msgspec.json.decode(line.payload, type=_Diff)
            if diff.last_update_id > last:
                last = diff.last_update_id
                bids.update(diff.bids)
                asks.update(diff.asks)
        return _Snapshot(last, _standing(bids, best_is_high=True), _standing(asks, best_is_high=False))

    def _infer_pair(self) -> Pair:
        payload = next(line.payload for line in self.lines if line.suffix)
        symbol = msgspec.json.decode(payload)["s"]
        quote = next((known for known in KNOWN_QUOTES if symbol.endswith(known)), symbol[-3:])
        levels = self._snapshot.bids + self._snapshot.asks
        prices, quantities = ([Decimal(level[column]) for level in levels] for column in (0, 1))
        return Pair(
            symbol.removesuffix(quote),
            quote,
            price_decimals=max(map(decimals_of, prices)),
            quantity_decimals=max(map(decimals_of, quantities)),
        )


def read_capture(path: Path) -> Iterator[Line]:
    """The frames of a capture, gzipped or plain; raises DataError naming the line that is none."""
    number = 0
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            for text in gzip.GzipFile(fileobj=raw) if packed else raw:
                number += 1
                yield _line(text)
    except (ValueError, msgspec.DecodeError) as error:
        raise DataError(f"{path}, line {number}: no `<ns> <frame>` of a combined stream ({error})") from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} breaks off after line {number} ({error}); fetch it again") from error


def _line(text: bytes) -> Line:
    received, frame = text.split(b" ", 1)
    if frame.startswith(b'{"lastUpdateId"'):
        return Line(int(received), "", frame.rstrip())
    combined = msgspec.json.decode(frame, type=_Combined)
    return Line(int(received), combined.stream.partition("@")[2], bytes(combined.data))


def _standing(levels: dict[str, str], *, best_is_high: bool) -> list[tuple[str, str]]:
    standing = [(price, lots) for price, lots in levels.items() if float(lots)]
    return sorted(standing, key=lambda level: float(level[0]), reverse=best_is_high)


def _depth_body(book: _Snapshot, limit: int) -> bytes:
    return msgspec.json.encode(_Snapshot(book.lastUpdateId, book.bids[:limit], book.asks[:limit]))
