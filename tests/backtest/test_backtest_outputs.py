"""A fill's row: what the fee was paid in, and how much of it."""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from small_session import record

from mm_tui.backtest.outputs import FILLS, fill_row
from mm_tui.backtest.recording import Changes, RecordedSession
from mm_tui.journal.record import Entry
from mm_tui.model.events import BUY
from mm_tui.model.facts import Filled
from mm_tui.model.instrument import Instrument
from mm_tui.sim.fees import PARTS

BTCUSDT = Instrument("BTC/USDT", "BTC", "USDT", Decimal("0.01"), Decimal("0.00001"))
FILL = Filled(
    ts=2, order_id="mm-1", trade_id="1", side=BUY, price=6_180_000, quantity=100, maker=True, fee=7, fee_in_base=False,
    matched=1, mid2=None, position=100_000_000,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "fee", "asset"),
    [
        ({}, "0.0000000000007", "USDT"),
        ({"fee_in_base": True}, "0.00000000007", "BTC"),
        ({"fee_asset": "BNB", "fee_amount": 12345}, "0.00012345", "BNB"),
        ({"fee_asset": "BNB", "fee_amount": PARTS}, "1.00000000", "BNB"),
        ({"fee": -7}, "-0.0000000000007", "USDT"),
    ],
)
def test_a_fee_is_told_in_what_paid_it(changes: dict[str, object], fee: str, asset: str) -> None:
    row = dict(zip(FILLS, fill_row(msgspec.structs.replace(FILL, **changes), BTCUSDT), strict=True))
    assert (row["fee"], row["fee_asset"]) == (fee, asset)
    assert (row["ts_ns"], row["price"], row["quantity"], row["queue_ahead"]) == (1, "61800.00", "0.00100", "")


async def test_a_session_that_pays_in_an_asset_says_so_in_its_fills(tmp_path: Path) -> None:
    paying = ("fee_currency=asset", "fee_asset=BNB", "fee_asset_price=600", "fee_asset_balance=1")
    outcome = await record(tmp_path, *(f"simulator.{one}" for one in paying))
    assert outcome.folder is not None
    records = RecordedSession(outcome.folder, Changes()).reader.records()
    fills = [one.message for one in records if isinstance(one, Entry) and isinstance(one.message, Filled)]
    rows = [dict(zip(FILLS, fill_row(fill, BTCUSDT), strict=True)) for fill in fills]
    assert len(rows) > 5
    assert {row["fee_asset"] for row in rows} == {"BNB"}
    paid = sum(Decimal(row["fee"]) for row in rows) * 600
    assert abs(paid + Decimal(outcome.summary["pnl"]["fees"])) < Decimal("0.0001")
