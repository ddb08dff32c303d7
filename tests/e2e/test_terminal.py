"""The whole desk in a real pseudo-terminal: keys do what they say, and the terminal comes back as it was."""

import json
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from terminal import Terminal, environ

COMMAND = [sys.executable, "-m", "mm_tui", "demo", "--seed", "3"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Terminal]:
    with Terminal(COMMAND, 200, 55, environ(tmp_path)) as terminal:
        terminal.shows("QUOTING")
        yield terminal


def journal(tmp_path: Path) -> list[dict[str, object]]:
    [path] = (tmp_path / "state/mm-tui/sessions").glob("*/journal.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


def open_orders(text: str) -> int:
    found = re.search(r"Open orders ─+ (\d+) ", text)
    return -1 if found is None else int(found[1])


def test_space_pauses_and_resumes(desk: Terminal) -> None:
    desk.until(lambda text: open_orders(text) == 6, "six quotes")
    desk.type(" ")
    desk.until(lambda text: "PAUSED" in text and open_orders(text) == 0, "paused, nothing open")
    desk.type(" ")
    desk.until(lambda text: "QUOTING" in text and open_orders(text) > 0, "quotes again")


def test_plus_widens_the_quotes_and_u_takes_it_back(desk: Terminal) -> None:
    desk.type("+")
    desk.shows("passive 2.2–6.6 bps")
    desk.type("u")
    desk.shows("passive 2.0–6.0 bps")


def test_kill_halts_even_from_the_command_line_and_a_rearms_to_paused(desk: Terminal, tmp_path: Path) -> None:
    desk.type(":")
    desk.shows("Command")
    desk.type("\x1b[24~")
    desk.until(lambda text: "HALTED" in text and open_orders(text) == 0, "halted, nothing open")
    desk.type("\x1b")
    desk.until(lambda text: "─ Command ─" not in text, "the command line left")
    desk.type("a")
    desk.shows("Re-arm")
    desk.type("y")
    desk.shows("PAUSED")
    desk.type("q")
    assert desk.ended() == 0
    records = journal(tmp_path)
    killed = next(i for i, r in enumerate(records) if r.get("action") == "kill")
    assert not [r for r in records[killed:] if r["type"] in ("PlaceOrder", "ReplaceOrder")]


def test_flatten_cancels_asks_and_closes_the_position(desk: Terminal) -> None:
    desk.until(lambda text: re.search(r"held +[−+]?0\.00\d*[1-9]", text) is not None, "a position", 60)
    desk.type("f")
    desk.until(lambda text: "Flatten" in text and open_orders(text) == 0, "the question")
    desk.type("y")
    desk.until(lambda text: re.search(r"info +flat", text) is not None, "flat")
    desk.until(lambda text: re.search(r"held +[−+]?0\.0000", text) is not None, "nothing held but dust")
    assert "PAUSED" in desk.text


def test_q_restores_the_terminal_and_says_what_there_is_to_know(desk: Terminal, tmp_path: Path) -> None:
    desk.type(" ")
    desk.shows("PAUSED")
    desk.type("q")
    desk.until(lambda text: "Quit" in text or "Session:" in text, "the end")
    if "Session:" not in desk.text:
        desk.type("y")
    assert desk.ended() == 0
    assert desk.restored
    last = desk.raw[desk.raw.rfind("\x1b[?1049l") :]
    lines = [line for line in re.sub(r"\x1b\[[0-9;?<>]*[a-zA-Z]", "", last).splitlines() if line.strip()]
    assert len(lines) == 5
    assert "ended by quit" in lines[0]
    assert "PnL" in lines[1]
    [folder] = (tmp_path / "state/mm-tui/sessions").iterdir()
    assert str(folder) in lines[2].replace("\n", "")
    assert lines[3].endswith(f"mm-tui replay {folder.name}")
    assert f"mm-tui report {folder.name} " in lines[4]
    meta = json.loads((folder / "session.json").read_text())
    assert meta["ended"] == "quit"
    assert (folder / "market.log.gz").exists()


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_signals_cancel_seal_restore(desk: Terminal, tmp_path: Path, name: str, code: int) -> None:
    desk.until(lambda text: open_orders(text) == 6, "six quotes")
    desk.child.kill(signal.Signals[name])
    assert desk.ended() == code
    assert desk.restored
    records = journal(tmp_path)
    live: set[object] = set()
    for record in records:
        if record["type"] == "OrderChanged":
            terminal = record["status"] in ("filled", "canceled", "rejected")
            (live.discard if terminal else live.add)(record["order_id"])
    assert not live
    [folder] = (tmp_path / "state/mm-tui/sessions").iterdir()
    assert json.loads((folder / "session.json").read_text())["ended"] == name


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24), (20, 5)])
def test_other_sizes_say_the_state(tmp_path: Path, columns: int, rows: int) -> None:
    with Terminal(COMMAND, columns, rows, environ(tmp_path)) as terminal:
        terminal.shows("QUOTING")
        terminal.child.kill(signal.SIGTERM)
        assert terminal.ended() == 143
        assert terminal.restored


def test_another_market_opens_on_the_same_screen_and_signals_end_it_in_order(desk: Terminal, tmp_path: Path) -> None:
    desk.until(lambda text: open_orders(text) == 6, "six quotes")
    desk.type(":venue demo ETH/EUR\r")
    desk.shows("Go to ETH/EUR on demo")
    desk.type("y")
    desk.until(lambda text: "ETH/EUR  demo" in text and open_orders(text) == 6, "quotes on the other market")
    desk.type(":venue file:/nowhere\r")
    desk.shows("on file:/nowhere")
    desk.type("y")
    desk.shows("back to ETH/EUR on demo")
    assert "QUOTING" not in desk.text
    desk.type("b")
    desk.until(lambda text: "QUOTING" in text and open_orders(text) == 6, "quotes on the market before")
    desk.child.kill(signal.SIGTERM)
    assert desk.ended() == 128 + signal.SIGTERM
    assert desk.restored
    found = sorted((tmp_path / "state/mm-tui/sessions").glob("*/session.json"))
    assert [json.loads(path.read_bytes())["ended"] for path in found] == ["another market", "another market", "SIGTERM"]
    assert all((path.parent / "market.log.gz").exists() for path in found)
    assert list((tmp_path / "state/mm-tui/desks").glob("*")) == []
