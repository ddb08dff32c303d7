"""The last piece of the way into an inbox: what a fault drill does to frames before they enter."""

import asyncio

from mm_tui.model.events import BookDelta, BookSnapshot
from mm_tui.venues.api import Frame


class Line:
    """As it should be until it is told otherwise."""

    def __init__(self) -> None:
        self.lose = 0
        """So many updates of the book to come are lost."""
        self._until = 0.0
        """Nothing passes before this, by the loop's clock."""

    @property
    def whole(self) -> bool:
        """Whether everything passes."""
        return not self.lose and self._until <= asyncio.get_running_loop().time()

    def hold(self, seconds: float) -> None:
        """Nothing passes for so long; what comes waits, and whoever brings it."""
        self._until = asyncio.get_running_loop().time() + seconds

    async def passes(self, frame: Frame) -> bool:
        """Wait while nothing passes; whether the frame is not lost."""
        clock = asyncio.get_running_loop().time
        while (left := self._until - clock()) > 0:  # noqa: ASYNC110 - time is waited for; a drill may lengthen it
            await asyncio.sleep(left)
        if self.lose and type(frame.event) in {BookDelta, BookSnapshot}:
            self.lose -= 1
            return False
        return True
