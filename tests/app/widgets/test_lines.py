from typing import Any

import msgspec
import pytest
from hand_frames import BTC, PEPE, START, formula, ladder, strained, tape
from panel_app import PanelApp, lines_of
from rich.cells import cell_len
from textual.geometry import Offset, Region

from mm_tui.app.widgets.chart.chart import Chart
from mm_tui.app.widgets.events import Events
from mm_tui.app.widgets.fills import Fills
from mm_tui.app.widgets.header import Header
from mm_tui.app.widgets.ladder.ladder import Ladder
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.orders import Orders
from mm_tui.app.widgets.parameters import Parameters
from mm_tui.app.widgets.position import Position
from mm_tui.app.widgets.risk import Risk
from mm_tui.app.widgets.spans import Row
from mm_tui.app.widgets.summary import Summary
from mm_tui.app.widgets.tape import Tape
from mm_tui.app.widgets.truth import Truth
from mm_tui.app.widgets.workers import Workers
from mm_tui.views.frames import DeskFrame, EventRow

PANELS = [Chart, Events, Fills, Header, Ladder, Orders, Parameters, Position, Risk, Summary, Tape, Truth, Workers]
SIZES = [(1, 1), (2, 2), (5, 3), (6, 3), (20, 5), (33, 8), (48, 14), (80, 24), (200, 55)]


def stale() -> DeskFrame:
    frame = strained()
    header = msgspec.structs.replace(frame.header, state="stale", reason="no frame for 2.4 s", hint="wait")
    return strained(header=header, ladder=ladder(valid=False))


FRAMES = {
    "full": strained(),
    "empty": DeskFrame(),
    "no rows": DeskFrame(instrument=BTC),
    "stale": stale(),
    "formula": formula(strained()),
    "many digits": strained(instrument=PEPE),
}


@pytest.mark.parametrize("alphabet", ["utf8", "ascii"])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.__name__)
async def test_every_line_has_exactly_the_width_at_any_size(
    kind: type[Panel], size: tuple[int, int], alphabet: str
) -> None:
    panel = kind()
    app = PanelApp(panel, ascii=alphabet == "ascii")
    async with app.run_test(size=size):
        for name, frame in FRAMES.items():
            app.show(frame)
            lines = lines_of(panel)
            assert [cell_len(line) for line in lines] == [size[0]] * size[1], name
            if alphabet == "ascii":
                assert "".join(lines).isascii(), name


@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.__name__)
async def test_a_frame_with_equal_values_draws_no_row_again(kind: type[Panel]) -> None:
    panel = kind()
    app = PanelApp(panel)
    async with app.run_test(size=(100, 30)):
        app.show(strained())
        before = list(panel._rows)
        app.show(strained())
        assert all(old is new for old, new in zip(before, panel._rows, strict=True))


@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.__name__)
async def test_a_panel_is_the_same_whether_it_was_shown_step_by_step_or_at_once(kind: type[Panel]) -> None:
    frames = [strained(), FRAMES["stale"], DeskFrame(), strained(ladder=ladder(seed=2), ts=START + 10**9)]
    stepwise, at_once = kind(), kind()
    app = PanelApp(stepwise, at_once)
    async with app.run_test(size=(90, 40)):
        for frame in frames:
            stepwise.show(frame)
        at_once.show(frames[-1])
        assert lines_of(stepwise) == lines_of(at_once)


async def test_only_the_row_that_changed_is_drawn_again() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 30)):
        frame = strained()
        app.show(frame)
        before = list(panel._rows)
        rows = list(frame.ladder.rows)
        at = next(i for i, row in enumerate(rows) if row.touch == "bid") + 3
        rows[at] = msgspec.structs.replace(rows[at], bid=rows[at].bid + 1)
        app.show(msgspec.structs.replace(frame, ladder=msgspec.structs.replace(frame.ladder, rows=tuple(rows))))
        assert sum(old is not new for old, new in zip(before, panel._rows, strict=True)) == 1


async def test_another_theme_and_another_size_are_taken_up() -> None:
    panel = Tape()
    app = PanelApp(panel)
    async with app.run_test(size=(60, 20)) as pilot:
        app.show(strained())
        text = lines_of(panel)
        dark = panel._rows[3].strip._segments[1].style
        app.theme = "paper"
        await pilot.pause()
        assert lines_of(panel) == text
        assert panel._rows[3].strip._segments[1].style != dark
        await pilot.resize_terminal(44, 12)
        await pilot.pause()
        assert [len(line) for line in lines_of(panel)] == [44] * 12
        assert any("61,837.6" in line for line in lines_of(panel))


