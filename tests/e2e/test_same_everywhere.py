"""A recording comes to the same outputs whatever runs it: hash seed, zone, locale, pace, and the version of Python.

By itself on the interpreter that runs the tests, in two processes that differ in everything at once. `bash .ci/matrix`
names the interpreters it finds in `MM_TUI_PYTHONS`, and asks each of them for every combination.
"""

import asyncio
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from small_session import capture, loaded, options

from mm_tui.runtime.control import Control
from mm_tui.runtime.session import run_session

SCRIPT = Path(__file__).parents[1] / "support" / "digests.py"
OTHERS = [name for name in os.environ.get("MM_TUI_PYTHONS", "").split(os.pathsep) if name]
"""Interpreters that mm-tui is installed for."""

ACTS = (
    (1.0, "widen", ""), (1.5, "larger", ""), (2.5, "lean_up", ""), (3.0, "toggle_asks", ""), (4.0, "toggle_asks", ""),
    (4.5, "set", "strategy.passive.min_spread_bps=1.5"), (5.5, "pause", ""), (6.5, "pause", ""), (7.5, "undo", ""),
    (8.5, "flatten", ""), (9.5, "kill", "drill"), (10.5, "rearm", ""), (11.0, "pause", ""),
)  # fmt: skip
"""Seconds after the start at the market's own pace, action, argument."""
SECONDS = 13.0


class Place(msgspec.Struct, frozen=True):
    """What a process finds around it."""

    python: str
    seed: str
    zone: str
    locale: str
    speed: str

    def environment(self) -> dict[str, str]:
        # without UTF-8 mode and without Python's own replacement of the C locale, C means ASCII
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "MM_TUI"))}
        ascii_only = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"} if self.locale == "C" else {}
        return {**kept, **ascii_only, "PYTHONHASHSEED": self.seed, "TZ": self.zone, "LC_ALL": self.locale}


class Recorded(msgspec.Struct, frozen=True):
    """A session of the demo market with an operator in it, and a capture."""

    session: Path
    digest: str
    capture: Path


@pytest.fixture(scope="module")
async def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Live: at the market's own pace for the matrix, else five times as fast."""
    home, pace = tmp_path_factory.mktemp("recorded"), 1.0 if OTHERS else 5.0
    control = Control()

    async def press() -> None:
        for (before, _, _), (at, action, argument) in itertools.pairwise([(0.0, "", ""), *ACTS]):
            await asyncio.sleep((at - before) / pace)
            control.act(action, argument)

    keys = asyncio.create_task(press())
    wanted = options(home, "demo", speed=pace, duration=SECONDS / pace)
    outcome = await run_session(wanted, loaded("strategy.passive.min_spread_bps=0.5"), control, screen=False)
    await keys
    assert outcome.folder is not None
    return Recorded(outcome.folder, outcome.summary["digest"], capture(home))


def locales() -> list[str]:
    """C, and those of the machine that write text, or numbers, another way."""
    try:
        found = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()  # noqa: S607
    except OSError:
        found = []
    wanted = [[name for name in found if name.lower().startswith(prefix)] for prefix in ("c.utf", "de_", "tr_")]
    return ["C", *(names[0] for names in wanted if names)]


def places() -> list[Place]:
    if not OTHERS:
        written = locales()
        return [
            Place(sys.executable, "0", "UTC", written[-1], "max"),
            Place(sys.executable, "4242", "America/St_Johns", written[0], "100"),
        ]
    zones = ("Australia/Lord_Howe", "Asia/Kathmandu")  # half an hour of daylight saving; three quarters of an hour off
    return [Place(*values) for values in itertools.product(OTHERS, ("0", "4242"), zones, locales(), ("max", "20"))]


def what_it_comes_to(place: Place, recorded: Recorded, folder: Path) -> dict[str, Any]:
    home = {"XDG_STATE_HOME": str(folder / "state"), "XDG_CONFIG_HOME": str(folder / "config")}
    command = [place.python, str(SCRIPT), str(recorded.session), str(recorded.capture), place.speed, str(folder)]
    done = subprocess.run(  # noqa: S603 - ours
        command, env={**place.environment(), **home}, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{place}\n{done.stdout}{done.stderr}"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_digests_verdicts_and_files_are_the_same_everywhere(recorded: Recorded, tmp_path: Path) -> None:
    journal = (recorded.session / "journal.jsonl").read_text(encoding="utf-8")
    assert journal.count('"type":"OperatorAction"') >= len(ACTS)
    found = [
        what_it_comes_to(place, recorded, tmp_path / str(number)) for number, place in enumerate(places(), start=1)
    ]
    first = found[0]
    assert (first["verdict"]["identical"], first["verdict"]["difference"]) == (True, None)
    assert first["session"] == recorded.digest
    assert all(count > 0 for count in (first["fills"] if OTHERS else first["fills"][-1:]))  # in seconds, none may come
    assert len(first["files"]) > 5
    for place, one in zip(places(), found, strict=True):
        assert one == first, place
