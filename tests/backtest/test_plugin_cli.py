"""A strategy of anyone's as a user runs it: what it returns ends no backtest, a class that is none is refused."""

import json
from pathlib import Path

import pytest
from small_session import capture

from mm_tui.cli import main

CLASS = """
import itertools
import msgspec
from mm_tui.model.events import BUY, SELL
from mm_tui.strategy.api import Quote, Quotes

class Params(msgspec.Struct, frozen=True):
    pass

class Boom(Exception):
    def __str__(self):
        raise RuntimeError("no words")

def q(view, **more):
    return Quote(**{{"side": BUY, "level": 0, "price": view.bid - 20, "quantity": 5, **more}})

class S:
    name = "plug"
    Params = Params
    reference_window = 1.0

    def __init__(self, params, seed):
        self.params = params

    def describe(self):
        return "plug"

    def nearest_bps(self):
        return 1.0

    def quote(self, view):
        {body}
{after}
"""

Capture = pytest.CaptureFixture[str]


def backtest(tmp_path: Path, capsys: Capture, body: str, after: str = "") -> tuple[int, str, str]:
    path = tmp_path / "plug.py"
    path.write_text(CLASS.format(body=body, after=after))
    path.chmod(0o600)
    code = main(["backtest", str(capture(tmp_path)), "--json", "--strategy", f"{path}:S", *BAND_OFF])
    out, err = capsys.readouterr()
    return code, out, err


BAND_OFF = ("--set", "simulator.band=false")


@pytest.mark.parametrize(
    "body",
    [
        "return Quotes(None, ())",
        "return Quotes((one for one in (q(view),)), ())",
        "return Quotes(itertools.repeat(q(view)), ())",
        "return Quotes((q(view, level=10**5000),), ())",
        "return Quotes((q(view, price=10**30),), ())",
        "return Quotes((q(view, reason='A' * 5_000_000),), ())",
        "return Quotes((q(view),) * 5000, ())",
        "view.instrument = None; return Quotes((q(view),), ())",
        "raise Boom",
        "del type(self).name; return 5",
    ],
)
def test_what_a_strategy_returns_ends_no_backtest(tmp_path: Path, capsys: Capture, body: str) -> None:
    code, out, err = backtest(tmp_path, capsys, body)
    assert (code, err) == (0, "")
    assert json.loads(out)["orders"]["placed"] == 0


def test_what_makes_sense_is_placed(tmp_path: Path, capsys: Capture) -> None:
    code, out, _ = backtest(tmp_path, capsys, "return Quotes((q(view),), ())")
    assert code == 0
    assert json.loads(out)["orders"]["placed"] > 0


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ("S.reference_window = 'x'", "reference_window must be a number of seconds"),
        ("S.reference_window = 1e300", "reference_window must be"),
        ("S.describe = lambda self: 5", "describe() must return a line of text"),
        ("S.nearest_bps = lambda self: float('nan')", "nearest_bps() must return a number"),
        ("S.__init__ = lambda self, params, seed: None", "no attribute 'params'"),
        ("raise Boom", "Boom: it does not say why"),
    ],
)
def test_a_class_that_is_no_strategy_is_a_wrong_usage(tmp_path: Path, capsys: Capture, after: str, words: str) -> None:
    code, out, err = backtest(tmp_path, capsys, "return None", after)
    document = json.loads(out)
    assert (code, document["exit_code"]) == (64, 64)
    assert words in document["error"]
    assert words in err
