"""Strategies by name, from the built-ins, from what is installed, and from a user's own file."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from mm_tui.errors import UsageError
from mm_tui.strategy.registry import make

MINE = """
import msgspec
from mm_tui.strategy.api import NO_QUOTES

class Params(msgspec.Struct, frozen=True):
    spread: float = 3.0

class Mine:
    Params = Params
    name = "mine"
    reference_window = 1.0

    def __init__(self, params, seed):
        self.params = params

    def quote(self, view):
        return NO_QUOTES

    def describe(self):
        return "mine"

    def nearest_bps(self):
        return self.params.spread
"""


def own_file(tmp_path: Path, text: str = MINE) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_a_users_own_file_is_named_by_its_absolute_path(tmp_path: Path) -> None:
    strategy = make(f"{own_file(tmp_path)}:Mine", None, 1)
    assert (strategy.name, strategy.nearest_bps()) == ("mine", 3.0)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mine.py:Mine", "absolute"),
        ("/nonexistent/mine.py:Mine", "No such file"),
        ("{path}:Other", "there is no Other"),
        ("{path}:__name__", "must be a class"),
        ("{folder}:Mine", "no file"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, name: str, words: str) -> None:
    path = own_file(tmp_path)
    with pytest.raises(UsageError, match=words):
        make(name.format(path=path, folder=tmp_path), None, 1)


def test_a_file_that_others_may_change_is_not_run(tmp_path: Path) -> None:
    path = own_file(tmp_path, "raise SystemExit")
    path.chmod(0o666)
    with pytest.raises(UsageError, match="chmod go-w"):
        make(f"{path}:Mine", None, 1)


def test_a_file_that_raises_at_import_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ZeroDivisionError"):
        make(f"{own_file(tmp_path, '1/0')}:Mine", None, 1)


RULES = """
from mm_tui.strategy.signals import SignalRules

def rules(window):
    return SignalRules(volatility_window=window, intensity_window=1.5, volatility=1, decay=1, arrivals=1)
"""
MUTE = """
class Mute(Exception):
    def __str__(self):
        raise RuntimeError("mute")
"""


@pytest.mark.parametrize(
    ("amended", "words"),
    [
        ("Mine.reference_window = 'x'", "reference_window must be a number of seconds"),
        ("Mine.reference_window = float('nan')", "reference_window must be"),
        ("Mine.reference_window = 1e300", "at most 1e\\+12"),
        ("Mine.reference_window = 0", "seconds over 0"),
        ("Mine.reference_window = True", "reference_window must be"),
        ("Mine.reference_window = 10**400", "OverflowError"),
        ("Mine.reference_window = property(lambda self: 1 / 0)", "ZeroDivisionError"),
        ("del Mine.reference_window", "AttributeError"),
        ("Mine.name = None", "name must be a line of text"),
        ("Mine.name = ''", "name must be"),
        ("Mine.Params = None", "TypeError"),
        ("Mine.__init__ = lambda self, params, seed: None", "params"),
        ("Mine.__init__ = lambda self, params, seed: setattr(self, 'params', {})", "params must be the Params"),
        ("Mine.describe = lambda self: 5", r"describe\(\) must return a line of text"),
        ("Mine.describe = lambda self: chr(27) + '[2J'", "describe"),
        ("Mine.describe = lambda self: 'x' * 6000", "at most 200 characters"),
        ("Mine.nearest_bps = lambda self: float('nan')", r"nearest_bps\(\) must return a number"),
        ("Mine.nearest_bps = lambda self: 'x'", "nearest_bps"),
        ("Mine.signal_rules = 5", "signal_rules must be SignalRules"),
        (f"{RULES}\nMine.signal_rules = rules(float('nan'))", "numbers over 0"),
        (MUTE + "def broken(*_): raise Mute\nMine.__init__ = broken", "Mute: it does not say why"),
        (MUTE + "raise Mute", "Mute: it does not say why"),
        ("raise ValueError('A\\n' * 1000000)", r"ValueError: A\?A\?"),
    ],
)
def test_a_class_that_is_no_strategy_is_refused_when_it_is_made(tmp_path: Path, amended: str, words: str) -> None:
    path = own_file(tmp_path, f"{MINE}\n{amended}\n")
    with pytest.raises(UsageError, match=words) as caught:
        make(f"{path}:Mine", None, 1)
    assert len(str(caught.value)) < 600
    assert str(caught.value).isprintable()


def test_rules_of_numbers_are_taken(tmp_path: Path) -> None:
    path = own_file(tmp_path, f"{MINE}\n{RULES}\nMine.signal_rules = rules(60)\n")
    assert make(f"{path}:Mine", None, 1).name == "mine"


def test_what_is_installed_and_cannot_be_loaded_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("broken", "no_such_module_of_ours:Broken", "mm_tui.strategies")
    monkeypatch.setattr("mm_tui.strategy.registry.entry_points", lambda group: [broken])
    with pytest.raises(UsageError, match="strategy broken: ModuleNotFoundError"):
        make("broken", None, 1)
