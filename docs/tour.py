"""Make the pictures of docs/tour.md and the README's: the real desk on a made-up market, drawn by the app itself.

The market is the embedded exchange's, of a seed, written as a capture. The desk lives in the capture's time, so the
same moment gives the same picture on every machine; what only a machine could say (its loop, its workers' pace) is
left unknown, as the screen shows what it does not know.

    python docs/tour.py [NAME ...] [--into docs/tour] [--report]

Without names all are made. `--report` makes the picture of the report's page too, which needs Chromium.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vector import svg

from mm_tui.app.app import DeskApp
from mm_tui.app.palette import palette_of
from mm_tui.app.replay.app import ReplayApp
from mm_tui.backtest.recording import Changes, open_recording
from mm_tui.backtest.replay.player import Replay
from mm_tui.bus import EventBus
from mm_tui.model.clock import MILLISECOND, SECOND
from mm_tui.model.events import AnyEvent, OperatorAction
from mm_tui.model.facts import Fact, Filled, OrderChanged
from mm_tui.runtime.assembly import Terms, build_desk, opening
from mm_tui.runtime.followers.band import Band
from mm_tui.runtime.followers.leaderboard import Leaderboard
from mm_tui.runtime.followers.shadows import Shadows
from mm_tui.runtime.screen.previewing import Previews
from mm_tui.settings.load import Loaded, load
from mm_tui.settings.sections import Demo
from mm_tui.venues.api import Frame
from mm_tui.venues.capture import CaptureSource
from mm_tui.venues.demo.hub import wrap
from mm_tui.venues.demo.market_source import TICK_S, MarketSource
from mm_tui.venues.demo.wire import depth_payload
from mm_tui.views.frames import DeskFrame, Viewport, WorkerRow
from mm_tui.views.log import EventLog
from mm_tui.views.present import Presenter, Vitals

SEED: Final = 3
BEGINS_MS: Final = 1_715_695_200_000
"""The exchange's clock when its market opens: 14:00 on a day in May."""
DELAY: Final = 7 * MILLISECOND
"""From the exchange to the desk, ns."""
SNAPSHOT: Final = 1000
"""Levels a side that the capture begins with."""
STREAMS: Final = frozenset({"trade", "bookTicker", "depth@100ms"})
SETTINGS: Final = ("simulator.maker_fee_bps=0", "simulator.taker_fee_bps=5")
"""The embedded exchange's fees, which a capture does not name."""
SHADOWS: Final = ("strategy=glft", "min_spread_bps=4 max_spread_bps=8", "strategy=avellaneda")
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
LOOK_EVERY: Final = SECOND // 4
"""How often the desk is looked at on its way to a moment, ns: charts and heat map are made of looks at round times."""


@dataclass(frozen=True)
class Shot:
    """One picture: of which moment, on which screen, behind which keys."""

    name: str
    at: int
    """Seconds into the market."""
    size: tuple[int, int]
    theme: str = "graphite"
    keys: tuple[str, ...] = ()
    replay: bool = False
    """Of a replay of the capture, instead of the desk."""


SHOTS: Final = (
    Shot("small", 60, (80, 24), "paper"),
    Shot("shadows", 60, (150, 18), keys=("S", "enter")),
    Shot("replay", 88, (120, 40), "paper", replay=True),
    Shot("desk", 150, (200, 55)),
    Shot("medium", 150, (120, 40), "paper"),
    Shot("parameters", 150, (120, 40), keys=("p", *("right",) * 12)),
    Shot("why", 150, (120, 40), "paper", keys=("1", "up", "up", "up", "e")),
    Shot("charts", 150, (120, 30), "paper", keys=("5", "W", "enter")),
    Shot("heatmap", 150, (140, 40), keys=("H",)),
)


# -- the market, as a capture


class Lines:
    """The source's frames as lines of a capture; a `Publisher`."""

    def __init__(self, pair: str) -> None:
        self._pair = pair
        self.now = BEGINS_MS * MILLISECOND + DELAY
        """When the desk gets what is published."""
        self.lines: list[bytes] = []

    def wants(self, suffix: str) -> bool:
        """What a desk subscribes to."""
        return suffix in STREAMS

    def publish(self, suffix: str, payload: bytes) -> None:
        """Write it down."""
        self.add(wrap(f"{self._pair}@{suffix}", payload))

    def add(self, frame: bytes) -> None:
        """One line."""
        self.lines.append(b"%d %s\n" % (self.now, frame))

    async def subscribed(self, suffixes: frozenset[str]) -> None:
        """At once: who writes down hears everything."""

    async def room(self) -> None:
        """There always is."""


