"""Wait for what a screen comes to, instead of for so many rests of it."""

import asyncio
from collections.abc import Callable

from textual.pilot import Pilot

PATIENCE_S = 20


async def until(pilot: Pilot[None], holds: Callable[[], object]) -> None:
    """Go on as soon as it holds; a TimeoutError where it never does."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await pilot.pause(0.01)
