"""`[shadows]`: every problem with its place, whatever source it comes from."""

from pathlib import Path

import pytest

from mm_tui.errors import SettingsError
from mm_tui.settings.load import load
from mm_tui.settings.show import as_toml, public

FILE = """
[shadows]
max_cpu_pct = 0
[shadows.desks]
wide = "min_spread_bps=4 max_spread_bps=8"
a = "strategy=glft risk_facor=0.02"
b = "strategy=gflt"
c = "risk.max_position=3"
d = "min_spread_bps=9"
e = "strategy=glft"
"a name that no leaderboard has room for" = "strategy=glft"
"""


def test_each_problem_has_its_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(FILE)
    with pytest.raises(SettingsError) as raised:
        load(path, [], {}, tmp_path)
    problems = raised.value.problems
    places = [problem.partition(" ")[0].removeprefix("settings.toml:") for problem in problems]
    assert places == ["3:15", "6:5", "7:5", "8:5", "9:5", "10:5", "11:45"]
    for words, problem in zip(
        [
            "shadows.max_cpu_pct: got 0, must be > 0 and <= 100",
            "shadows.desks.a: strategy.glft.risk_facor: unknown key; there are risk_factor",
            'shadows.desks.b: got "gflt", must be',
            "shadows.desks.c: risk.max_position: a shadow takes parameters of its strategy alone",
            "shadows.desks.d: strategy.passive.min_spread_bps: min_spread_bps 9 is over max_spread_bps 6",
            "shadows.desks.e: is one too many, at most 5 shadows run beside the desk",
            "leaderboard has room for: is one too many, at most 5 shadows run beside the desk",
        ],
        problems,
        strict=True,
    ):
        assert words in problem


def test_they_come_from_any_source_and_can_be_written_down(tmp_path: Path) -> None:
    environ = {"MM_TUI__SHADOWS__DESKS__FORMULA": "strategy=glft risk_factor=0.05"}
    loaded = load(
        None, ["shadows.desks.wide=min_spread_bps=4 max_spread_bps=8", "shadows.band=false"], environ, tmp_path
    )
    shadows = loaded.settings.shadows
    assert dict(shadows.desks) == {
        "formula": "strategy=glft risk_factor=0.05", "wide": "min_spread_bps=4 max_spread_bps=8",
    }  # fmt: skip
    assert not shadows.band
    assert 'wide = "min_spread_bps=4 max_spread_bps=8"' in as_toml(loaded)
    again = tmp_path / "again.toml"
    again.write_text(as_toml(loaded))
    assert load(again, [], {}, tmp_path).settings == loaded.settings
    assert public(loaded.settings)["shadows"]["max_cpu_pct"] == 25.0


def test_a_long_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the name of a shadow is a line of 1 to 26 characters"):
        load(None, [f"shadows.desks.{'x' * 27}=strategy=glft"], {}, tmp_path)
