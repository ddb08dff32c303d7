"""Run as a script in a pseudo-terminal: the screen over a busy desk, and how its loop fared, to a JSON file.

desk_in_terminal.py REPORT [frames a second]
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import msgspec
from desk_link import Recorded
from hand_frames import desk_frame

from mm_tui.app.app import DeskApp
from mm_tui.settings.sections import Ui
from mm_tui.views.frames import DeskFrame


class Busy(Recorded):
    """A desk whose every frame differs from the one before: all quantities of the ladder move."""

    @property
    def frame(self) -> DeskFrame:
        frame = self._frame
        rows = tuple(
            msgspec.structs.replace(row, bid=row.bid and row.bid + 7, ask=row.ask and row.ask + 7)
            for row in frame.ladder.rows
        )
        ladder = msgspec.structs.replace(frame.ladder, rows=rows, largest=frame.ladder.largest + 7)
        self._frame = msgspec.structs.replace(frame, ts=frame.ts + 50_000_000, ladder=ladder)
        return self._frame

    @frame.setter
    def frame(self, frame: DeskFrame) -> None:
        self._frame = frame


class Watched(DeskApp):
    """The app with a note of how late its loop was at worst, and of its pauses."""

    longest = 0.0
    """Seconds between two beats of 20 ms, at most."""
    last = 0.0

    def on_ready(self) -> None:
        self.set_interval(0.02, self.beat)

    def beat(self) -> None:
        now = time.perf_counter()
        if self.last:
            self.longest = max(self.longest, now - self.last)
        self.last = now


def main() -> int:
    link = Busy(desk_frame())
    app = Watched(link, Ui(frames_per_s=int(sys.argv[2]) if len(sys.argv) > 2 else 20))
    asyncio.run(app.run_async())
    report = {"longest": app.longest, "acts": link.acts, "kills": link.kills, "code": app.return_code}
    Path(sys.argv[1]).write_text(json.dumps(report))
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
