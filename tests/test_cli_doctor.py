import os
import shutil
import sys
from collections import namedtuple
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mm_tui.cli import checks, main
from mm_tui.settings.sections import Binance, Demo, Desk, Settings
from mm_tui.venues.demo.server import EmbeddedExchange

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - as shutil's own


pytestmark = pytest.mark.usefixtures("home")


Capture = pytest.CaptureFixture[str]


def told(capsys: Capture, *arguments: str) -> tuple[int, dict[str, Any]]:
    code = main(["doctor", "--json", *arguments])
    document = msgspec.json.decode(capsys.readouterr().out)
    assert document["exit_code"] == code
    return code, document


def test_a_new_user_on_the_embedded_exchange_is_well(capsys: Capture, home: Path) -> None:
    code, document = told(capsys, "--set", "desk.venue=demo")
    assert code == 0
    assert document["well"]
    found = {check["name"]: check for check in document["checks"]}
    assert list(found) == [
        "versions", "terminal", "colours", "UTF-8", "settings", "config", "state", "sessions", "disk", "desks",
        "venue", "clock",
    ]  # fmt: skip
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in found["versions"]["found"]
    assert "textual 8.2.8" in found["versions"]["found"]
    assert found["terminal"]["ok"] is None
    assert found["settings"]["found"] == "no file, the defaults hold, 1 set by --set"
    assert found["state"]["found"] == f"{home}/state/mm-tui is not there yet"
    assert found["desks"]["found"] == "none is running"


def test_people_read_a_mark_and_what_to_do(capsys: Capture, home: Path) -> None:
    sessions = home / "state/mm-tui/sessions"
    sessions.mkdir(parents=True)
    sessions.chmod(0o755)
    assert main(["doctor", "--set", "desk.venue=demo"]) == 0
    lines = capsys.readouterr().out.splitlines()
    at = next(index for index, line in enumerate(lines) if " sessions " in line)
    assert lines[at].startswith("✗")
    assert lines[at + 1].strip().startswith("→ chmod 700")
    assert any(line.startswith("✓  venue     the embedded exchange") for line in lines)


def test_wrong_settings_are_listed_and_everything_else_is_looked_at(capsys: Capture, home: Path) -> None:
    (home / "here/settings.toml").write_text("[risk]\nmax_positon = 1\nmax_daily_loss = -5\n")
    code = main(["doctor", "--set", "desk.venue=demo"])
    out = capsys.readouterr().out
    assert code == 78
    assert "settings.toml:2:1 risk.max_positon: unknown key (did you mean max_position?)" in out
    assert "settings.toml:3:18 risk.max_daily_loss: got -5" in out
    assert " disk " in out


def test_a_strategy_and_addresses_of_ones_own_are_looked_at_as_the_desk_will(capsys: Capture, home: Path) -> None:
    mine, addresses = home / "mine.py", home / "addresses"
    mine.write_text("from mm_tui.strategy.passive import Passive as Mine\n")
    mine.chmod(0o666)
    addresses.write_text("json://127.0.0.1:9/\n")
    addresses.chmod(0o644)
    given = ("--set", "desk.venue=demo", "--set", f"desk.strategy={mine}:Mine")
    alerts = ("--set", f"alerts.urls_file={addresses}")
    code, document = told(capsys, *given, *alerts)
    found = {check["name"]: check for check in document["checks"]}
    assert (code, found["strategy"]["code"], found["alerts"]["code"]) == (64, 64, 78)
    assert f"chmod go-w {mine}" in found["strategy"]["found"]
    assert f"chmod 600 {addresses}" in found["alerts"]["found"]
    mine.chmod(0o600)
    addresses.chmod(0o600)
    code, document = told(capsys, *given, *alerts)
    found = {check["name"]: check for check in document["checks"]}
    assert (code, found["strategy"]["found"], found["alerts"]["ok"]) == (0, f"{mine}:Mine", True)
    code, document = told(capsys, "--set", "desk.venue=demo", "--set", f"desk.strategy={mine}:Other")
    assert code == 64
    assert f"there is no Other in {mine}" in str(document)


