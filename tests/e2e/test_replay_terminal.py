"""A replay in a real pseudo-terminal: played, sought in, left; and a branch that is a session of its own."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from small_session import capture
from terminal import Terminal, environ

MM_TUI = [sys.executable, "-m", "mm_tui"]


def recorded(tmp_path: Path) -> int:
    """A session on disk, in the folders that `environ` names; how many fills it has."""
    market = capture(tmp_path)
    subprocess.run(  # noqa: S603 - our own program
        [*MM_TUI, "run", "--venue", f"file:{market}", "--strategy", "passive", "--headless", "--speed", "max"],
        env=environ(tmp_path),
        check=True,
        capture_output=True,
    )
    [journal] = (tmp_path / "state/mm-tui/sessions").glob("*/journal.jsonl")
    return sum(json.loads(line)["type"] == "Filled" for line in journal.read_text().splitlines())


def replay(tmp_path: Path, *arguments: str, size: tuple[int, int] = (120, 40)) -> Terminal:
    return Terminal([*MM_TUI, "replay", "last", *arguments], *size, environ(tmp_path))


def fills(text: str) -> int:
    found = re.search(r"Position ─+ ([\d,]+) fills?", text)
    return -1 if found is None else int(found[1].replace(",", ""))


def test_jumps_pauses_and_the_end(tmp_path: Path) -> None:
    last = recorded(tmp_path)
    with replay(tmp_path) as terminal:
        terminal.shows("REPLAY nothing is sent")
        terminal.type(" ")
        terminal.shows(" space play ")
        terminal.type("\x1b[H")
        terminal.until(lambda text: " 0:00 / 0:" in text and fills(text) < 1, "the beginning")
        terminal.type("n")
        terminal.until(lambda text: fills(text) == 1 and " pause " in text, "the first fill, paused")
        terminal.type("n")
        terminal.until(lambda text: fills(text) > 1, "the next one")
        terminal.type("\x1b[F")
        terminal.shows("end of the recording")
        terminal.until(lambda text: fills(text) == last, "all fills")
        terminal.type("\x1b[H")
        terminal.until(lambda text: " 0:00 / 0:" in text and fills(text) < 1, "the beginning")
        terminal.type("@")
        terminal.shows("goto ")
        terminal.type("00:0\x7f\x7f\x7f\x7f50%\r")
        terminal.until(lambda text: 0 < fills(text) < last, "the middle")
        terminal.type("f")
        terminal.shows("a replay sends nothing")
        terminal.type("q")
        assert terminal.ended() == 0
        assert terminal.restored


def test_a_replay_plays_at_speed_to_its_end(tmp_path: Path) -> None:
    recorded(tmp_path)
    with replay(tmp_path, "--speed", "50", "--from", "+5s", size=(80, 24)) as terminal:
        terminal.shows("end of the recording")
        terminal.child.kill(15)
        assert terminal.ended() == 143
        assert terminal.restored


def test_a_branch_goes_on_as_a_session_that_verifies(tmp_path: Path) -> None:
    recorded(tmp_path)
    with replay(tmp_path, "--from", "50%", size=(200, 55)) as terminal:
        terminal.until(lambda text: fills(text) > 1, "the middle")
        terminal.type(" B")
        terminal.shows("─ Command ─")
        terminal.type("strategy.passive.min_spread_bps=x\r")
        terminal.shows('got "x", must be a number')
        terminal.type("B")
        terminal.shows("─ Command ─")
        terminal.type("strategy.passive.min_spread_bps=3\r")
        terminal.until(lambda text: re.search(r"min_spread_bps +3 ", text) is not None, "the branch's parameter", 30)
        terminal.shows("PAPER")
        terminal.type("q")
        terminal.until(lambda text: "Quit" in text or "Session:" in text, "the end")
        if "Session:" not in terminal.text:
            terminal.type("y")
        assert terminal.ended() == 0
        assert terminal.restored
    [folder] = (tmp_path / "state/mm-tui/sessions").glob("*-branch-*")
    assert json.loads((folder / "session.json").read_text())["branch_of"]["venue"] == "file"
    done = subprocess.run(  # noqa: S603 - likewise
        [*MM_TUI, "replay", folder.name, "--headless", "--verify"],
        env=environ(tmp_path), check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "identical")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--from", "noon"], "is no moment"), (["--speed", "0"], "neither a factor"), (["--json"], "--headless --verify")],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, arguments: list[str], words: str) -> None:
    recorded(tmp_path)
    with replay(tmp_path, *arguments) as terminal:
        assert terminal.ended() == 64
        assert words in terminal.raw
