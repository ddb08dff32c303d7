"""Run as a script in a pseudo-terminal: panels whose frames come by keys, and what the compositor would have drawn.

panels_in_terminal.py REPORT [heatmap]. Keys: n the next frame, l the same and a layout at once, o a toast, d a dialog,
e closes it, w report, q ends.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from hand_frames import START, depth, desk_frame, ladder, tape
from panel_app import PanelApp
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

from mm_tui.app.widgets.direct import Direct
from mm_tui.app.widgets.heatmap.heatmap import Heatmap
from mm_tui.app.widgets.ladder.ladder import Ladder
from mm_tui.app.widgets.tape import Tape
from mm_tui.app.widgets.truth import Truth
from mm_tui.views.frames import DeskFrame


def frames() -> Iterator[DeskFrame]:
    """Frames that differ in every part."""
    base = desk_frame()
    seed = 1
    while True:
        seed += 1
        truth = msgspec.structs.replace(base.truth, age_ms=seed)
        yield desk_frame(ts=START + seed * 50_000_000, ladder=ladder(seed=seed), tape=tape(seed=seed), truth=truth)


def columns() -> Iterator[DeskFrame]:
    """The heat map's frames, each a quarter of a second later than the one before."""
    whole = depth(400)
    for end in range(300, 400):
        part = msgspec.structs.replace(whole, columns=whole.columns[end - 300 : end])
        yield desk_frame(depth=part)


HEATMAP = "heatmap" in sys.argv


class Dialog(ModalScreen[None]):
    CSS = "Dialog { align: center middle; } Static { width: 30; height: 5; background: red; }"

    def compose(self) -> ComposeResult:
        yield Static("a dialog above")


class Counted(PanelApp):
    CSS = "Truth { height: 1; } Ladder { height: 2fr; } Tape { height: 1fr; }"
    displays = 0

    def on_mount(self) -> None:
        self.frames = columns() if HEATMAP else frames()
        self.show(next(self.frames))

    def _display(self, screen: Any, renderable: Any) -> None:
        self.displays += renderable is not None
        super()._display(screen, renderable)

    def key_n(self) -> None:
        self.show(next(self.frames))

    def key_l(self) -> None:
        self.show(next(self.frames))
        self.screen._refresh_layout()

    def key_o(self) -> None:
        self.notify("a toast over it", timeout=60)

    def key_d(self) -> None:
        self.push_screen(Dialog())

    def key_e(self) -> None:
        self.pop_screen()

    def key_w(self) -> None:
        lines = [strip.text for strip in self.screen_stack[0]._compositor.render_strips()]
        report = {"lines": lines, "displays": self.displays, "direct": Direct.sent}
        target = Path(sys.argv[1])
        target.with_suffix(".part").write_text(json.dumps(report))
        target.with_suffix(".part").rename(target)

    def key_q(self) -> None:
        self.exit()


if __name__ == "__main__":
    send = Direct._send
    Direct.sent = 0  # type: ignore[attr-defined]

    def counted(self: Direct) -> None:
        Direct.sent += 1  # type: ignore[attr-defined]
        send(self)

    Direct._send = counted  # type: ignore[method-assign]
    Counted(*((Heatmap(),) if HEATMAP else (Truth(), Ladder(), Tape()))).run()
