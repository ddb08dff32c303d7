"""Parameters in a real pseudo-terminal, on a real desk: tried as ghosts, dropped, sent, taken back, run again."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from terminal import Terminal, environ

from mm_tui.backtest.verify import verify

SPREAD = "strategy.passive.min_spread_bps"


def acted(folder: Path) -> list[dict[str, Any]]:
    """What the operator did and what was said of it, without how the desk ended."""
    records = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
    kinds = {"OperatorAction", "ParameterChanged"}
    return [
        one
        for one in records
        if (one["type"] in kinds and one.get("action") != "close") or "dropped unsent" in one.get("text", "")
    ]


def test_ghosts_are_drawn_and_what_is_sent_dropped_and_undone_stands_in_the_journal(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "mm_tui",
        "demo",
        "--seed",
        "7",
        "--set",
        "strategy.passive.drift_threshold_bps=50",
    ]
    with Terminal(command, 120, 40, environ(tmp_path)) as terminal:
        terminal.shows("QUOTING")
        terminal.until(lambda text: "msgs  0/8" in text and "0.002" in text, "orders that rest")
        terminal.type("p")
        terminal.shows("Distance of the nearest quote from the reference.")
        terminal.type("3.3")
        terminal.shows("would quote passive 3.3–6.0 bps × 3")
        terminal.until(lambda text: "◌" in text and "×" in text.replace("bps × 3", ""), "ghosts, and orders that leave")
        assert "Ladder" in terminal.text
        terminal.type("\x1b")
        terminal.until(lambda text: "would quote" not in text and "◌" not in text, "no ghosts")
        terminal.type("\x1b")
        terminal.until(lambda text: "Distance of the nearest quote" not in text, "the desk")
        terminal.type("p")
        terminal.shows("Distance of the nearest quote")
        terminal.type("3.3\r")
        terminal.shows("passive 3.3–6.0 bps × 3")
        terminal.type("u")
        terminal.shows("passive 2.0–6.0 bps × 3")
        terminal.type("\x1b")
        terminal.until(lambda text: "Distance of the nearest quote" not in text, "the desk")
        terminal.type("1jjjje")
        terminal.shows("Why here")
        terminal.shows("● desk      quoting")
        terminal.type("\x1b")
        terminal.until(lambda text: "Why here" not in text, "the desk")
        terminal.type("qy")
        assert terminal.ended() == 0
    (folder,) = (tmp_path / "state" / "mm-tui" / "sessions").iterdir()
    records = acted(folder)
    words = [(one["type"], one.get("action") or one.get("name") or "", one.get("argument", "")) for one in records]
    assert words == [
        ("OperatorAction", "drop", "min_spread_bps 2 → 3.3"),
        ("Noted", "", ""),
        ("OperatorAction", "set", f"{SPREAD}=3.3"),
        ("ParameterChanged", SPREAD, ""),
        ("OperatorAction", "undo", ""),
        ("ParameterChanged", SPREAD, ""),
    ]
    assert verify(folder).difference is None
