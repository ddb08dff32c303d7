"""The position's panel: columns of markouts that never touch, however far the market went."""

import msgspec
from hand_frames import desk_frame
from panel_app import PanelApp, lines_of

from mm_tui.app.widgets.position import Position


async def test_markouts_of_hundreds_stand_apart() -> None:
    frame = desk_frame()
    far = msgspec.structs.replace(frame.position, markouts=(-99.94, -99.96, -207.5, 1234.5, None))
    panel = Position()
    async with PanelApp(panel).run_test(size=(46, 12)) as pilot:
        panel.show(msgspec.structs.replace(frame, position=far))
        await pilot.pause()
        (line,) = [line for line in lines_of(panel) if " bps " in line]
    assert line.strip("│ ").split() == ["bps", "−99.9", "−100", "−208", ">999", "–"]
