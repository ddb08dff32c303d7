"""From a preview to what the screen is shown of it."""

from collections.abc import Sequence

from mm_tui.core.preview import Preview
from mm_tui.strategy.api import Quote
from mm_tui.views.frames import GhostFrame, GhostQuote, OrderRow


def ghost_frame(draft: str, preview: Preview, orders: Sequence[OrderRow]) -> GhostFrame:
    """The preview with the places in the queue that would be lost; `orders` as they stand now."""
    if preview.problem:
        return GhostFrame(draft=draft, problem=preview.problem, refused=preview.refused)
    messages, whys = preview.messages, {(one.quote.side, one.quote.level): one.why for one in preview.held}
    lost = [row for row in orders if row.order_id in preview.leaving]
    return GhostFrame(
        draft=draft,
        idle=preview.idle,
        described=preview.described,
        quotes=tuple(
            _quote(quote, preview, whys.get((quote.side, quote.level), ""))
            for quote in (*reversed(preview.quotes.asks), *preview.quotes.bids)
        ),
        leaving=preview.leaving,
        lost_lots=sum(row.left for row in lost),
        lost_behind=_behind(lost),
        cancels=messages.cancels,
        places=messages.places,
        replaces=messages.replaces,
        amends=messages.amends,
        at_once=len(preview.commands),
        waits_for=preview.held[0].why if preview.held else "",
        rate=preview.rate,
        rate_limit=preview.rate_limit,
    )


def _quote(quote: Quote, preview: Preview, why: str) -> GhostQuote:
    slot = (quote.side, quote.level)
    return GhostQuote(
        side=quote.side,
        level=quote.level,
        price=preview.smaller.get(slot, quote.price),
        quantity=quote.quantity,
        stays=slot in preview.served and slot not in preview.smaller,
        smaller=slot in preview.smaller,
        why=why,
    )


def _behind(lost: Sequence[OrderRow]) -> int | None:
    """What stands behind these orders; None where that is known of none of them."""
    known = [row.queue_behind for row in lost if row.queue_behind is not None]
    return sum(known) if known else None
