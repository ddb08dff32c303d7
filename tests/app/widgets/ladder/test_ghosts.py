"""What parameters that are tried do to the rows of the ladder."""

import msgspec
import pytest
from hand_ghost import ghost, tunable
from panel_app import PanelApp, lines_of

from mm_tui.app.widgets.ladder.ghosts import NO_MARK, Mark, mark_at, marks_of
from mm_tui.app.widgets.ladder.ladder import Ladder
from mm_tui.model.events import BUY, SELL
from mm_tui.views.frames import GhostFrame, GhostQuote, LadderRow


def test_quotes_that_move_and_orders_that_leave_are_marked_by_the_row_they_fall_in() -> None:
    frame = tunable(ghost=ghost())
    marks = marks_of(frame)
    assert marks[6_184_000, SELL] == Mark(200)
    assert marks[6_185_000, SELL] == Mark(0, leaving=True)
    assert marks[6_185_600, SELL] == Mark(100)
    assert marks[6_185_800, SELL] == Mark(0)
    assert marks[6_183_500, BUY] == Mark(200)
    coarse = msgspec.structs.replace(frame, ladder=msgspec.structs.replace(frame.ladder, group=1000))
    assert marks_of(coarse)[6_185_000, SELL] == Mark(0, leaving=True)
    assert marks_of(coarse)[6_183_000, BUY] == Mark(200)


@pytest.mark.parametrize("frame", [None, ghost(problem="no")])
def test_without_a_preview_nothing_is_marked(frame: GhostFrame | None) -> None:
    assert marks_of(tunable(ghost=frame)) == {}
    assert mark_at({}, LadderRow(price=5), BUY, 1) is NO_MARK


def test_the_row_of_the_touch_is_the_row_of_its_group() -> None:
    marks = {(100, BUY): Mark(7), (110, SELL): Mark(9)}
    assert mark_at(marks, LadderRow(price=104, touch="bid"), BUY, 10) == Mark(7)
    assert mark_at(marks, LadderRow(price=105, touch="ask"), SELL, 10) == Mark(9)
    assert mark_at(marks, LadderRow(price=110), BUY, 10) is NO_MARK


async def test_ghosts_come_and_go_with_the_preview_and_seven_bits_show_them_too() -> None:
    ladder, plain = Ladder(), Ladder()
    frame = tunable(ghost=ghost())
    alone = ghost(quotes=(GhostQuote(side=SELL, level=0, price=6_184_400, quantity=70),), leaving=frozenset())
    for panel, ascii_only, moved, leaving in (
        (ladder, False, "0.00200◌", "0.00200×"),
        (plain, True, "0.00200o", "0.00200x"),
    ):
        app = PanelApp(panel, ascii=ascii_only)
        async with app.run_test(size=(72, 40)):
            app.show(frame)
            text = "\n".join(lines_of(panel))
            assert moved in text
            assert leaving in text
            app.show(msgspec.structs.replace(frame, ghost=alone))
            text = "\n".join(lines_of(panel))
            assert moved not in text
            assert leaving not in text
            assert moved.replace("200", "070") in text
            app.show(msgspec.structs.replace(frame, ghost=None))
            assert moved[-1] not in "\n".join(lines_of(panel)[2:-1])
