"""The command line: what starts the desk, how it ends, and the settings' own commands."""

import os
import sys
from pathlib import Path

import msgspec
import pytest

from mm_tui.cli import main
from mm_tui.cli import run as run_module
from mm_tui.errors import OrdersMayRest, VenueError
from mm_tui.settings.load import Loaded
from mm_tui.settings.options import RunOptions

pytestmark = pytest.mark.usefixtures("home")
Capture = pytest.CaptureFixture[str]


class Runtime:
    """Stands where the desk would start, and keeps what it was started with."""

    def __init__(self, outcome: int | BaseException = 0) -> None:
        self.outcome = outcome
        self.options: RunOptions
        self.loaded: Loaded

    def run(self, options: RunOptions, loaded: Loaded) -> int:
        self.options, self.loaded = options, loaded
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Runtime:
    stand_in = Runtime()
    monkeypatch.setattr(run_module, "start", stand_in.run)
    return stand_in


def test_version(capsys: Capture) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("mm-tui 0.")


@pytest.mark.parametrize(
    "arguments", [["-h"], ["run", "--help"], ["demo", "-h"], ["config", "--help"], ["kill", "-h"], ["replay", "-h"]]
)
def test_every_command_has_help(arguments: list[str], capsys: Capture) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("Usage: mm-tui")


def test_help_lists_only_what_works_and_how_to_complete(capsys: Capture) -> None:
    main(["--help"])
    out = capsys.readouterr().out
    listed = [row.split()[0] for row in out.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()]
    assert listed == [
        "backtest", "config", "demo", "doctor", "export", "kill", "replay", "report", "run", "sessions", "sweep",
    ]  # fmt: skip
    assert "_MM_TUI_COMPLETE=bash_source" in out


def test_run_hands_everything_to_the_desk(runtime: Runtime, home: Path) -> None:
    arguments = "run --venue demo --symbol ETH/USDT --strategy passive --set risk.max_position=0.5 --theme paper"
    arguments += " --session-dir s --duration 1.5 --speed max"
    assert main([*arguments.split(), "--headless", "--json"]) == 0
    options = runtime.options
    assert options == RunOptions(
        venue="demo",
        symbol="ETH/USDT",
        strategy="passive",
        theme="paper",
        sessions=Path("s"),
        exclusive=True,
        headless=True,
        duration=1.5,
        speed="max",
        json=True,
        state=home / "state" / "mm-tui",
    )
    assert runtime.loaded.settings.risk.max_position == 0.5
    assert runtime.loaded.sources["desk.venue"] == "--venue"
    assert runtime.loaded.sources["ui.theme"] == "--theme"


def test_what_is_not_asked_for_stays_as_the_settings_have_it(runtime: Runtime, home: Path) -> None:
    Path("settings.toml").write_text("[desk]\nvenue = 'binance'\n[record]\nenabled = false\n")
    assert main(["run", "--headless"]) == 0
    options = runtime.options
    assert (options.venue, options.symbol, options.record, options.exclusive) == ("binance", "BTC/USDT", False, False)
    assert (options.duration, options.speed, options.json, options.log_level) == (None, None, False, "info")
    assert options.sessions == home / "state" / "mm-tui" / "sessions"


def test_run_is_meant_where_no_command_is_named(runtime: Runtime) -> None:
    assert main(["--headless", "--speed", "2.5"]) == 0
    assert (runtime.options.command, runtime.options.speed) == ("run", 2.5)
    assert main(["--log-level", "debug", "--headless", "--no-record"]) == 0
    assert (runtime.options.log_level, runtime.options.record) == ("debug", False)


def test_global_options_stand_on_either_side(runtime: Runtime, home: Path) -> None:
    (home / "mine.toml").write_text("[desk]\nsymbol = 'SOL/USDT'\n")
    name = str(home / "mine.toml")
    for arguments in (
        ["--config", name, "run", "--headless"],
        ["run", "--headless", "--config", name],
        [f"--config={name}", "--headless"],
    ):
        assert main(arguments) == 0
        assert runtime.options.symbol == "SOL/USDT"


def test_demo_is_the_embedded_exchange_with_a_seed(runtime: Runtime) -> None:
    assert main(["demo", "--seed", "7", "--headless"]) == 0
    assert (runtime.options.command, runtime.options.venue) == ("demo", "demo")
    assert runtime.loaded.settings.demo.seed == 7
    assert main(["demo", "--headless"]) == 0
    assert runtime.loaded.settings.demo.seed == 1


