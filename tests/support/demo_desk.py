"""The default desk on the embedded exchange's market, on a virtual clock: what a newcomer who watches would see."""

from decimal import Decimal
from pathlib import Path

import msgspec
from pure_desk import SECOND, START

from mm_tui.bus import EventBus
from mm_tui.core.state import State
from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL
from mm_tui.model.instrument import Instrument
from mm_tui.runtime.assembly import Terms, build_desk, opening
from mm_tui.settings.load import load
from mm_tui.venues.demo.market import Diff, Market, Output, Print

BTC = Instrument("BTC/USDT", "BTC", "USDT", Decimal("0.01"), Decimal("0.00001"), min_notional=Decimal(5))
STEP_S = 0.05


class Seen(msgspec.Struct):
    """What came of a session."""

    side_off_s: float | None
    """When a limit first switched a side off; None where none did."""
    quoting: float
    """Share of the seconds in which the desk was quoting, both sides on."""
    both: float
    """Share of the seconds in which an order of either side stood."""
    fills: int
    pnl: float


def watch(seed: int, seconds: float, *overrides: str) -> Seen:
    """Run the desk for so long on the market of a seed, at the defaults but for `overrides`."""
    settings = load(None, ["simulator.band=false", *overrides], {}, Path("/nowhere")).settings
    demo = settings.demo
    terms = Terms(
        settings=settings, instrument=BTC, strategy="passive", maker_bps=0.0, taker_bps=5.0, stale_after_ms=2000
    )
    market = Market(seed, round(demo.start_price * 100), demo.volatility, demo.trades_per_s)
    desk = build_desk(terms, EventBus(lambda: 0))
    core = desk.core
    desk.step(opening(terms, START))
    desk.step(ev.LinkUp(ts=START, venue="demo"))
    book = market.depth(1000)
    desk.step(
        ev.BookSnapshot(
            ts=START,
            last_update_id=book.last_update_id,
            bids=[(one.price, one.lots) for one in book.bids],
            asks=[(one.price, one.lots) for one in book.asks],
        )
    )
    off: float | None = None
    quoting = both = looks = 0
    for number in range(1, round(seconds / STEP_S) + 1):
        for output in market.advance(number * STEP_S):
            desk.step(_event(output))
        if off is None and not all(core.conduct.side_on.values()):
            off = number * STEP_S
        if number * STEP_S % 1 == 0:
            looks += 1
            quoting += core.state is State.QUOTING
            both += len({order.side for order in core.orders.open}) == 2
    return Seen(off, quoting / looks, both / looks, core.account.fills, core.pnl)


def _event(output: Output) -> ev.MarketEvent:
    ts = START + 1 + int(output.at * SECOND)
    if isinstance(output, Print):
        side = SELL if output.buyer_is_maker else BUY
        return ev.Trade(ts=ts, trade_id=output.trade_id, price=output.price, quantity=output.lots, side=side)
    if isinstance(output, Diff):
        return ev.BookDelta(
            ts=ts,
            first_id=output.first_update_id,
            final_id=output.last_update_id,
            bids=[(one.price, one.lots) for one in output.bids],
            asks=[(one.price, one.lots) for one in output.asks],
        )
    return ev.TopOfBook(
        ts=ts,
        update_id=output.update_id,
        bid=output.bid,
        bid_quantity=output.bid_lots,
        ask=output.ask,
        ask_quantity=output.ask_lots,
    )
