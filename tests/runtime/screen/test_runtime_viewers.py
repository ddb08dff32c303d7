"""A desk and those that look at it, over a real socket."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest
from hand_frames import desk_frame

from mm_tui.app.browser.link import RemoteLink
from mm_tui.errors import UsageError
from mm_tui.runtime.control import Control
from mm_tui.runtime.screen import viewers as module
from mm_tui.runtime.screen.viewers import Viewers, changed, framed
from mm_tui.views.frames import DeskFrame, Viewport


class Heard(Control):
    """A desk's handle that keeps what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.acts: list[tuple[str, str]] = []
        self.kills: list[str] = []
        self.show(desk_frame())

    def act(self, action: str, argument: str = "") -> None:
        self.acts.append((action, argument))

    def kill(self, reason: str = "pressed") -> None:
        self.kills.append(reason)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FRAMES_PER_S", 200)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[tuple[Heard, Path, list[asyncio.Task[None]]]]:
    tasks: list[asyncio.Task[None]] = []
    yield Heard(), tmp_path / "d.sock", tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


Given = tuple[Heard, Path, list[asyncio.Task[None]]]


async def serve(desk: Given, *, may_act: bool = False, alone: bool = False) -> Viewers:
    control, path, tasks = desk
    viewers = Viewers(control, path, may_act=may_act, alone=alone)
    tasks.append(asyncio.create_task(viewers.run()))
    await until(path.exists)
    return viewers


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - another process's thread wakes nobody
            await asyncio.sleep(0.002)


async def test_a_frame_arrives_whole_and_what_did_not_change_stays_the_same_object(desk: Given) -> None:
    control, path, _ = desk
    await serve(desk)
    link = RemoteLink(path)
    await until(lambda: link.frame == control.frame)
    before = link.frame
    control.show(msgspec.structs.replace(control.frame, ts=control.frame.ts + 5))
    await until(lambda: link.frame.ts == control.frame.ts)
    assert link.frame == control.frame
    assert link.frame.ladder is before.ladder
    assert link.frame.worth is before.worth
    link.close()


def test_only_what_changed_is_sent() -> None:
    frame = desk_frame()
    later = msgspec.structs.replace(frame, ts=7)
    assert msgspec.msgpack.decode(changed(later, frame)) == {"ts": 7}
    assert set(msgspec.msgpack.decode(changed(frame, None))) == set(DeskFrame.__struct_fields__)


async def test_who_may_only_look_does_nothing(desk: Given) -> None:
    control, path, _ = desk
    await serve(desk)
    link = RemoteLink(path)
    link.act("pause")
    link.kill()
    link.look(Viewport(rows=7))
    await until(lambda: link.frame.ts)
    control.show(msgspec.structs.replace(control.frame, ts=99))
    await until(lambda: link.frame.ts == 99)
    assert (control.acts, control.kills, control.viewport) == ([], [], Viewport())
    link.close()


async def test_who_may_act_is_heard(desk: Given) -> None:
    control, path, _ = desk
    await serve(desk, may_act=True, alone=True)
    link = RemoteLink(path)
    link.act("set", "a.b=1")
    link.kill()
    link.look(Viewport(rows=7, centre=5))
    await until(lambda: control.viewport.rows == 7)
    assert (control.acts, control.kills) == ([("set", "a.b=1")], ["by a viewer"])
    link.close()


@pytest.mark.parametrize("may_act", [False, True])
async def test_the_desk_tries_parameters_for_those_alone_who_may_send_them(desk: Given, *, may_act: bool) -> None:
    control, path, _ = desk
    await serve(desk, may_act=may_act, alone=True)
    link = RemoteLink(path)
    link.look(Viewport(rows=7, draft="strategy.passive.min_spread_bps=3"))
    await until(lambda: control.viewport.rows == 7)
    assert control.viewport.draft == ("strategy.passive.min_spread_bps=3" if may_act else "")
    link.close()


def _looks(**wanted: object) -> bytes:
    return framed(msgspec.msgpack.encode(["look", wanted]))


@pytest.mark.parametrize(
    "nonsense",
    [
        framed(b"\xc1"),
        framed(b"\x93\xa3act\x01\x02"),
        b"\xff\xff\xff\xff",
        b"\x00",
        framed(b"\x91" * 60_000 + b"\xc0"),
        framed(b"\x91\xa4look"),
        framed(b"\x90"),
        _looks(rows=10**9),
        _looks(rows=-1),
        _looks(group=2**62),
        _looks(group=-5),
        _looks(centre=2**63 - 1),
        _looks(level=-(2**62)),
        _looks(draft="min_spread_bps=\n" * 1000),
    ],
)
async def test_nonsense_shows_the_door_and_the_others_stay(desk: Given, nonsense: bytes) -> None:
    control, path, _ = desk
    viewers = await serve(desk, may_act=True, alone=True)
    link = RemoteLink(path)
    await until(lambda: viewers.count == 1)
    with socket.socket(socket.AF_UNIX) as rude:
        rude.connect(str(path))
        await until(lambda: viewers.count == 2)
        rude.sendall(nonsense)
        rude.shutdown(socket.SHUT_WR)
        await until(lambda: viewers.count == 1)
    control.show(msgspec.structs.replace(control.frame, ts=3))
    await until(lambda: link.frame.ts == 3)
    assert (control.acts, control.viewport) == ([], Viewport())
    link.close()
    await until(lambda: viewers.count == 0)


async def test_who_does_not_read_holds_up_nobody_and_catches_up_with_a_whole_frame(desk: Given) -> None:
    control, path, _ = desk
    viewers = await serve(desk)
    link = RemoteLink(path)
    with socket.socket(socket.AF_UNIX) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        slow.connect(str(path))
        await until(lambda: viewers.count == 2)
        for ts in range(1, 60):
            control.show(msgspec.structs.replace(desk_frame(), ts=ts))
            await until(lambda ts=ts: link.frame.ts == ts)  # type: ignore[misc]
    assert link.frame == msgspec.structs.replace(desk_frame(), ts=59)
    link.close()


async def test_no_more_than_so_many(desk: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    _, path, _ = desk
    viewers = await serve(desk)
    first = RemoteLink(path)
    await until(lambda: viewers.count == 1)
    second = RemoteLink(path)
    await until(second.gone.is_set)
    assert not first.gone.is_set()
    first.close()
    second.close()


async def test_the_end_of_the_desk_is_seen(desk: Given) -> None:
    _, path, tasks = desk
    await serve(desk)
    link = RemoteLink(path)
    await until(lambda: link.frame.ts)
    tasks[0].cancel()
    await until(link.gone.is_set)
    link.act("pause")
    link.close()


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no desk is to be seen at"):
        RemoteLink(tmp_path / "none.sock")
