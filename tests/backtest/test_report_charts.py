"""Drawings: lines that hold and break, areas, strips, axes and their words."""

import re

import pytest

from mm_tui.backtest.report.charts import Dots, Line, Mean, histogram, means, over_time, strip
from mm_tui.backtest.report.figures import Bars
from mm_tui.backtest.report.tracks import Shares, Track
from mm_tui.backtest.report.words import clock_ticks, digits, fixed, safe

SECOND = 1_000_000_000
SPAN = (0, 10 * SECOND)


def track(*steps: tuple[int, float | None]) -> Track:
    made = Track()
    for second, value in steps:
        made.add(second * SECOND, value)
    return made


def paths(text: str, kind: str) -> list[str]:
    return re.findall(rf'<path class="{kind}" d="([^"]*)"', text)


def test_a_line_holds_steps_and_ends_with_the_session() -> None:
    text = over_time([Line("one", track((0, 0.0), (5, 1.0)), "total")], SPAN, str)
    (path,) = paths(text, "line total")
    assert path == "M0.0 946.4H500.0V946.4V53.6H1000"


def test_a_line_breaks_where_there_is_no_value() -> None:
    line = Line("own bid", track((0, 2.0), (4, None), (6, 3.0), (8, None)), "bid")
    (path,) = paths(over_time([line], SPAN, str), "line bid")
    assert path.count("M") == 2
    assert path.startswith("M0.0 946.4H400.0")
    assert "M600.0 53.6H800.0" in path
    assert not path.endswith("H1000")


def test_a_value_that_was_there_for_less_than_a_stretch_is_seen() -> None:
    line = track((0, 1.0))
    line.add(5 * SECOND, None)
    line.add(5 * SECOND + 10, 9.0)
    line.add(5 * SECOND + 20, None)
    (path,) = paths(over_time([Line("one", line, "bid")], SPAN, str), "line bid")
    assert "V53.6" in path


def test_an_area_is_closed_along_zero_piece_by_piece() -> None:
    line = Line("position", track((0, 1.0), (2, None), (4, -1.0)), "inventory")
    text = over_time([line], SPAN, str, zero=True, fill=True)
    (area,) = paths(text, "area inventory")
    assert area.count("M") == area.count("Z") == 2
    assert area.endswith("V500.0H400.0Z")


def test_nothing_known_is_said() -> None:
    empty = Line("one", Track(), "total")
    for drawn in (
        over_time([empty], SPAN, str),
        histogram(None, str),
        means([("all", "all", [None, None])], ["1s", "5s"], str),
        strip([("bid", Shares(), {})], SPAN),
    ):
        assert drawn.startswith('<p class="empty">')


def test_a_session_of_no_length_and_a_line_of_no_height_are_drawn() -> None:
    text = over_time([Line("one", track((0, 5.0)), "total")], (0, 0), str)
    assert paths(text, "line total") == ["M0.0 500.0H1000"]
    text = over_time([Line("one", track((0, 0.0)), "total")], (0, 0), str, zero=True)
    assert paths(text, "zero") == ["M0 500.0H1000"]


def test_marks_on_one_spot_are_one_and_the_legend_counts_all() -> None:
    dots = Dots("buys", [(5 * SECOND + step, 1.0) for step in range(500)], "bid")
    text = over_time([Line("mid", track((0, 0.0)), "mid")], SPAN, str, dots=[dots], marks=[(SECOND, "drawdown")])
    (path,) = paths(text, "dots bid")
    assert path.count("M") == 1
    assert "buys <b>500</b>" in text
    assert '<path class="trip" d="M100.0 0V1000"><title>drawdown</title>' in text
    assert "risk trips <b>1</b>" in text


def test_a_thousand_dots_are_small() -> None:
    dots = Dots("buys", [(step, 1.0) for step in range(1001)], "bid")
    assert len(paths(over_time([], SPAN, str, dots=[dots]), "dots many bid")) == 1


def test_bars_say_what_they_hold_and_what_lies_beyond() -> None:
    text = histogram(Bars(-1.0, 1.0, [3, 0, 4], 2), lambda value: f"{value:g}", zero=True)
    assert text.count("<rect") == 2
    assert "<title>-1 to 0: 3</title>" in text
    assert "also hold 2 beyond" in text
    assert len(paths(text, "zero")) == 1
    assert paths(histogram(Bars(1.0, 1.0, [3], 0), str, zero=True), "zero") == []


def test_means_have_error_bars_and_gaps() -> None:
    row = [Mean(1.0, 0.5), None, Mean(-1.0, 0.0)]
    text = means([("all", "all", row)], ["1s", "5s", "30s"], str)
    (spots,) = paths(text, "dots big all")
    assert spots.count("h0") == 2
    assert '<span style="left:50.00%">5s</span>' in text
    many = means([("all", "all", row * 3)], list("abcdefghi"), str)
    assert ('<div class="x">' in text, '<div class="x many">' in many) == (True, True)


def test_a_strip_joins_what_is_alike_and_stacks_what_is_mixed() -> None:
    shares = Shares(10)
    for at, name in ((0, "in"), (4, "in"), (5, "out")):
        shares.add(at * SECOND, (at + 1) * SECOND if at else 4 * SECOND, name)
    shares.add(6 * SECOND, 6 * SECOND + SECOND // 2, "in")
    shares.add(6 * SECOND + SECOND // 2, 10 * SECOND, "out")
    text = strip([("bid", shares, {"in": "up", "out": "out", "never": "down"})], SPAN)
    rects = re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', text)
    assert sum(float(wide) for kind, _, _, wide in rects if kind == "up") > 500
    assert len(rects) < len(shares.spent) + 3
    assert ">in</li>" in text
    assert "never" not in text


def test_a_hole_in_a_strip_stays_empty() -> None:
    shares = Shares(10)
    shares.add(0, 2 * SECOND, "in")
    shares.add(8 * SECOND, 10 * SECOND, "in")
    text = strip([("bid", shares, {"in": "up"})], SPAN)
    assert len(re.findall("<rect", text)) >= 2
    assert sum(float(wide) for wide in re.findall(r'width="([\d.]+)"', text)) < 700


def test_times_of_day_are_round_and_few() -> None:
    start = 1_723_161_253 * SECOND
    short = clock_ticks(start, start + 20 * SECOND)
    assert [words for _, words in short] == ["23:54:15", "23:54:20", "23:54:25", "23:54:30"]
    assert short[0][0] == pytest.approx(0.1)
    day = clock_ticks(start, start + 86_400 * SECOND)
    assert ("08-09" in [words for _, words in day]) is True
    assert 4 <= len(day) <= 10
    month = clock_ticks(start, start + 40 * 86_400 * SECOND)
    assert len(month) <= 10
    assert clock_ticks(start, start) == []


def test_numbers_have_the_digits_that_their_range_needs() -> None:
    assert digits(0, 5) == 1
    assert digits(0, 0.02) == 3
    assert digits(0, 3000) == 0
    assert digits(1, 1) == 2
    assert fixed(-0.001, 2) == "0.00"
    assert fixed(-1234.5, 1, plus=True) == "−1,234.5"
    assert fixed(0.5, 1, plus=True) == "+0.5"
    assert safe("<a b='c'>\x07") == "&lt;a b=&#x27;c&#x27;&gt;\N{REPLACEMENT CHARACTER}"