def test_a_venue_that_was_named_and_does_not_answer_is_69(capsys: Capture) -> None:
    nowhere = ("--set", "binance.rest_url=http://127.0.0.1:9", "--set", "binance.ws_url=ws://127.0.0.1:9")
    code, document = told(capsys, "--set", "desk.venue=binance", *nowhere)
    found = {check["name"]: check for check in document["checks"]}
    assert code == 69
    assert not document["well"]
    assert "connection refused" in found["venue"]["found"]
    assert found["clock"]["ok"] is None
    assert "connection refused" in found["clock"]["found"]
    code, document = told(capsys, "--set", "desk.venue=auto", *nowhere)
    assert code == 0, "the desk opens all the same, on the embedded exchange"
    assert "embedded exchange" in next(check for check in document["checks"] if check["name"] == "venue")["advice"]


async def test_a_venue_that_answers_and_its_clock() -> None:
    async with EmbeddedExchange(Demo(), "BTC/USDT") as exchange:
        binance = Binance(rest_url=exchange.rest_url, ws_url=exchange.ws_url)
        settings = Settings(desk=Desk(venue="binance"), binance=binance)
        venue, clock = await checks.asked(settings)
    assert venue.ok
    assert venue.found == "binance: BTC/USDT is there"
    assert clock.ok
    assert "within" in clock.found


@pytest.mark.parametrize("name", ["ccxt:nowhere", "elsewhere"])
async def test_a_venue_that_there_is_none_of(name: str) -> None:
    check = await checks.venue(Settings(desk=Desk(venue=name)))
    assert (check.ok, check.code) == (False, 69)
    assert "nowhere" in check.found or "no venue is named" in check.found


async def test_a_capture_stands_in_for_a_venue(tmp_path: Path) -> None:
    check = await checks.venue(Settings(desk=Desk(venue=f"file:{tmp_path}/none.gz")))
    assert (check.ok, check.code) == (False, 65)
    (tmp_path / "one.gz").write_bytes(b"")
    check = await checks.venue(Settings(desk=Desk(venue=f"file:{tmp_path}/one.gz")))
    assert check.ok


def test_folders(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert checks.folder("state", tmp_path).ok
    (tmp_path / "file").write_text("")
    inside = checks.folder("state", tmp_path / "file/mm-tui")
    assert (inside.ok, inside.code) == (False, 0)
    assert checks.folder("state", tmp_path / "file").advice.startswith("chmod u+rwx")
    tmp_path.chmod(0o750)
    assert checks.folder("state", tmp_path).advice.startswith("chmod 700")


def test_little_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 9, 10**9))
    check = checks.disk(tmp_path / "not/there")
    assert not check.ok
    assert check.found.startswith("1.0 GB free")


@pytest.mark.parametrize(
    ("size", "term", "well", "words"),
    [
        ((200, 55), "xterm-256color", True, "the wide layout"),
        ((80, 24), "xterm-256color", True, "the small layout"),
        ((40, 10), "xterm-256color", False, "the compact layout"),
        ((80, 24), "dumb", False, "plain lines only"),
    ],
)
def test_the_terminal(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], term: str, words: str, *, well: bool
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size(size))
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("NO_COLOR", "1")
    terminal, colours, letters = checks.terminal()
    assert terminal.ok is well
    assert words in terminal.found
    assert bool(terminal.advice) is not well
    assert "NO_COLOR is set" in colours.found
    assert letters.found == "LC_ALL=C: drawn in ASCII"
    assert not letters.ok
    assert "LANG=C.UTF-8" in letters.advice
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TERM", "linux")
    letters = checks.terminal()[2]
    assert (letters.ok, letters.found, letters.advice) == (None, "LC_ALL=C.UTF-8, but TERM=linux: drawn in ASCII", "")


@pytest.mark.parametrize(
    ("term", "kind", "well", "found"),
    [
        ("xterm-256color", "truecolor", True, "16 million"),
        ("xterm-256color", "", True, "256"),
        ("xterm", "", False, "16"),
    ],
)
def test_fewer_colours_than_the_themes_have_are_told(
    monkeypatch: pytest.MonkeyPatch, term: str, kind: str, found: str, *, well: bool
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLORTERM", kind)
    monkeypatch.delenv("NO_COLOR", raising=False)
    colours = checks.terminal()[1]
    assert (colours.ok, colours.found) == (well, f"{found} colours")
    assert bool(colours.advice) is (found != "16 million")


def test_versions_that_do_not_fit_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "version", lambda name: "1.0" if name == "textual" else "2.0")
    assert checks.versions().advice.startswith("pip install 'textual==")
    monkeypatch.setattr(checks, "PYTHONS", ((2, 6), (2, 7)))
    monkeypatch.setattr(checks, "requires", lambda _: None)
    assert checks.versions().advice == "use Python 3.11, 3.12 or 3.13"
