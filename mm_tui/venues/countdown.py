"""A wait before the next try, said second by second."""

import asyncio

from mm_tui.venues.api import FeedStatus
from mm_tui.venues.supervise import NS_PER_S, retry_words


async def count_down(status: FeedStatus, reason: str, wait_ns: int) -> None:
    """Wait; the status says what for and how long yet."""
    status.detail, left = reason, wait_ns
    while left > 0:
        status.link = retry_words(left)
        nap = min(left, NS_PER_S)
        await asyncio.sleep(nap / NS_PER_S)
        left -= nap
