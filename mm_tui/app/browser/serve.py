"""The desk in a browser: textual-serve's page on a loopback port, a viewer process behind each that looks.

Whoever may reach the port may look, and act where that was said. So it listens on this machine alone unless another
address is named; and since any page in the same browser can reach it too, a request must name the address that is
served, and come from its own page.
"""

import asyncio
import logging
import shlex
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from socket import gethostname
from typing import Any, Final
from urllib.parse import urlsplit

from mm_tui.errors import DeskError, UsageError

DEFAULT: Final = "127.0.0.1:8642"
EXTRA: Final = "--serve needs textual-serve: pip install 'mm-tui[serve]'"
SOCKET: Final = "desk.sock"
START_S: Final = 10.0
_PORTS: Final = range(65536)

log = logging.getLogger(__name__)


def address(text: str) -> tuple[str, int]:
    """`HOST:PORT`, `HOST` or `:PORT`; raises UsageError."""
    host, colon, port = text.rpartition(":") if ":" in text and not is_address(text) else (text, "", "")
    if colon and not (port.isascii() and port.isdigit() and len(port) < 6 and int(port) in _PORTS):  # noqa: PLR2004 - digits
        raise UsageError(f"--serve {text}: the port is a number up to 65535, for example {DEFAULT}")
    return host.strip("[]") or "127.0.0.1", int(port or DEFAULT.rpartition(":")[2])


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_address(host: str) -> bool:
    """Whether it is an address, not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class Page:
    """The web server on a thread and loop of its own."""

    def __init__(self, host: str, port: int, command: list[str]) -> None:
        """`command` starts a viewer. Raises UsageError where the extra is missing."""
        try:
            from mm_tui.app.browser.server import PageServer  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise UsageError(EXTRA) from error
        self.url = ""
        self._host, self._port = host, port
        self._server = PageServer(f"exec {shlex.join(command)} 2>/dev/null", host=host, port=port, title="mm-tui")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._problem: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)

    def open(self) -> None:
        """Listen; raises UsageError where the address cannot be had."""
        self._thread.start()
        if not self._ready.wait(START_S):
            raise DeskError(f"the page did not open within {START_S:g} s")
        if isinstance(self._problem, OSError | UnicodeError):
            words = getattr(self._problem, "strerror", "") or str(self._problem)
            raise UsageError(f"--serve {self._host}:{self._port}: {words}; name another, for example --serve :0")
        if self._problem is not None:
            raise self._problem

    def close(self) -> None:
        """Stop listening; the viewers end with the desk."""
        loop = self._loop
        if loop is not None and loop.is_running():
            loop.call_soon_threadsafe(loop.stop)
        self._thread.join(START_S)

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = loop = runner.get_loop()
            try:
                page = runner.run(self._listen())
            except Exception as error:  # noqa: BLE001 - raised where it is waited for
                self._problem = error
                return
            finally:
                self._ready.set()
            loop.run_forever()
            runner.run(page.cleanup())

    async def _listen(self) -> Any:
        from aiohttp import web  # noqa: PLC0415 - comes with the extra

        server = self._server
        app = await server._make_app()  # noqa: SLF001 - its own `serve` owns the process; under the contract test
        app.on_startup.clear()  # it would write on the terminal

        @web.middleware
        async def guard(request: Any, handler: Any) -> Any:
            refusal = self._refusal(request.headers.get("Host", ""), request.headers.get("Origin"))
            if refusal:
                raise web.HTTPForbidden(text=refusal + "\n")
            return await handler(request)

        app.middlewares.append(guard)
        runner = web.AppRunner(app, handle_signals=False, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, self._host, self._port)
        await site.start()
        self._port = runner.addresses[0][1]
        name = f"[{self._host}]" if ":" in self._host else self._host
        self.url = server.public_url = f"http://{name}:{self._port}"
        return runner

    def _refusal(self, named: str, origin: str | None) -> str:
        """Why a request is refused, by the name it calls us and the page it comes from; empty where it is not."""
        known = {f"{name}:{self._port}" for name in (self._host, "localhost", "127.0.0.1", "[::1]")}
        if named not in known and (is_loopback(self._host) or not self._is_own(named)):
            return "this desk is shown under its own address alone; name another where it starts: --serve HOST:PORT"
        if origin is not None and origin.partition("://")[2] != named:
            return "another page may not look at this desk"
        return ""

    def _is_own(self, named: str) -> bool:
        """Whether a name is an address or this machine's; any other may be somebody's that was made to lead here."""
        try:
            host = urlsplit(f"//{named}").hostname or ""
        except ValueError:
            return False
        return is_address(host) or host in {name.lower() for name in (self._host, gethostname())}


@contextmanager
def serving(text: str, *, may_act: bool, config: Path | None, theme: str) -> Iterator[tuple[Path, str]]:
    """Listen at an address while the desk runs; gives the socket that it is to show itself on, and the page's URL."""
    host, port = address(text)
    try:
        folder = Path(tempfile.mkdtemp(prefix="mm-tui-"))
    except OSError as error:
        words = error.strerror or str(error)
        raise UsageError(f"--serve needs a folder for a socket: {words}; name one that exists in TMPDIR") from error
    try:
        path = folder / SOCKET
        command = [sys.executable, "-m", "mm_tui", *(["--config", str(config)] if config else [])]
        command += ["view", str(path), "--theme", theme, *(["--act"] if may_act else [])]
        page = Page(host, port, command)
        page.open()
        try:
            yield path, page.url
        finally:
            page.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
