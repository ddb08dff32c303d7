"""The desk's workers and the quoting obligation."""

from typing import ClassVar

from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span, by_priority
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, ObligationFrame, WorkerRow

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
_TARGET_PCT = 99.0


class Workers(Panel):
    """One line of lamps, a line for each worker that does not simply run, and the uptime of each side."""

    title: ClassVar[str] = "Workers, obligation"

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """Workers and obligation."""
        return before.workers is not frame.workers or before.obligation is not frame.obligation

    def paint(self) -> None:
        """Lamps, uptime, then what is wrong."""
        workers, obligation = self.frame.workers, self.frame.obligation
        width = self.inner[0]
        running = sum(worker.state == "running" for worker in workers)
        self.rim(f"{running}/{len(workers)}" if workers else "")
        self.put(0, ("lamps", workers), lamps, workers, width)
        self.put(1, obligation, uptime, obligation, width)
        y = 2
        for worker in workers:
            if worker.state != "running" or worker.detail:
                self.put(y, worker, _detail, worker)
                y += 1
        self.blank(y)


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


def uptime(obligation: ObligationFrame, width: int) -> list[Span]:
    """Shares of the time since quoting was first switched on."""
    fields: list[tuple[int, list[Span]]] = []
    for at, (label, value) in enumerate(
        (
            ("two-sided", obligation.two_sided_pct),
            ("bid", obligation.bid_pct),
            ("ask", obligation.ask_pct),
        )
    ):
        style = "dim" if value is None else "warn" if value < _TARGET_PCT else "text"
        fields.append((at, [(label + " ", "dim"), (fmt.percents(value).rjust(8), style)]))
    return by_priority(fields, width)


def _detail(worker: WorkerRow) -> list[Span]:
    glyph, style = WORKER_GLYPHS[worker.state]
    return [(glyph + " ", style), (worker.name.ljust(10), "text"), (worker.detail or worker.state, style.split()[0])]
