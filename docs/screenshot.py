"""Make the README's picture: the real desk on the embedded exchange, drawn by the app itself.

python docs/screenshot.py [SVG] [--seconds 60] [--size 200x55] [--theme graphite] [--seed 3] [--strategy passive]
"""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from mm_tui.app.app import DeskApp
from mm_tui.app.run import DeskThread
from mm_tui.runtime.control import Control
from mm_tui.settings.load import Named, load
from mm_tui.settings.options import RunOptions


async def draw(options: argparse.Namespace) -> str:
    """Run the desk for a while and export what the screen shows."""
    width, height = (int(part) for part in options.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        loaded = load(None, [], {}, Path(folder), [Named("--seed", "demo.seed", options.seed)])
        run = RunOptions(
            venue="demo",
            symbol="BTC/USDT",
            strategy=options.strategy,
            theme=options.theme,
            sessions=Path(folder),
            state=Path(folder),
            record=False,
            speed=options.speed,
        )
        control = Control()
        desk = DeskThread(run, loaded, control)
        desk.start()
        app = DeskApp(control, loaded.settings.ui)
        try:
            async with app.run_test(size=(width, height)) as pilot:
                app.theme = options.theme
                for _ in range(round(options.seconds * 10)):
                    await pilot.pause(0.1)
                return app.export_screenshot(title="mm-tui")
        finally:
            control.stop("quit")
            desk.join()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("svg", nargs="?", default=str(Path(__file__).with_name("desk.svg")))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--size", default="200x55")
    parser.add_argument("--theme", default="graphite")
    parser.add_argument("--strategy", default="passive")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--speed", type=float, default=4)
    options = parser.parse_args()
    os.environ.setdefault("COLORTERM", "truecolor")
    Path(options.svg).write_text(asyncio.run(draw(options)), encoding="utf-8")


if __name__ == "__main__":
    main()
