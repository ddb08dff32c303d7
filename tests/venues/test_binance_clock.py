import pytest

from mm_tui.errors import VenueError
from mm_tui.venues.binance.clock import clock_offset


class Server:
    """Answers after a while of a clock that only it moves."""

    def __init__(self, body: bytes, takes_ms: int = 40) -> None:
        self.body, self.takes_ms, self.ms = body, takes_ms, 1_000_000
        self.asked = ""

    def now(self) -> int:
        return self.ms * 1_000_000

    async def get(self, url: str, timeout_s: float) -> bytes:
        assert timeout_s == 5
        self.asked = url
        self.ms += self.takes_ms
        return self.body


@pytest.mark.parametrize(("server_ms", "ahead"), [(1_001_290, 1270.0), (1_000_020, 0.0), (996_420, -3600.0)])
async def test_the_answer_is_taken_for_the_middle_of_the_wait(server_ms: int, ahead: float) -> None:
    server = Server(b'{"serverTime":%d}' % server_ms)
    offset = await clock_offset("http://venue/", 5, server.get, server.now)
    assert (offset.ahead_ms, offset.within_ms) == (ahead, 20.0)
    assert server.asked == "http://venue/api/v3/time"


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"serverTime":"soon"}', b"{}"])
async def test_another_answer_is_the_venues_fault(body: bytes) -> None:
    server = Server(body)
    with pytest.raises(VenueError, match="with something else"):
        await clock_offset("http://venue", 5, server.get, server.now)
