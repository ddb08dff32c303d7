"""A row of the ladder, from the queue to what traded."""

from functools import cache
from typing import Any

import pytest
from hand_frames import BTC, PEPE, ladder
from hypothesis import given
from hypothesis import strategies as st

from mm_tui.app.palette import Palette, palette_of
from mm_tui.app.themes import load_themes
from mm_tui.app.widgets.ladder.columns import QUEUE, SETS, Needs, beside, columns_for
from mm_tui.app.widgets.ladder.row import (
    EMPTY,
    Beside,
    Cells,
    Half,
    Place,
    headings,
    place_in_queue,
    row,
    spread_line,
)
from mm_tui.app.widgets.spans import Spans
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import LadderFrame

STEP = BTC.step_size


def text(spans: Spans) -> str:
    return "".join(words for words, _ in spans)


NEEDS = Needs(price=9, own=200, largest=10**6, deepest=10**7, traded=10**5)


def cells(width: int = 80, **changes: Any) -> Cells:
    columns = columns_for(width, NEEDS, STEP)
    values: dict[str, Any] = {
        "price": "61,837.63", "bid": Half(100_000, 20, 200), "ask": EMPTY, "pending": False, "touch": "bid",
        "last": 0, "last_quantity": 0, "glow": 0, "chosen": False, "dimmed": False, "columns": columns,
        "place": Place("0.410", (2, 1, 2), "12 s"), "beside": Beside("+1.20", 3, "3.5", "0.41", 0),
    }  # fmt: skip
    return Cells(**(values | changes))


@cache
def look() -> Palette:
    return palette_of(load_themes().themes["graphite"])


def test_a_row_from_the_queue_to_what_traded() -> None:
    line = text(row(cells(120), BTC, look()))
    assert line.split() == [
        "0.410", "──━··", "12", "s", "0.00200", "▌██", "1.00000", "61,837.63", "+1.20", "3.5", "0.41",
    ]  # fmt: skip
    other = text(row(cells(120, bid=EMPTY, ask=Half(100_000, 20, 200), touch="ask"), BTC, look()))
    assert other.split() == [
        "0.410", "──━··", "12", "s", "61,837.63", "1.00000", "██▌", "0.00200", "+1.20", "3.5", "0.41",
    ]  # fmt: skip
    assert len(line) == len(other)
    bare = text(row(cells(120, bid=Half(5, 1, 0), place=None, beside=Beside()), BTC, look()))
    assert len(bare) == len(line)


@pytest.mark.parametrize(
    ("ahead", "own", "behind", "bar"),
    [
        (0, 10, 0, (0, 5, 0)), (0, 10, 90, (0, 1, 4)), (1, 10, 10_000, (1, 1, 3)), (50, 1, 50, (2, 1, 2)),
        (10_000, 1, 0, (4, 1, 0)), (0, 60, 40, (0, 3, 2)), (None, 10, None, (0, 0, 0)), (3, 10, None, (0, 0, 0)),
    ],
)  # fmt: skip
def test_a_place_in_a_queue_as_a_bar(ahead: int | None, own: int, behind: int | None, bar: tuple[int, ...]) -> None:
    place = place_in_queue(ahead, own, behind, "x", None)
    assert place.bar == bar
    assert place.eta == "–"
    assert sum(place.bar) in {0, QUEUE}


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 10**9))
def test_ours_is_always_seen_and_only_the_front_has_nothing_before_it(ahead: int, own: int, behind: int) -> None:
    before, ours, after = place_in_queue(ahead, own, behind, "x", 0).bar
    assert before + ours + after == QUEUE
    assert ours >= 1
    assert (before == 0) == (ahead == 0)


def test_a_queue_that_is_not_known_is_a_dash() -> None:
    line = text(row(cells(120, place=Place("", (0, 0, 0), "–")), BTC, look()))
    assert line.split()[:3] == ["–", "–", "–"]


def test_a_large_fresh_change_glows_and_a_dimmed_row_does_not() -> None:
    told = Beside("+1.20", 3, "", "", 2)
    assert any(style == "bid glow2 bold" for _, style in row(cells(beside=told), BTC, look()))
    assert not any("glow" in style for _, style in row(cells(beside=told, dimmed=True), BTC, look()))


def test_our_orders_are_marked_where_their_size_has_no_room() -> None:
    assert "◆" in text(row(cells(33), BTC, look()))
    assert "…" in text(row(cells(33, pending=True), BTC, look()))


def test_our_orders_on_their_way_are_dim_and_marked() -> None:
    spans = row(cells(pending=True), BTC, look())
    assert ("0.00200…".rjust(9), "dim") in spans
    assert ("0.00200 ".rjust(9), "own bold") in row(cells(), BTC, look())


