"""The desk's workers and the quoting obligation."""

from typing import ClassVar

from mm_tui.app.widgets import scoreboard
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, WorkerRow

WORKER_GLYPHS = {
    "starting": ("◌", "dim"),
    "running": ("●", "bid"),
    "paused": ("○", "warn"),
    "retrying": ("◐", "warn"),
    "failed": ("×", "halt bold"),
    "stopped": ("·", "dim"),
}
"""How a worker's state is drawn."""
_SHORT = {"simulator": "sim", "recorder": "rec"}
_NAMED = 12
"""Cells of a worker's glyph and name."""
_BOARD, _ENLARGED = 3, 6
"""Lines that the scoreboard takes beside its terms, and those that the enlarged panel does."""


class Workers(Panel):
    """One line of lamps, what was promised and kept, and a line for each worker that does not simply run."""

    title: ClassVar[str] = "Workers, obligation"

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """Workers and obligation."""
        return before.workers is not frame.workers or before.obligation is not frame.obligation

    def paint(self) -> None:
        """Lamps, the scoreboard or its one line, then what is wrong; enlarged, every worker and every figure."""
        workers, obligation = self.frame.workers, self.frame.obligation
        width, height = self.inner
        running = sum(worker.state == "running" for worker in workers)
        preset = f"{obligation.preset} · " if obligation.preset else ""
        self.rim(f"{preset}{running}/{len(workers)}" if workers else "")
        terms = len(obligation.rows)
        if terms and height >= len(workers) + terms + _ENLARGED:
            self.blank(self._board(self._all_workers() + 1, roomy=True))
            return
        self.put(0, ("lamps", workers), lamps, workers, width)
        if terms and height >= terms + _BOARD:
            y = self._board(1, roomy=False)
        else:
            self.put(1, ("uptime", obligation), scoreboard.uptime, obligation, width)
            y = 2
        for worker in workers:
            if worker.state != "running" or worker.detail:
                self.put(y, worker, _detail, worker, width)
                y += 1
        self.blank(y)

    def _all_workers(self) -> int:
        """A line each; the first line below them."""
        y = 0
        for worker in self.frame.workers:
            self.put(y, worker, _detail, worker, self.inner[0])
            y += 1
        self.put(y, "", tuple)
        return y

    def _board(self, y: int, *, roomy: bool) -> int:
        """The scoreboard from line `y` on; the first line below it."""
        obligation, width = self.frame.obligation, self.inner[0]
        self.put(y, "head", scoreboard.head, width)
        for row in obligation.rows:
            y += 1
            self.put(y, row, scoreboard.line, row, width, self._look)
        if roomy:
            y += 1
            self.put(y, "", tuple)
        key = ("sides", obligation.bid_pct, obligation.ask_pct, obligation.excused_s)
        self.put(y + 1, key, scoreboard.sides, obligation, width)
        return y + 2


def lamps(workers: tuple[WorkerRow, ...], width: int) -> list[Span]:
    """`feed ●  strategy ●`, names shortened to initials where there is no room."""
    names = [_SHORT.get(worker.name, worker.name) for worker in workers]
    if sum(len(name) + 4 for name in names) - 2 > width:
        names = [name[:3] for name in names]
    spans: list[Span] = []
    for name, worker in zip(names, workers, strict=True):
        glyph, style = WORKER_GLYPHS[worker.state]
        spans += [("  " if spans else "", "text"), (name + " ", "text"), (glyph, style)]
    return spans or [("no workers yet", "dim")]


def _detail(worker: WorkerRow, width: int) -> list[Span]:
    glyph, style = WORKER_GLYPHS[worker.state]
    words = fmt.clip(worker.detail or worker.state, width - _NAMED)
    return [(glyph + " ", style), (worker.name.ljust(_NAMED - 2), "text"), (words, style.split()[0])]
