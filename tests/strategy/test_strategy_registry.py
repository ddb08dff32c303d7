"""Strategies by name, from the built-ins, from what is installed, and from a user's own file."""

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
        ("{path}:Other", "must be a class"),
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
