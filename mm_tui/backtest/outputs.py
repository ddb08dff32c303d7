"""What a backtest leaves in a folder, written as it comes about.

`fills.csv`, `orders.csv`, `equity.csv`, and the proof of the obligation's scoreboard, `obligation.csv`.
"""

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from mm_tui.bus import EventBus
from mm_tui.errors import DataError
from mm_tui.journal.proof import ProofFile
from mm_tui.model import account as accounts
from mm_tui.model.facts import Fact, Filled, OrderChanged
from mm_tui.model.instrument import Instrument
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.summary import text

FILLS: Final = ("ts_ns", "side", "price", "quantity", "fee", "fee_asset", "liquidity", "order_id", "queue_ahead")
ORDERS: Final = ("ts_ns", "order_id", "side", "price", "quantity", "event", "reason")
EQUITY: Final = (
    "ts_ns",
    "mid",
    "position",
    "total",
    "realized",
    "fees",
    "spread_captured",
    "adverse_selection",
    "inventory",
)
SECOND: Final = 1_000_000_000

Write = Callable[[tuple[Any, ...]], Any]


def fill_row(fill: Filled, instrument: Instrument) -> tuple[Any, ...]:
    """A fill as `fills.csv` has it: exact decimals, the fee in its own currency, the queue ahead in base."""
    micro = accounts.MICRO
    fee = fill.fee * instrument.step_size / micro if fill.fee_in_base else fill.fee * instrument.unit / micro
    ahead = "" if fill.queue_ahead is None else text(instrument.quantity(fill.queue_ahead))
    return (
        fill.matched,
        fill.side.word,
        text(instrument.price(fill.price)),
        text(instrument.quantity(fill.quantity)),
        text(fee),
        instrument.base if fill.fee_in_base else instrument.quote,
        "maker" if fill.maker else "taker",
        fill.order_id,
        ahead,
    )


def order_row(change: OrderChanged, instrument: Instrument) -> tuple[Any, ...]:
    """A step of an order's life as `orders.csv` has it."""
    return (
        change.ts,
        change.order_id,
        change.side.word,
        text(instrument.price(change.price)),
        text(instrument.quantity(change.quantity)),
        change.status,
        change.reason,
    )


class Equity:
    """The desk's worth, at most once a second of its own time, where anything moved."""

    def __init__(self, desk: Desk, write: Write) -> None:
        self._desk = desk
        self._write = write
        self._due = 0
        self._last: tuple[int, int] | None = None

    def look(self) -> None:
        """After a step."""
        desk = self._desk
        if desk.ts >= self._due and desk.core.mid2:
            self._due = desk.ts - desk.ts % SECOND + SECOND
            self.row()

    def row(self) -> None:
        """Write where it stands, unless nothing moved."""
        desk, core, instrument = self._desk, self._desk.core, self._desk.core.instrument
        account, mid2 = core.account, core.mid2
        state = (mid2, account.base)
        if not mid2 or state == self._last:
            return
        self._last = state
        split = desk.scores.pnl.split()
        values = (account.total2(mid2), account.realized2, split.fees, split.spread_captured, split.adverse_selection)
        self._write(
            (
                desk.ts,
                text(mid2 * instrument.tick_size / 2),
                text(accounts.quantity(account.position, instrument)),
                *(text(accounts.money(value, instrument)) for value in (*values, split.inventory)),
            )
        )


@contextmanager
def written(folder: Path, desk: Desk, bus: EventBus) -> Iterator[Equity]:
    """Follow a desk into a folder's files; raises DataError where it cannot be written."""
    instrument = desk.core.instrument
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            fills, orders, equity = (
                _table(stack, folder / name, head)
                for name, head in (("fills.csv", FILLS), ("orders.csv", ORDERS), ("equity.csv", EQUITY))
            )
        except OSError as error:
            raise DataError(f"{folder} cannot be written: {error.strerror or error}") from error

        def hear(fact: Fact) -> None:
            if isinstance(fact, Filled):
                fills(fill_row(fact, instrument))
            elif isinstance(fact, OrderChanged):
                orders(order_row(fact, instrument))

        bus.subscribe("files", (Filled, OrderChanged), hear)
        proof, obligation = ProofFile(folder, instrument), desk.scores.obligation
        stack.callback(proof.close)
        obligation.on_stretch = proof.add
        yield Equity(desk, equity)
        obligation.finish(desk.ts)
        if proof.failed:
            raise DataError(proof.failed)


def _table(stack: ExitStack, path: Path, head: tuple[str, ...]) -> Write:
    stream = stack.enter_context(path.open("w", newline="", encoding="utf-8"))
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    return writer.writerow
