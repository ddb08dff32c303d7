"""What the feed's tests share."""

from collections.abc import AsyncIterator

import pytest
from scripted_venue import Venue
from websockets.asyncio.server import serve


@pytest.fixture
async def venue() -> AsyncIterator[Venue]:
    scripted = Venue()
    async with serve(scripted.handle, "127.0.0.1", 0, process_request=scripted.http, max_size=None) as server:
        host, port = server.sockets[0].getsockname()[:2]
        scripted.server, scripted.url = server, f"{host}:{port}"
        yield scripted
