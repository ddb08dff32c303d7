"""The desk in a browser: a client of our own sees it and may not touch it; Chromium shows it, where there is one."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest
from browser import FOUND, tab
from terminal import environ
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

if sys.platform == "win32":
    pytest.skip("needs Unix sockets", allow_module_level=True)

PATIENCE_S = 40.0


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A desk on the embedded exchange, without a terminal, and where it is to be seen."""
    command = [sys.executable, "-m", "mm_tui", "demo", "--headless", "--no-record", "--serve", ":0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environ(tmp_path)) as desk:  # noqa: S603 - the program under test
        assert desk.stderr is not None
        said = desk.stderr.readline().decode()
        found = re.search(r"in a browser: (http://127\.0\.0\.1:\d+), to look and not to touch", said)
        assert found is not None, said
        yield found[1]
        desk.send_signal(signal.SIGTERM)
        assert desk.wait(PATIENCE_S) == 143


async def test_a_client_sees_the_desk_and_touches_nothing(url: str) -> None:
    address = url.replace("http", "ws") + "/ws?width=120&height=40"
    with pytest.raises(InvalidStatus):
        await connect(address, origin="http://evil.example")  # type: ignore[arg-type]  # a text will do
    screen = pyte.Screen(120, 40)
    stream = pyte.ByteStream(screen)
    async with connect(address, origin=url, max_size=None) as page:  # type: ignore[arg-type]  # likewise

        async def shows(word: str) -> None:
            deadline = time.monotonic() + PATIENCE_S
            while word not in "\n".join(screen.display):
                assert time.monotonic() < deadline, "\n".join(screen.display)
                data = await page.recv()
                if isinstance(data, bytes):
                    stream.feed(data)

        await shows("QUOTING")
        assert "BTC/USDT" in screen.display[0]
        await page.send('["stdin", " "]')
        await page.send('["stdin", "K"]')
        await shows("this screen may only look")
        await page.send('["stdin", "?"]')
        await shows("leave; the desk goes on")
        await page.send('["stdin", "x"]')
        await shows("Open orders")
        await shows("QUOTING")  # nobody paused or killed it; stale data, on a busy machine, comes back by itself


@pytest.mark.skipif(FOUND is None, reason="no Chromium is on the PATH")
async def test_chromium_shows_it(url: str, tmp_path: Path) -> None:
    async with tab(tmp_path, url + "/") as page:
        deadline = time.monotonic() + PATIENCE_S
        picture = b""
        while len(picture) < 60_000:  # the empty page has a fifth of that
            assert time.monotonic() < deadline, len(picture)
            picture = await page.picture()
    assert picture.startswith(b"\x89PNG")
