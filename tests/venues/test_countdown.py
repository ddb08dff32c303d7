"""A wait that is counted down in words."""

import asyncio

import pytest

from mm_tui.venues.api import FeedStatus
from mm_tui.venues.countdown import count_down
from mm_tui.venues.supervise import NS_PER_S


async def test_each_second_is_said_and_the_last_one_is_as_long_as_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    status, naps, said = FeedStatus(link="up"), [], []

    async def nap(seconds: float) -> None:
        naps.append(seconds)
        said.append(status.link)

    monkeypatch.setattr(asyncio, "sleep", nap)
    await count_down(status, "refused", int(2.5 * NS_PER_S))
    assert naps == [1.0, 1.0, 0.5]
    assert said == ["retrying in 3 s", "retrying in 2 s", "retrying in 1 s"]
    assert status.detail == "refused"


async def test_no_wait_says_the_reason_alone() -> None:
    status = FeedStatus(link="up")
    await count_down(status, "lost", 0)
    assert (status.link, status.detail) == ("up", "lost")
