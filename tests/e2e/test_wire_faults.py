"""What may happen on the line to an exchange, each with a whole desk behind it, and how long the desk is off for it.

Some at once in one loop, each with an exchange of its own. The desk's own journal says when it knew, when its quotes
were pulled and when they stood again. `pytest -m slow -s tests/e2e/test_wire_faults.py` prints these times, one fault
after the other.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

import msgspec
import pytest
from wire_desk import STALE_AFTER_MS, TIMING, Record, WireDesk, back, of, state, states

from mm_tui.backtest.verify import verify
from mm_tui.journal.reader import SessionReader
from mm_tui.journal.record import MarketLine

AT_ONCE = 5
CANCEL_WITHIN_MS = 250
"""After a desk may know that its data is old."""
PULLED = ("QuotesPulled",)
NEW_ORDERS = ("PlaceOrder", "ReplaceOrder", "AmendOrder")

Story = Callable[[WireDesk], Awaitable[int]]
"""Lives through a fault; gives the number of records before it."""


async def reset(desk: WireDesk) -> int:
    at = await desk.mark()
    desk.pipe.reset()
    records = await desk.until(back, at)
    assert of(records, "LinkChanged")[0]["up"] is False
    return at


async def half_open(desk: WireDesk) -> int:
    at = await desk.mark()
    desk.pipe.hold()
    await desk.until(lambda records: state(records) == "stale", at)
    await desk.until(lambda records: of(records, "LinkChanged"), at)
    desk.pipe.flow()
    records = await desk.until(back, at)
    assert states(records)[0] == "stale"
    return at


async def drip(desk: WireDesk) -> int:
    at = await desk.mark()
    desk.pipe.drip(150)
    await desk.until(lambda records: state(records) == "stale", at)
    desk.pipe.flow()
    await desk.until(back, at)
    return at


async def late(desk: WireDesk) -> int:
    at = await desk.mark()
    desk.middleman.late_s = 1.2
    await desk.until(lambda records: state(records) == "stale", at)
    await desk.until(lambda _: len(of_stream(desk, b"depthUpdate")) > 12, at)
    here = len(desk.records)
    await desk.until(lambda _: desk.records[-1]["ts"] - desk.records[here - 1]["ts"] > 1_500_000_000)
    lags = [record for record in of(desk.records[at:], "WatchdogTripped") if record["rule"] == "feed_lag"]
    assert len(lags) > 5
    assert "quoting" not in states(desk.records[at:]), "frames flow, but none is believed"
    desk.middleman.late_s = 0.0
    await desk.until(back, at)
    return at


async def refused(desk: WireDesk) -> int:
    at = await desk.mark()
    await desk.pipe.refuse()
    desk.middleman.refusals = 2
    desk.pipe.reset()
    await desk.until(lambda records: of(records, "LinkChanged"), at)
    await asyncio.sleep(0.3)  # so long nobody is there
    await desk.pipe.let_in()
    await desk.until(back, at)
    assert desk.middleman.refusals == 0
    return at


async def gap(desk: WireDesk) -> int:
    at = await desk.mark()
    desk.middleman.mangle = once(b"depthUpdate", lambda raw: [])
    records = await desk.until(back, at)
    (lost,) = of(records, "BookInvalid")
    assert "gap" in lost["reason"]
    assert of(records, *PULLED)[0]["ts"] <= lost["ts"], "in the same event, if not for its age before"
    return at


async def duplicates(desk: WireDesk) -> int:
    at = await desk.mark()
    desk.middleman.mangle = lambda raw: [raw, raw]
    await desk.until(lambda _: desk.control.frame is not None and len(of_stream(desk, b"depthUpdate")) > 6, at)
    desk.middleman.mangle = lambda raw: [raw]
    records = desk.records[at:]
    assert of(records, "BookInvalid") == []
    assert set(states(records)) <= {"stale", "quoting"}, "a busy machine may be late for some other desk's sake"
    return at


async def reordered(desk: WireDesk) -> int:
    at = await desk.mark()
    held: list[bytes] = []

    def swap(raw: bytes) -> list[bytes]:
        if b"depthUpdate" not in raw or len(held) > 1:
            return [raw]
        held.append(raw)
        return [] if len(held) == 1 else [raw, held[0]]

    desk.middleman.mangle = swap
    records = await desk.until(back, at)
    assert len(of(records, "BookInvalid")) == 1
    return at


async def garbage(desk: WireDesk) -> int:
    at = await desk.mark()
    await desk.middleman.say(b'{"stream":"btcusdt@trade","data":{"e":"tra')
    await desk.until(lambda records: of(records, "FrameRefused"), at)
    assert state(desk.records[at:]) == "", "one broken frame is dropped and counted"
    await desk.middleman.say(b"\xef\xbf\xbe\x01", b'{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate"}}')
    records = await desk.until(back, at)
    assert len(of(records, "FrameRefused")) == 3
    assert "3 broken frames" in of(records, "LinkChanged")[0]["reason"]
    return at


async def nonsense_prices(desk: WireDesk) -> int:
    first = await desk.mark()
    for price in ("0.00", "-1.00", "NaN"):
        at = await desk.mark()
        desk.middleman.mangle = once(b"depthUpdate", lambda raw, price=price: [with_bid(raw, price)])
        await desk.until(lambda records: of(records, "FrameRefused"), at)
        await desk.until(back, at)
    return first


async def crossed(desk: WireDesk) -> int:
    at = await desk.mark()
    desk.middleman.mangle = once(b"depthUpdate", lambda raw: [with_bid(raw, "99000.00")])
    records = await desk.until(back, at)
    assert "cross" in of(records, "BookInvalid")[0]["reason"]
    return at


async def burst(desk: WireDesk) -> int:
    at = await desk.mark()
    top = (
        b'{"stream":"btcusdt@bookTicker","data":{"u":%d,"s":"BTCUSDT","b":"1.00","B":"1.0","a":"999999.00","A":"1.0"}}'
    )
    await desk.middleman.say(*(top % (10**12 + number) for number in range(10_000)))
    await desk.until(lambda _: len(of_stream(desk, b'"u":1000000')) >= 10_000, at)
    numbers = [int(raw.split(b'"u":')[1].split(b",")[0]) for raw in of_stream(desk, b'"u":1000000')]
    assert numbers == [10**12 + number for number in range(10_000)], "all of them, in order"
    return at


async def giant(desk: WireDesk) -> int:
    at = await desk.mark()
    await desk.middleman.say(b"[" + b" " * (16 << 20) + b"]")
    records = await desk.until(back, at)
    assert "more than 8 MB" in of(records, "LinkChanged")[0]["reason"]
    return at


async def shutdown(desk: WireDesk) -> int:
    at = await desk.mark()
    desk.exchange.shutdown_notice()
    records = await desk.until(lambda records: of(records, "LinkChanged"), at)
    assert [record["up"] for record in of(records, "LinkChanged")] == [True]
    assert states(records) == [], "no gap in quoting"
    return at


def rest(*answers: tuple[int, bytes, dict[str, str]] | None) -> Story:
    """A gap, and such answers to the questions for the book that follow."""

    async def story(desk: WireDesk) -> int:
        at = await desk.mark()
        asked = len(desk.middleman.asked)
        desk.middleman.depth.extend(answers)
        desk.middleman.mangle = once(b"depthUpdate", lambda raw: [])
        await desk.until(back, at)
        times = desk.middleman.asked[asked:]
        assert len(times) >= len(answers) + 1
        for answer, before, after in zip(answers, times, times[1:], strict=False):
            if answer is not None and "Retry-After" in answer[2]:
                assert after - before >= float(answer[2]["Retry-After"])
        return at

    return story


STORIES: dict[str, Story] = {
    "connection reset": reset,
    "half-open: silence, and no pong": half_open,
    "slow drip, 150 bytes a second": drip,
    "every frame 1.2 s late": late,
    "reset, nobody there for 0.3 s, two refusals": refused,
    "a diff is missing": gap,
    "every frame twice": duplicates,
    "two diffs in the wrong order": reordered,
    "three broken frames": garbage,
    "price of zero, below zero, NaN": nonsense_prices,
    "crossed book": crossed,
    "burst of 10,000 frames": burst,
    "frame of 16 MB": giant,
    "serverShutdown": shutdown,
    "diff missing; 429, wait 1 s": rest((429, b"", {"Retry-After": "1"})),
    "diff missing; 418, wait 1 s": rest((418, b"", {"Retry-After": "1"})),
    "diff missing; 500, 503": rest((500, b"", {}), (503, b"<html>", {})),
    "diff missing; no answer for 1 s": rest(None),
    "diff missing; a snapshot too old": rest((200, b'{"lastUpdateId":1,"bids":[],"asks":[]}', {})),
}
UNNOTICED = ("every frame twice", "burst of 10,000 frames", "serverShutdown")
"""Nothing is off for these."""
SILENT = ("half-open: silence, and no pong", "slow drip, 150 bytes a second")
"""These are found by the age of the data alone."""


async def live_through(name: str, home: Path) -> tuple[float, float]:
    """A desk and one fault; milliseconds until the quotes were pulled, and until they stood again."""
    story = STORIES[name]
    timing = msgspec.structs.replace(TIMING, ping=1.0) if story is half_open else TIMING
    async with WireDesk(home, timing=timing) as desk:
        await desk.mark()
        began = time.time_ns()
        at = await story(desk)
        records = desk.records[at:]
    assert desk.outcome is not None
    assert desk.outcome.resting == ()
    assert desk.outcome.summary["bus"]["dropped"] == 0
    (session,) = (home / "sessions").iterdir()
    assert verify(session).identical, "the session runs again to the same outputs"
    if name in UNNOTICED:
        return 0.0, 0.0
    pulled, stood = off_from(records)
    if name in SILENT:
        last = max(line for line in book_times(session) if line < pulled)
        assert (pulled - last) / 1e6 <= STALE_AFTER_MS + CANCEL_WITHIN_MS
    return (pulled - began) / 1e6, (stood - began) / 1e6


def off_from(records: list[Record]) -> tuple[int, int]:
    """When the quotes were pulled, and when one stood again; in between nothing new may leave."""
    (first, *_) = of(records, *PULLED)
    ends = [record["ts"] for record in of(records, "StateChanged") if record["state"] == "quoting"]
    between = [record for record in of(records, *NEW_ORDERS) if first["ts"] < record["ts"] < ends[0]]
    assert between == [], "no order leaves while the desk is off"
    stood = next(
        record["ts"] for record in of(records, "OrderChanged") if record["ts"] > ends[0] and record["status"] == "live"
    )
    return first["ts"], stood


def book_times(session: Path) -> list[int]:
    lines = [line for line in SessionReader(session).records() if isinstance(line, MarketLine)]
    return [line.ts for line in lines if b"depth" in line.raw[:40] or b"lastUpdateId" in line.raw[:40]]


def of_stream(desk: WireDesk, word: bytes) -> list[bytes]:
    (log,) = desk.home.glob("sessions/*/market.log")
    return [line for line in log.read_bytes().splitlines() if word in line]


def once(word: bytes, change: Callable[[bytes], list[bytes]]) -> Callable[[bytes], list[bytes]]:
    """Change the next frame that has the word in it, and none after it."""
    left = [1]

    def mangle(raw: bytes) -> list[bytes]:
        if word in raw and left:
            left.pop()
            return change(raw)
        return [raw]

    return mangle


def with_bid(raw: bytes, price: str) -> bytes:
    """A diff of the book with one more bid."""
    frame = json.loads(raw)
    frame["data"]["b"].insert(0, [price, "1.00000"])
    return json.dumps(frame).encode()


async def test_every_fault_of_the_wire_is_lived_through(tmp_path: Path) -> None:
    homes = [tmp_path / str(number) for number in range(len(STORIES))]
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(name: str, home: Path) -> None:
        async with turns:
            await live_through(name, home)

    runs = [in_turn(name, home) for name, home in zip(STORIES, homes, strict=True)]
    outcomes = await asyncio.gather(*runs, return_exceptions=True)
    failed = {name: error for name, error in zip(STORIES, outcomes, strict=True) if isinstance(error, BaseException)}
    assert failed == {}


@pytest.mark.slow
async def test_how_long_the_desk_is_off(tmp_path: Path) -> None:
    for story, name in enumerate(STORIES):
        times = [await live_through(name, tmp_path / f"{story}-{turn}") for turn in range(5)]
        pulled, stood = (median(one) for one in zip(*times, strict=True))
        print(f"{name:<46} pulled after {pulled:>6.0f} ms, quotes again after {stood:>6.0f} ms")  # noqa: T201 - what it is for
