"""The market is changed in the same process: sealed, opened, refused, gone back to."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from small_session import capture, loaded, options

from mm_tui.app.browser.link import RemoteLink
from mm_tui.backtest.verify import verify
from mm_tui.errors import VenueError
from mm_tui.journal import desks
from mm_tui.runtime import in_turn as module
from mm_tui.runtime.control import ANOTHER_MARKET, Control
from mm_tui.runtime.in_turn import run_in_turn
from mm_tui.runtime.outcome import Outcome
from mm_tui.runtime.stopping import StopDesk
from mm_tui.settings.market import Market
from mm_tui.views.frames import Viewport


async def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - any state may be waited for
            await asyncio.sleep(0.005)


class InTurn:
    """A desk that goes through the same capture under several names."""

    def __init__(self, tmp_path: Path) -> None:
        self.path = tmp_path
        first = capture(tmp_path, 10)
        self.markets = [Market(f"file:{first}", "BTC/USDT")]
        for name in "ab":
            other = tmp_path / f"{name}.log"
            other.write_bytes(first.read_bytes())
            self.markets.append(Market(f"file:{other}", "BTC/USDT"))
        self.control = Control(self.markets[0])
        self.ended: list[Outcome] = []

    def run(self, **more: object) -> Awaitable[None]:
        wanted = options(self.path, self.markets[0].venue, headless=False, **more)
        return run_in_turn(wanted, loaded(), self.control, self.ended)

    async def runs(self, symbol: str = "BTC/USDT", *states: str) -> None:
        wanted = states or ("quoting",)
        await until(lambda: self.control.frame.header.state in wanted and self.control.frame.header.symbol == symbol)


async def test_a_market_is_changed_refused_and_gone_back_to(tmp_path: Path) -> None:
    desk = InTurn(tmp_path)
    control, state = desk.control, tmp_path / "state"
    running = asyncio.ensure_future(desk.run())
    await desk.runs()
    [entry] = desks.running(state)
    first = entry.session
    assert first is not None
    control.change(desk.markets[1])
    assert control.ending == ANOTHER_MARKET
    await until(lambda: bool(desk.ended))
    await until(lambda: control.attached and control.frame.header.state == "quoting")
    [entry] = desks.running(state)
    assert entry.session not in (None, first), "the kill switch of another terminal finds the new one"
    meta = json.loads(await asyncio.to_thread(Path(first, "session.json").read_bytes))
    assert meta["ended"] == ANOTHER_MARKET
    assert desk.ended[0].resting == ()
    assert desk.ended[0].summary["orders"]["open"] == 0

    nowhere = Market("file:/nowhere/at all.gz", "BTC/USDT")
    control.change(nowhere)
    await until(lambda: control.refusal is not None)
    refusal = control.refusal
    assert refusal is not None
    assert (refusal.market, refusal.back) == (nowhere, desk.markets[1])
    assert "/nowhere" in refusal.words
    frame = control.frame
    assert (frame.header.state, frame.instrument, frame.header.reason) == ("starting", None, refusal.words)
    assert [one.session for one in desks.running(state)] == [None]
    control.act("pause")
    control.change(refusal.back)
    await until(lambda: control.frame.header.state == "quoting")
    assert control.refusal is None

    control.stop("SIGTERM")
    control.change(desk.markets[2])
    await running
    assert [one.ended for one in desk.ended] == [ANOTHER_MARKET, ANOTHER_MARKET, "SIGTERM"]
    assert desks.running(state) == []
    folders = [one.folder for one in desk.ended]
    assert len(set(folders)) == 3
    for folder in folders:
        assert folder is not None
        assert verify(folder).identical


async def test_a_desk_that_wants_no_quotes_opens_the_next_market_paused(tmp_path: Path) -> None:
    desk = InTurn(tmp_path)
    running = asyncio.ensure_future(desk.run(record=False))
    await desk.runs()
    desk.control.act("pause")
    await desk.runs("BTC/USDT", "paused")
    desk.control.change(desk.markets[1])
    await until(lambda: len(desk.ended) == 1)
    await until(lambda: desk.control.attached and desk.control.frame.header.state == "paused")
    assert desk.ended[0].held
    desk.control.act("pause")
    await desk.runs()
    desk.control.change(desk.markets[0])
    desk.control.kill("while it changes")
    await until(lambda: len(desk.ended) == 2)
    await until(lambda: desk.control.attached and desk.control.frame.header.state == "halted")
    assert desk.control.frame.header.reason == "kill while it changes"
    desk.control.stop("quit")
    await running
    assert desk.ended[-1].summary["orders"]["placed"] == 0


async def test_a_stop_while_nothing_runs_ends_it_and_the_last_choice_counts(tmp_path: Path) -> None:
    desk = InTurn(tmp_path)
    running = asyncio.ensure_future(desk.run(record=False))
    await desk.runs()
    desk.control.change(Market("file:/nowhere", "A/B"))
    desk.control.change(Market("ccxt:nosuch", "A/B"))
    await until(lambda: desk.control.refusal is not None, 20.0)
    assert desk.control.refusal is not None
    assert desk.control.refusal.market.venue == "ccxt:nosuch"
    desk.control.stop("SIGHUP")
    await running
    assert desk.control.ending == "SIGHUP"


async def test_viewers_stay_through_a_change_and_what_is_looked_at_does_not(tmp_path: Path) -> None:
    desk = InTurn(tmp_path)
    at = tmp_path / "d.sock"
    running = asyncio.ensure_future(desk.run(record=False, show_at=at))
    await desk.runs()
    await until(at.exists)
    viewer = await asyncio.to_thread(RemoteLink, at)
    await until(lambda: viewer.frame.header.state == "quoting")
    desk.control.look(Viewport(rows=17, centre=5, group=10))
    desk.control.change(Market("file:/nowhere", "A/B"))
    await until(lambda: viewer.frame.header.symbol == "A/B" and viewer.frame.truth.link == "down")
    assert desk.control.viewport == Viewport(rows=17)
    desk.control.look(Viewport(rows=17, group=10))
    desk.control.change(desk.markets[1])
    await until(lambda: viewer.frame.header.state == "quoting")
    assert desk.control.viewport.group == 10, "chosen while nothing ran, on the screen that is shown now"
    assert not viewer.gone.is_set()
    desk.control.stop("quit")
    await running
    await until(viewer.gone.is_set)
    await asyncio.to_thread(viewer.close)


async def test_another_choice_while_a_market_is_opened_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = InTurn(tmp_path)
    seen: list[str] = []

    async def run(run: object, _loaded: object, control: Control, **_: object) -> Outcome:
        seen.append(run.venue)  # type: ignore[attr-defined]
        stopped = control.begin()
        await stopped.wait()
        control.detach()
        raise StopDesk

    monkeypatch.setattr(module, "run_session", run)
    running = asyncio.ensure_future(desk.run(record=False, duration=60.0, speed=2.0))
    for market in desk.markets[1:]:
        await until(lambda: bool(seen))
        seen_before = len(seen)
        desk.control.change(market)
        await until(lambda before=seen_before: len(seen) > before)  # type: ignore[misc]
    desk.control.stop("quit")
    with pytest.raises(StopDesk):
        await running
    assert seen == [market.venue for market in desk.markets]


async def test_a_first_market_that_cannot_be_opened_ends_the_process(tmp_path: Path) -> None:
    control = Control(Market("ccxt:nosuch", "A/B"))
    with pytest.raises(VenueError, match="nosuch"):
        await run_in_turn(options(tmp_path, "ccxt:nosuch"), loaded(), control, [])
    assert desks.running(tmp_path / "state") == []


async def test_without_a_place_for_the_list_markets_are_changed_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file stands where the folder should")
    desk = InTurn(tmp_path)
    running = asyncio.ensure_future(desk.run())
    await desk.runs()
    assert any("will not find this desk" in row.text for row in desk.control.frame.events)
    desk.control.change(desk.markets[1])
    await until(lambda: len(desk.ended) == 1)
    await desk.runs()
    desk.control.stop("quit")
    await running
    assert all("will not find this desk" in outcome.note for outcome in desk.ended)


async def test_orders_that_may_rest_let_no_other_market_follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = InTurn(tmp_path)
    real = module.run_session

    async def run(*given: object, **named: object) -> Outcome:
        outcome = await real(*given, **named)  # type: ignore[arg-type]
        return msgspec.structs.replace(outcome, resting=("mm-7",))

    monkeypatch.setattr(module, "run_session", run)
    running = asyncio.ensure_future(desk.run(record=False))
    await desk.runs()
    desk.control.change(desk.markets[1])
    await running
    assert [one.resting for one in desk.ended] == [("mm-7",)]
