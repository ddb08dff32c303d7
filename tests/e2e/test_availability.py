"""How much of the time the book is valid and both sides stand, with faults of the wire at random: a figure to be read.

`pytest -m slow -s tests/e2e/test_availability.py` prints it. The desk runs on its default rules for ten minutes of the
embedded exchange; a fault comes every twenty seconds on average, which is some thousand times as often as in life.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from test_wire_faults import once, with_bid
from wire_desk import Record, WireDesk, of

MINUTES = 10.0
BETWEEN_S = 20.0
DEFAULTS = ("feed.stale_after_ms=2000", "risk.max_daily_loss=100000", "risk.max_drawdown=100000")
UNKNOWN = ("starting", "stale", "invalid book")
"""States in which the book is not believed."""
NS = 1_000_000_000

Fault = Callable[[WireDesk], Awaitable[None]]


async def reset(desk: WireDesk) -> None:
    desk.pipe.reset()


async def hold(desk: WireDesk) -> None:
    desk.pipe.hold()
    await asyncio.sleep(4.0)
    desk.pipe.flow()


async def nobody(desk: WireDesk) -> None:
    await desk.pipe.refuse()
    desk.pipe.reset()
    await asyncio.sleep(1.0)
    await desk.pipe.let_in()


async def missing(desk: WireDesk) -> None:
    desk.middleman.mangle = once(b"depthUpdate", lambda raw: [])


async def crossed(desk: WireDesk) -> None:
    desk.middleman.mangle = once(b"depthUpdate", lambda raw: [with_bid(raw, "99000.00")])


async def broken(desk: WireDesk) -> None:
    await desk.middleman.say(b"{", b"[1", b"\xef\xbf\xbe")


async def leaving(desk: WireDesk) -> None:
    desk.exchange.shutdown_notice()


async def busy(desk: WireDesk) -> None:
    desk.middleman.depth.append((429, b"", {"Retry-After": "2"}))
    await missing(desk)


FAULTS: tuple[Fault, ...] = (reset, hold, nobody, missing, crossed, broken, leaving, busy)


def share_known(records: list[Record]) -> float:
    """Of the time from the first quote on, in percent."""
    changes = of(records, "StateChanged")
    begun = next(index for index, one in enumerate(changes) if one["state"] == "quoting")
    changes = changes[begun:]
    ended = records[-1]["ts"]
    lost = 0
    for one, after in zip(changes, [*changes[1:], None], strict=True):
        if one["state"] in UNKNOWN:
            lost += (ended if after is None else after["ts"]) - one["ts"]
    return 100 * (1 - lost / (ended - changes[0]["ts"]))


@pytest.mark.slow
async def test_the_share_of_the_time_with_a_valid_book_and_both_sides(tmp_path: Path) -> None:
    chance = random.Random(1)
    count = 0
    async with WireDesk(tmp_path, *DEFAULTS) as desk:
        until = asyncio.get_running_loop().time() + MINUTES * 60
        while asyncio.get_running_loop().time() < until:
            await asyncio.sleep(chance.expovariate(1 / BETWEEN_S))
            await chance.choice(FAULTS)(desk)
            count += 1
        await asyncio.sleep(5.0)
        known = share_known(desk.records)
    assert desk.outcome is not None
    obligation = desk.outcome.summary["obligation"]
    both, excused = obligation["two_sided_pct"], obligation["excused_ns"] / NS
    print(f"{count} faults in {MINUTES:g} minutes: book valid {known:.2f} %")  # noqa: T201 - what it is for
    print(f"both sides {both:.2f} % of the rest of the time, {excused:.1f} s excused")  # noqa: T201 - likewise
    assert known > 90
    assert desk.outcome.resting == ()
