"""A long session from a short capture: the capture again and again, its times and ids carried on, as one stream.

Frames of depth and trades and the first snapshot are kept; the ticker is left out, so that every program hears the
same. Where the capture begins anew, one diff brings the book back to where it began: no gap, no other snapshot.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NS_PER_MS = 1_000_000
PAUSE_NS = 100_000_000
"""Between the last frame and the first one again."""

Sides = dict[str, dict[str, str]]
"""Of `b` and `a`: price to quantity, as text."""


class Tiles:
    """The lines of a capture, several times over."""

    def __init__(self, capture: Path, count: int) -> None:
        self._count = count
        self._snapshot_line, self._snapshot, self._frames = _read(capture)
        self.frames = 0
        """Diffs and trades of all tiles, once written."""
        self.rows = 0
        """Levels and trades of all tiles, the first snapshot apart."""

    def write(self, path: Path) -> None:
        """The capture in hftbacktest's format, packed."""
        with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as stream:
            for ts, frame in self._lines():
                stream.write(f"{ts} {json.dumps(frame, separators=(',', ':'))}\n")

    def _lines(self) -> Iterator[tuple[int, Any]]:
        begin: Sides = {"b": dict(self._snapshot["bids"]), "a": dict(self._snapshot["asks"])}
        first_id = self._snapshot["lastUpdateId"]
        span = self._frames[-1][0] - self._snapshot_line + PAUSE_NS
        span -= span % NS_PER_MS
        yield self._snapshot_line, self._snapshot
        last_id, book = first_id, {side: dict(levels) for side, levels in begin.items()}
        for tile in range(self._count):
            shift, ids = tile * span, last_id - first_id
            if tile:
                ids += 1
                last_id += 1
                back = {side: _way_back(book[side], begin[side]) for side in begin}
                symbol, exchange = self._frames[0][1]["s"], self._snapshot_line + shift
                data = {"e": "depthUpdate", "E": exchange // NS_PER_MS, "s": symbol, "U": last_id, "u": last_id, **back}
                yield self._framed(exchange, data)
                book = {side: dict(levels) for side, levels in begin.items()}
            for ts, data in self._frames:
                moved = {**data, "E": data["E"] + shift // NS_PER_MS}
                if data["e"] == "trade":
                    moved |= {"T": data["T"] + shift // NS_PER_MS, "t": data["t"] + tile * 10_000_000}
                else:
                    if data["u"] <= first_id:
                        continue
                    moved |= {"U": max(data["U"], first_id + 1) + ids, "u": data["u"] + ids}
                    last_id = moved["u"]
                    for side in ("b", "a"):
                        _apply(book[side], data[side])
                yield self._framed(ts + shift, moved)

    def _framed(self, ts: int, data: dict[str, Any]) -> tuple[int, Any]:
        self.frames += 1
        trade = data["e"] == "trade"
        self.rows += 1 if trade else len(data["b"]) + len(data["a"])
        return ts, {"stream": f"{data['s'].lower()}@{'trade' if trade else 'depth@100ms'}", "data": data}


def _read(capture: Path) -> tuple[int, Any, list[tuple[int, Any]]]:
    """When the first snapshot came, the snapshot, and the diffs and trades from then on."""
    snapshot: tuple[int, Any] | None = None
    frames: list[tuple[int, Any]] = []
    with gzip.open(capture) as stream:
        for line in stream:
            stamp, _, text = line.partition(b" ")
            frame = json.loads(text)
            if "lastUpdateId" in frame and snapshot is None:
                snapshot = int(stamp), frame
                frames = [(snapshot[0], data) for _, data in frames if data["e"] != "trade"]
            elif frame.get("data", {}).get("e") in ("depthUpdate", "trade"):
                frames.append((int(stamp), frame["data"]))
    if snapshot is None or not frames:
        raise SystemExit(f"{capture} holds no snapshot, or nothing after it; name a capture of Binance's streams")
    return *snapshot, frames


def _way_back(now: dict[str, str], begin: dict[str, str]) -> list[list[str]]:
    """The levels that bring one side back to another."""
    gone = [[price, "0.00000000"] for price in now if price not in begin]
    return gone + [[price, quantity] for price, quantity in begin.items() if now.get(price) != quantity]


def _apply(side: dict[str, str], levels: list[list[str]]) -> None:
    for price, quantity in levels:
        if float(quantity):
            side[price] = quantity
        else:
            side.pop(price, None)
