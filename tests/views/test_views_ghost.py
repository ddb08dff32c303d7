"""A preview as the screen is shown it."""

from hand_orders import orders

from mm_tui.core.explain import Held
from mm_tui.core.preview import Messages, Preview
from mm_tui.model.events import BUY, SELL
from mm_tui.strategy.api import Quote, Quotes
from mm_tui.views.frames import OrderRow
from mm_tui.views.ghost import ghost_frame

WANTED = Quotes(
    bids=(Quote(BUY, 0, 990, 5), Quote(BUY, 1, 980, 5)), asks=(Quote(SELL, 0, 1010, 5), Quote(SELL, 1, 1020, 5))
)


def row(name: str, behind: int | None) -> OrderRow:
    return OrderRow(
        order_id=name, side=BUY, price=990, bps=0.0, left=7, quantity=9, status="live", age_s=1, queue_behind=behind
    )


def test_quotes_come_from_the_highest_with_what_becomes_of_their_orders() -> None:
    preview = Preview(
        quotes=WANTED,
        served=frozenset({(BUY, 1), (SELL, 0)}),
        smaller={(BUY, 1): 981},
        held=(Held(WANTED.asks[1], "paced: 5 at once"),),
        messages=Messages(places=1, replaces=1, amends=1),
        described="words",
        rate=3,
        rate_limit=8,
    )
    frame = ghost_frame("a=1", preview, orders())
    assert [(one.price, one.stays, one.smaller, one.why) for one in frame.quotes] == [
        (1020, False, False, "paced: 5 at once"), (1010, True, False, ""), (990, False, False, ""),
        (981, False, True, ""),
    ]  # fmt: skip
    assert (frame.messages, frame.waits_for, frame.rate, frame.rate_limit) == (3, "paced: 5 at once", 3, 8)
    assert (frame.draft, frame.described, frame.lost_lots, frame.lost_behind) == ("a=1", "words", 0, None)


def test_places_that_are_lost_are_counted_with_what_stands_behind_them() -> None:
    preview = Preview(leaving=frozenset({"x", "y", "z"}))
    frame = ghost_frame("a=1", preview, [row("x", 100), row("y", None), row("w", 5)])
    assert (frame.lost_lots, frame.lost_behind) == (14, 100)
    assert ghost_frame("a=1", preview, [row("y", None)]).lost_behind is None


def test_what_has_no_preview_says_why() -> None:
    frame = ghost_frame("a=1", Preview(problem="no", refused=True), ())
    assert (frame.problem, frame.refused, frame.quotes) == ("no", True, ())
