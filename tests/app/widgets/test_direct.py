"""The short way to the terminal, in a real pseudo-terminal: what is on the screen is what the compositor would draw."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hand_frames import strained
from panel_app import PanelApp
from terminal import Terminal, environ
from textual._compositor import Compositor
from textual.app import App
from textual.driver import Driver
from textual.screen import Screen

from mm_tui.app.widgets.direct import direct
from mm_tui.app.widgets.ladder.ladder import Ladder

SCRIPT = Path(__file__).resolve().parents[2] / "support" / "panels_in_terminal.py"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    variables = {**environ(tmp_path), "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor"}
    with Terminal([sys.executable, str(SCRIPT), str(tmp_path / "report.json")], 90, 40, variables) as opened:
        opened.shows("Ladder")
        yield opened
        opened.type("q")
        assert opened.ended() == 0


def report(terminal: Terminal, tmp_path: Path) -> dict[str, Any]:
    """What the compositor would draw now."""
    path = tmp_path / "report.json"
    path.unlink(missing_ok=True)
    terminal.type("w")
    terminal.until(lambda _: path.exists(), "the report")
    written: dict[str, Any] = json.loads(path.read_text())
    return written


def agree(terminal: Terminal, report: dict[str, Any]) -> bool:
    """Whether the terminal comes to show what the compositor would draw, and nothing else."""
    drawn = [line.rstrip() for line in report["lines"]]
    terminal.until(lambda text: text.split("\n") == drawn, "what the compositor would draw")
    return True


def advance(terminal: Terminal, start: int, count: int) -> None:
    for age in range(start, start + count):
        terminal.type("n")
        terminal.shows(f"age {age:3} ms")


def test_what_is_written_past_the_compositor_is_what_it_would_have_drawn(terminal: Terminal, tmp_path: Path) -> None:
    advance(terminal, 3, 5)
    before = report(terminal, tmp_path)
    advance(terminal, 8, 20)
    after = report(terminal, tmp_path)
    assert agree(terminal, after)
    assert after["direct"] - before["direct"] == 20
    assert after["displays"] == before["displays"]


def test_what_lies_above_a_panel_is_not_written_over(terminal: Terminal, tmp_path: Path) -> None:
    terminal.type("o")
    terminal.shows("a toast over it")
    advance(terminal, 3, 6)
    assert agree(terminal, report(terminal, tmp_path))
    assert "a toast over it" in terminal.text


def test_a_dialog_stays_above_and_what_came_meanwhile_is_there_after_it(terminal: Terminal, tmp_path: Path) -> None:
    terminal.type("d")
    terminal.shows("a dialog above")
    direct_before = report(terminal, tmp_path)["direct"]
    advance(terminal, 3, 4)
    assert "a dialog above" in terminal.text
    assert report(terminal, tmp_path)["direct"] == direct_before
    terminal.type("e")
    terminal.until(lambda text: "a dialog above" not in text, "the panels without the dialog")
    advance(terminal, 7, 3)
    assert agree(terminal, report(terminal, tmp_path))


def test_what_a_layout_overtakes_is_drawn_all_the_same(terminal: Terminal, tmp_path: Path) -> None:
    advance(terminal, 3, 2)
    terminal.type("l")
    assert agree(terminal, report(terminal, tmp_path))
    advance(terminal, 6, 2)
    assert agree(terminal, report(terminal, tmp_path))


def test_another_size_is_taken_up(terminal: Terminal, tmp_path: Path) -> None:
    advance(terminal, 3, 2)
    terminal.screen.resize(30, 70)
    terminal.child.setwinsize(30, 70)
    terminal.until(lambda text: "╰" in text.splitlines()[-1], "the last panel's lower edge in the last line")
    advance(terminal, 5, 3)
    assert agree(terminal, report(terminal, tmp_path))


def test_lines_that_the_terminal_shifts_are_what_the_compositor_would_have_drawn(tmp_path: Path) -> None:
    variables = {**environ(tmp_path), "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor"}
    arguments = [sys.executable, str(SCRIPT), str(tmp_path / "report.json"), "heatmap"]
    with Terminal(arguments, 100, 30, variables) as terminal:
        terminal.shows("Depth over time")
        before = report(terminal, tmp_path)
        after = before
        for _ in range(12):
            terminal.type("n")
            after = report(terminal, tmp_path)  # a busy machine draws several at once where they come at once
        assert agree(terminal, after)
        assert after["direct"] - before["direct"] == 12
        assert after["displays"] == before["displays"]
        terminal.type("q")
        assert terminal.ended() == 0


async def test_without_a_terminal_textual_draws() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 20)):
        app.show(strained())
        assert direct(app) is direct(app)
        assert direct(app).place_of(panel) is None


def test_the_private_pieces_are_there() -> None:
    for name in ("_begin_update", "_end_update", "_display"):
        assert callable(getattr(App, name))
    app = App[None]()
    for name in ("_driver", "_batch_count", "_closed", "_sync_available"):
        assert hasattr(app, name)
    assert hasattr(app.console, "_color_system")
    assert isinstance(Compositor.visible_widgets, property)
    assert hasattr(Screen(), "_compositor")
    assert hasattr(Screen(), "_layout_required")
    assert callable(Driver.write)
