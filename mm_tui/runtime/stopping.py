"""The way out of a desk that is to stop, and waits that do not outlast it."""

import asyncio
from typing import Any

from mm_tui.errors import MmTuiError


class StopDesk(Exception):  # noqa: N818 - not an error: the way out of a task group
    """The desk is to stop."""


async def unless(stopped: asyncio.Event, work: Any) -> Any:
    """Wait for the work, but not when the desk is to stop before it has begun."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(_captured(work))
        stop = tasks.create_task(stopped.wait())
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        task.cancel()
    if task.cancelled() or stopped.is_set():
        raise StopDesk
    result, error = task.result()
    if error is not None:
        raise error
    return result


async def _captured(work: Any) -> tuple[Any, BaseException | None]:
    try:
        return await work, None
    except MmTuiError as error:
        return None, error
