"""What a start loads: the screen, the other venues and the desk only where they are asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import sys
from mm_tui.cli import main
code = main(sys.argv[1:])
print("loaded", *sorted(name for name in sys.modules), file=sys.stderr)
sys.exit(code)
"""
HEAVY = {"textual", "ccxt", "rich", "websockets", "asyncio", "msgspec", "tomli", "platformdirs"}


def loaded(folder: Path, *arguments: str) -> set[str]:
    """Run the command line in a fresh interpreter; the modules that it loaded."""
    environ = {**os.environ, "XDG_CONFIG_HOME": str(folder), "XDG_STATE_HOME": str(folder)}
    done = subprocess.run(  # noqa: S603  # our own interpreter and words
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environ,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.rpartition("loaded ")[2].split())


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["run", "--help"]])
def test_words_about_the_program_load_next_to_nothing(tmp_path: Path, arguments: list[str]) -> None:
    found = loaded(tmp_path, *arguments)
    assert "click" in found
    assert found & HEAVY == set()
    assert {name for name in found if name.startswith("mm_tui")} == {
        "mm_tui",
        "mm_tui.errors",
        "mm_tui.cli",
        "mm_tui.cli.backtest",
        "mm_tui.cli.common",
        "mm_tui.cli.config",
        "mm_tui.cli.doctor",
        "mm_tui.cli.ending",
        "mm_tui.cli.export",
        "mm_tui.cli.program",
        "mm_tui.cli.report",
        "mm_tui.cli.run",
        "mm_tui.cli.sessions",
        "mm_tui.cli.streams",
        "mm_tui.cli.sweep",
        "mm_tui.cli.view",
    }


@pytest.mark.parametrize(
    "arguments", [["config", "show"], ["config", "validate"], ["config", "path"], ["sessions"], ["kill"]]
)
def test_commands_beside_the_desk_load_no_screen(tmp_path: Path, arguments: list[str]) -> None:
    assert loaded(tmp_path, *arguments) & {"textual", "ccxt", "rich", "websockets", "asyncio"} == set()


def test_a_headless_run_loads_neither_the_screen_nor_ccxt(tmp_path: Path) -> None:
    arguments = ["run", "--venue", "demo", "--headless", "--duration", "0.5", "--json"]
    found = loaded(tmp_path, *arguments)
    assert "mm_tui.runtime.desk" in found
    assert {name for name in found if name.split(".")[0] in {"textual", "rich", "ccxt"}} == set()
