"""Messages about the desk, to a receiver on this machine, by apprise itself."""

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from pure_desk import BTC, START
from small_session import loaded, options

from mm_tui.bus import EventBus
from mm_tui.errors import SettingsError
from mm_tui.model.account import MICRO
from mm_tui.model.clock import MINUTE
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.facts import Filled, LinkChanged, RiskTripped
from mm_tui.runtime import alerts as module
from mm_tui.runtime.alerts import AlertsWorker, Wording, post_of, shortened
from mm_tui.runtime.control import Control
from mm_tui.runtime.session import run_session
from mm_tui.settings.sections import Alerts

LIMIT = 2000
"""Lots."""
CANARY = "tok-9d1f"


def filled(lots: int, side: Side = BUY, position: int = 0) -> Filled:
    return Filled(
        ts=START, order_id="mm-1", trade_id="7-1", side=side, price=6_180_000, quantity=lots, maker=True, fee=0,
        fee_in_base=False, matched=START, mid2=None, position=position * MICRO,
    )  # fmt: skip


TRIP = RiskTripped(ts=START, rule="daily loss", value="51", limit="50", action="halt")
DOWN = LinkChanged(ts=START, up=False, reason="connection lost")


class Receiver:
    """An HTTP server that keeps what it is sent."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.status = 200
        self.arrived = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(receiver.status)
                self.end_headers()
                with receiver.arrived:
                    receiver.heard.append(json.loads(body))
                    receiver.arrived.notify_all()

            def log_message(self, *_: Any) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def until(self, count: int) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.heard) >= count, 20), self.heard

    def file(self, folder: Path) -> Path:
        path = folder / "addresses"
        path.write_text(f"# mine\n\njson://user:{CANARY}@127.0.0.1:{self.server.server_port}/\n")
        path.chmod(0o600)
        return path


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


class Clock:
    now = START


def worker(post: Any, *kinds: str, per_minute: int = 6) -> tuple[AlertsWorker, EventBus, Clock]:
    alerts = Alerts(on=kinds or ("fill", "trip", "disconnect", "inventory"), per_minute=per_minute)  # type: ignore[arg-type]
    bus, clock = EventBus(lambda: 0), Clock()
    wording = Wording(BTC, lambda: LIMIT)
    return AlertsWorker(post, alerts, wording, bus, "mm-tui demo BTC/USDT", lambda: clock.now), bus, clock


class Kept:
    """Keeps what it should send."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def notify(self, *, title: str, body: str) -> bool:
        assert title == "mm-tui demo BTC/USDT"
        self.bodies.append(body)
        return True


def sent(made: AlertsWorker) -> list[str]:
    """Bodies that wait to be sent."""
    found = []
    while not made._outbox.empty():
        message = made._outbox.get()
        assert message is not None
        found.append(message[1])
    return found


def test_what_happened_within_a_look_is_one_message() -> None:
    made, bus, _ = worker(Kept())
    made.gather()
    for fact in (filled(200), LinkChanged(ts=START, up=True, reason="demo"), TRIP, DOWN):
        bus.publish(fact)
    made.gather()
    made.gather()
    (body,) = sent(made)
    assert body.splitlines() == [
        "bought 0.00200 at 61,800.00", "halt: daily loss 51, limit 50", "link down: connection lost",
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "count"), [("fill", 1), ("trip", 1), ("disconnect", 1), ("inventory", 0)])
def test_only_what_is_asked_for(kind: str, count: int) -> None:
    made, bus, _ = worker(Kept(), kind)
    for fact in (filled(200), TRIP, DOWN):
        bus.publish(fact)
    made.gather()
    assert len(sent(made)) == count


def test_the_inventory_is_told_each_time_that_it_comes_near_its_limit() -> None:
    made, bus, clock = worker(Kept(), "inventory")
    for position in (1000, 1600, 1900, 900, -1700):
        bus.publish(filled(1, SELL, position))
        made.gather()
        clock.now += 1
    assert sent(made) == ["position at 80 % of its limit", "position at 85 % of its limit"]