def write_capture(path: Path, seconds: int) -> None:
    """The seeded market's first seconds, as a desk would have received them."""
    source = MarketSource(Demo(seed=SEED), "BTC/USDT", epoch_ms=BEGINS_MS)
    out = Lines(source.pair.stream_symbol)
    out.add(depth_payload(source.market.depth(SNAPSHOT), source.pair))
    for step in range(1, round(seconds / TICK_S) + 1):
        out.now = BEGINS_MS * MILLISECOND + DELAY + round(step * TICK_S * SECOND)
        source.advance(step * TICK_S, out)
    path.write_bytes(b"".join(out.lines))


# -- the desk, in the capture's time


class Stage:
    """A desk, its band and its shadows on a capture; the `DeskLink` of a screen that is shown moments of it."""

    def __init__(self, capture: Path, loaded: Loaded) -> None:
        source = CaptureSource(capture)
        self._terms = terms = Terms(
            settings=loaded.settings,
            instrument=source.instrument,
            strategy="passive",
            maker_bps=0.0,
            taker_bps=5.0,
            stale_after_ms=loaded.settings.feed.stale_after_ms,
        )
        bus = EventBus(_still)
        self._desk = build_desk(terms, bus)
        self._band = Band(self._desk, terms)
        self._shadows = Shadows(self._desk, terms, bus, clock=_still)
        self._leaderboard = Leaderboard(self._desk, self._shadows, self._band.figures)
        log = EventLog(terms.instrument)
        bus.subscribe("event log", (Fact,), log.hear)
        core = self._desk.core
        self._presenter = Presenter(core, self._desk.scores, self._desk.venue.queue_ahead, log, core.view.maker_fee_bps)
        bus.subscribe("order history", (OrderChanged, Filled), self._presenter.history.hear)
        self._previews = Previews(core, _still)
        self._frames: Iterator[Frame | None] = source.frames("demo")
        self._next: AnyEvent | None = None
        self._looked = 0
        self._view = Viewport()
        names = ("feed", "strategy", "risk", "simulator", "recorder")
        rows = tuple(WorkerRow(name=name, state="running", detail="up" * (name == "feed")) for name in names)
        self._vitals = Vitals(
            venue="demo", venue_words="embedded exchange", link="up", latency_ms=DELAY / MILLISECOND, workers=rows
        )
        self.frame = DeskFrame()
        """What a screen shows."""

    def play(self, seconds: int) -> None:
        """Let the market go on up to so many seconds after its opening, and look at where the desk is then."""
        until = BEGINS_MS * MILLISECOND + seconds * SECOND
        while (event := self._coming()) is not None and event.ts <= until:
            self._next = None
            self._hear(event)
            if event.ts // LOOK_EVERY != self._looked // LOOK_EVERY:
                self._look()
        self._look()

    def look(self, viewport: Viewport) -> None:
        """The screen wants to see something else of the same moment."""
        self._view = viewport
        self._look()

    def act(self, action: str, argument: str = "") -> None:
        """The operator acts at the moment that is shown."""
        self._hear(OperatorAction(ts=self._desk.ts, action=action, argument=argument))
        self._look()

    def kill(self) -> None:
        """Likewise."""
        self.act("kill")

    def _coming(self) -> AnyEvent | None:
        while self._next is None:
            try:
                frame = next(self._frames)
            except StopIteration:
                return None
            self._next = None if frame is None else frame.event
        return self._next

    def _hear(self, event: AnyEvent) -> None:
        opened = bool(self._desk.first_ts)
        for one in [event] if opened else [opening(self._terms, event.ts), event]:
            self._desk.step(one)
            self._band.take(one)
            self._shadows.take(one)

    def _look(self) -> None:
        ts = self._desk.ts
        self._band.catch_up(ts)
        self._shadows.catch_up(ts)
        self._looked = ts
        vitals = self._vitals
        vitals.age_ms = (ts - self._desk.core.market.book_ts) // MILLISECOND
        vitals.band = self._band.figures()
        vitals.shadows = self._leaderboard.frame(ts)
        preview = self._previews.look(ts, self._view.draft)
        self.frame = self._presenter.present(ts, vitals, self._view, preview)


