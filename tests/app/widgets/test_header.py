"""The first line: the market in whole where there is room, by its name where there is not, and why it is not real."""

from typing import Final

import msgspec
import pytest
from desk_link import Recorded
from hand_frames import desk_frame
from waiting import until

from mm_tui.app.app import DeskApp
from mm_tui.app.widgets.header import Header, told_cause, told_venue
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
    assert told_cause(header, 60) == [("no Binance: name or service not known", "warn")]
    assert told_cause(header, 20) == [("no Binance: name or…", "warn")]
    assert told_cause(header, 19) == []
    assert told_cause(HEADER, 60) == []


@pytest.mark.parametrize(
    ("size", "told"),
    [((160, 46), "no Binance: name "), ((80, 24), "no Binance: name or "), ((60, 18), "no Binance: name")],
)
async def test_it_is_told_on_every_screen_that_has_panels(size: tuple[int, int], told: str) -> None:
    frame = desk_frame()
    header = msgspec.structs.replace(frame.header, venue="demo", demo_cause="no Binance: name or service not known")
    app = DeskApp(Recorded(msgspec.structs.replace(frame, header=header)))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: any(told in line for line in seen(app)))


def seen(app: DeskApp) -> list[str]:
    panels = (guarded.widget for guarded in app.desk.panels.values())
    lined = [panel for panel in panels if isinstance(panel, Header | Summary) and panel.display]
    return [panel.render_line(y).text for panel in lined for y in range(panel.size.height)]
