"""The heat map's colours."""

import pytest

from mm_tui.app.colours import contrast
from mm_tui.app.palette import palette_of
from mm_tui.app.ramp import HEATS, as_256
from mm_tui.app.themes import load_themes


@pytest.mark.parametrize("name", sorted(load_themes().themes))
def test_the_heat_map_goes_from_the_ground_to_the_strongest_and_marks_stand_out_on_it(name: str) -> None:
    look = palette_of(load_themes().themes[name])
    panel, ramp = look.colours["panel"], [look.heats[f"heat{at}"] for at in range(HEATS)]
    steps = [contrast(colour, panel) for colour in ramp]
    assert ramp[0] == panel
    assert steps == sorted(steps)
    assert len(set(ramp)) == HEATS
    assert steps[-1] > 4
    for token in ("own", "bid", "ask"):
        for at in range(HEATS):
            style = look[f"{token} bold clear on heat{at}"]
            assert contrast(style.color.name, ramp[at]) >= 3
    assert look["heat3 on heat7"].color.name == ramp[3]


@pytest.mark.parametrize("name", sorted(load_themes().themes))
def test_with_256_colours_it_is_a_scale_too(name: str) -> None:
    look = palette_of(load_themes().themes[name], of_256=True)
    shown = [as_256(look.heats[f"heat{at}"]) for at in range(HEATS)]
    assert shown == list(look.heats.values()), "what is wanted is what Rich makes of it"
    steps = [contrast(colour, shown[0]) for colour in shown]
    assert steps == sorted(steps)
    assert len(set(shown)) >= HEATS // 2
    assert steps[-1] > 4
    exact = palette_of(load_themes().themes[name]).heats["heat11"]
    assert contrast(shown[-1], exact) < 1.3, "the strongest is about as strong"
