"""The same experiment in hftbacktest 2.4.4: its clocks, exchange, queue models and scheduler; the strategy is ours.

Imported only where it is compared with (`pip install "mm-tui[differential]"`); the first call compiles for some 20 s.
"""

from decimal import Decimal
from typing import Any

import numpy as np
from hftbacktest import (
    BUY_EVENT,
    CANCELED,
    DEPTH_EVENT,
    EXPIRED,
    FILLED,
    GTX,
    LIMIT,
    SELL_EVENT,
    TRADE_EVENT,
    BacktestAsset,
    HashMapMarketDepthBacktest,
)
from hftbacktest.data.validation import correct_event_order, correct_local_timestamp, validate_event_order
from hftbacktest.types import event_dtype
from numba import njit

from mm_tui.model.events import BUY, SELL
from mm_tui.sim.hindsight import Experiment, HindsightFill
from mm_tui.sim.twoclocks import ASK, BID, BOUGHT, SOLD, Row

FLAGS = {
    BID: DEPTH_EVENT | BUY_EVENT,
    ASK: DEPTH_EVENT | SELL_EVENT,
    BOUGHT: TRADE_EVENT | BUY_EVENT,
    SOLD: TRADE_EVENT | SELL_EVENT,
}
END_OF_DATA = 1
FOREVER = 1 << 61
NO_TICK = 1 << 62
FILL_COLUMNS = 5


def reference_fills(
    rows: list[Row], base_latency: int, experiment: Experiment, tick: Decimal, quantity: Decimal
) -> list[HindsightFill]:
    """The fills of the experiment over rows as they were recorded, on the unshifted clock."""
    return array_fills(_events(rows, base_latency, float(tick)), len(rows), experiment, tick, quantity)


def array_fills(
    data: Any, length: int, experiment: Experiment, tick: Decimal, quantity: Decimal
) -> list[HindsightFill]:
    """The fills of the experiment over an event array, or over the names of files that hold it; `length` in rows."""
    asset = (
        BacktestAsset()
        .data(data)
        .linear_asset(1.0)
        .constant_order_latency(experiment.entry, experiment.response)
        .no_partial_fill_exchange()
        .trading_value_fee_model(0.0, 0.0)
        .tick_size(float(tick))
        .lot_size(experiment.step)
    )
    if experiment.queue == "risk_averse":
        asset = asset.risk_adverse_queue_model()
    elif experiment.queue == "log":
        asset = asset.log_prob_queue_model()
    else:
        asset = asset.power_prob_queue_model3(experiment.power)
    backtest = HashMapMarketDepthBacktest([asset])
    found = np.zeros((length, FILL_COLUMNS), np.int64)
    terms = (experiment.half, experiment.requote, experiment.limit, experiment.response)
    count = _trade(backtest, *terms, float(quantity), float(tick), found)
    backtest.close()
    fills = []
    for exch_ts, local_ts, side, price, maker in found[:count].tolist():
        if not maker:
            raise RuntimeError("hftbacktest filled a post-only order as taker; its exchange has changed")
        fills.append(HindsightFill(exch_ts, local_ts, BUY if side > 0 else SELL, price))
    return fills


def _events(rows: list[Row], base_latency: int, tick: float) -> Any:
    events = np.zeros(len(rows), event_dtype)
    events["ev"] = [FLAGS[row[2]] for row in rows]
    events["exch_ts"] = [row[0] for row in rows]
    events["local_ts"] = [row[1] for row in rows]
    events["px"] = [row[3] * tick for row in rows]
    events["qty"] = [row[4] for row in rows]
    events = correct_local_timestamp(events, base_latency)
    by_exchange, by_local = (_order(events[name]) for name in ("exch_ts", "local_ts"))
    ordered = correct_event_order(events, by_exchange, by_local)
    validate_event_order(ordered)
    return ordered


def _order(times: Any) -> Any:
    """The stable order by time, and one entry more: `correct_event_order` reads one behind the end."""
    return np.append(np.argsort(times, kind="mergesort"), 0)


@njit  # type: ignore[untyped-decorator]  # numba has no types
def _trade(  # noqa: C901, PLR0912, PLR0917 - one loop, compiled; its arguments are plain numbers
    backtest: Any, half: int, requote: int, limit: int, response: int, quantity: float, tick: float, found: Any
) -> int:  # pragma: no cover - compiled
    """The strategy of `sim.hindsight`, written against hftbacktest's own interface."""
    count = 0
    last = 0
    own = np.zeros(2, np.int64)
    while True:
        answer = backtest.wait_next_feed(True, FOREVER)
        now = backtest.current_timestamp
        orders = backtest.orders(0)
        for side in range(2):
            if own[side] == 0:
                continue
            order = orders.get(own[side])
            if order.status == FILLED:
                found[count, 0] = order.exch_timestamp
                found[count, 1] = order.exch_timestamp + response if answer == END_OF_DATA else now
                found[count, 2] = 1 if side == 0 else -1
                found[count, 3] = order.exec_price_tick
                found[count, 4] = order.arr[0].maker
                count += 1
            if order.status in (FILLED, CANCELED, EXPIRED):
                own[side] = 0
        backtest.clear_inactive_orders(0)
        if answer == END_OF_DATA:
            return count
        bid = backtest.depth(0).best_bid_tick
        ask = backtest.depth(0).best_ask_tick
        if bid < -NO_TICK or ask > NO_TICK:
            continue
        position = round(backtest.position(0) / quantity)
        for side in range(2):
            wanted_bid, wanted_ask = (ask + bid - 2 * half) // 2, -((-ask - bid - 2 * half) // 2)
            target = min(wanted_bid, bid) if side == 0 else max(wanted_ask, ask)
            if own[side] != 0:
                order = orders.get(own[side])
                if order.cancellable and abs(order.price_tick - target) >= requote:
                    backtest.cancel(0, own[side], False)
                continue
            if (position if side == 0 else -position) >= limit:
                continue
            last += 1
            own[side] = last
            if side == 0:
                backtest.submit_buy_order(0, last, target * tick, quantity, GTX, LIMIT, False)
            else:
                backtest.submit_sell_order(0, last, target * tick, quantity, GTX, LIMIT, False)
