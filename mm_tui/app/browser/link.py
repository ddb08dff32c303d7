"""The desk of another process, as a screen sees it: `runtime.screen.viewers` is the other side."""

import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from mm_tui.errors import UsageError
from mm_tui.runtime.screen.viewers import framed
from mm_tui.views.frames import DeskFrame, Viewport

_DECODERS: Final = {
    field.name: msgspec.msgpack.Decoder(field.type, strict=False) for field in msgspec.structs.fields(DeskFrame)
}
_parts = msgspec.msgpack.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.msgpack.Encoder().encode


class RemoteLink:
    """A `views.frames.DeskLink` over a socket; a thread of its own takes frames in."""

    def __init__(self, path: Path) -> None:
        """Raises UsageError where no desk listens there."""
        self.frame = DeskFrame()
        """The latest frame; parts that did not change stay the same objects."""
        self.gone = threading.Event()
        """The desk has ended, or closed the door."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise UsageError(f"no desk is to be seen at {path}: {error.strerror or error}") from error
        self._thread = threading.Thread(target=self._hear, name="frames", daemon=True)
        self._thread.start()

    def look(self, viewport: Viewport) -> None:
        """Say what is looked at; a desk with a screen of its own goes by that one."""
        self._say("look", viewport)

    def act(self, action: str, argument: str = "") -> None:
        """An operator's action; a desk that only shows itself does nothing about it."""
        self._say("act", action, argument)

    def kill(self) -> None:
        """The kill switch, likewise."""
        self._say("kill")

    def close(self) -> None:
        """Look no more."""
        self.gone.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(1.0)
        self._socket.close()

    def _say(self, *message: Any) -> None:
        try:
            self._socket.sendall(framed(_encode(message)))
        except OSError:
            self.gone.set()

    def _hear(self) -> None:
        with self._socket.makefile("rb") as stream:
            try:
                while size := stream.read(4):
                    parts = _parts.decode(stream.read(int.from_bytes(size, "big")))
                    known = {name: _DECODERS[name].decode(raw) for name, raw in parts.items() if name in _DECODERS}
                    self.frame = msgspec.structs.replace(self.frame, **known)
            except (OSError, ValueError, msgspec.MsgspecError):
                pass
        self.gone.set()
