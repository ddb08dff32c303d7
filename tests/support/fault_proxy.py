"""What can stand between a desk and its exchange: a pipe that breaks, and a middleman that changes what is said.

`Middleman` speaks WebSocket and HTTP to both sides and may change, hold back, repeat or invent frames and answers.
`Pipe` knows bytes alone: it resets, goes silent, drips, or lets nobody in. Both listen on a port of the loopback.
"""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from http import HTTPStatus
from typing import Self

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import WebSocketException
from websockets.http11 import Request, Response

Mangle = Callable[[bytes], list[bytes]]
"""A frame of the exchange to what the desk hears of it."""
Answer = tuple[int, bytes, dict[str, str]]
"""An HTTP status, a body, headers."""


PATIENCE_S = 2.0
"""How long a question waits that nobody answers; longer than the desk does."""


def untouched(raw: bytes) -> list[bytes]:
    return [raw]


class Middleman:
    """Between a desk and the exchange at `upstream` (host and port)."""

    def __init__(self, upstream: str) -> None:
        self.mangle: Mangle = untouched
        self.depth: deque[Answer | None] = deque()
        """Answers to the next questions for the book, in the exchange's place; None lets the question wait."""
        self.asked: list[float] = []
        """When the book was asked for, by the loop's clock."""
        self.late_s = 0.0
        """How long each frame is held back."""
        self.refusals = 0
        """So many handshakes to come are answered with 503."""
        self.address = ""
        self._upstream = upstream
        self._clients: set[ServerConnection] = set()
        self._sending: set[asyncio.Future[None]] = set()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        server = await self._stack.enter_async_context(
            serve(
                self._relay,
                "127.0.0.1",
                0,
                process_request=self._http,
                compression=None,
                max_size=None,
                close_timeout=0.2,
            )
        )
        self.address = f"127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients:
            client.transport.abort()
        await self._stack.aclose()

    async def say(self, *frames: bytes) -> None:
        """Invent frames."""
        for client in self._clients.copy():
            for frame in frames:
                with suppress(WebSocketException):
                    await client.send(frame, text=True)

    async def _relay(self, client: ServerConnection) -> None:
        path = client.request.path if client.request else ""
        self._clients.add(client)
        try:
            async with connect(
                f"ws://{self._upstream}{path}", compression=None, max_size=None, close_timeout=0.2
            ) as exchange:
                async for raw in exchange:
                    held = self.late_s
                    for frame in self.mangle(raw if isinstance(raw, bytes) else raw.encode()):
                        if held:
                            asyncio.get_running_loop().call_later(held, self._later, client, frame)
                        else:
                            await client.send(frame, text=True)
        except (WebSocketException, OSError):
            client.transport.abort()
        finally:
            self._clients.discard(client)

    def _later(self, client: ServerConnection, frame: bytes) -> None:
        task = asyncio.ensure_future(client.send(frame, text=True))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _http(self, _: ServerConnection, request: Request) -> Response | None:
        if not request.path.startswith("/api/"):
            if self.refusals:
                self.refusals -= 1
                return _response(503, b"", {})
            return None
        if request.path.startswith("/api/v3/depth"):
            self.asked.append(asyncio.get_running_loop().time())
            if self.depth:
                answer = self.depth.popleft()
                if answer is None:
                    await asyncio.sleep(PATIENCE_S)
                    answer = (504, b"", {})
                return _response(*answer)
        return await self._forward(request.path)

    async def _forward(self, path: str) -> Response:
        host, _, port = self._upstream.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._upstream}\r\nConnection: close\r\n\r\n".encode())
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        return _response(int(head.split()[1]), body, {})


class Pipe:
    """Bytes to and from `upstream`; one fault at a time."""

    def __init__(self, upstream: str) -> None:
        self.address = ""
        self._upstream = upstream
        self._port = 0
        self._server: asyncio.Server | None = None
        self._flows = asyncio.Event()
        self._flows.set()
        self._rate = 0
        """Bytes a second towards the desk; 0 for all of them."""
        self._ends: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        await self.let_in()
        self.address = f"127.0.0.1:{self._port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.refuse()
        self.reset()

    async def let_in(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Nobody listens any more."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def reset(self) -> None:
        """Every connection is reset, as a router does that forgot it."""
        for end in self._ends.copy():
            reset = struct.pack("ii", 1, 0)
            with suppress(OSError):
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            end.transport.abort()

    def hold(self) -> None:
        """Not a byte more either way, and no word about it."""
        self._flows.clear()

    def drip(self, rate: int) -> None:
        """So many bytes a second towards the desk."""
        self._rate = rate

    def flow(self) -> None:
        """As it should be."""
        self._rate = 0
        self._flows.set()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = self._upstream.partition(":")
        beyond, exchange = await asyncio.open_connection(host, int(port))
        self._ends |= {writer, exchange}
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._carry(reader, exchange, slow=False))
                tasks.create_task(self._carry(beyond, writer, slow=True))
        finally:
            self._ends -= {writer, exchange}

    async def _carry(self, source: asyncio.StreamReader, to: asyncio.StreamWriter, *, slow: bool) -> None:
        with suppress(OSError):
            while data := await source.read(1 << 16):
                await self._flows.wait()
                while slow and self._rate and data:
                    piece = max(1, self._rate // 20)
                    to.write(data[:piece])
                    data = data[piece:]
                    await asyncio.sleep(0.05)
                to.write(data)
                await to.drain()
        to.close()


def _response(status: int, body: bytes, headers: dict[str, str]) -> Response:
    fields = Headers({"Content-Length": str(len(body)), "Connection": "close", **headers})
    return Response(status, HTTPStatus(status).phrase, fields, body)
