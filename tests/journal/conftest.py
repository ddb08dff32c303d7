"""A session's metadata as the runtime would write it."""

from decimal import Decimal

import pytest

from mm_tui.journal.meta import SessionMeta
from mm_tui.model.instrument import Instrument


@pytest.fixture(scope="session")
def meta() -> SessionMeta:
    return SessionMeta(
        version="0.1.0",
        venue="demo",
        symbol="BTC/USDT",
        strategy="passive",
        instrument=Instrument("BTC/USDT", "BTC", "USDT", Decimal("0.01"), Decimal("0.00001")),
        settings={"risk": {"max_position": 0.02}},
        seeds={"demo": 1},
        start=1_723_161_253_000_000_000,
    )
