"""The rows of the orders panel."""

from mm_tui.model.clock import SECOND
from mm_tui.model.orders import Order
from mm_tui.views.frames import OrderRow
from mm_tui.views.ladder import Place

UNKNOWN = Place()
"""Of an order whose queue nobody knows."""


def order_row(order: Order, mid2: int, ts: int, fate: str, place: Place = UNKNOWN) -> OrderRow:
    """An open order as it stands at `ts`; `mid2` is 0 while no mid is known."""
    return OrderRow(
        order_id=order.order_id,
        side=order.side,
        price=order.price,
        bps=round((2 * order.price / mid2 - 1) * 10_000, 1) if mid2 else None,
        left=order.left,
        quantity=order.quantity,
        status=order.status.value,
        age_s=max(0, (ts - order.created) // SECOND),
        queue_ahead=place.ahead,
        queue_behind=place.behind,
        eta_s=place.eta_s,
        level=order.level,
        steps=order.steps,
        fate=fate,
    )
