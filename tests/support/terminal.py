"""A real pseudo-terminal with a screen model behind it: what a person would see of the process, and type to it."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import pexpect
import pyte

RESTORED = ("\x1b[?1049l", "\x1b[?25h")
"""The alternate screen is left and the cursor shown."""


class Terminal:
    """One process in a pseudo-terminal."""

    def __init__(self, command: list[str], columns: int, rows: int, environ: dict[str, str]) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self.raw = ""
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self.child = pexpect.spawn(
            command[0], command[1:], dimensions=(rows, columns), env={**inherited, **environ}, encoding="utf-8"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.close(force=True)

    @property
    def text(self) -> str:
        """The screen's lines."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self, seconds: float = 0.05) -> None:
        """Take what the process writes, for so long at most."""
        try:
            data = self.child.read_nonblocking(1 << 16, seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return
        self.raw += data
        self._stream.feed(data)

    def until(self, holds: Callable[[str], bool], what: str, seconds: float = 20.0) -> str:
        """Read until the screen's text satisfies; fails with the screen where it does not in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.read()
            if holds(self.text):
                return self.text
        raise AssertionError(f"not on the screen within {seconds:g} s: {what}\n{self.text}")

    def shows(self, word: str, seconds: float = 20.0) -> str:
        """Read until the word is on the screen."""
        return self.until(lambda text: word in text, word, seconds)

    def type(self, keys: str) -> None:
        """Send keys as a terminal would."""
        self.child.send(keys)

    def ended(self, seconds: float = 15.0) -> int:
        """Wait for the end; the exit code."""
        deadline = time.monotonic() + seconds
        while self.child.isalive():
            self.read()
            if time.monotonic() > deadline:
                raise AssertionError(f"the process did not end within {seconds:g} s\n{self.text}")
        self.read()
        self.child.close()
        assert self.child.exitstatus is not None, f"ended by signal {self.child.signalstatus}"
        return self.child.exitstatus

    @property
    def restored(self) -> bool:
        """Whether the terminal was given back as it was."""
        return all(self.raw.rfind(code) > self.raw.rfind("\x1b[?1049h") for code in RESTORED)


def environ(home: Path) -> dict[str, str]:
    """Variables that keep a process in its own folders; how much a busy machine fills switches no side off."""
    return {
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "MM_TUI__RISK__MAX_SAME_SIDE_FILLS": "1000",
    }
