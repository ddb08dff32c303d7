"""The first line: the market in whole where there is room, by its name where there is not, and why it is not real."""

from typing import Final

import msgspec
import pytest
from desk_link import Recorded
from hand_frames import desk_frame
from waiting import until

from mm_tui.app.app import DeskApp
from mm_tui.app.widgets.header import Header, told_note, told_venue
from mm_tui.app.widgets.spans import width_of
from mm_tui.app.widgets.summary import Summary

HEADER: Final = msgspec.structs.replace(
    desk_frame().header, venue="file", venue_words="capture of last week's market", strategy="passive"
)


@pytest.mark.parametrize(
    ("room", "told"),
    [
        (36, "file ● capture of last week's market"),
        (35, "file ● capture of last we…"),
        (20, "file"),
        (4, "file"),
        (3, ""),
    ],
)
def test_the_name_of_the_market_stands_and_its_words_leave_the_strategy_its_place(room: int, told: str) -> None:
    spans = told_venue(HEADER, room)
    assert "".join(text for text, _ in spans) == told
    assert width_of(spans) <= room


def test_why_the_market_is_not_the_one_asked_for_is_cut_and_not_left_out() -> None:
    header = msgspec.structs.replace(HEADER, demo_cause="no Binance: name or service not known")
    assert told_note(header.demo_cause, 60) == [("no Binance: name or service not known", "warn")]
    assert told_note(header.demo_cause, 20) == [("no Binance: name or…", "warn")]
    assert told_note(header.demo_cause, 19) == []
    assert told_note("", 60) == []


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ((200, 55), ["recording stopped"]),
        ((160, 46), ["recording stopped"]),
        ((120, 40), ["recording stopped"]),
        ((80, 24), ["recording stopped"]),
        ((60, 18), ["recording stopped"]),
    ],
)
async def test_what_is_to_be_minded_is_told_on_every_screen_that_has_panels(
    size: tuple[int, int], told: list[str]
) -> None:
    frame = desk_frame()
    minded = msgspec.structs.replace(
        frame.header, venue="demo", demo_cause="no Binance: name or service not known",
        problem="recording stopped after 303 frames and 43 records, market.log in /sessions/x: no space left on device",
    )  # fmt: skip
    app = DeskApp(Recorded(msgspec.structs.replace(frame, header=minded)))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: all(any(words in line for line in seen(app)) for words in told))
        whole = msgspec.structs.replace(minded, problem="")
        app.link.frame = msgspec.structs.replace(frame, header=whole)  # type: ignore[misc]
        app.poll()
        await until(pilot, lambda: any("no Binance: name or" in line for line in seen(app)))


def seen(app: DeskApp) -> list[str]:
    panels = (guarded.widget for guarded in app.desk.panels.values())
    lined = [panel for panel in panels if isinstance(panel, Header | Summary) and panel.display]
    return [panel.render_line(y).text for panel in lined for y in range(panel.size.height)]
