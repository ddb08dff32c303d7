"""What the end of a session says to its user."""

import os
from pathlib import Path

import msgspec

from mm_tui.errors import OrdersMayRest
from mm_tui.runtime.headless import closing_lines, exit_code
from mm_tui.runtime.outcome import Outcome, resting_error
from mm_tui.settings.places import sessions_folder


def test_an_order_that_may_rest_is_named() -> None:
    summary = {
        "started_ns": None,
        "ended_ns": 5,
        "symbol": "A/B",
        "venue": "x",
        "pnl": {"total": None},
        "fills": {"count": 1},
        "position": {"base": "0"},
    }
    outcome = Outcome("quit", summary, None, ("mm-3",))
    error = resting_error(outcome)
    assert isinstance(error, OrdersMayRest)
    assert "mm-3" in str(error)
    assert resting_error(msgspec.structs.replace(outcome, resting=())) is None
    assert closing_lines(outcome).splitlines()[1] == "1 fill, PnL – net of fees, position 0 A"
    elsewhere = closing_lines(msgspec.structs.replace(outcome, folder=Path("/a b/c"))).splitlines()
    assert elsewhere[3] == "Show it again: mm-tui replay '/a b/c'"
    assert elsewhere[4].startswith("What it came to: mm-tui report '/a b/c'   ")
    kept = closing_lines(msgspec.structs.replace(outcome, folder=sessions_folder(os.environ) / "that"))
    assert "mm-tui replay that\n" in kept
    assert [exit_code(one) for one in ("quit", "SIGINT", "SIGTERM", "SIGHUP")] == [0, 130, 143, 129]
