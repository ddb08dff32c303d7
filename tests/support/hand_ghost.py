"""Frames of a desk whose parameters can be tried, and of what that would do, made by hand."""

from typing import Any

import msgspec
from hand_frames import OWN, desk_frame
from hand_orders import waterfall

from mm_tui.model.events import BUY, SELL
from mm_tui.strategy.passive import PassiveParams
from mm_tui.strategy.pure_params import PureParams
from mm_tui.views.fields import fields_of, shown
from mm_tui.views.frames import DeskFrame, GhostFrame, GhostQuote, LevelCheck, LevelFrame, ParameterRow


def rows_of(params: msgspec.Struct, strategy: str) -> tuple[ParameterRow, ...]:
    """As the presenter makes them, the operator's leans before them."""
    prefix = f"strategy.{strategy}."
    found = [
        ParameterRow(name=one.name, value=shown(getattr(params, one.name)), key=prefix + one.name, field=one)
        for one in fields_of(type(params))
    ]
    return (ParameterRow(name="spread", value="×1.00"), *found)


PASSIVE = rows_of(PassiveParams(), "passive")
PURE = rows_of(PureParams(), "pure")


def tunable(rows: tuple[ParameterRow, ...] = PASSIVE, **changes: Any) -> DeskFrame:
    """The desk quoting, with parameters that say what they are."""
    return desk_frame(parameters=rows, **changes)


def ghost(**changes: Any) -> GhostFrame:
    """Both nearest quotes move in by 10 USDT, the middle ones get smaller, the outer ones stay."""
    prices = list(OWN)
    quotes = []
    for at, price in enumerate(prices):
        side, level = (SELL, 2 - at) if at < 3 else (BUY, at - 3)
        moved = price + int(side) * 1_000 * (level == 0)
        quotes.append(
            GhostQuote(
                side=side, level=level, price=moved, quantity=200 if level != 1 else 100, stays=level == 2,
                smaller=level == 1,
            )
        )  # fmt: skip
    whole = GhostFrame(
        draft="strategy.passive.min_spread_bps=2.3",
        described="passive 2.3–6.0 bps × 3",
        quotes=tuple(quotes),
        leaving=frozenset({"a1", "b1"}),
        lost_lots=254,
        lost_behind=41_200,
        replaces=2,
        amends=2,
        at_once=3,
        waits_for="paced: 6 a second",
        rate=5,
        rate_limit=8,
    )
    return msgspec.structs.replace(whole, **changes)


def hand_level(**changes: Any) -> LevelFrame:
    """A price that the strategy's spread keeps quotes away from."""
    checks = (
        LevelCheck(name="desk", verdict="passes", words="quoting"),
        LevelCheck(name="side", verdict="passes", words="bids are on"),
        LevelCheck(
            name="strategy", verdict="keeps away",
            words="wants 3 bids, 61,825.00 to 61,801.00; this is nearer to the mid than the nearest, 2.1 bps away",
        ),
        LevelCheck(name="rule", verdict="keeps away", words="spread carries level 0 past this price: half 2.00"),
        LevelCheck(name="gate", verdict="passes", words="0.00200 BTC here would pass"),
        LevelCheck(name="orders", verdict="says", words="b1 stands nearest, at 61,825.00, −2.1 bps from here"),
    )  # fmt: skip
    whole = LevelFrame(
        price=6_183_700,
        low=6_183_700,
        high=6_183_700,
        side=BUY,
        bps=-0.1,
        displayed=55_310,
        verdict="none of ours here: spread carries level 0 past this price: half 2.00",
        checks=checks,
        quote="bid 61,825.00, level 0",
        steps=waterfall(BUY, 6_182_500, 0),
    )
    return msgspec.structs.replace(whole, **changes)
