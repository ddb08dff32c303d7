import pytest

from mm_tui.app.palette import palette_of
from mm_tui.app.themes import load_themes
from mm_tui.app.widgets.spans import (
    GLOW_NS,
    Glow,
    Spans,
    bar_spans,
    by_priority,
    fade,
    fit,
    glowing,
    joined,
    spread_out,
    width_of,
)

LOOK = palette_of(load_themes().themes["graphite"])
PLAIN = palette_of(load_themes().themes["graphite"], ascii=True)


def text(spans: Spans) -> str:
    return "".join(words for words, _ in spans)


@pytest.mark.parametrize(
    ("words", "width", "shown"),
    [
        ("spread", 6, "spread"),
        ("spread", 8, "spread  "),
        ("spread", 3, "spr"),
        ("漢字", 3, "漢 "),
        ("漢字", 6, "漢字  "),
        ("a\tb", 5, "a?b  "),
        ("", 2, "  "),
        ("x", 0, ""),
    ],
)
def test_spans_are_fitted_to_cells(words: str, width: int, shown: str) -> None:
    assert text(fit([(words, "text")], width, LOOK)) == shown


def test_what_is_cut_off_whole_is_left_out() -> None:
    assert fit([("abc", "bid"), ("def", "ask"), ("g", "own")], 4, LOOK) == [("abc", "bid"), ("d", "ask")]


def test_without_utf8_glyphs_are_replaced_cell_by_cell() -> None:
    assert text(fit([("▲ −1.5 …", "bid")], 9, PLAIN)) == "^ -1.5 ~ "


def test_fields_that_matter_least_give_way_and_the_order_stays() -> None:
    fields = [(2, [("alpha", "text")]), (0, [("beta", "text")]), (1, [("gamma", "text")]), (9, [])]
    assert text(by_priority(fields, 20)) == "alpha  beta  gamma"
    assert text(by_priority(fields, 17)) == "beta  gamma"
    assert text(by_priority(fields, 10)) == "beta"
    assert text(by_priority(fields, 1)) == "beta"


def test_neighbours_of_one_style_are_one_span() -> None:
    cells = [("a", "bid"), ("b", "bid"), ("c", "ask"), ("d", "bid")]
    assert joined(cells) == [("ab", "bid"), ("c", "ask"), ("d", "bid")]
    assert joined([]) == []


def test_two_ends_of_a_line() -> None:
    assert text(spread_out([("ab", "text")], [("cd", "text")], 7)) == "ab   cd"
    assert text(spread_out([("ab", "text")], [("cd", "text")], 3)) == "ab"
    assert width_of([("漢", "text"), ("ab", "text")]) == 4


def test_a_change_glows_and_fades_and_the_first_sight_does_not() -> None:
    glow = Glow()
    third = GLOW_NS // 3
    assert glow.level("a", None, 0) == 0
    assert glow.level("a", 1, 5) == 0
    assert glow.level("a", 2, 10) == 3
    assert [glow.level("a", 2, 10 + third * at) for at in range(4)] == [3, 2, 1, 0]
    assert glow.level("a", 3, 10 + GLOW_NS) == 3
    assert glow.level("b", 3, 10 + GLOW_NS) == 0
    assert fade(-5) == 3
    assert fade(-2 * GLOW_NS) == 0
    assert [glowing("text", level) for level in (0, 2)] == ["text", "text glow2"]


@pytest.mark.parametrize("filled", [0, 1, 4, 12, 40, 99])
def test_bars_have_their_width_in_either_alphabet(filled: int) -> None:
    for look in (LOOK, PLAIN):
        assert width_of(bar_spans(filled, 5, "bid", look)) == 5
    assert text(bar_spans(filled, 5, "bid", PLAIN)).isascii()
    assert ("#" in text(bar_spans(filled, 5, "bid", PLAIN))) == (filled > 0)
