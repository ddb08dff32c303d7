"""Which typed changes of a limit are asked about."""

import msgspec
import pytest

from mm_tui.risk.limits import Limits
from mm_tui.views.limits import Loosening, loosening

STANDING = tuple(msgspec.structs.asdict(Limits(max_inventory_age_s=900)).items())


@pytest.mark.parametrize(("typed", "expected"), [
    ("risk.max_position=0.5", Loosening("max_position", 0.02, 0.5)),
    (" risk.max_position = 5e-1 ", Loosening("max_position", 0.02, 0.5)),
    ("risk.max_inventory_age_s=0", Loosening("max_inventory_age_s", 900, 0)),
    ("risk.price_change_window_s=5", Loosening("price_change_window_s", 10.0, 5.0)),
    ("risk.max_position=0.02", None),
    ("risk.max_position=0.01", None),
    ("risk.max_inventory_age_s=60", None),
    ("risk.price_change_window_s=20", None),
    ("risk.max_position=plenty", None),
    ("risk.max_position=1e300", None),
    ("risk.max_drawdown=1e308", None),
    ("risk.max_messages_per_day=" + "9" * 26, None),
    ("risk.max_orders_per_s=" + "9" * 22, None),
    ("risk.max_orders_per_s=9.5", None),
    ("risk.price_change_window_s=-1", None),
    ("risk.max_position", None),
    ("risk.unheard_of=1", None),
    ("max_position=0.5", None),
    ("strategy.passive.order_amount=0.5", None),
])  # fmt: skip
def test_what_lets_more_pass_is_found(typed: str, expected: Loosening | None) -> None:
    assert loosening(typed, STANDING) == expected


def test_without_limits_nothing_is_known() -> None:
    assert loosening("risk.max_position=0.5", ()) is None
