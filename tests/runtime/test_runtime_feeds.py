"""Which market a name stands for, with its fees and its pace."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from small_session import capture, loaded, options

from mm_tui.errors import UsageError
from mm_tui.runtime.feeds import Chosen, choose
from mm_tui.venues.binance.feed import BinanceFeed
from mm_tui.venues.capture import CaptureFeed


async def chosen_for(tmp_path: Path, venue: str, *overrides: str, **more: Any) -> Chosen:
    async with AsyncExitStack() as stack:
        return await choose(options(tmp_path, venue, **more), loaded(*overrides).settings, stack)


async def test_venues_by_name_with_their_fees(tmp_path: Path) -> None:
    binance = await chosen_for(tmp_path, "binance", speed=None)
    assert isinstance(binance.feed, BinanceFeed)
    assert (binance.maker_bps, binance.taker_bps, binance.live, binance.stale_after_ms) == (10.0, 10.0, True, 2000)
    file = await chosen_for(tmp_path, f"file:{capture(tmp_path)}", "simulator.maker_fee_bps=-0.5")
    assert isinstance(file.feed, CaptureFeed)
    assert (file.maker_bps, file.taker_bps, file.live) == (-0.5, 10.0, False)
    ccxt = await chosen_for(tmp_path, "ccxt:kraken", "ccxt.poll_interval_ms=3000", speed=None)
    assert ccxt.stale_after_ms == 9000
    demo = await chosen_for(tmp_path, "demo", speed=2.0)
    assert (demo.feed.name, demo.maker_bps, demo.taker_bps, demo.demo_cause) == ("demo", 0.0, 5.0, "")


async def test_a_venue_that_is_none_and_a_speed_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no venue is named 'nowhere'; there are auto, demo"):
        await chosen_for(tmp_path, "nowhere")
    with pytest.raises(UsageError, match="--speed takes a number here, max is for files"):
        await chosen_for(tmp_path, "demo")


async def test_auto_takes_the_demo_and_says_why(tmp_path: Path) -> None:
    chosen = await chosen_for(tmp_path, "auto", 'binance.rest_url="http://127.0.0.1:9"', speed=None)
    assert chosen.feed.name == "demo"
    assert chosen.demo_cause.startswith("no Binance: ")
