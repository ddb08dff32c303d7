import pytest

from mm_tui.errors import IllegalTransition
from mm_tui.model.events import BUY
from mm_tui.model.orders import RESTING, TERMINAL, TRANSITIONS, Order, Status, Trigger, next_status


@pytest.mark.parametrize(("move", "after"), [(move, after) for move, after in TRANSITIONS.items()])
def test_every_row_takes_an_order_where_the_table_says(move: tuple[Status, Trigger], after: Status) -> None:
    assert next_status(*move) is after


@pytest.mark.parametrize(
    "move", [(status, trigger) for status in Status for trigger in Trigger if (status, trigger) not in TRANSITIONS]
)
def test_a_move_without_a_row_raises_and_says_what_was_asked(move: tuple[Status, Trigger]) -> None:
    with pytest.raises(IllegalTransition, match=f"{move[0]} cannot {move[1]}"):
        next_status(*move)


def test_an_order_that_may_be_filled_can_always_be_asked_to_cancel() -> None:
    for status in Status:
        if status not in TERMINAL:
            assert next_status(status, Trigger.ASK_CANCEL) in {Status.PENDING_CANCEL, Status.UNKNOWN}


def test_a_fill_is_booked_wherever_the_order_stands() -> None:
    for status in Status:
        assert next_status(status, Trigger.FILL_REST) is Status.FILLED
        if status is not Status.FILLED:
            assert (status, Trigger.FILL_PART) in TRANSITIONS


def test_an_order_in_doubt_leaves_the_doubt_only_by_proof() -> None:
    stays = {Trigger.ASK_CANCEL, Trigger.CANCEL_REJECTED, Trigger.LOSE}
    for (status, trigger), after in TRANSITIONS.items():
        if status is Status.UNKNOWN:
            assert (after is Status.UNKNOWN) == (trigger in stays)


def test_the_dead_come_back_to_life_only_by_a_fill_or_the_venues_word_that_it_took_them() -> None:
    for (status, trigger), after in TRANSITIONS.items():
        if status in TERMINAL and after not in TERMINAL:
            assert status is Status.REJECTED
            assert trigger in {Trigger.FILL_PART, Trigger.ACCEPT}


def test_what_is_left_and_what_is_terminal() -> None:
    order = Order(order_id="a", side=BUY, price=1, quantity=10, filled=4)
    assert order.left == 6
    assert not order.terminal
    order.status = Status.CANCELED
    assert order.terminal
    assert not RESTING & TERMINAL
