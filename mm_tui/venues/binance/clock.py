"""How far the venue's clock is from ours, by one question to its REST interface.

`GET /api/v3/time` answers `{"serverTime": 1499827319559}` (rest-api.md, "Check server time"). The answer was made
somewhere between asking and hearing, so the offset is known to half of the time that took.
"""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from mm_tui.errors import VenueError
from mm_tui.model.clock import MILLISECOND

_PATH: Final = "/api/v3/time"


class Offset(msgspec.Struct, frozen=True):
    """The venue's clock against ours."""

    ahead_ms: float
    """Positive where the venue is ahead."""
    within_ms: float
    """How far that may be off, either way."""


class _Answer(msgspec.Struct):
    serverTime: int  # noqa: N815 - the venue's own name


async def clock_offset(
    rest_url: str, timeout_s: float, get: Callable[[str, float], Awaitable[bytes]], now: Callable[[], int]
) -> Offset:
    """Ask once; `now` is wall time in ns. Raises VenueError."""
    asked = now()
    body = await get(rest_url.rstrip("/") + _PATH, timeout_s)
    heard = now()
    try:
        server = msgspec.json.decode(body, type=_Answer).serverTime
    except msgspec.MsgspecError as error:
        raise VenueError(f"{rest_url} answered a question for its time with something else") from error
    ahead = server * MILLISECOND - (asked + heard) // 2
    return Offset(ahead / MILLISECOND, (heard - asked) / 2 / MILLISECOND)
