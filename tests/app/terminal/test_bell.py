"""The bell rings for what was asked for, once for each frame, and not too often."""

import msgspec
import pytest
from hand_frames import desk_frame

from mm_tui.app.terminal.bell import Bell
from mm_tui.model.clock import MINUTE
from mm_tui.settings.sections import Alerts
from mm_tui.views.frames import DeskFrame, EventRow, Gauge, RiskFrame


def frame(ts: int, *events: tuple[str, str], share: float = 0.0) -> DeskFrame:
    rows = tuple(EventRow(ts=ts, kind=kind, text=text) for kind, text in events)
    gauge = Gauge(name="position", value="", limit="", share=share)
    return msgspec.structs.replace(desk_frame(), ts=ts, events=rows, risk=RiskFrame(gauges=(gauge,)))


def bell(*kinds: str, per_minute: int = 6) -> Bell:
    return Bell(msgspec.convert({"bell": True, "on": kinds, "per_minute": per_minute}, Alerts))


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("fill", ("fill", "bought 0.1 at 5")),
        ("trip", ("risk", "halt: kill pressed")),
        ("disconnect", ("link", "link down: gone")),
    ],
)
def test_each_kind_rings_where_it_is_asked_for(kind: str, event: tuple[str, str]) -> None:
    assert bell(kind).rings(frame(1, event))
    others = {"fill", "trip", "disconnect", "inventory"} - {kind}
    assert not bell(*others).rings(frame(1, event))


def test_refusals_and_links_that_come_are_no_alerts() -> None:
    everything = bell("fill", "trip", "disconnect", "inventory")
    assert not everything.rings(frame(1, ("risk", "refused bid: order rate"), ("link", "link up: demo")))


def test_a_happening_rings_once() -> None:
    ringing = bell("fill")
    first = frame(1, ("fill", "a"))
    assert ringing.rings(first)
    assert not ringing.rings(msgspec.structs.replace(first, ts=2))
    newer = (EventRow(ts=3, kind="fill", text="b"), *first.events)
    assert ringing.rings(msgspec.structs.replace(first, ts=3, events=newer))


def test_the_inventory_rings_when_it_comes_near_its_limit() -> None:
    ringing = bell("inventory")
    assert [ringing.rings(frame(ts, share=share)) for ts, share in enumerate((0.5, 0.8, 0.9, 0.1, 0.95))] == [
        False, True, False, False, True,
    ]  # fmt: skip


def test_not_more_often_than_asked_for() -> None:
    ringing = bell("fill", per_minute=2)
    rung = [ringing.rings(frame(at, ("fill", str(at)))) for at in (1, 2, 3, MINUTE + 1)]
    assert rung == [True, True, False, True]


def test_without_the_bell_nothing_rings() -> None:
    assert not Bell(Alerts()).rings(frame(1, ("fill", "a")))
