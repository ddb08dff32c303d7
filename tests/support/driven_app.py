"""The app over a recorded link, driven by keys."""

from collections.abc import Awaitable, Callable
from typing import Any

from desk_link import Recorded
from hand_frames import desk_frame
from textual.pilot import Pilot

from mm_tui.app.app import DeskApp
from mm_tui.settings.sections import Ui
from mm_tui.views.frames import DeskFrame

Drive = Callable[[DeskApp, Recorded, Pilot[None]], Awaitable[None]]


async def drive(
    steps: Drive,
    *,
    frame: DeskFrame | None = None,
    size: tuple[int, int] = (120, 40),
    ui: Ui | None = None,
    **options: Any,
) -> Recorded:
    """Run the app over a link, do the steps, and give the link back."""
    link = Recorded(frame or desk_frame())
    app = DeskApp(link, ui, **options)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await steps(app, link, pilot)
    return link
