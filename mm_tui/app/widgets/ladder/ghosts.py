"""Where the ladder draws what a change of parameters would do: ghosts of quotes, and our orders that would leave."""

from typing import NamedTuple

from mm_tui.model.events import BUY, Side
from mm_tui.views.frames import DeskFrame, LadderRow


class Mark(NamedTuple):
    """One side of one row."""

    lots: int = 0
    """Would be quoted here anew, or with another size."""
    leaving: bool = False
    """Ours that rest here would give their place up, all of them."""


NO_MARK = Mark()
Marks = dict[tuple[int, Side], Mark]
"""By the price of a row's group and the side."""


def marks_of(frame: DeskFrame) -> Marks:
    """What there is to mark; nothing while no parameters are tried."""
    ghost, group = frame.ghost, max(1, frame.ladder.group)
    if ghost is None or ghost.problem:
        return {}
    lots: dict[tuple[int, Side], int] = {}
    for quote in ghost.quotes:
        if not quote.stays:
            at = (_bucket(quote.price, quote.side, group), quote.side)
            lots[at] = lots.get(at, 0) + quote.quantity
    stays: dict[tuple[int, Side], bool] = {}
    for row in frame.orders:
        at = (_bucket(row.price, row.side, group), row.side)
        stays[at] = stays.get(at, False) or row.order_id not in ghost.leaving
    return {at: Mark(lots.get(at, 0), not stays.get(at, True)) for at in {*lots, *stays}}


def mark_at(marks: Marks, row: LadderRow, side: Side, group: int) -> Mark:
    """What is marked on one side of a row."""
    if not marks:
        return NO_MARK
    price = row.price
    return marks.get((price // group * group if row.touch == "bid" else -(-price // group) * group, side), NO_MARK)


def _bucket(price: int, side: Side, group: int) -> int:
    return price // group * group if side is BUY else -(-price // group) * group
