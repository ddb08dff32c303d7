"""What the screen knows of other markets: fetched once, off its loop."""

import asyncio
import threading

from mm_tui.app.intents.markets import Markets
from mm_tui.app.screens.market import answered
from mm_tui.runtime.control import Control
from mm_tui.settings.market import Market
from mm_tui.settings.sections import Settings


async def test_pairs_are_fetched_once_and_an_empty_name_means_the_present_venue() -> None:
    asked: list[str] = []
    told: list[tuple[tuple[str, ...], str]] = []

    def fetch(venue: str, _: Settings) -> tuple[str, ...]:
        asked.append(f"{venue} {threading.current_thread().name}")
        return ("A/B",)

    control = Control(Market("demo", "BTC/USDT"))
    markets = Markets(control, Settings(), fetch)
    assert markets.known("") == ()
    assert markets.venues[:2] == ("auto", "demo")
    assert markets.venues[-1] == "file:"
    for _ in range(2):
        markets.ask("demo", lambda *answer: told.append(answer))
        async with asyncio.timeout(5):
            while not told or len(told) < len(asked):  # noqa: ASYNC110 - a thread tells
                await asyncio.sleep(0.01)
    assert asked == ["demo pairs"]
    assert told == [(("A/B",), "")] * 2
    assert markets.known("") == ("A/B",)
    markets.change(Market("auto", "A/B"))
    assert control.ending == "another market"


def test_an_answer_of_the_picker_is_a_market() -> None:
    assert answered("") is None
    assert answered("file:/a b\nA/B") == Market("file:/a b", "A/B")


async def test_an_answer_that_comes_late_reaches_nobody() -> None:
    """The screen is left while a venue still thinks about its pairs."""
    control, gate = Control(Market("demo", "BTC/USDT")), threading.Event()
    told: list[object] = []

    def slow(venue: str, _: Settings) -> tuple[str, ...]:
        gate.wait(5)
        return (venue,)

    markets = Markets(control, Settings(), slow)

    async def leave() -> None:
        markets.ask("demo", lambda *answer: told.append(answer))

    await asyncio.to_thread(asyncio.run, leave())
    thread = next(one for one in threading.enumerate() if one.name == "pairs")
    gate.set()
    await asyncio.to_thread(thread.join, 5)
    assert told == []
