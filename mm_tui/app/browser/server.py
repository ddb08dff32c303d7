"""textual-serve's server, held to what a desk can bear: so many viewers, each of a screen's size, none left over.

Behind each page runs a process. Without a bound whoever reaches the page starts as many as they like; and a page whose
process is gone would go on showing the numbers that it had.
"""

import asyncio
from contextlib import suppress
from typing import Any, Final

from aiohttp import web
from textual_serve.server import Server

from mm_tui.runtime.screen.viewers import MOST

WIDEST: Final = 1000
"""Cells of a row, and rows, that a page may ask for: as many as the smallest letters give on the largest screens."""
LINGER_S: Final = 5.0
"""How long a viewer may take to end once its page is closed."""


class PageServer(Server):
    """Starts a viewer for each page, `MOST` at a time."""

    def __init__(self, *given: Any, **named: Any) -> None:
        """As textual-serve's."""
        super().__init__(*given, **named)
        self._pages = 0

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """One page, from its opening to its end."""
        if self._pages >= MOST:
            raise web.HTTPServiceUnavailable(text=f"{MOST} pages look at this desk already\n")
        if not all(_is_size(request.query.get(name, "80")) for name in ("width", "height")):
            raise web.HTTPBadRequest(text=f"a page has 1 to {WIDEST} columns and rows\n")
        self._pages += 1
        try:
            return await super().handle_websocket(request)
        finally:
            self._pages -= 1

    async def _process_messages(self, websocket: web.WebSocketResponse, app_service: Any) -> None:
        """What the page says goes to its viewer; where either ends, the other does."""
        held: Any = _Held(app_service)
        served = asyncio.ensure_future(super()._process_messages(websocket, held))
        try:
            await asyncio.wait({served, app_service._task}, return_when=asyncio.FIRST_COMPLETED)  # noqa: SLF001 - it has no other word for its end
            if not served.done():
                await websocket.close()
            await served
        finally:
            served.cancel()
            process = app_service._process  # noqa: SLF001 - likewise
            stuck = asyncio.get_running_loop().call_later(LINGER_S, _end, process)
            await app_service.stop()
            await process.wait()
            stuck.cancel()


class _Held:
    """A viewer that is told of no size that no screen has."""

    def __init__(self, service: Any) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service, name)

    async def set_terminal_size(self, width: int, height: int) -> None:
        """The page has another size."""
        await self._service.set_terminal_size(*(min(max(1, int(size)), WIDEST) for size in (width, height)))


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < len(str(WIDEST)) + 1 and 0 < int(text) <= WIDEST


def _end(process: asyncio.subprocess.Process) -> None:
    """A viewer that does not end by itself, stopped or stuck, is ended."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
