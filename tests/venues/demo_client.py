"""What the tests ask a loopback server with: one GET, and JSON frames."""

import asyncio
import json
import urllib.error
import urllib.request
from email.message import Message
from typing import Any

from websockets.asyncio.client import ClientConnection, connect


def _get(url: str) -> tuple[int, Any, Message]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
            return answer.status, json.load(answer), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error), error.headers


async def get(url: str) -> tuple[int, Any, Message]:
    """Status, decoded body, headers."""
    return await asyncio.to_thread(_get, url)


async def receive(connection: ClientConnection) -> Any:
    """The next frame, decoded."""
    return json.loads(await asyncio.wait_for(connection.recv(), 10))


def listen(url: str, max_queue: int | None = None) -> connect:
    """A connection that takes in all it is sent; with a full queue the library cannot see the end of a connection."""
    return connect(url, max_queue=max_queue, close_timeout=0.1, compression=None)
