"""What a backtest leaves in a folder, written as it comes about.

`fills.csv`, `orders.csv`, `equity.csv`, and the proof of the obligation's scoreboard, `obligation.csv`.
"""

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from mm_tui.analytics.pnl import Split
from mm_tui.backtest.target import parts
from mm_tui.bus import EventBus
from mm_tui.errors import OutputError
from mm_tui.journal.proof import PROOF, ProofFile
from mm_tui.model import account as accounts
from mm_tui.model.account import Account
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
FILES: Final = ("fills.csv", "orders.csv", "equity.csv", PROOF)
SECOND: Final = 1_000_000_000
FEE_ASSET_DECIMALS: Final = 8
"""Digits after the point of a fee that an asset of its own paid."""

Write = Callable[[tuple[Any, ...]], Any]


def fill_row(fill: Filled, instrument: Instrument) -> tuple[Any, ...]:
    """A fill as `fills.csv` has it: exact decimals, the fee in its own currency, the queue ahead in base."""
    fee, asset = paid(fill, instrument)
    ahead = "" if fill.queue_ahead is None else text(instrument.quantity(fill.queue_ahead))
    return (
        fill.matched,
        fill.side.word,
        text(instrument.price(fill.price)),
        text(instrument.quantity(fill.quantity)),
        text(fee),
        asset,
        "maker" if fill.maker else "taker",
        fill.order_id,
        ahead,
    )


def paid(fill: Filled, instrument: Instrument) -> tuple[Decimal, str]:
    """The fee of a fill, exact, and what it was paid in: base, quote, or an asset of its own."""
    if fill.fee_asset:
        return Decimal(fill.fee_amount).scaleb(-FEE_ASSET_DECIMALS), fill.fee_asset
    if fill.fee_in_base:
        return fill.fee * instrument.step_size / accounts.MICRO, instrument.base
    return fill.fee * instrument.unit / accounts.MICRO, instrument.quote


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
        worth = standing(account, desk.scores.pnl.split(), mid2, instrument)
        self._write((desk.ts, *map(text, worth)))


def standing(account: Account, split: Split, mid2: int, instrument: Instrument) -> tuple[Decimal, ...]:
    """The columns of `equity.csv` behind the time, exact: the mid and the amounts in quote, the position in base."""
    values = (account.total2(mid2), account.realized2, split.fees, split.spread_captured, split.adverse_selection)
    return (
        mid2 * instrument.tick_size / 2,
        accounts.quantity(account.position, instrument),
        *(accounts.money(value, instrument) for value in (*values, split.inventory)),
    )


@contextmanager
def written(folder: Path, desk: Desk, bus: EventBus, ended: int | None = None) -> Iterator[Equity]:
    """Follow a desk into a folder's files, until its session `ended`: all of them whole, or none.

    Raises OutputError where they cannot be written.
    """
    instrument = desk.core.instrument
    with parts(folder, FILES) as part, ExitStack() as stack:
        fills, orders, equity = (
            _table(stack, part(name), head)
            for name, head in (("fills.csv", FILLS), ("orders.csv", ORDERS), ("equity.csv", EQUITY))
        )

        def hear(fact: Fact) -> None:
            if isinstance(fact, Filled):
                fills(fill_row(fact, instrument))
            elif isinstance(fact, OrderChanged):
                orders(order_row(fact, instrument))

        bus.subscribe("files", (Filled, OrderChanged), hear)
        proof, obligation = ProofFile(folder, instrument, part(PROOF).name), desk.scores.obligation
        stack.callback(proof.close)
        obligation.on_stretch = proof.add
        yield Equity(desk, equity)
        obligation.finish(max(desk.ts, ended or 0))
        if proof.failed:
            raise OutputError(f"{folder} cannot be written: {proof.failed.rpartition(': ')[2]}")


def _table(stack: ExitStack, path: Path, head: tuple[str, ...]) -> Write:
    stream = stack.enter_context(path.open("w", newline="", encoding="utf-8"))
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    return writer.writerow