class Again:
    """A replay of the capture, stopped at a moment; a `DeskLink`."""

    def __init__(self, capture: Path, loaded: Loaded, seconds: int) -> None:
        self._replay = Replay(open_recording(capture, Changes(), loaded.settings), _still)
        self._replay.begin(f"+{seconds}s")
        while self._replay.work(SECOND):
            self._replay.playing = False
        self._view = Viewport()
        self.frame = self._replay.frame(self._view)
        """What a screen shows."""

    def look(self, viewport: Viewport) -> None:
        """The screen wants to see something else of the same moment."""
        self.frame = self._replay.frame(viewport)

    def act(self, action: str, argument: str = "") -> None:
        """Nothing is played."""

    def kill(self) -> None:
        """There is nothing to kill."""


def _still() -> int:
    """The clock of those who would measure: no time passes, so nothing is told of this machine."""
    return 0


# -- the pictures


def draw(shots: Sequence[Shot], scratch: Path, into: Path) -> None:
    """Each picture as SVG into a folder.

    A picture is drawn by a child of this process: what a screen looks at leaves traces in what is presented, so that
    without it a picture would depend on those before it.
    """
    capture, loaded = scratch / "demo.log", load(None, list(SETTINGS), {}, scratch)
    write_capture(capture, max(shot.at for shot in shots) + 1)
    stage = Stage(capture, loaded)
    stage.play(1)
    for shadow in SHADOWS:
        stage.act("shadow", f"add {shadow}")
    for shot in sorted(shots, key=lambda one: one.at):
        stage.play(shot.at)
        child = os.fork()
        if not child:
            _draw_and_leave(stage, shot, capture, loaded, into / f"{shot.name}.svg")
        if os.waitpid(child, 0)[1]:
            raise RuntimeError(f"{shot.name} could not be drawn")


def _draw_and_leave(stage: Stage, shot: Shot, capture: Path, loaded: Loaded, out: Path) -> None:
    code = 1
    try:
        link = Again(capture, loaded, shot.at) if shot.replay else stage
        out.write_text(asyncio.run(_picture(link, shot, loaded)), encoding="utf-8")
        code = 0
    except BaseException:  # noqa: BLE001 - the child ends here, whatever it was
        traceback.print_exc()
    os._exit(code)


async def _picture(link: Stage | Again, shot: Shot, loaded: Loaded) -> str:
    app = (ReplayApp if shot.replay else DeskApp)(link, loaded.settings.ui)
    async with app.run_test(size=shot.size) as pilot:
        app.theme = shot.theme
        await pilot.pause()
        for key in shot.keys:
            await pilot.press(key)
        app.poll()
        await pilot.pause()
        app.poll()
        await pilot.pause()
        colours = palette_of(app.current_theme).colours
        return svg(app, colours["background"], colours["text"])


def draw_report(scratch: Path, picture: Path) -> None:
    """The report's page of the capture as PNG; raises RuntimeError without Chromium."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise RuntimeError(f"the report's picture needs one of {', '.join(BROWSERS)}")
    page = scratch / "report.html"
    settings = scratch / "settings.toml"
    settings.write_text("".join(f"{one}\n" for one in SETTINGS))
    told = ["--html", str(page), "--config", str(settings)]
    program = [sys.executable, "-m", "mm_tui", "report", str(scratch / "demo.log"), *told]
    subprocess.run(program, check=True)  # noqa: S603 - our own program
    drawn = [browser, "--headless=new", "--no-sandbox", "--hide-scrollbars", "--window-size=1100,1120"]
    subprocess.run([*drawn, f"--screenshot={picture}", page.as_uri()], check=True)  # noqa: S603 - the browser found


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(shot.name for shot in SHOTS))
    parser.add_argument("--into", type=Path, default=Path(__file__).with_name("tour"))
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    os.environ.update(LC_ALL="C.UTF-8", TERM="xterm-256color", COLORTERM="truecolor")
    os.environ.pop("NO_COLOR", None)
    options.into.mkdir(parents=True, exist_ok=True)
    shots = [shot for shot in SHOTS if not options.names or shot.name in options.names]
    with tempfile.TemporaryDirectory() as folder:
        draw(shots, Path(folder), options.into)
        if options.report:
            draw_report(Path(folder), options.into / "report.png")


if __name__ == "__main__":
    main()
