"""Which columns a ladder has room for, and how figures fit them."""

from decimal import Decimal

import pytest
from hand_frames import BTC, MID
from hypothesis import given
from hypothesis import strategies as st

from mm_tui.app.widgets.ladder.columns import SETS, Needs, beside, columns_for, price_text, scale_for
from mm_tui.app.widgets.spans import Spans

STEP = BTC.step_size


def text(spans: Spans) -> str:
    return "".join(words for words, _ in spans)


NEEDS = Needs(price=9, own=200, largest=10**6, deepest=10**7, traded=10**5)


@pytest.mark.parametrize("chosen", SETS)
def test_columns_never_take_more_than_there_is(chosen: str) -> None:
    for width in range(1, 160):
        columns = columns_for(width, NEEDS, STEP, chosen)
        taken = columns.left + columns.price + 2 * columns.side + columns.right
        assert taken + columns.margin <= width
        assert min(columns[:-4]) >= 0


def test_columns_give_way_in_the_order_of_their_worth() -> None:
    widths = (120, 86, 76, 58, 46, 33, 14)
    kept = [columns_for(width, NEEDS, STEP) for width in widths]
    assert [bool(columns.ahead) for columns in kept] == [True, False, False, False, False, False, False]
    assert [bool(columns.traded) for columns in kept] == [True, True, True, False, False, False, False]
    assert [bool(columns.depth) for columns in kept] == [True, True, True, False, False, False, False]
    assert [bool(columns.queue) for columns in kept] == [True, True, True, True, False, False, False]
    assert [bool(columns.bar) for columns in kept] == [True, True, True, True, False, False, False]
    assert [columns.mine for columns in kept] == [9, 9, 9, 9, 9, 2, 0]
    assert [bool(columns.quantity) for columns in kept] == [True, True, True, True, True, True, False]


def test_a_set_takes_its_own_columns_first() -> None:
    flow, depth, queue = (columns_for(64, NEEDS, STEP, chosen) for chosen in ("flow", "depth", "queue"))
    assert flow.change and flow.traded and not flow.queue  # noqa: PT018 - one thing
    assert depth.depth and not depth.change  # noqa: PT018 - likewise
    assert queue.queue and queue.eta and queue.ahead  # noqa: PT018 - likewise


@given(
    most=st.integers(1, 10**13), lots=st.integers(-(10**13), 10**13), places=st.integers(0, 8),
)  # fmt: skip
def test_figures_of_a_column_fit_it_and_stand_on_one_decimal_point(most: int, lots: int, places: int) -> None:
    step, most = Decimal(1).scaleb(-places), 10 ** len(str(most)) - 1
    scale = scale_for(most, step)
    lots = max(-most, min(most, lots))
    text = beside(lots, step, scale, signed=True).rjust(scale.width + 1)
    assert len(text) == scale.width + 1
    assert text[0] == " "
    point = len(text) - text.index(".") - 1 if "." in text else 0
    assert point == scale.places
    number = text.strip().lstrip("+−<").replace(",", "")
    assert abs(Decimal(number).scaleb(scale.power) - abs(lots) * step) <= Decimal(1).scaleb(scale.power - scale.places)


def test_large_quantities_lose_digits_after_the_point_not_before() -> None:
    columns = columns_for(60, NEEDS._replace(largest=10**11), STEP)
    assert columns.places < 5
    assert columns.quantity >= len("1,000,000")


def test_prices_in_every_unit() -> None:
    assert price_text(MID, 2 * MID, "quote", BTC.tick_size) == "61,837.63"
    assert price_text(MID, None, "ticks", BTC.tick_size) == "6,183,763"
    assert price_text(MID + 6184, 2 * MID, "bps", BTC.tick_size) == "+10.0"
    assert price_text(MID, None, "bps", BTC.tick_size) == "–"
