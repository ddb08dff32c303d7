"""Waits that end when the desk is to stop."""

import asyncio

import pytest

from mm_tui.errors import VenueError
from mm_tui.runtime.stopping import StopDesk, unless


async def test_work_that_ends_first_gives_what_came_of_it() -> None:
    async def work() -> int:
        return 7

    async def fails() -> int:
        raise VenueError("gone")

    assert await unless(asyncio.Event(), work()) == 7
    with pytest.raises(VenueError, match="gone"):
        await unless(asyncio.Event(), fails())


async def test_a_stop_ends_the_wait_and_the_work() -> None:
    stopped, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            stopped.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(StopDesk):
        await unless(stopped, work())
    assert ended.is_set()
