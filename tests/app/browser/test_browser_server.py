"""Pages and the processes behind them: viewers that are a line of shell."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

if sys.platform == "win32":
    pytest.skip("needs Unix sockets", allow_module_level=True)

from mm_tui.app.browser import server
from mm_tui.app.browser.serve import Page

PATIENCE_S = 20.0


@pytest.fixture
async def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Page]:
    """Each viewer writes its number down, and does not listen."""
    monkeypatch.setattr(server, "MOST", 2)
    monkeypatch.setattr(server, "LINGER_S", 0.1)
    page = Page("127.0.0.1", 0, ["sh", "-c", f"echo $$ >> {tmp_path}/pids; echo __GANGLION__; exec sleep 60"])
    page.open()
    yield page
    await asyncio.to_thread(page.close)


def viewers(folder: Path) -> list[int]:
    """Those that run."""
    path = folder / "pids"
    known = [int(line) for line in path.read_text().split()] if path.exists() else []
    return [pid for pid in known if _runs(pid)]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - another process wakes nobody
            await asyncio.sleep(0.01)


def look(page: Page, query: str = "") -> connect:
    return connect(page.url.replace("http", "ws") + "/ws" + query, open_timeout=PATIENCE_S)


async def ended(client: ClientConnection) -> bool:
    with pytest.raises(ConnectionClosed):
        async with asyncio.timeout(PATIENCE_S):
            await client.recv()
    return True


async def test_so_many_pages_and_each_goes_with_its_process(page: Page, tmp_path: Path) -> None:
    async with look(page) as first:
        await until(lambda: len(viewers(tmp_path)) == 1)
        (of_the_first,) = viewers(tmp_path)
        async with look(page):
            await until(lambda: len(viewers(tmp_path)) == 2)
            with pytest.raises(InvalidStatus, match="503"):
                async with look(page):
                    pass
            os.kill(of_the_first, signal.SIGKILL)
            assert await ended(first), "a page without a process would show what was"
            await until(lambda: len(viewers(tmp_path)) == 1)
            os.kill(viewers(tmp_path)[0], signal.SIGSTOP)  # it will not end by itself
    await until(lambda: not viewers(tmp_path))
    async with look(page):
        await until(lambda: len(viewers(tmp_path)) == 1)


async def test_no_screen_is_as_large(page: Page, tmp_path: Path) -> None:
    for size in ("width=1001", "height=0", "width=-1", "width=x", "height=\u00b2", "width=" + "9" * 5000):
        with pytest.raises(InvalidStatus, match="400"):
            async with look(page, f"?{size}"):
                pass
    assert viewers(tmp_path) == []


async def test_a_viewer_is_told_of_a_size_within_bounds() -> None:
    told: list[tuple[int, int]] = []

    class Service:
        async def set_terminal_size(self, width: int, height: int) -> None:
            told.append((width, height))

    await server._Held(Service()).set_terminal_size(10**9, -5)
    assert told == [(1000, 1)]


async def test_nonsense_closes_its_page_alone(page: Page, tmp_path: Path) -> None:
    async with look(page) as rude, look(page) as other:
        await until(lambda: len(viewers(tmp_path)) == 2)
        await rude.send(json.dumps(["resize", {"width": "a"}]))
        assert await ended(rude)
        await other.send(json.dumps(["ping", "x"]))
        assert json.loads(await other.recv()) == ["pong", "x"]
