"""Other processes of this user that look at the desk: frames go out by a socket in a private folder, intents come in.

A message is four bytes of its length and msgpack: to a viewer a map of the parts of the frame that changed, from it
`[what, …]`. The frame of the moment is encoded once, whoever looks; a viewer that does not read misses frames and holds
up nobody. A viewer without the right to act may look, and nothing it asks for reaches the desk.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from mm_tui.runtime.control import Control
from mm_tui.settings.options import RunOptions
from mm_tui.views.frames import DeskFrame, Viewport

FRAMES_PER_S: Final = 10
"""A browser on the other side of a line needs no more."""
LARGEST: Final = 1 << 16
"""Bytes of what a viewer may say at once."""
MOST: Final = 16
"""Viewers at a time."""
PAUSE_S: Final = 0.005
"""After each thing that a viewer says: a hand is not as quick, and what a program says at once waits in its socket."""
_SIZE: Final = 4

log = logging.getLogger(__name__)

_FIELDS: Final = tuple(field.name for field in msgspec.structs.fields(DeskFrame))
_encode = msgspec.msgpack.Encoder(decimal_format="string").encode


def changed(frame: DeskFrame, before: DeskFrame | None) -> bytes:
    """The parts of a frame that are other objects than before; all of them where there was none."""
    parts = {
        name: getattr(frame, name)
        for name in _FIELDS
        if before is None or getattr(frame, name) is not getattr(before, name)
    }
    return _encode(parts)


def framed(message: bytes) -> bytes:
    """With its length before it."""
    return len(message).to_bytes(_SIZE, "big") + message


class Viewers:
    """Serves frames on a Unix socket while it runs."""

    def __init__(self, control: Control, path: Path, *, may_act: bool, alone: bool) -> None:
        """`may_act`: viewers are operators; `alone`: there is no screen of our own, so they say what is looked at."""
        self._joined: set[asyncio.StreamWriter] = set()
        self._control = control
        self._path = path
        self._may_act = may_act
        self._alone = alone
        self._newest = asyncio.Condition()
        self._sent: DeskFrame | None = None
        self._message = b""
        self._number = 0
        """Of the message; a viewer that missed one is sent the whole frame."""

    @property
    def count(self) -> int:
        """Viewers now."""
        return len(self._joined)

    async def run(self) -> None:
        """Serve until cancelled; then whoever looks sees that the desk has ended."""
        server = await asyncio.start_unix_server(self._join, self._path, limit=LARGEST)
        self._path.chmod(0o600)
        try:
            while True:
                await asyncio.sleep(1 / FRAMES_PER_S)
                frame = self._control.frame
                if self._joined and frame is not self._sent:
                    async with self._newest:
                        self._message, self._sent = framed(changed(frame, self._sent)), frame
                        self._number += 1
                        self._newest.notify_all()
        finally:
            server.close()
            for writer in self._joined:
                writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.count >= MOST:
            writer.close()
            return
        self._joined.add(writer)
        try:
            async with asyncio.TaskGroup() as tasks:
                sender = tasks.create_task(self._send(writer))
                await self._hear(reader)
                sender.cancel()
        except* (OSError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            self._joined.discard(writer)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        if self._sent is None:
            self._sent = self._control.frame
        known = self._number
        writer.write(framed(changed(self._sent, None)))
        await writer.drain()
        while True:
            async with self._newest:
                while self._number == known:
                    await self._newest.wait()
                missed = self._number != known + 1
                message = framed(changed(self._sent, None)) if missed else self._message
                known = self._number
            writer.write(message)
            await writer.drain()

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        while True:
            size = int.from_bytes(await reader.readexactly(_SIZE), "big")
            if size > LARGEST:
                raise ValueError(size)
            try:
                what, *rest = msgspec.msgpack.decode(await reader.readexactly(size), type=list[Any])
                self._do(what, rest)
            except (msgspec.MsgspecError, ValueError, TypeError, IndexError, RecursionError) as error:
                log.warning("viewer says nonsense error=%s", type(error).__name__)
                return
            await asyncio.sleep(PAUSE_S)

    def _do(self, what: object, rest: list[Any]) -> None:
        if what == "look":
            if self._alone:
                viewport = msgspec.convert(rest[0], Viewport)
                # the desk itself works out what is tried, and that is for whoever may send it
                self._control.look(viewport if self._may_act else msgspec.structs.replace(viewport, draft=""))
        elif not self._may_act:
            log.info("viewer may not act what=%s", str(what)[:20])
        elif what == "act":
            self._control.act(*msgspec.convert(rest, tuple[str, str]))
        elif what == "kill":
            self._control.kill("by a viewer")


@asynccontextmanager
async def shown(control: Control, options: RunOptions, *, alone: bool) -> AsyncIterator[None]:
    """Viewers see the desk meanwhile, where that is wanted, whatever sessions it goes through.

    Their fault is theirs: it is logged, and the desk goes on.
    """
    if options.show_at is None:
        yield
        return
    viewers = Viewers(control, options.show_at, may_act=options.viewers_act, alone=alone)
    serving = asyncio.create_task(_served(viewers))  # no group: it would wrap what ends the desk
    try:
        yield
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def _served(viewers: Viewers) -> None:
    try:
        await viewers.run()
    except Exception:
        log.exception("viewers are not served any more")
