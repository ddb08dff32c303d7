"""The strategy of `bench/differential.py` in nautilus_trader 1.221: a row of docs/simulation.md, no oracle.

    pip install "mm-tui[nautilus]"
    python bench/nautilus_reference.py --data FILE... --tick 0.01 --step 0.00001

The same rows (`sim.twoclocks`), the same strategy and limits, post-only orders, no fee. What cannot be the same:

- One clock: the exchange sees a row when we do, at our shifted local time (`--clock exchange`: at the exchange's).
- A request takes part after the first row at or behind its arrival, for the engine matches a row before the requests.
- Reports have no latency of their own, so the strategy itself lays each aside for so long before it takes note of it.
- A resting order is filled where the opposite side of the book, or with `trade_execution` a trade, reaches its price,
  and by no more than the book shows there. There is no queue. A print whose aggressor sold moves the bid alone.

Prints for each pair of half spread and requote, and with and without `trade_execution`: orders filled whole, orders
filled in part, and the PnL, what is left valued at the last trade.
"""

import argparse
import json
import sys
from collections import deque
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.backtest.models import FillModel, LatencyModel
from nautilus_trader.config import LoggingConfig, RiskEngineConfig
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import BookOrder, OrderBookDelta, OrderBookDeltas, TradeTick
from nautilus_trader.model.enums import AccountType, AggressorSide, BookAction, BookType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TradeId, Venue
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy
from recording import Recording

from mm_tui.errors import DataError
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.sim.twoclocks import ASK, BID, BOUGHT, Row, TwoClocks, two_clocks

QUOTED = ((0, 1), (50, 20), (300, 100))
NS_PER_MS = 1_000_000
BAD_DATA = 65
VENUE = Venue("RECORDED")


