"""Pictures of a replay, from hand-built frames."""

from collections.abc import Callable

import msgspec
import pytest
from desk_link import Recorded
from hand_frames import desk_frame

from mm_tui.app.replay.app import ReplayApp
from mm_tui.model.events import BUY, SELL
from mm_tui.views.frames import DeskFrame, ReplayFrame, ReplayMark

Compare = Callable[..., bool]
SECOND = 1_000_000_000


@pytest.fixture(autouse=True)
def utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")


def frame(word: str = "") -> DeskFrame:
    """In the middle of ten minutes, of which seven are looked through."""
    desk = desk_frame()
    header = msgspec.structs.replace(
        desk.header, state="replay", reason="the desk: quoting", hint="space pause", badge="REPLAY nothing is sent"
    )
    start = desk.ts - 300 * SECOND
    marks = [
        *(
            ReplayMark(ts=start + at * SECOND, kind="fill", side=SELL if at % 2 else BUY)
            for at in (20, 31, 77, 190, 333)
        ),
        ReplayMark(ts=start + 130 * SECOND, kind="gap"),
        ReplayMark(ts=start + 360 * SECOND, kind="trip"),
    ]
    replay = ReplayFrame(
        start=start,
        end=start + 600 * SECOND,
        ts=desk.ts,
        known=start + 420 * SECOND,
        playing=not word,
        speed=2.0,
        marks=tuple(marks),
        word=word,
    )
    return msgspec.structs.replace(desk, header=header, replay=replay)


@pytest.mark.parametrize("size", [(200, 55), (120, 40), (80, 24), (20, 5)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_replay(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(ReplayApp(Recorded(frame())), terminal_size=size)


@pytest.mark.parametrize(("name", "keys"), [("help", ["question_mark"]), ("branch", ["B"])])
def test_sheets(snap_compare: Compare, name: str, keys: list[str]) -> None:
    assert snap_compare(ReplayApp(Recorded(frame("no further trip"))), terminal_size=(80, 24), press=keys)
