"""The scrubber's line."""

import msgspec
import pytest
from hand_frames import desk_frame
from panel_app import PanelApp, lines_of

from mm_tui.app.widgets.scrubber import Scrubber, bar, elapsed, marks_by_cell, speed_words
from mm_tui.model.events import BUY, SELL
from mm_tui.views.frames import DeskFrame, ReplayFrame, ReplayMark

SECOND = 1_000_000_000
START = 1_723_161_253 * SECOND
REPLAY = ReplayFrame(
    start=START,
    end=START + 100 * SECOND,
    ts=START + 50 * SECOND,
    known=START + 80 * SECOND,
    playing=True,
    speed=2.0,
    marks=(
        ReplayMark(ts=START + 10 * SECOND, kind="fill", side=BUY),
        ReplayMark(ts=START + 30 * SECOND, kind="trip"),
        ReplayMark(ts=START + 31 * SECOND, kind="fill", side=SELL),
        ReplayMark(ts=START + 60 * SECOND, kind="gap"),
        ReplayMark(ts=START + 70 * SECOND, kind="fill", side=SELL),
    ),
)


def framed(**changes: object) -> DeskFrame:
    return msgspec.structs.replace(desk_frame(), replay=msgspec.structs.replace(REPLAY, **changes))


async def shown(frame: DeskFrame, width: int = 80, *, ascii: bool = False) -> str:  # noqa: A002 - as the desk
    panel = Scrubber()
    panel.styles.height = 1
    async with PanelApp(panel, ascii=ascii).run_test(size=(width, 1)) as pilot:
        panel.show(frame)
        await pilot.pause()
        return lines_of(panel)[0]


def test_the_bar_from_beginning_to_end() -> None:
    spans = bar(REPLAY, 20, marks_by_cell(REPLAY, 20))
    assert "".join(text for text, _ in spans) == "━━▲━━━◆━━━●─×─▼──╌╌╌"
    styles = {text: style for text, style in spans if text in "▲▼◆×●"}
    assert styles == {"▲": "own bold", "▼": "dim", "◆": "halt bold", "×": "warn bold", "●": "bright bold"}


@pytest.mark.parametrize(("ts", "at"), [(0, 0), (START, 0), (START + 100 * SECOND, 19), (1 << 62, 19)])
def test_the_bar_never_leaves_its_room(ts: int, at: int) -> None:
    text = "".join(words for words, _ in bar(msgspec.structs.replace(REPLAY, ts=ts), 20, {}))
    assert (len(text), text.index("●")) == (20, at)


async def test_new_marks_and_another_scale_are_drawn() -> None:
    panel = Scrubber()
    panel.styles.height = 1
    app = PanelApp(panel)
    async with app.run_test(size=(80, 1)) as pilot:
        seen = []
        for changes in ({}, {"marks": REPLAY.marks[:1]}, {"end": START + 400 * SECOND}, {"ts": START}):
            panel.show(framed(**changes))
            await pilot.pause()
            seen.append([lines_of(panel)[0].count(glyph) for glyph in "▲▼◆"])
    assert seen == [[1, 2, 1], [1, 0, 0], [1, 1, 1], [1, 2, 1]]


def test_an_empty_recording_has_a_bar() -> None:
    assert "".join(text for text, _ in bar(ReplayFrame(), 5, {})) == "●╌╌╌╌"


async def test_speed_time_and_bar_fill_the_line() -> None:
    line = await shown(framed())
    assert line.startswith(" play   ×2    ━")
    assert line.endswith(" 0:50 / 1:40  23:55:03Z ")
    assert len(line) == 80


async def test_paused_and_a_word() -> None:
    line = await shown(framed(playing=False, word="no further trip", speed=None))
    assert line.startswith(" pause  ×max ")
    assert "  no further trip  0:50 / 1:40" in line
    assert "●" in line


@pytest.mark.parametrize("second", [0, 40, 100])
async def test_a_word_moves_no_mark_and_leaves_the_present_moment_seen(second: int) -> None:
    ts = START + second * SECOND
    quiet, told = await shown(framed(ts=ts)), await shown(framed(ts=ts, word="end of the recording"))
    first = told.index("  end of the recording ")
    assert told == quiet[:first] + "  end of the recording " + quiet[first + 23 :]
    assert told.index("●") == quiet.index("●")


async def test_a_long_word_takes_the_bars_place() -> None:
    line = await shown(framed(word="a word that leaves no room for the bar " * 2), width=60)
    assert "●" not in line
    assert len(line) == 60


async def test_without_a_replay_the_line_is_empty() -> None:
    assert (await shown(desk_frame())).strip() == ""


async def test_seven_bits_are_enough() -> None:
    assert (await shown(framed(), ascii=True)).isascii()


@pytest.mark.parametrize(("span", "words"), [(0, "0:00"), (-5, "0:00"), (247, "4:07"), (3729, "1:02:09")])
def test_spans_of_time(span: int, words: str) -> None:
    assert elapsed(span * SECOND) == words


def test_speeds() -> None:
    assert [speed_words(speed) for speed in (0.1, 1.0, 1000.0, None)] == ["×0.1", "×1", "×1000", "×max"]
