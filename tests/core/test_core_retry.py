"""The one timer for all that must be looked at again."""

from mm_tui.core.outputs import Outbox
from mm_tui.core.retry import RetryTimer
from mm_tui.model.clock import MILLISECOND
from mm_tui.model.commands import ArmTimer


def armed(outbox: Outbox) -> list[int]:
    return [one.due for one in outbox.take().commands if isinstance(one, ArmTimer) and one.name == "retry"]


def test_it_is_armed_for_the_earliest_of_what_is_asked_for() -> None:
    outbox = Outbox()
    timer = RetryTimer(1000, outbox)
    for due in (50, 70, 50, 30, 40):
        timer.wake(due, 10)
    assert armed(outbox) == [50, 30]


def test_once_gone_off_it_is_armed_anew_and_one_that_is_overdue_is_not_waited_for() -> None:
    outbox = Outbox()
    timer = RetryTimer(1000, outbox)
    timer.wake(30, 10)
    timer.gone_off()
    timer.wake(90, 40)
    assert armed(outbox) == [30, 90]
    timer.wake(95, 91)
    assert armed(outbox) == [95]


def test_one_that_is_due_at_this_very_moment_is_not_put_off() -> None:
    """Another timer, or a reply, came first."""
    outbox = Outbox()
    timer = RetryTimer(1000, outbox)
    timer.wake(30, 10)
    timer.wake(90, 30)
    assert armed(outbox) == [30]
    timer.gone_off()
    timer.wake(90, 30)
    assert armed(outbox) == [90]


def test_no_delay_is_the_shortest_one() -> None:
    assert RetryTimer(0, Outbox()).delay == MILLISECOND
    assert RetryTimer(250, Outbox()).delay == 250 * MILLISECOND
