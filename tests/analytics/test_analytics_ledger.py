"""Fill by fill, and what they add up to; the break-even half-spread of the last hour."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mm_tui.analytics.ledger import KEPT, Ledger
from mm_tui.analytics.pnl import TAU
from mm_tui.analytics.scores import Scores
from mm_tui.analytics.worth import HORIZONS, Worth, worth_of
from mm_tui.model.account import MICRO
from mm_tui.model.clock import HOUR
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.facts import Filled

SECOND = 1_000_000_000


def fill(ts: int, side: Side, price: int, quantity: int, fee: int = 0, mid2: int | None = None) -> Filled:  # noqa: PLR0917 - a fact has this many parts
    return Filled(
        ts=ts, order_id="a", trade_id="t", side=side, price=price, quantity=quantity, maker=True, fee=fee,
        fee_in_base=side is BUY, matched=ts, mid2=mid2, position=0,
    )  # fmt: skip


FILLS = st.lists(
    st.tuples(
        st.integers(0, 4 * TAU),
        st.sampled_from([BUY, SELL]),
        st.integers(9_000, 11_000),
        st.integers(1, 9),
        st.integers(0, 9_999),
        st.booleans(),
    ),
    max_size=15,
)
MIDS = st.lists(st.tuples(st.integers(0, 4 * TAU), st.integers(18_000, 22_000)), min_size=1, max_size=25)


@given(fills=FILLS, mids=MIDS)
def test_the_fills_add_up_to_the_split_and_the_break_even_to_what_it_says(
    fills: list[tuple[int, Side, int, int, int, bool]], mids: list[tuple[int, int]]
) -> None:
    scores, mid2 = Scores(), 20_000
    scores.after(0, mid2, True, [])
    events = sorted(
        [(ts, 1, one) for ts, *one in fills] + [(ts, 0, [mid]) for ts, mid in mids], key=lambda one: one[:2]
    )
    now = 0
    for ts, is_fill, values in events:
        now, facts = ts, []
        if is_fill:
            side, price, quantity, fee, known = values
            facts = [fill(ts, Side(side), price, quantity, fee, mid2 if known else None)]
        else:
            (mid2,) = values
        scores.after(ts, mid2, True, list(facts))
        split, ledger = scores.pnl.split(), list(scores.ledger.last)
        assert sum(one.spread2 for one in ledger) == split.spread_captured
        assert sum(one.fee2 for one in ledger) == split.fees
        so_far = [one.signed * (mid2 - one.mid2) if one.adverse2 is None else one.adverse2 for one in ledger]
        assert sum(so_far) == split.adverse_selection
        assert all((one.adverse2 is None) == (one.ts + TAU >= ts) for one in ledger)
        assert all(one.adverse2 is None or one.net2 == one.spread2 + one.adverse2 + one.fee2 for one in ledger)
    counted = [one for one in scores.ledger.last if one.known and one.adverse2 is not None]
    found = scores.ledger.break_even_bps(now)
    if not counted:
        assert found is None
        return
    earned = sum((one.adverse2 or 0) + one.fee2 for one in counted)
    assert found is not None
    half = Fraction(found) / 10_000
    volume = sum(2 * one.price * one.quantity * MICRO for one in counted)
    assert abs(half * volume + earned) <= Fraction(volume, 100_000_000)


def settled(ts: int, adverse2: int, *, known: bool = True) -> Worth:
    one = worth_of(1, fill(ts, SELL, 10_000, 1, 3, 20_000 if known else None), 20_000)
    one.adverse2 = adverse2
    return one


def test_the_break_even_by_hand_and_after_an_hour() -> None:
    ledger = Ledger()
    assert ledger.break_even_bps(0) is None
    ledger.on_settled([settled(0, -20 * MICRO)], 10 * SECOND)
    assert ledger.break_even_bps(10 * SECOND) == pytest.approx(10 + 2 * 3 / MICRO / 20_000 * 10_000, abs=1e-4)
    ledger.on_settled([settled(5, 999 * MICRO, known=False)], 10 * SECOND)
    assert ledger.break_even_bps(10 * SECOND) == pytest.approx(10, abs=1e-4)
    ledger.on_settled([settled(HOUR, 40 * MICRO)], HOUR + 6 * SECOND)
    assert ledger.break_even_bps(HOUR + 6 * SECOND) == pytest.approx(-20, abs=1e-4)
    assert ledger.break_even_bps(3 * HOUR) is None


def test_the_last_fills_are_kept_and_a_fill_is_complete_after_a_minute() -> None:
    scores = Scores()
    scores.after(0, 20_000, True, [])
    for number in range(KEPT + 5):
        scores.after(number, 20_000, True, [fill(number, BUY, 9_999, 1, 0, 20_000)])
    assert len(scores.ledger.last) == KEPT
    assert (scores.ledger.last[0].number, scores.ledger.count) == (6, KEPT + 5)
    version = scores.ledger.version
    scores.after(60 * SECOND, 20_000, True, [])
    assert not scores.ledger.last[-1].complete
    scores.after(61 * SECOND, 20_002, True, [])
    last = scores.ledger.last[-1]
    assert last.complete
    assert last.looks == len(HORIZONS)
    assert last.markouts == [pytest.approx(1.0001)] * 5
    assert scores.ledger.version > version
