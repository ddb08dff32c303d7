"""The other side of the screen's link, for tests: a frame that tests replace, and what the screen asked for."""

from mm_tui.views.frames import DeskFrame, Viewport


class Recorded:
    """A DeskLink that keeps what it is told."""

    def __init__(self, frame: DeskFrame | None = None) -> None:
        self._frame = frame or DeskFrame()
        self.acts: list[tuple[str, str]] = []
        self.kills = 0
        self.looks: list[Viewport] = []

    @property
    def frame(self) -> DeskFrame:
        return self._frame

    @frame.setter
    def frame(self, frame: DeskFrame) -> None:
        self._frame = frame

    def look(self, viewport: Viewport) -> None:
        self.looks.append(viewport)

    def act(self, action: str, argument: str = "") -> None:
        self.acts.append((action, argument))

    def kill(self) -> None:
        self.kills += 1