def test_without_a_terminal_one_line_of_help_and_no_escape_codes(runtime: Runtime, capsys: Capture) -> None:
    assert main([]) == 64
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        "mm-tui: not a terminal; open the desk in one, or run it without: mm-tui run --headless --duration 30 --json\n"
    )
    assert not hasattr(runtime, "options")


def test_in_a_terminal_the_screen_opens(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(getattr(sys, name), "isatty", lambda: True, raising=False)
    assert main([]) == 0
    assert not runtime.options.headless


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--nonsense"],
        ["nonsense"],
        ["run", "--speed", "0"],
        ["run", "--speed", "fast"],
        ["run", "--duration", "-1"],
        ["demo", "--seed", "-1"],
        ["run", "--venue", "bitmex", "--headless"],
        ["run", "--symbol", "BTCUSDT", "--headless"],
        ["--log-level", "loud"],
        ["backtest", "x", "--out", ""],
        ["demo", "--session-dir", "", "--headless"],
        ["report", "x", "--html", ""],
        ["--config", "", "sessions"],
        ["report", ""],
        ["--config"],
    ],
)
def test_a_wrong_command_line_ends_with_64(arguments: list[str], runtime: Runtime, capsys: Capture) -> None:
    assert main(arguments) == 64
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err
    assert "Traceback" not in captured.err


def test_wrong_settings_end_with_78_before_anything_else(runtime: Runtime, capsys: Capture) -> None:
    Path("settings.toml").write_text("[risk]\nmax_positon = 1\nmax_daily_loss=-5\n")
    assert main(["run", "--venue", "bitmex"]) == 78
    assert capsys.readouterr().err.splitlines() == [
        "settings.toml:2:1 risk.max_positon: unknown key (did you mean max_position?)",
        "settings.toml:3:16 risk.max_daily_loss: got -5, must be > 0",
        '--venue desk.venue: got "bitmex", must be auto, demo, binance, ccxt:ID (ccxt:kraken) or file:PATH',
    ]


@pytest.mark.parametrize(
    ("outcome", "code", "words"),
    [
        (130, 130, ""),
        (VenueError("binance cannot be reached"), 69, "binance cannot be reached\n"),
        (OrdersMayRest("mm-1 may rest"), 75, "mm-1 may rest\n"),
        (KeyboardInterrupt(), 130, "\n"),
        (ExceptionGroup("tasks", [ExceptionGroup("tasks", [VenueError("gone")])]), 69, "gone\n"),
    ],
)
def test_how_the_desk_ends_is_how_the_process_ends(
    runtime: Runtime, capsys: Capture, outcome: int | BaseException, code: int, words: str
) -> None:
    runtime.outcome = outcome
    assert main(["run", "--headless"]) == code
    assert capsys.readouterr().err == words


def test_a_fault_of_ours_is_one_line_and_a_traceback_in_the_log(runtime: Runtime, capsys: Capture, home: Path) -> None:
    runtime.outcome = ZeroDivisionError("oh")
    assert main(["run", "--headless"]) == 70
    log = home / "state" / "mm-tui" / "app.log"
    assert capsys.readouterr().err == f"mm-tui: internal error: ZeroDivisionError: oh (details in {log})\n"
    assert "Traceback" in log.read_text()
    if os.name != "nt":
        assert log.stat().st_mode & 0o777 == 0o600


def test_a_fault_that_knows_its_log_names_it(runtime: Runtime, capsys: Capture, home: Path) -> None:
    error = ZeroDivisionError("oh")
    error.add_note("details in /s/app.log")
    runtime.outcome = error
    assert main(["--log-level", "debug", "run", "--headless"]) == 70
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert err.endswith("mm-tui: internal error: ZeroDivisionError: oh (details in /s/app.log)\n")
    assert not (home / "state").exists()


def test_a_fault_where_nothing_can_be_written(runtime: Runtime, capsys: Capture, home: Path) -> None:
    (home / "state").touch()
    runtime.outcome = ZeroDivisionError("oh")
    assert main(["run", "--headless"]) == 70
    assert capsys.readouterr().err.endswith("oh (--log-level debug shows the traceback)\n")