async def test_the_frame_of_the_focused_panel_takes_the_accent() -> None:
    panels = Tape(), Risk()
    app = PanelApp(*panels)
    async with app.run_test(size=(60, 30)) as pilot:
        app.show(strained())
        panels[0].focus()
        await pilot.pause()
        accent, border = panels[0].look["accent"], panels[0].look["border"]
        assert [panel._rows[2].strip._segments[0].style for panel in panels] == [accent, border]
        text = lines_of(panels[0])
        panels[1].focus()
        await pilot.pause()
        assert [panel._rows[2].strip._segments[0].style for panel in panels] == [border, accent]
        assert lines_of(panels[0]) == text


async def test_no_colour_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 20)):
        app.show(strained())
        for strip in panel.render_lines(panel.outer_size.region):
            for segment in strip:
                colours = {segment.style.color, segment.style.bgcolor} - {None}
                assert all(len(set(colour.triplet)) == 1 for colour in colours)


async def test_words_of_a_venue_cannot_steer_the_terminal() -> None:
    panel = Events()
    app = PanelApp(panel)
    async with app.run_test(size=(60, 6)):
        hostile = (EventRow(ts=START, kind="warn", text="\x1b[2J\x07 漢字 漢字\u202e"),)
        app.show(strained(events=hostile))
        lines = lines_of(panel)
        assert "?[2J? 漢字 漢字?" in lines[1]
        assert all(line.isprintable() and cell_len(line) == 60 for line in lines)


async def test_only_a_part_may_be_asked_for() -> None:
    panel = Risk()
    app = PanelApp(panel)
    async with app.run_test(size=(50, 12)):
        app.show(strained())
        whole = lines_of(panel)
        part = [strip.text for strip in panel.render_lines(Region(3, 2, 20, 5))]
        assert part == [line[3:23] for line in whole[2:7]]
        assert panel.render_line(4).text == whole[4]
        assert len(panel.render_lines(Region(0, 10, 50, 6))) == 6


async def test_the_cache_of_rows_is_bounded() -> None:
    panel = Truth()
    app = PanelApp(panel)
    async with app.run_test(size=(80, 1)):
        for age in range(5000):
            app.show(strained(truth=msgspec.structs.replace(strained().truth, age_ms=age))) if age % 50 == 0 else (
                panel.put(0, age, lambda age=age: [(str(age), "text")])
            )
        assert len(panel._cache) == Truth.remembered
        assert panel._cache[4999].spans[0][0] == "4999"


class Way:
    """The short way, with what was asked of it in place of a terminal."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, Row, Row | None]] = []
        self.lost = 0

    def place_of(self, _: Any) -> Offset:
        return Offset(0, 0)

    def write(self, _place: Offset, rows: Any, _look: Any) -> None:
        self.asked = list(rows)


async def test_a_row_is_written_over_what_is_known_to_stand_there(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = Tape()
    app = PanelApp(panel)
    async with app.run_test(size=(50, 14)):
        way = Way()
        monkeypatch.setattr("mm_tui.app.widgets.lines.direct", lambda _: way)

        def written(seed: int) -> set[Row | None]:
            standing = list(panel._there)
            app.show(strained(tape=tape(seed=seed)))
            assert way.asked
            for at, row, before in way.asked:
                assert row is panel._rows[at]
                assert before is None or before is standing[at]
            return {before for _, _, before in way.asked}

        assert written(1) == {None}
        assert None not in written(2)
        panel.render_lines(Region(0, 0, 50, 14))  # the compositor drew it: what it does with that is its own
        assert written(3) == {None}
        assert None not in written(4)
        way.lost += 1
        assert written(5) == {None}
        assert None not in written(6)


async def test_a_row_that_does_not_come_again_is_drawn_where_its_key_is_another_and_not_kept() -> None:
    panel = Truth()
    app = PanelApp(panel)
    async with app.run_test(size=(80, 1)):
        made: list[int] = []

        def make(age: int) -> list[tuple[str, str]]:
            made.append(age)
            return [(str(age), "text")]

        kept = len(panel._cache)
        for age in (1, 1, 2, 1):
            panel.lay(0, [age], make, age)
        panel.lay(1, [9], make, 9)
        assert made == [1, 2, 1]
        assert len(panel._cache) == kept
        assert panel._rows[0].spans[0] == ("1", "text")


async def test_a_panel_says_what_it_must_be_given() -> None:
    with pytest.raises(NotImplementedError):
        Panel().paint()
    with pytest.raises(RuntimeError):
        _ = Panel()._look
