"""What the pen writes, on a screen model: the same picture as whole rows in full codes, with less said."""

import random
from typing import Any

import pyte
import pytest
from rich.color import ColorSystem

from mm_tui.app.palette import palette_of
from mm_tui.app.themes import load_themes
from mm_tui.app.widgets.pen import Pen, tone_of
from mm_tui.app.widgets.spans import Row, Spans

LOOK = palette_of(load_themes().themes["graphite"])
STYLES = (
    "text",
    "dim",
    "bid",
    "ask bold",
    "own bold reverse",
    "text on selection",
    "bid reverse on selection",
    "track",
)
WORDS = ("61,837.63", "0.412", " ", "    ", "▲", "█▌ ", "", "–", "mine", "a")
LEFT, LINE = 4, 2


def shown(text: str) -> list[tuple[Any, ...]]:
    """Each cell as it is to be seen: of a blank the ground alone."""
    screen = pyte.Screen(80, 4)
    pyte.Stream(screen).feed(text)
    cells = [screen.buffer[LINE - 1][x] for x in range(80)]
    return [
        (cell.bg,) if cell.data == " " and not cell.reverse else (cell.data, cell.fg, cell.bg, cell.bold, cell.reverse)
        for cell in cells
    ]


def at_its_place(text: str) -> str:
    return f"\x1b[{LINE};{LEFT}H{text}"


def plainly(spans: Spans) -> str:
    """Every span in its full code."""
    return "".join(
        f"\x1b[0;{LOOK.styles[name].render('@', color_system=ColorSystem.TRUECOLOR).partition('m')[0][2:]}m{text}"
        for text, name in spans
    )


def made(spans: Spans) -> Row:
    return Row(spans, sum(len(text) for text, _ in spans), LOOK)


def any_spans(chance: random.Random, count: int) -> Spans:
    return [(chance.choice(WORDS), chance.choice(STYLES)) for _ in range(count)]


@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD])
def test_changes_over_a_row_make_the_new_row(system: ColorSystem) -> None:
    chance = random.Random(3)
    pen = Pen(LOOK, system)
    for _ in range(300):
        before = any_spans(chance, 12)
        after = [span if chance.random() < 0.6 else any_spans(chance, 1)[0] for span in before]
        old, new = made(before), made(after)
        pen.lift()
        first = at_its_place(pen.row(old))
        over = pen.changes(new, old, LINE, LEFT)
        rest = max(0, old.width - new.width)
        whole = at_its_place(Pen(LOOK, system).row(new))
        tail = shown(first)[LEFT - 1 + new.width : LEFT - 1 + new.width + rest]
        expected = shown(whole)
        expected[LEFT - 1 + new.width : LEFT - 1 + new.width + rest] = tail
        assert shown(first + over) == expected


def test_a_row_is_what_its_full_codes_would_be() -> None:
    chance = random.Random(4)
    pen = Pen(LOOK, ColorSystem.TRUECOLOR)
    for _ in range(200):
        spans = any_spans(chance, 9)
        said = pen.row(made(spans))
        assert shown(at_its_place(said)) == shown(at_its_place(plainly(spans)))
        assert len(said) <= len(plainly(spans))


def test_nothing_is_said_of_what_stands_there() -> None:
    pen = Pen(LOOK, ColorSystem.TRUECOLOR)
    row = made([("61,837.63", "bright bold"), ("  ", "text"), ("0.412", "bid")])
    assert pen.changes(made(list(row.spans)), row, LINE, LEFT) == ""


def test_a_number_that_changed_is_written_alone_and_in_its_style_alone() -> None:
    pen = Pen(LOOK, ColorSystem.TRUECOLOR)
    old = made([("61,837.63", "bid"), ("  ", "text"), ("0.412", "dim"), ("  ", "text"), ("1.0", "bid")])
    new = made([("61,837.64", "bid"), ("  ", "text"), ("0.412", "dim"), ("  ", "text"), ("2.0", "bid")])
    pen.row(made([("x", "bid")]))
    assert pen.changes(new, old, LINE, LEFT) == f"\x1b[{LINE};{LEFT}H61,837.64\x1b[{LEFT + 18}G2.0"
    assert pen.changes(old, new, LINE, LEFT).count("m") == 0
    letters = tone_of(LOOK.styles["ask"], ColorSystem.TRUECOLOR).letters
    other = made([*new.spans[:-1], ("2.0", "ask")])
    assert pen.changes(other, new, LINE, LEFT) == f"\x1b[{LINE};{LEFT + 18}H\x1b[{letters}m2.0"


def test_after_somebody_else_wrote_the_whole_style_is_said() -> None:
    pen = Pen(LOOK, ColorSystem.TRUECOLOR)
    old, new = made([("1.0", "bid")]), made([("2.0", "bid")])
    pen.row(old)
    pen.lift()
    assert "\x1b[0;" in pen.changes(new, old, LINE, LEFT)


def test_without_colours_there_are_bold_and_reverse() -> None:
    pen = Pen(LOOK, None)
    assert pen.row(made([("a", "bid bold"), ("b", "bid reverse"), ("c", "ask")])) == "\x1b[0;1ma\x1b[22;7mb\x1b[27mc"