def test_config_show(capsys: Capture) -> None:
    assert main(["config", "show", "--set", "risk.max_position=0.5"]) == 0
    assert "max_position = 0.5 " in capsys.readouterr().out
    assert main(["config", "show", "--json"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out)["settings"]["risk"]["max_position"] == 0.02


def test_config_validate(capsys: Capture) -> None:
    assert main(["config", "validate"]) == 0
    assert capsys.readouterr().out == "no settings file, the defaults hold: well\n"
    Path("settings.toml").write_text("[risk]\nmax_open_orders = 2\n")
    assert main(["config", "validate"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{Path.cwd() / 'settings.toml'}: well\n"
    assert captured.err.startswith("note: strategy.passive.orders_per_side")
    assert main(["config", "validate", "--set", "risk.max_position=0"]) == 78


def test_config_path_and_init(capsys: Capture, home: Path) -> None:
    own = home / "config" / "mm-tui" / "settings.toml"
    assert main(["config", "path"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{own}\n"
    assert "mm-tui config init" in captured.err
    assert main(["config", "init"]) == 0
    assert capsys.readouterr().out == f"{own}\n"
    assert main(["config", "path"]) == 0
    assert capsys.readouterr() == (f"{own}\n", "")
    assert main(["config", "validate"]) == 0
    assert main(["config", "init"]) == 64
    assert "--force overwrites it" in capsys.readouterr().err
    own.write_text("x")
    assert main(["config", "init", "--force"]) == 0
    assert "[risk]" in own.read_text()
    assert main(["config", "init", "--config", str(home / "here")]) == 64
    capsys.readouterr()
    assert main(["--config", str(own / "x"), "config", "init"]) == 64
    assert "cannot be written: " in capsys.readouterr().err


def test_completion_knows_commands_and_options(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("_MM_TUI_COMPLETE", "bash_complete")
    for words, cword, expected in (("mm-tui ", "1", "plain,sessions"), ("mm-tui run --he", "2", "plain,--headless")):
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", cword)
        with pytest.raises(SystemExit):
            main([])
        assert expected in capsys.readouterr().out


def test_what_only_the_screen_can_judge_is_told_with_the_rest_before_anything_starts(
    runtime: Runtime, capsys: Capture, home: Path
) -> None:
    Path("settings.toml").write_text(
        '[ui]\ntheme = "nope"\n[ui.keys]\npause = "f"\npuase = "z"\nkill = ""\nnext_fill = "N"\n'
        "[risk]\nmax_daily_loss = -5\n"
    )
    for command in (["config", "validate"], ["demo", "--headless"], ["run"]):
        assert main(command) == 78
        told = capsys.readouterr().err.splitlines()
        assert told[0].startswith("settings.toml:2:9 ui.theme: no theme 'nope'; there are amber, ")
        assert told[1].startswith("settings.toml:4:9 ui.keys.pause: f is taken by flatten; ")
        assert told[2] == "settings.toml:5:1 ui.keys.puase: unknown action (did you mean pause?)"
        assert told[3].startswith("settings.toml:6:8 ui.keys.kill: '' is no key; ")
        assert told[4].startswith("settings.toml:7:13 ui.keys.next_fill: N is taken by previous_fill; ")
        assert told[5] == "settings.toml:9:18 risk.max_daily_loss: got -5, must be > 0"
        assert len(told) == 6
    Path("settings.toml").unlink()
    assert main(["demo", "--headless", "--theme", "nope"]) == 64
    assert capsys.readouterr().err.startswith("--theme ui.theme: no theme 'nope'; there are amber, ")
    assert not hasattr(runtime, "options")


def test_a_theme_file_that_is_broken_is_told_by_validate_and_stops_no_desk(
    runtime: Runtime, capsys: Capture, home: Path
) -> None:
    Path("themes").mkdir()
    Path("themes/mine.toml").write_text("no TOML")
    Path("themes/other.toml").write_text('name = "sea"\n')
    Path("settings.toml").write_text('[ui]\ntheme = "mine"\n')
    assert main(["demo", "--headless"]) == 0
    assert main(["demo", "--headless", "--theme", "sea"]) == 0
    assert main(["config", "validate"]) == 78
    assert "mine.toml: " in capsys.readouterr().err