@pytest.mark.parametrize(("side", "glyph"), [(1, "▲"), (-1, "▼")])
def test_the_last_trade_is_told_by_glyph_and_size(side: int, glyph: str) -> None:
    spans = row(cells(120, last=side, last_quantity=2000, glow=2), BTC, look())
    assert glyph in text(spans)
    assert any("0.02000" in words and style == "last bold" for words, style in spans)
    dimmed = row(cells(120, last=side, last_quantity=2000, glow=2, dimmed=True), BTC, look())
    assert {style for words, style in dimmed if glyph in words} == {"dim"}


def test_a_chosen_row_has_one_ground_from_edge_to_edge() -> None:
    spans = [span for span in row(cells(chosen=True), BTC, look()) if span[0]]
    assert all("on selection" in style for _, style in spans)


def test_a_dimmed_row_has_no_other_colour() -> None:
    spans = row(cells(dimmed=True), BTC, look())
    assert {style.split()[0] for words, style in spans if words.strip()} == {"dim"}


@pytest.mark.parametrize("width", [3, 14, 33, 46, 60, 90, 120])
def test_headings_stand_over_their_columns(width: int) -> None:
    columns = columns_for(width, NEEDS, STEP)
    head = text(headings(columns, BTC, "quote")).ljust(width)
    line = text(row(cells(width), BTC, look())).ljust(width)
    assert len(head) == max(width, len(head)) == width
    if columns.quantity:
        size = fmt.lots(100_000, STEP, columns.places)
        end = head.index("bids") + len("bids BTC" if "bids BTC" in head else "bids")
        assert end == line.index(size) + len(size)
    for name, value in (("depth", "3.5"), ("±2s", "+1.20"), ("traded", "0.41"), ("eta", "12 s"), ("ahead", "0.410")):
        if name in head:
            assert head.rindex(name) + len(name) == line.rindex(value) + len(value)
    if columns.mine > 2:
        assert head.index("mine") + 4 == line.index("0.00200") + len("0.00200")


@pytest.mark.parametrize("width", range(40, 121, 8))
def test_in_no_unit_do_headings_touch(width: int) -> None:
    columns = columns_for(width, NEEDS, STEP)
    for unit in ("quote", "ticks", "bps"):
        head = text(headings(columns, BTC, unit))
        assert {"bids", "asks"} <= set(head.split()), head


def test_the_spread_is_said_in_every_unit() -> None:
    frame = ladder()
    lines = [text(spread_line(frame, BTC, unit, 60)).strip(" ─") for unit in ("quote", "ticks", "bps")]
    assert lines == ["spread 0.01 · 0.00 bps", "spread 1 ticks · 0.00 bps", "spread 0.00 bps · 0.01"]
    assert "–" in text(spread_line(LadderFrame(), BTC, "quote", 60))
    assert len(text(spread_line(frame, BTC, "quote", 5))) <= 5


@given(
    st.lists(
        st.tuples(
            st.integers(1, 10**9), st.integers(0, 10**6), st.integers(-(10**9), 10**9), st.integers(0, 10**10),
            st.integers(0, 10**9), st.booleans(),
        ),
        min_size=2, max_size=12,
    ),
    st.sampled_from([46, 58, 76, 86, 108, 140]),
    st.sampled_from([BTC, PEPE]),
    st.sampled_from(list(SETS)),
)  # fmt: skip
def test_every_column_has_its_decimal_point_in_one_place(
    levels: list[tuple[int, int, int, int, int, bool]], width: int, instrument: Instrument, chosen: str
) -> None:
    step = instrument.step_size
    needs = Needs(11, 10**6, 10**9 - 1, 10**10 - 1, 10**9 - 1)
    columns = columns_for(width, needs, step, chosen)
    ends: dict[str, set[int]] = {}
    for size, own, change, depth, traded, asks in levels:
        half = Half(size, 5, own)
        told = Beside(
            beside(change, step, columns.fine, signed=True) if columns.change else "", 0,
            beside(depth, step, columns.deep) if columns.depth else "",
            beside(traded, step, columns.flow) if columns.traded else "",
        )  # fmt: skip
        place = place_in_queue(7, own, 7, beside(own, step, columns.fine), 99) if own else None
        values = {"bid": EMPTY, "ask": half} if asks else {"bid": half, "ask": EMPTY}
        spans = row(cells(columns=columns, place=place, beside=told, touch="", **values), instrument, look())
        line = text(spans)
        assert len(line.rstrip()) <= width
        right = len(line)
        for name, cell in (("traded", columns.traded), ("depth", columns.depth), ("change", columns.change)):
            part = line[right - cell : right]
            right -= cell
            if cell and "." in part:
                ends.setdefault(name, set()).add(part.rindex("."))
        bids = columns.margin + columns.left + columns.mine + columns.bar
        start = bids + columns.quantity + columns.price if asks else bids
        part = line[start : start + columns.quantity]
        assert part.strip() == (fmt.lots(size, step, columns.places) if columns.quantity else "")
        if "." in part:
            ends.setdefault("asks" if asks else "bids", set()).add(part.rindex("."))
    assert all(len(places) == 1 for places in ends.values())