class Maker(Strategy):  # type: ignore[misc]  # no types without the extra
    """The strategy of `sim.hindsight`; what it hears of its orders it believes a response latency later."""

    def __init__(self, options: argparse.Namespace, instrument: Any, half: int, requote: int) -> None:
        super().__init__()
        self._options = options
        self._instrument = instrument
        self._half = half
        self._requote = requote
        self._orders: dict[Side, Any] = {BUY: None, SELL: None}
        self._may_cancel: set[Any] = set()
        self._heard: deque[tuple[str, Any]] = deque()
        self._reports = 0
        self._position = Decimal(0)
        self.fills: list[tuple[Side, Decimal, Decimal]] = []
        """Side, price, quantity."""

    def on_start(self) -> None:
        """Ask for the book and the trades."""
        self.subscribe_order_book_deltas(self._instrument.id, book_type=BookType.L2_MBP)
        self.subscribe_trade_ticks(self._instrument.id)

    def on_order_book_deltas(self, _deltas: Any) -> None:
        """A diff."""
        self._quote()

    def on_trade_tick(self, _tick: Any) -> None:
        """A trade."""
        self._quote()

    def on_order_accepted(self, event: Any) -> None:
        """An order rests."""
        self._later("accepted", event)

    def on_order_rejected(self, event: Any) -> None:
        """A post-only order would have taken."""
        self._later("gone", event)

    def on_order_canceled(self, event: Any) -> None:
        """A cancel was obeyed."""
        self._later("gone", event)

    def on_order_filled(self, event: Any) -> None:
        """An order was filled, whole or in part."""
        side = BUY if event.order_side == OrderSide.BUY else SELL
        self.fills.append((side, event.last_px.as_decimal(), event.last_qty.as_decimal()))
        self._later("filled", event)

    def _later(self, word: str, event: Any) -> None:
        self._reports += 1
        self._heard.append((word, event))
        due = self.clock.timestamp_ns() + _nanoseconds(self._options.response_ms)
        self.clock.set_time_alert_ns(f"report {self._reports}", due, self._hear)

    def _hear(self, _timer: Any) -> None:
        word, event = self._heard.popleft()
        order = self.cache.order(event.client_order_id)
        side = BUY if order.side == OrderSide.BUY else SELL
        if word == "accepted":
            self._may_cancel.add(event.client_order_id)
        elif word == "filled":
            self._position += side * event.last_qty.as_decimal()
        if word != "accepted" and order.is_closed and self._orders[side] is order:
            self._orders[side] = None
            self._may_cancel.discard(event.client_order_id)
        self._quote()

    def _quote(self) -> None:
        book, tick = self.cache.order_book(self._instrument.id), self._options.tick
        best_bid, best_ask = book.best_bid_price(), book.best_ask_price()
        if best_bid is None or best_ask is None:
            return
        bid, ask = int(best_bid.as_decimal() / tick), int(best_ask.as_decimal() / tick)
        self._quote_side(BUY, min((ask + bid - 2 * self._half) // 2, bid))
        self._quote_side(SELL, max(-((-ask - bid - 2 * self._half) // 2), ask))

    def _quote_side(self, side: Side, target: int) -> None:
        order, options = self._orders[side], self._options
        if order is None:
            if side * self._position < options.max_position:
                order = self.order_factory.limit(
                    instrument_id=self._instrument.id,
                    order_side=OrderSide.BUY if side == BUY else OrderSide.SELL,
                    quantity=_quantity(options.quantity, options.step),
                    price=_price(target, options.tick),
                    post_only=True,
                )
                self._orders[side] = order
                self.submit_order(order)
        elif (
            order.client_order_id in self._may_cancel
            and abs(int(order.price.as_decimal() / options.tick) - target) >= self._requote
        ):
            self._may_cancel.discard(order.client_order_id)
            self.cancel_order(order)


def main() -> int:
    """Run each pair with and without `trade_execution`, print a table."""
    options = _options()
    try:
        clocks = two_clocks(
            Recording(options.data, float(options.tick)).messages(), _nanoseconds(options.base_latency_ms)
        )
    except DataError as error:
        print(f"nautilus_reference: {error}", file=sys.stderr)
        return BAD_DATA
    instrument = _instrument(options)
    data = _data(clocks, instrument, options)
    last = next((row[3] for row in reversed(clocks.recorded) if row[2] >= BOUGHT), 0) * options.tick
    rows = []
    for half, requote in QUOTED if options.half is None else ((options.half, options.requote),):
        for trade_execution in (False, True):
            fills, filled, partly = _run(data, instrument, options, half, requote, trade_execution=trade_execution)
            worth = sum((side * (last - price) * quantity for side, price, quantity in fills), Decimal(0))
            row = {"half": half, "requote": requote, "trade_execution": trade_execution}
            rows.append(row | {"filled": filled, "partly": partly, "pnl": str(worth.normalize())})
            if not options.json:
                print(
                    f"half {half}, requote {requote}, trade_execution {trade_execution}: "
                    f"{filled} orders filled, {partly} in part, PnL {worth.normalize():+f}"
                )
    if options.json:
        print(json.dumps(rows))
    return 0


def _run(
    data: list[Any], instrument: Any, options: argparse.Namespace, half: int, requote: int, *, trade_execution: bool
) -> tuple[list[tuple[Side, Decimal, Decimal]], int, int]:
    """Every fill, how many orders were filled whole, how many in part and no more."""
    engine = BacktestEngine(
        BacktestEngineConfig(
            logging=LoggingConfig(bypass_logging=True),
            risk_engine=RiskEngineConfig(bypass=True),
            run_analysis=False,
        )
    )
    entry = _nanoseconds(options.entry_ms)
    engine.add_venue(
        venue=VENUE,
        oms_type=OmsType.NETTING,
        account_type=AccountType.CASH,
        starting_balances=[Money(100, BTC), Money(1_000_000, USDT)],
        book_type=BookType.L2_MBP,
        fill_model=FillModel(),
        latency_model=LatencyModel(base_latency_nanos=entry),
        trade_execution=trade_execution,
    )
    engine.add_instrument(instrument)
    maker = Maker(options, instrument, half, requote)
    engine.add_strategy(maker)
    engine.add_data(data)
    engine.run()
    orders = engine.cache.orders()
    whole = sum(order.filled_qty == order.quantity for order in orders)
    partly = sum(0 < order.filled_qty < order.quantity for order in orders)
    fills = maker.fills
    engine.dispose()
    return fills, whole, partly


def _instrument(options: argparse.Namespace) -> Any:
    """A spot pair of the tick and step, without fees."""
    return CurrencyPair(
        instrument_id=InstrumentId(Symbol("PAIR"), VENUE),
        raw_symbol=Symbol("PAIR"),
        base_currency=BTC,
        quote_currency=USDT,
        price_precision=_digits(options.tick),
        size_precision=_digits(options.step),
        price_increment=_price(1, options.tick),
        size_increment=_quantity(options.step, options.step),
        maker_fee=Decimal(0),
        taker_fee=Decimal(0),
        ts_event=0,
        ts_init=0,
    )


def _data(clocks: TwoClocks, instrument: Any, options: argparse.Namespace) -> list[Any]:
    """The rows as nautilus takes them: what one diff says in one piece."""
    key, rows = (itemgetter(0), clocks.exchange) if options.clock == "exchange" else (itemgetter(1), clocks.local)
    data: list[Any] = []
    for (_, is_trade), piece in groupby(rows, lambda row: (row[:2], row[2] >= BOUGHT)):
        if is_trade:
            for row in piece:
                side = AggressorSide.BUYER if row[2] == BOUGHT else AggressorSide.SELLER
                price, size = _price(row[3], options.tick), _quantity(row[4], options.step)
                number = TradeId(str(len(data)))
                data.append(TradeTick(instrument.id, price, size, side, number, row[0], key(row)))
        else:
            deltas = [_delta(row, instrument, options, key(row)) for row in piece]
            data.append(OrderBookDeltas(instrument.id, deltas))
    return data


def _delta(row: Row, instrument: Any, options: argparse.Namespace, ts: int) -> Any:
    side = {BID: OrderSide.BUY, ASK: OrderSide.SELL}[row[2]]
    size = _quantity(row[4], options.step)
    action = BookAction.UPDATE if size > 0 else BookAction.DELETE
    order = BookOrder(side, _price(row[3], options.tick), size, row[3])
    return OrderBookDelta(instrument.id, action, order, 0, 0, row[0], ts)


def _price(ticks: int, tick: Decimal) -> Any:
    return Price.from_str(f"{ticks * tick:.{_digits(tick)}f}")


def _quantity(quantity: Decimal | float, step: Decimal) -> Any:
    return Quantity.from_str(f"{quantity:.{_digits(step)}f}")


def _digits(step: Decimal) -> int:
    return max(0, -int(step.normalize().as_tuple().exponent))


def _nanoseconds(milliseconds: Decimal) -> int:
    return int(milliseconds * NS_PER_MS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The differential test's strategy in nautilus_trader 1.221.")
    parser.add_argument("--data", nargs="+", type=Path, required=True, metavar="FILE", help="captures, one session")
    parser.add_argument("--tick", type=Decimal, required=True, help="the instrument's tick, quote")
    parser.add_argument("--step", type=Decimal, required=True, help="the instrument's step, base")
    parser.add_argument("--half", type=int, help="half the quoted spread, ticks (default: each of 0, 50 and 300)")
    parser.add_argument("--requote", type=int, default=1, help="cancel at so many ticks from the target")
    parser.add_argument("--quantity", type=Decimal, default=Decimal("0.001"), help="of an order, base")
    parser.add_argument("--max-position", type=Decimal, default=Decimal("0.01"), help="long or short, base")
    parser.add_argument("--entry-ms", type=Decimal, default=Decimal(10), help="an order to the exchange")
    parser.add_argument("--response-ms", type=Decimal, default=Decimal(10), help="a report to us")
    parser.add_argument("--base-latency-ms", type=Decimal, default=Decimal(1), help="the smallest feed latency")
    parser.add_argument("--clock", choices=("local", "exchange"), default="local", help="the one clock of the engine")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
