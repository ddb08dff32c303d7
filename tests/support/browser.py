"""Headless Chromium on a page, over its debugging protocol: what it shows, as text and as a picture."""

import asyncio
import base64
import itertools
import json
import shutil
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

FOUND = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0",
    "--window-size=1600,960",
)  # fmt: skip
PATIENCE_S = 40.0


class Tab:
    """The one page of a browser."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)

    async def ask(self, method: str, **arguments: Any) -> dict[str, Any]:
        """One question of the protocol."""
        number = next(self._numbers)
        await self._connection.send(json.dumps({"id": number, "method": method, "params": arguments}))
        while True:
            answer = json.loads(await self._connection.recv())
            if answer.get("id") == number:
                return answer.get("result", {})  # type: ignore[no-any-return]

    async def evaluate(self, script: str) -> Any:
        """What a script comes to."""
        return (await self.ask("Runtime.evaluate", expression=script, returnByValue=True))["result"].get("value")

    async def press(self, key: str) -> None:
        """A key with a letter on it."""
        for kind in ("keyDown", "keyUp"):
            await self.ask("Input.dispatchKeyEvent", type=kind, key=key, text=key if kind == "keyDown" else "")

    async def picture(self) -> bytes:
        """A PNG of what is seen."""
        return base64.b64decode((await self.ask("Page.captureScreenshot", format="png"))["data"])


@asynccontextmanager
async def tab(home: Path, url: str) -> AsyncIterator[Tab]:
    """A browser of its own, on a page."""
    profile = home / "profile"
    process = await asyncio.create_subprocess_exec(
        str(FOUND), *FLAGS, f"--user-data-dir={profile}", url,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not (profile / "DevToolsActivePort").exists():  # noqa: ASYNC110 - another program's file
                await asyncio.sleep(0.1)
            port = (profile / "DevToolsActivePort").read_text().splitlines()[0]
            pages: list[dict[str, Any]] = []
            while not pages:
                await asyncio.sleep(0.1)
                with suppress(OSError):
                    listed = await asyncio.to_thread(_read, f"http://127.0.0.1:{port}/json")
                    pages = [page for page in listed if page["type"] == "page" and page["url"].startswith(url)]
        async with connect(pages[0]["webSocketDebuggerUrl"], max_size=None) as connection:
            yield Tab(connection)
    finally:
        process.kill()
        await process.wait()


def _read(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - of our own browser
        return json.load(answer)
