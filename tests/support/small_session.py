"""A few seconds of a market, and what a session needs to run on it in this process."""

import json
from pathlib import Path
from typing import Any

from pure_desk import SECOND, START

from mm_tui.runtime.control import Control
from mm_tui.runtime.outcome import Outcome
from mm_tui.runtime.session import run_session
from mm_tui.settings.load import Loaded, load
from mm_tui.settings.options import RunOptions

SETTINGS = ("strategy.passive.quantity_jitter=0", "strategy.passive.refill_delay_s=0")
"""Every size as wanted, and every quote put back at once: seconds of this market are to hold many fills."""


def loaded(*overrides: str) -> Loaded:
    return load(None, [*SETTINGS, *overrides], {}, Path("/nowhere"))


def options(tmp_path: Path, venue: str, **more: Any) -> RunOptions:
    base: dict[str, Any] = {
        "venue": venue, "symbol": "BTC/USDT", "strategy": "passive", "theme": "graphite",
        "sessions": tmp_path / "sessions", "state": tmp_path / "state", "headless": True, "speed": "max",
    }  # fmt: skip
    return RunOptions(**{**base, **more})


def capture(tmp_path: Path, seconds: int = 20) -> Path:
    """A few seconds of a market that goes up and down through our quotes."""
    lines, last = [], 100
    bids = [[f"{61800 - step * 3:.2f}", "1.00000"] for step in range(60)]
    asks = [[f"{61800.01 + step * 3:.2f}", "1.00000"] for step in range(60)]
    lines.append((START, {"lastUpdateId": last, "bids": bids, "asks": asks}))
    for step in range(1, seconds * 10):
        ts = START + step * SECOND // 10
        last += 1
        data = {
            "e": "depthUpdate",
            "E": ts // 10**6,
            "s": "BTCUSDT",
            "U": last,
            "u": last,
            "b": [["61500.00", f"{step}.00000"]],
            "a": [],
        }
        lines.append((ts, {"stream": "btcusdt@depth@100ms", "data": data}))
        price = "61770.00" if step % 20 < 10 else "61830.00"
        data = {
            "e": "trade",
            "E": ts // 10**6,
            "s": "BTCUSDT",
            "t": step,
            "p": price,
            "q": "0.00100",
            "T": ts // 10**6,
            "m": step % 20 < 10,
            "M": True,
        }
        lines.append((ts, {"stream": "btcusdt@trade", "data": data}))
    path = tmp_path / "capture.log"
    path.write_text("".join(f"{ts} {json.dumps(frame)}\n" for ts, frame in lines))
    return path


async def record(tmp_path: Path, *overrides: str, seconds: int = 20, **more: Any) -> Outcome:
    """A recorded session of those seconds."""
    wanted = options(tmp_path, f"file:{capture(tmp_path, seconds)}", **more)
    return await run_session(wanted, loaded(*overrides), Control(), screen=False)
