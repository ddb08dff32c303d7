"""Our orders on the hand-made market, each with its steps, those that ended, and what the fills were worth."""

from decimal import Decimal

import msgspec
from hand_market import MID, NS, OWN, START

from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.waterfall import Step
from mm_tui.views.frames import FillRow, HeldRow, HistoryRow, Move, OrderRow, WorthFrame


def waterfall(side: Side, price: int, level: int) -> tuple[Step, ...]:
    """How a quote came to its price, in the order of the steps."""
    s, mid2 = int(side), 2 * MID + 1
    last = 2 * price
    skewed = mid2 - 5_500
    spread = last + s * (3_100 * level + 700)
    return (
        Step("reference", float(mid2), "mid"),
        Step("skew", float(skewed), "held +2.06 units"),
        Step("spread", float(spread), "half-spread, γ 0.01, κ 0.61"),
        Step("volatility", float(spread - s * 700), "σ 1.24 over 1.20"),
        *((Step("level", float(last + s * 3), f"level {level}"),) if level else ()),
        Step("fees", float(last + s * 3), "maker 0.0 bps"),
        Step("rounding", float(last), "to a tick, away from the mid"),
        Step("clamp", float(last), "behind the touch"),
    )


def orders() -> tuple[OrderRow, ...]:
    """Our quotes as open orders, highest price first."""
    ages = (12, 12, 72, 3, 3700, 12)
    rows = []
    for at, (price, lots) in enumerate(OWN.items()):
        side, level = (SELL, 2 - at) if at < 3 else (BUY, at - 3)
        rows.append(
            OrderRow(
                order_id=("a3", "a2", "a1", "b1", "b2", "b3")[at],
                side=side,
                price=price,
                bps=round((2 * price / (2 * MID + 1) - 1) * 1e4, 1),
                left=lots,
                quantity=200,
                status="partially_filled" if lots < 200 else "live",
                age_s=ages[at],
                queue_ahead=(41_000, 18_300, 200, 2_000, 112_000, 0)[at],
                queue_behind=(12_000, 41_100, 90_000, 61_200, 3_000, 0)[at],
                eta_s=(None, 312, 4, 21, None, 0)[at],
                level=level,
                steps=waterfall(side, price, level),
                fate="kept: 0.2 bps off its quote" if at % 2 else "sent 00:01:59",
            )
        )
    return tuple(rows)


def unsettled() -> tuple[OrderRow, ...]:
    """The same while some are on their way and one is not known of."""
    statuses = ("live", "pending_new", "unknown", "partially_filled", "live", "pending_cancel")
    return tuple(
        msgspec.structs.replace(row, status=status, queue_ahead=None if status == "pending_new" else row.queue_ahead)
        for row, status in zip(orders(), statuses, strict=True)
    )


def held() -> tuple[HeldRow, ...]:
    """Quotes that are wanted and have no order."""
    return (
        HeldRow(side=SELL, level=3, price=6_186_900, quantity=200, why="order rate 9, limit 8/s"),
        HeldRow(side=BUY, level=3, price=6_178_800, quantity=200, why="paced: 6 a second"),
    )


def fills(count: int = 37) -> tuple[FillRow, ...]:
    """Fills, newest first; the five seconds of the newest are not over."""
    rows = []
    for at in range(count):
        side = BUY if at * 7 % 5 < 3 else SELL
        quantity = (200, 60, 200, 14, 200)[at % 5]
        spread = Decimal(quantity) * Decimal(12 + at % 7) / 10_000 / (2 if at % 4 else 1)
        adverse = None if at == 0 else Decimal(quantity) * Decimal((at * 13) % 11 - 8) / 20_000
        age_s = 2 + 21 * at
        drift = (at * 5) % 9 - 4.2
        markouts = tuple(
            round(drift * (1 + place) / 4, 2) if age_s >= after else None
            for place, after in enumerate((0.1, 1, 5, 30, 60))
        )
        fee = Decimal(0) if at % 9 else Decimal(quantity) * Decimal("-0.00031")
        rows.append(
            FillRow(
                ts=START - 2 * NS - at * 21 * NS,
                side=side,
                price=MID - int(side) * (1_240 + at * 7) + at * 37,
                quantity=quantity,
                maker=bool(at % 9),
                spread=spread if at != 5 else None,
                adverse=adverse,
                fee=fee,
                net=None if adverse is None or at == 5 else spread + adverse + fee,
                markouts=markouts,
            )
        )
    return tuple(rows)


def history(count: int = 40) -> tuple[HistoryRow, ...]:
    """Orders, the newest first: two that live, then replaced, filled and refused ones."""
    rows = []
    for at in range(count):
        side = BUY if at % 2 else SELL
        status = "live" if at in {0, 5} else ("canceled", "canceled", "filled", "rejected")[at % 4]
        placed = START - at * 7 * NS
        ended = None if status == "live" else placed + (at * 11 % 40 + 1) * NS
        price = MID - int(side) * (1_240 + at * 17)
        ahead = None if status == "rejected" else (at * 37 % 11) * 10_000
        why = {
            "live": "mid +2.0 bps: half 2.0", "canceled": "moved to its quote", "filled": "filled",
            "rejected": "-2010 would take",
        }[status]  # fmt: skip
        moves = [Move(ts=placed, what="placed", words="mid +2.0 bps: half 2.0, skew −0.4")]
        if ahead is not None:
            moves.append(Move(ts=placed + NS // 50, what="live", words=f"{ahead / 1e5:.5f} ahead in the queue"))
        if status == "canceled" and ended is not None:
            moves.append(Move(ts=ended - NS // 50, what="cancelling", words=why))
        if ended is not None:
            moves.append(Move(ts=ended, what=status, words="to the end" if status == "filled" else why))
        rows.append(
            HistoryRow(
                order_id=f"mm-{400 - at}",
                side=side,
                price=price,
                quantity=200,
                filled=200 if status == "filled" else 60 if at % 9 == 5 else 0,
                status=status,
                level=at % 3,
                placed=placed,
                ended=ended,
                ahead=ahead,
                amends=int(at % 7 == 1),
                reason=why,
                moves=tuple(moves),
            )
        )
    return tuple(rows)


def worth(count: int = 37) -> WorthFrame:
    """What those fills were worth."""
    return WorthFrame(
        fills=fills(count),
        markouts_buy=(-0.31, -0.62, -1.14, -0.87, None),
        markouts_sell=(-0.48, -0.79, -1.02, 0.41, None),
        errors_buy=(0.08, 0.21, 0.44, 0.93, None),
        errors_sell=(0.11, 0.19, 0.52, 1.12, None),
        counts_buy=(18, 18, 17, 11, 0),
        counts_sell=(19, 19, 18, 12, 0),
        break_even_bps=1.37,
        fill_ratio_pct=4.21,
        fills_per_1000=18.4,
        quote_life_s=11.2,
        half_life_s=42.0,
        at_limit_pct=0.3,
        maker_pct=97.31,
    )
