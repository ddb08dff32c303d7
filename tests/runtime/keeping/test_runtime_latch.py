"""What the limits carry over a restart: the file by itself, and whole sessions one after the other."""

import asyncio
import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pure_desk import ASK, BID, SECOND, START, Rig, ask, bid

from mm_tui.core.config import CoreConfig
from mm_tui.journal import lock
from mm_tui.model.clock import DAY
from mm_tui.model.events import SessionStarted
from mm_tui.model.facts import StateChanged
from mm_tui.risk.limits import Limits
from mm_tui.runtime.control import Control
from mm_tui.runtime.keeping.latch import RiskFile, file_name
from mm_tui.runtime.session import run_session
from mm_tui.settings.load import Loaded, load
from mm_tui.settings.options import RunOptions
from mm_tui.settings.sections import Demo
from mm_tui.venues.demo.server import EmbeddedExchange

TODAY = datetime.fromtimestamp(START // SECOND, UTC).date()


def risk_file(tmp_path: Path) -> RiskFile:
    opened = RiskFile(tmp_path, "binance", "BTC/USDT")
    opened.open()
    return opened


def contents(one: RiskFile) -> dict[str, Any]:
    return json.loads(one.path.read_bytes())  # type: ignore[no-any-return]


def started(one: RiskFile, ts: int = START) -> SessionStarted:
    return one.opening(SessionStarted(ts=ts, base=10_000, quote=10**12))


def left(halted: str = "", **figures: Any) -> bytes:
    """The contents of a file of a session before."""
    own = {"format": 1, "venue": "binance", "symbol": "BTC/USDT", "mode": "paper", "day": TODAY.isoformat()}
    return json.dumps({**own, "halted": halted, **figures}).encode()


def left_behind(tmp_path: Path, **figures: Any) -> Path:
    """A file of a session before."""
    path = tmp_path / "risk" / "binance-BTCUSDT-paper.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(left(**figures))
    return path


def traded() -> Rig:
    """A desk that lost something."""
    rig = Rig(CoreConfig(limits=Limits(max_price_change_bps=10_000)))
    order, _ = rig.quoting(bid(BID - 1000), ask(ASK + 1000))
    rig.fill(order, 100)
    rig.tick(BID - 50_000, ASK - 50_000)
    return rig


@pytest.mark.parametrize(
    ("venue", "symbol", "name"),
    [
        ("binance", "BTC/USDT", "binance-BTCUSDT-paper"),
        ("ccxt:kraken", "BTC/USDT:USDT", "ccxt_kraken-BTCUSDT_USDT-paper"),
        ("../..", "../x/y", ".._..-..x_y-paper"),
    ],
)
def test_a_file_is_named_for_its_pair_and_never_leaves_its_folder(venue: str, symbol: str, name: str) -> None:
    assert file_name(venue, symbol) == name


def test_nothing_is_carried_over_where_nothing_was_left(tmp_path: Path) -> None:
    one = risk_file(tmp_path)
    assert started(one) == SessionStarted(ts=START, base=10_000, quote=10**12)
    assert not one.path.exists()


def test_what_one_desk_leaves_the_next_one_starts_with(tmp_path: Path) -> None:
    rig, first = traded(), risk_file(tmp_path)
    first.watch(rig.core)
    first.keep(rig.ts)
    first.close()
    assert contents(first)["day"] == TODAY.isoformat()
    assert first.path.stat().st_mode & 0o777 == 0o600
    event = started(risk_file(tmp_path), rig.ts + SECOND)
    breaker = rig.core.breaker
    assert breaker.loss > 0.4
    assert event.day == START // DAY
    assert event.day_pnl == round(-breaker.loss, 6)
    assert event.drawdown == round(breaker.drawdown, 6)
    assert event.messages == rig.core.gate.messages(rig.ts) == 3
    assert event.halted == ""


def test_a_halt_is_written_when_it_comes_and_so_is_its_end(tmp_path: Path) -> None:
    rig, one = traded(), risk_file(tmp_path)
    one.watch(rig.core)
    rig.act("kill")
    for fact in rig.said(StateChanged):
        one.hear(fact)
    assert contents(one)["halted"] == "kill pressed"
    assert contents(one)["halted_since"] == rig.ts
    rig.ts += SECOND
    rig.act("rearm")
    one.hear(rig.said(StateChanged)[-1])
    assert (contents(one)["halted"], contents(one)["halted_since"]) == ("", None)


def test_the_reason_of_a_halt_and_its_time_outlast_any_number_of_restarts(tmp_path: Path) -> None:
    since = START - 3600 * SECOND
    path = left_behind(tmp_path, halted="drawdown 31.00, limit 30", halted_since=since, drawdown=31.0)
    for restart in range(3):
        one, rig = risk_file(tmp_path), Rig()
        one.watch(rig.core)
        event = started(one, START + restart * SECOND)
        moment = datetime.fromtimestamp(since // SECOND, UTC)
        assert event.halted == f"drawdown 31.00, limit 30 (since {moment:%Y-%m-%d %H:%M} UTC)"
        rig.hear(event)
        assert rig.state == "halted"
        one.keep(event.ts, sync=True)
        one.close()
        kept = json.loads(path.read_bytes())
        assert (kept["halted"], kept["halted_since"], kept["drawdown"]) == ("drawdown 31.00, limit 30", since, 31.0)


def test_the_orderly_end_of_a_desk_is_no_halt_but_the_halt_before_it_is(tmp_path: Path) -> None:
    for halted in (False, True):
        rig, one = traded(), risk_file(tmp_path)
        one.watch(rig.core)
        if halted:
            rig.act("kill", "by another terminal")
        rig.act("close", "closing: quit")
        one.keep(rig.ts)
        one.close()
        assert contents(one)["halted"] == ("kill by another terminal" if halted else "")


def test_what_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    rig, one = traded(), risk_file(tmp_path)
    one.watch(rig.core)
    one.keep(rig.ts)
    before = one.path.stat().st_ino
    one.keep(rig.ts + SECOND)
    assert one.path.stat().st_ino == before
    rig.tick(BID - 51_000, ASK - 51_000)
    one.keep(rig.ts + SECOND)
    assert one.path.stat().st_ino != before


def test_a_new_day_begins_with_nothing_lost_and_nothing_sent(tmp_path: Path) -> None:
    rig, one = traded(), risk_file(tmp_path)
    one.watch(rig.core)
    one.keep(rig.ts + DAY)
    kept = contents(one)
    assert (kept["day_pnl"], kept["messages"]) == (0.0, 0)
    assert kept["drawdown"] > 0.4


def test_a_file_from_tomorrow_counts_as_todays(tmp_path: Path) -> None:
    left_behind(tmp_path, day="2099-01-01", day_pnl=-40.0, messages=7)
    event = started(risk_file(tmp_path))
    assert (event.day, event.day_pnl, event.messages) == (START // DAY, -40.0, 7)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is damaged"),
        (b'{"format": 1, "venue"', "it is damaged"),
        (b"\xff\xfe", "it is damaged"),
        (b"[1]", "it is damaged"),
        (b'{"format": 9}', "it is of format 9, this version reads 1"),
        (b'{"format": 1, "venue": "b", "symbol": "s", "day": "2024-08-08", "drawdown": -1}', "it is damaged"),
        (b'{"format": 1, "venue": "b", "symbol": "s", "day": "2024-08-08", "day_pnl": 1e999}', "it is damaged"),
        (left("halted", halted_since=10**40), "it is damaged"),
        (left("halted", halted_since=1 << 63), "it is damaged"),
        (left("halted", halted_since=-1), "it is damaged"),
        (left(messages=10**15), "it is damaged"),
        (left(format="A" * 9000), "it is of format AAAA"),
        (left("A" * 20_000), "it is no file of at most 16384 bytes"),
        (left(venue="demo"), "it is of demo BTC/USDT paper, not of binance BTC/USDT paper"),
        (left(symbol="ETH/USDT"), "it is of binance ETH/USDT paper"),
        (left("kill", mode="live"), "it is of binance BTC/USDT live"),
    ],
)
def test_a_file_that_cannot_be_read_starts_the_desk_halted_and_is_kept_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, data: bytes, words: str
) -> None:
    path = left_behind(tmp_path)
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        one = risk_file(tmp_path)
    assert str(path) in caplog.text
    rig = Rig()
    rig.hear(started(one))
    assert rig.state == "halted"
    assert rig.core.reason.startswith(
        f"binance-BTCUSDT-paper.json cannot be read, so what was lost is not known: {words}"
    )
    assert path.with_suffix(".json.damaged").read_bytes() == data
    one.watch(rig.core)
    one.keep(START)
    one.close()
    one = risk_file(tmp_path)
    assert started(one).halted
    rig.act("rearm")
    one.watch(rig.core)
    one.keep(START)
    assert contents(one)["halted"] == ""


