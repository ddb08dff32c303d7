"""Small captures, and hftbacktest's event array made of them, read as the format says."""

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mm_tui.backtest.export.files import Export, export
from mm_tui.backtest.recording import RecordedCapture
from mm_tui.settings.sections import Settings

ROOT = Path(__file__).resolve().parents[2]
CAPTURE = ROOT / ".." / "shared" / "data" / "btcusdt_20240808.gz"
MS = 1_000_000
captured = pytest.mark.skipif(
    not CAPTURE.exists(), reason="the captured data lies beside the project only where it is developed"
)
Row = tuple[int, int, int, float, float]


def quiet(_: float) -> None:
    """Nobody looks how far the export is."""


def write(path: Path, frames: list[tuple[int, dict[str, Any]]]) -> Path:
    """A capture of these frames, each with the millisecond in which it came."""
    path.write_text("".join(f"{ms * MS} {json.dumps(frame)}\n" for ms, frame in frames))
    return path


def array(path: Path, out: Path) -> tuple[Export, list[Row]]:
    """The rows of the file as the format says, read with nothing but the standard library."""
    found = export(RecordedCapture(path, Settings()), "hftbacktest", out, (), quiet)
    with zipfile.ZipFile(out / "events.npz") as packed:
        assert packed.namelist() == ["data.npy"]
        data = packed.read("data.npy")
    assert data[:8] == b"\x93NUMPY\x01\x00"
    (length,) = struct.unpack("<H", data[8:10])
    assert (10 + length) % 64 == 0
    assert data[9 + length : 10 + length] == b"\n"
    rows = list(struct.iter_unpack("<QqqddQqd", data[10 + length :]))
    assert f"'shape': ({len(rows)},)".encode() in data[: 10 + length]
    assert {row[5:] for row in rows} == {(0, 0, 0.0)}
    return found, [row[:5] for row in rows]


def snapshot(last: int) -> dict[str, Any]:
    return {"lastUpdateId": last, "bids": [["1.00", "2.0"], ["0.99", "1"]], "asks": [["1.02", "1.5"]]}


def diff(ms: int, first: int, last: int, *bids: list[str]) -> dict[str, Any]:
    data = {"e": "depthUpdate", "E": ms, "s": "BTCUSDT", "U": first, "u": last, "b": bids, "a": [["1.02", "0"]]}
    return {"stream": "btcusdt@depth@100ms", "data": data}


def trade(ms: int, price: str, *, sold: bool) -> dict[str, Any]:
    data = {"e": "trade", "E": ms, "s": "BTCUSDT", "t": 7, "p": price, "q": "0.5", "T": ms, "m": sold, "M": True}
    return {"stream": "btcusdt@trade", "data": data}
