"""What stands beside a row of the ladder."""

from pure_desk import MS, SECOND, START, trade

from mm_tui.book.tape import Tape
from mm_tui.model.events import BUY, SELL
from mm_tui.views.levels import EVERY, MOMENT, Figures, LevelFigures
from mm_tui.views.traded import TradedAtPrice


class Beside:
    """The figures of a ladder whose sizes a test sets."""

    def __init__(self) -> None:
        self.tape = Tape(1, 0)
        self.traded = TradedAtPrice(self.tape)
        self.figures = LevelFigures(self.traded)

    def look(self, ms: int, bids: dict[int, int], asks: dict[int, int], group: int = 1, span: int = 10) -> None:
        self.traded.refresh(START + ms * MS)
        self.figures.refresh(START + ms * MS, group, bids, asks, low=100 - span, high=101 + span)

    def bid(self, price: int) -> Figures:
        return self.figures.bids.rows.get(price, Figures())

    def ask(self, price: int) -> Figures:
        return self.figures.asks.rows.get(price, Figures())


def test_depth_adds_up_from_the_touch_outward() -> None:
    beside = Beside()
    beside.look(0, {100: 5, 99: 3, 97: 2}, {101: 4, 103: 6})
    assert [beside.bid(price).depth for price in (100, 99, 98, 97)] == [5, 8, 0, 10]
    assert [beside.ask(price).depth for price in (101, 102, 103)] == [4, 0, 10]


def test_a_change_is_told_for_two_seconds_and_fades() -> None:
    beside = Beside()
    beside.look(0, {100: 5}, {101: 4})
    seen = []
    for at in range(250, 3250, 250):
        beside.look(at, {100: 8}, {101: 1})
        seen.append((beside.bid(100)[1:], beside.ask(101)[1:]))
    assert seen[0] == ((3, 3), (-3, 3))
    assert [bid[1] for bid, _ in seen] == [3, 3, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0]
    assert seen[7][0] == (3, 1)
    assert seen[8][0] == (0, 0)


def test_what_is_gone_altogether_is_told_on_its_empty_row() -> None:
    beside = Beside()
    beside.look(0, {100: 5, 99: 2}, {101: 4})
    beside.look(250, {99: 2}, {101: 4})
    assert beside.bid(100) == Figures(0, -5, 3)
    assert beside.bid(99) == Figures(2, 0, 0)


def test_what_was_out_of_sight_has_no_change() -> None:
    beside = Beside()
    beside.look(0, {100: 5}, {101: 4}, span=2)
    beside.look(250, {100: 5, 91: 7}, {101: 4, 110: 9}, span=10)
    assert beside.bid(91) == Figures(12, 0, 0)
    assert beside.ask(110) == Figures(13, 0, 0)
    beside.look(500, {100: 5}, {101: 4}, span=2)  # scrolled in: what is no longer looked at was not taken
    assert beside.bid(91) == Figures(0, 0, 0)


def test_another_grouping_starts_over() -> None:
    beside = Beside()
    beside.look(0, {100: 5}, {101: 4})
    beside.look(250, {100: 9}, {110: 4}, group=10)
    assert beside.bid(100) == Figures(9, 0, 0)


def test_figures_stand_still_between_two_looks_unless_other_rows_are_shown() -> None:
    beside = Beside()
    beside.look(0, {100: 5}, {101: 4})
    beside.look(100, {100: 50}, {101: 4})
    assert beside.bid(100).depth == 5
    beside.look(100, {100: 50}, {101: 4}, span=12)
    assert beside.bid(100).depth == 50
    assert EVERY < MOMENT


def test_going_back_in_time_starts_over() -> None:
    beside = Beside()
    beside.look(60_000, {100: 5}, {101: 4})
    beside.look(1_000, {100: 9}, {101: 4})
    assert beside.bid(100) == Figures(9, 0, 0)


def test_trades_stand_in_the_row_that_their_price_belongs_to() -> None:
    beside = Beside()
    for price, side in ((101, BUY), (109, BUY), (100, SELL), (99, SELL), (111, BUY)):
        beside.tape.add(trade(START, price, 2, side))
    beside.look(0, {90: 5}, {110: 4}, group=10)
    assert beside.figures.bought == {110: 4, 120: 2}
    assert beside.figures.sold == {100: 2, 90: 2}
    assert SECOND == 4 * EVERY