def test_not_more_often_than_asked_for_and_what_was_held_back_is_counted() -> None:
    made, bus, clock = worker(Kept(), per_minute=2)
    for _ in range(4):
        bus.publish(TRIP)
        made.gather()
    assert len(sent(made)) == 2
    clock.now += MINUTE
    bus.publish(DOWN)
    made.gather()
    assert sent(made) == ["link down: connection lost\nand 2 more"]


def test_a_long_message_is_shortened() -> None:
    assert shortened(map(str, range(11)), 0) == [*map(str, range(8)), "and 3 more"]
    assert shortened(["a"], 0) == ["a"]


def test_a_service_that_is_slow_is_not_waited_for() -> None:
    made, bus, clock = worker(Kept(), per_minute=1000)
    for _ in range(module.WAITING + 3):
        bus.publish(TRIP)
        made.gather()
        clock.now += 1
    assert made.failed == 3


async def test_a_live_desk_tells_a_receiver_and_its_screen_how_many_were_sent(
    tmp_path: Path, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    settings = loaded(f"alerts.urls_file={receiver.file(tmp_path)}", 'alerts.on=["trip"]')
    control = Control()

    async def kill() -> None:
        while control._inbox is None:  # noqa: ASYNC110 - an opening desk wakes nobody
            await asyncio.sleep(0.01)
        control.kill("a drill")

    wanted = options(tmp_path, "demo", speed=None, duration=1.5, log_level="debug")
    with caplog.at_level(logging.DEBUG, "mm_tui"):
        outcome, _ = await asyncio.gather(run_session(wanted, settings, control, screen=True), kill())
    receiver.until(1)
    assert [row.name for row in control.frame.workers][-1] == "alerts"
    assert outcome.ended == "duration"
    (message,) = receiver.heard
    assert message["title"] == "mm-tui demo BTC/USDT"
    assert message["message"] == "halt: kill a drill"
    assert outcome.folder is not None
    written = b"".join(path.read_bytes() for path in outcome.folder.iterdir())
    assert CANARY.encode() not in written
    assert CANARY not in caplog.text


def test_a_service_that_refuses_is_counted_and_its_address_is_in_no_log(
    tmp_path: Path, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.status = 500
    post = post_of(Alerts(urls_file=str(receiver.file(tmp_path))))
    made, bus, _ = worker(post)
    bus.publish(TRIP)
    made._thread.start()
    with caplog.at_level(logging.DEBUG):
        made.close()
    receiver.until(1)
    assert (made.sent, made.failed) == (0, 1)
    assert CANARY not in caplog.text


def test_a_library_that_raises_is_counted_too() -> None:
    class Broken:
        def notify(self, *, title: str, body: str) -> bool:
            raise OSError(title, body)

    made, bus, _ = worker(Broken())
    bus.publish(TRIP)
    made._thread.start()
    made.close()
    assert (made.sent, made.failed) == (0, 1)


def test_without_a_file_nothing_is_sent() -> None:
    assert post_of(Alerts()) is None


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        (None, 0o600, "No such file or directory; write one address a line into it"),
        ("json://127.0.0.1/\n", 0o644, "chmod 600"),
        ("\n# none\n", 0o600, "holds no address that apprise knows"),
        (f"json://127.0.0.1/\nnonsense://{CANARY}\n", 0o600, "line 2 is no address that apprise knows"),
        ("\xff", 0o600, "addresses"),
    ],
)
def test_a_file_that_will_not_do_is_told_without_a_word_of_it(
    tmp_path: Path, text: str | None, mode: int, words: str
) -> None:
    path = tmp_path / "addresses"
    if text is not None:
        path.write_bytes(text.encode("latin-1"))
        path.chmod(mode)
    with pytest.raises(SettingsError) as caught:
        post_of(Alerts(urls_file=str(path)))
    assert words in str(caught.value)
    assert CANARY not in str(caught.value)


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "addresses"
    path.touch(0o600)
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)
    with pytest.raises(SettingsError, match="needs apprise: pip install"):
        post_of(Alerts(urls_file=str(path)))
