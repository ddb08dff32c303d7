"""The first line's market: told in whole where there is room, by its name where there is not."""

from typing import Final

import msgspec
import pytest
from hand_frames import desk_frame

from mm_tui.app.widgets.header import told_venue
from mm_tui.app.widgets.spans import width_of

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