@pytest.mark.parametrize("kind", ["endless", "fifo", "folder"])
def test_what_is_no_file_is_not_read_and_put_aside(tmp_path: Path, kind: str) -> None:
    path = left_behind(tmp_path)
    path.unlink()
    if kind == "endless":
        path.symlink_to("/dev/zero")
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    one = risk_file(tmp_path)
    assert "it is no file of at most 16384 bytes" in started(one).halted
    rig = Rig()
    rig.hear(started(one))
    one.watch(rig.core)
    one.keep(START)
    assert "it is no file" in contents(one)["halted"]


def test_the_reason_of_a_halt_is_one_line_of_the_screen(tmp_path: Path) -> None:
    left_behind(tmp_path, halted="\x1b[2J[red]boo\n" * 100, halted_since=START)
    one = risk_file(tmp_path)
    rig = Rig()
    rig.hear(started(one))
    assert rig.core.reason.startswith("?[2J[red]boo??[2J")
    assert rig.core.reason.isprintable()
    assert len(rig.core.reason) < 240
    one.watch(rig.core)
    one.keep(START)
    one.close()
    again = risk_file(tmp_path)
    assert started(again).halted == rig.core.reason
    assert contents(again)["halted_since"] == START


def test_a_folder_that_cannot_be_written_stops_nothing_and_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "risk").write_text("in the way")
    one = risk_file(tmp_path)
    rig = traded()
    one.watch(rig.core)
    one.keep(rig.ts)
    assert one.failed
    assert "cannot be written" in one.problem
    assert "a halt would not outlast a restart" in caplog.text
    one.close()


