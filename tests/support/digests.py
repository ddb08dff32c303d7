"""Run as a script under any interpreter, hash seed, zone and locale: what a session and a capture come to there.

digests.py SESSION CAPTURE SPEED FOLDER: one JSON object; FOLDER is written to. mm-tui is all that it needs.
"""

import hashlib
import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from mm_tui.cli.program import main


def told(*arguments: str) -> Any:
    """The document that a command prints."""
    with redirect_stdout(io.StringIO()) as said:
        code = main(arguments)
    if code:
        raise SystemExit(f"{' '.join(arguments)}: exit {code}\n{said.getvalue()}")
    return json.loads(said.getvalue())


def digests(session: str, capture: str, speed: str, folder: Path) -> dict[str, Any]:
    verdict = told("replay", session, "--headless", "--verify", "--json")
    both = told("backtest", session, capture, "--without-operator", "--out", str(folder / "both"), "--json")
    again = told("backtest", session, "--out", str(folder / "again"), "--json")
    played = told(
        "run", "--venue", f"file:{capture}", "--strategy", "passive", "--headless", "--json",
        "--speed", speed, "--session-dir", str(folder / "sessions"),
    )  # fmt: skip
    written = sorted(path for path in folder.glob("*/**/*.csv") if "sessions" not in path.parts)
    return {
        "verdict": verdict,
        "session": again["digest"],
        "fills": [result["fills"]["count"] for result in (again, *both["files"], played)],
        "recordings": [result["digest"] for result in both["files"]],
        "played": played["digest"],
        "files": {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in written},
    }


if __name__ == "__main__":
    where = Path(sys.argv[4])
    print(json.dumps(digests(sys.argv[1], sys.argv[2], sys.argv[3], where)))  # noqa: T201 - what it is run for
