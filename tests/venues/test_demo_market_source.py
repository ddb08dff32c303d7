import asyncio
import json
from itertools import pairwise
from typing import Any

import pytest

from mm_tui.settings.sections import Demo
from mm_tui.venues.demo.market_source import MOST_BEHIND_S, STREAMS, MarketSource

EPOCH_MS = 1_723_161_255_000


class Collector:
    """Takes down what is published."""

    def __init__(self, *suffixes: str) -> None:
        self._suffixes = set(suffixes) or STREAMS
        self.frames: list[tuple[str, bytes]] = []

    def wants(self, suffix: str) -> bool:
        return suffix in self._suffixes

    def publish(self, suffix: str, payload: bytes) -> None:
        self.frames.append((suffix, payload))

    def of(self, suffix: str) -> list[Any]:
        return [json.loads(payload) for name, payload in self.frames if name == suffix]

    async def subscribed(self, suffixes: frozenset[str]) -> None: ...

    async def room(self) -> None: ...


def source(seed: int = 1, speed: float = 1.0) -> MarketSource:
    return MarketSource(Demo(seed=seed, speed=speed), "BTC/USDT", EPOCH_MS)


def collected(market: MarketSource, seconds: float, *suffixes: str) -> Collector:
    collector = Collector(*suffixes)
    market.advance(seconds, collector)
    return collector


def test_the_same_seed_gives_the_same_bytes() -> None:
    frames = collected(source(seed=3), 10.0).frames
    assert frames == collected(source(seed=3), 10.0).frames
    assert frames != collected(source(seed=4), 10.0).frames
    assert {suffix for suffix, _ in frames} == STREAMS


def test_only_what_is_wanted_is_encoded() -> None:
    assert {suffix for suffix, _ in collected(source(), 5.0, "trade", "depth5").frames} == {"trade", "depth5"}


def test_both_paces_of_diffs_build_the_same_book() -> None:
    market = source()
    start = market.market.depth(100_000)
    collector = collected(market, 30.05)
    end = collector.of("depth")[-1]["u"]
    books = []
    for suffix in ("depth@100ms", "depth"):
        book = {("b", level.price): level.lots for level in start.bids}
        book |= {("a", level.price): level.lots for level in start.asks}
        last = start.last_update_id
        for diff in collector.of(suffix):
            assert diff["U"] == last + 1
            last = diff["u"]
            if last <= end:
                for side in ("b", "a"):
                    levels = ((round(float(price) * 100), round(float(lots) * 1e5)) for price, lots in diff[side])
                    book.update(((side, price), lots) for price, lots in levels)
        books.append({place: lots for place, lots in book.items() if lots})
    assert books[0] == books[1]
    assert len(collector.of("depth")) == 30


def test_partial_depth_has_its_levels_and_its_pace() -> None:
    collector = collected(source(), 10.05)
    assert len(collector.of("depth20@100ms")) == pytest.approx(100, abs=1)
    assert len(collector.of("depth20")) == 10
    for levels in (5, 10, 20):
        assert {len(depth["bids"]) for depth in collector.of(f"depth{levels}@100ms")} == {levels}


def test_event_times_are_the_exchange_s_clock_at_any_speed() -> None:
    plain, fast = (collected(source(speed=speed), 10.0, "depth@100ms").of("depth@100ms") for speed in (1.0, 10.0))
    assert plain[-1]["E"] == pytest.approx(EPOCH_MS + 10_000, abs=100)
    assert fast[-1]["E"] == pytest.approx(EPOCH_MS + 1_000, abs=10)
    assert (plain[-1]["u"], plain[-1]["b"]) == (fast[-1]["u"], fast[-1]["b"])


def test_a_skipped_update_is_one_gap() -> None:
    market, collector = source(), Collector("depth@100ms", "depth")
    market.advance(3.05, collector)
    market.skip_update()
    market.advance(8.05, collector)
    for suffix in ("depth@100ms", "depth"):
        diffs = collector.of(suffix)
        gaps = [later["U"] - diff["u"] - 1 for diff, later in pairwise(diffs)]
        assert sum(gap > 0 for gap in gaps) == 1
        assert min(gaps) == 0


class VirtualLoop:
    """Time that moves only while the code under test sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.until = 100.0
        loop = asyncio.get_running_loop()
        self._sleep = asyncio.sleep
        monkeypatch.setattr(loop, "time", lambda: self.now)
        monkeypatch.setattr("mm_tui.venues.demo.market_source.asyncio.sleep", self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.now >= self.until and seconds:
            raise asyncio.CancelledError
        await self._sleep(0)

    async def live(self, market: MarketSource, out: Collector, seconds: float) -> None:
        self.until = self.now + seconds
        with pytest.raises(asyncio.CancelledError):
            await market.run(out)


async def test_the_market_lives_by_the_loop_s_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    time, market, collector = VirtualLoop(monkeypatch), source(speed=2.0), Collector("depth@100ms")
    await time.live(market, collector, 5.0)
    assert market.market.now == pytest.approx(10.0, abs=0.1)
    assert market.clock_ms() == pytest.approx(EPOCH_MS + 5_000, abs=50)


async def test_a_stall_is_silent_and_then_catches_up(monkeypatch: pytest.MonkeyPatch) -> None:
    time, market, collector = VirtualLoop(monkeypatch), source(), Collector("depth@100ms")
    market.stall(3.0)
    await time.live(market, collector, 2.9)
    assert collector.frames == []
    await time.live(market, collector, 2.0)
    assert len(collector.frames) > 10


async def test_a_long_sleep_of_the_machine_passes_unlived_and_the_clock_stays_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    time, market, collector = VirtualLoop(monkeypatch), source(), Collector("depth@100ms")
    market.stall(3600.0)
    await time.live(market, collector, 3610.0)
    assert market.market.now == pytest.approx(MOST_BEHIND_S + 10.0, abs=0.2)
    assert market.clock_ms() == pytest.approx(EPOCH_MS + 3_610_000, abs=50)
    assert collector.of("depth@100ms")[-1]["E"] == pytest.approx(EPOCH_MS + 3_610_000, abs=300)


def test_without_an_epoch_the_exchange_s_clock_is_the_machine_s() -> None:
    assert MarketSource(Demo(), "BTC/USDT").clock_ms() > 1_700_000_000_000