def test_a_write_that_fails_is_said_once_and_made_up_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rig, one = traded(), risk_file(tmp_path)
    one.watch(rig.core)
    blocked = one.path.with_suffix(".json.part")
    blocked.mkdir()
    one.keep(rig.ts)
    one.keep(rig.ts)
    assert one.failed
    assert caplog.text.count("cannot be written") == 1
    blocked.rmdir()
    one.keep(rig.ts)
    assert (one.failed, one.problem) == (False, "")
    assert contents(one)["venue"] == "binance"


def test_a_second_desk_on_the_pair_starts_from_the_file_and_leaves_it_alone(tmp_path: Path) -> None:
    path = left_behind(tmp_path, halted="kill pressed", halted_since=START)
    held = lock.acquire(path.with_suffix(".lock"), "held")
    second, rig = risk_file(tmp_path), Rig()
    second.watch(rig.core)
    assert started(second).halted.startswith("kill pressed")
    before = path.read_bytes()
    rig.act("kill")
    for fact in rig.said(StateChanged):
        second.hear(fact)
    second.keep(START)
    assert path.read_bytes() == before
    assert f"pid {os.getpid()}" in second.problem
    assert not second.failed
    second.close()
    held.release()


# -- whole sessions


def options(tmp_path: Path, venue: str = "binance") -> RunOptions:
    return RunOptions(
        venue=venue, symbol="BTC/USDT", strategy="passive", theme="graphite", sessions=tmp_path / "sessions",
        state=tmp_path / "state", headless=True, record=False,
    )  # fmt: skip


