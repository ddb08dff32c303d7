"""When a screen under test is at rest: told from its event loop, in place of Textual's wait for an idle processor."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

SOON = 0.01
"""Seconds: what a timer brings within them is waited for, such as Textual's answer to another size of the terminal."""
PATIENCE = 10.0
"""Seconds after which a screen that never rests is taken as it is, as Textual's own wait does after one: a machine with
much else to do may leave a process alone for longer than that."""


async def loop_idle(min_sleep: float = 0.0, max_sleep: float = PATIENCE) -> None:
    """Return when nothing in the loop is ready to run: every message posted so far has been handled.

    Textual's own wait sleeps 20 ms, and again until the process has used under a millisecond in that time: 40 ms a key,
    and up to two seconds where the interpreter is traced.
    """
    loop: Any = asyncio.get_running_loop()
    soon, deadline = loop.time() + SOON, loop.time() + max_sleep
    await asyncio.sleep(min_sleep)
    while loop.time() < deadline:
        await asyncio.sleep(0)
        if loop._ready:
            continue
        due = [timer.when() for timer in loop._scheduled if not timer.cancelled() and timer.when() <= soon]
        if not due:
            return
        await asyncio.sleep(max(0.0, min(due) - loop.time()))


@pytest.fixture(scope="session", autouse=True)
def rests_with_its_loop() -> Iterator[None]:
    """Keys and pauses of a driven app return as soon as nothing is left to do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual.app.wait_for_idle", loop_idle)
        patch.setattr("textual.pilot.wait_for_idle", loop_idle)
        yield
