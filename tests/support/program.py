"""`mm-tui` as a process of its own on the embedded exchange, without a screen, and the folder it records in."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE_S = 60.0
"""A machine may be busy with other tests; what is promised in seconds is read from the journal's own times."""


class Program:
    """One running `mm-tui`, and the folder it records in."""

    def __init__(self, home: Path, arguments: tuple[str, ...], before: Callable[[], None] | None = None) -> None:
        """`before` is called in the new process before the program begins."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MM_TUI")}
        environment |= {"XDG_STATE_HOME": str(home / "state"), "XDG_CONFIG_HOME": str(home / "config")}
        self.sessions = home / "sessions"
        command = ["run", "--venue", "demo", "--headless", "--json", "--session-dir", str(self.sessions), *arguments]
        self.process = subprocess.Popen(  # noqa: S603 - the program under test
            [sys.executable, "-m", "mm_tui", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=home,
            env=environment,
            preexec_fn=before,  # noqa: PLW1509 - no threads here
        )

    @property
    def folder(self) -> Path:
        """The session's folder, once there is one."""
        return next(path.parent for path in self.sessions.glob("*/session.json"))

    def journal(self) -> list[dict[str, Any]]:
        """The whole records written so far."""
        files = list(self.sessions.glob("*/journal.jsonl"))
        text = files[0].read_text() if files else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def wait_until(self, happened: Callable[[list[dict[str, Any]]], bool]) -> None:
        """Until the journal shows it."""
        deadline = time.monotonic() + PATIENCE_S
        while not happened(self.journal()):
            assert self.process.poll() is None, self.process.communicate()[1].decode()
            assert time.monotonic() < deadline, "nothing of the kind happened"
            time.sleep(0.05)

    def end(self) -> tuple[int, dict[str, Any], str]:
        """Exit code, the one document on standard output, standard error."""
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, json.loads(out), err.decode()

    def kill(self) -> None:
        """Whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