def loaded(exchange: EmbeddedExchange) -> Loaded:
    urls = [f"binance.rest_url={exchange.rest_url}", f"binance.ws_url={exchange.ws_url}", "simulator.maker_fee_bps=0"]
    return load(None, urls, {}, Path("/nowhere"))


async def session(
    monkeypatch: pytest.MonkeyPatch, run: RunOptions, settings: Loaded, *, then: str, until: Callable[[Any], bool]
) -> dict[str, Any]:
    """Run a desk; after its first order or halt do one thing, wait for what it brings, stop it; its summary."""
    from mm_tui.runtime import session as module  # noqa: PLC0415 - its class is watched while it runs

    made: list[Any] = []
    original = module.Session

    class Kept(original):  # type: ignore[misc, valid-type]
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            made.append(self)

    monkeypatch.setattr(module, "Session", Kept)
    control = Control()
    running = asyncio.create_task(run_session(run, settings, control, screen=False))

    async def come(what: Callable[[Any], bool]) -> None:
        async with asyncio.timeout(20):
            while not (made and hasattr(made[0], "desk") and made[0].desk.first_ts and what(made[0].desk.core)):
                if running.done():
                    running.result()
                await asyncio.sleep(0.02)

    try:
        await come(lambda core: bool(core.orders.open_count) or core.gate.closed != "" or core.conduct.paused != "")
        if then:
            control.act(then)
        await come(until)
    finally:
        control.stop("quit")
        with suppress(asyncio.CancelledError):
            outcome = await running
    monkeypatch.setattr(module, "Session", original)
    return {**outcome.summary, "note": outcome.note}


async def test_a_halt_outlasts_a_restart_until_a_person_rearms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state" / "risk" / "binance-BTCUSDT-paper.json"

    def halted(core: Any) -> bool:
        return bool(core.gate.closed)

    async with EmbeddedExchange(Demo(seed=3), "BTC/USDT") as exchange:
        settings = loaded(exchange)
        first = await session(monkeypatch, options(tmp_path), settings, then="kill", until=halted)
        assert first["risk"]["state"] == "halted"
        assert first["note"].startswith("Halted: kill pressed. The next start is halted too")
        kept = json.loads(path.read_bytes())
        assert kept["halted"] == "kill pressed"
        assert date.fromisoformat(kept["day"]) <= datetime.now(UTC).date()
        second = await session(monkeypatch, options(tmp_path), settings, then="", until=halted)
        assert second["orders"]["placed"] == 0
        assert second["risk"]["state"] == "halted"
        third = await session(
            monkeypatch, options(tmp_path), settings, then="rearm", until=lambda core: core.conduct.paused == "re-armed"
        )
        assert (third["risk"]["state"], third["note"]) == ("running", "")
        assert json.loads(path.read_bytes())["halted"] == ""
        fourth = await session(
            monkeypatch, options(tmp_path), settings, then="", until=lambda core: bool(core.orders.open_count)
        )
        assert fourth["orders"]["placed"] > 0
    assert not path.with_suffix(".lock").exists()


async def test_a_demo_desk_neither_reads_nor_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state" / "risk" / "demo-BTCUSDT-paper.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"broken")
    summary = await session(
        monkeypatch, options(tmp_path, "demo"), load(None, [], {}, Path("/nowhere")),
        then="kill", until=lambda core: bool(core.gate.closed),
    )  # fmt: skip
    assert summary["orders"]["placed"] > 0
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert path.read_bytes() == b"broken"
