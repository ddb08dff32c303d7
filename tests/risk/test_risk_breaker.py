import msgspec
import pytest
from pure_desk import SECOND, START

from mm_tui.model.clock import DAY
from mm_tui.model.events import BUY, SELL
from mm_tui.risk.breaker import MEMORY, Breaker
from mm_tui.risk.limits import Limits

LIMITS = Limits(
    max_daily_loss=50,
    max_drawdown=30,
    max_price_change_bps=60,
    price_change_window_s=10,
    max_same_side_fills=3,
    soft_limit_pct=100,
)
MIDNIGHT = START // DAY * DAY + DAY


@pytest.mark.parametrize(
    ("pnl", "rule"), [(-29.99, None), (-30.0, "drawdown"), (-49.99, "drawdown"), (-50.0, "daily loss")]
)
def test_loss_and_drawdown_at_their_limits(pnl: float, rule: str | None) -> None:
    trip = Breaker(LIMITS).on_pnl(START, pnl)
    assert (trip.rule if trip else None) == rule
    assert trip is None or trip.action == "halt"


def test_the_first_loss_of_a_session_counts() -> None:
    breaker = Breaker(Limits(max_daily_loss=50, max_drawdown=1000, soft_limit_pct=100))
    trip = breaker.on_pnl(START, -60.0)
    assert trip is not None
    assert (trip.rule, trip.value, trip.limit) == ("daily loss", "60.00", "50")


def test_drawdown_is_held_against_the_peak() -> None:
    breaker = Breaker(LIMITS)
    assert breaker.on_pnl(START, 100.0) is None
    assert breaker.on_pnl(START, 70.01) is None
    trip = breaker.on_pnl(START, 70.0)
    assert trip is not None
    assert trip.rule == "drawdown"
    assert breaker.loss == 0.0


def test_a_day_begins_with_the_last_pnl_of_the_day_before() -> None:
    breaker = Breaker(Limits(max_daily_loss=50, max_drawdown=1000, soft_limit_pct=100))
    assert breaker.on_pnl(MIDNIGHT - 1, -40.0) is None
    assert breaker.on_pnl(MIDNIGHT, -45.0) is None
    assert breaker.loss == 5.0
    trip = breaker.on_pnl(MIDNIGHT + 1, -90.0)
    assert trip is not None
    assert trip.rule == "daily loss"


def test_a_mid_that_moves_by_just_the_limit_passes_and_by_more_pulls() -> None:
    breaker = Breaker(LIMITS)
    assert breaker.on_mid(0, 1_000_000) is None
    assert breaker.on_mid(1, 1_006_000) is None
    trip = breaker.on_mid(2, 1_006_001)
    assert trip is not None
    assert (trip.rule, trip.action, trip.limit) == ("price change", "pull", "60 bps in 10 s")


def test_the_move_counts_either_way_and_within_its_window_alone() -> None:
    breaker = Breaker(LIMITS)
    breaker.on_mid(0, 1_006_100)
    assert breaker.on_mid(1, 1_003_000) is None
    assert breaker.on_mid(10 * SECOND + 2, 1_000_000) is None
    assert breaker.on_mid(20 * SECOND + 3, 1_003_000) is None
    assert breaker.on_mid(20 * SECOND + 4, 996_000) is not None


def test_a_jump_from_a_mid_that_stood_longer_than_the_window_counts() -> None:
    breaker = Breaker(LIMITS)
    breaker.on_mid(0, 1_000_000)
    trip = breaker.on_mid(60 * SECOND, 1_010_000)
    assert trip is not None
    assert trip.value == "100.0 bps"


def test_the_second_move_within_the_hour_halts_and_a_later_one_pulls_again() -> None:
    breaker = Breaker(LIMITS)
    moves = []
    for at, mid in ((0, 1_000_000), (1, 1_010_000), (MEMORY + 1, 1_000_000), (2 * MEMORY, 1_010_000)):
        trip = breaker.on_mid(at, mid)
        if not at:
            continue
        assert trip is not None
        moves.append(trip.action)
    assert moves == ["pull", "pull", "halt"]


def test_a_jump_in_many_moves_counts_once_and_the_next_one_latches() -> None:
    breaker = Breaker(LIMITS)
    jump = [breaker.on_mid(at, 1_000_000 + 3_000 * at) for at in range(8)]
    assert [trip.action for trip in jump if trip is not None] == ["pull"]
    last, over = 1_021_000, 3 + 10 * SECOND
    assert breaker.on_mid(over - 1, last + 7_000) is None
    assert breaker.on_mid(over, last + 7_000 + 6_100) is None
    trip = breaker.on_mid(over + 1, last + 7_000 + 6_200)
    assert trip is not None
    assert (trip.action, trip.value) == ("halt", "60.3 bps")


def test_a_move_after_a_short_cool_off_is_one_of_its_own() -> None:
    """Quotes stand again by then, whatever the window is."""
    breaker = Breaker(msgspec.structs.replace(LIMITS, price_change_cooloff_s=1))
    moves = [breaker.on_mid(at, mid) for at, mid in ((0, 1_000_000), (1, 1_010_000), (SECOND, 1_020_000))]
    assert [trip is not None for trip in moves] == [False, True, False]
    trip = breaker.on_mid(SECOND + 1, 1_030_000)
    assert trip is not None
    assert trip.action == "halt"


def test_orders_of_one_side_filled_in_a_row_switch_it_off() -> None:
    breaker = Breaker(LIMITS)
    assert [breaker.on_filled(at, BUY) for at in range(3)] == [None] * 3
    trip = breaker.on_filled(3, BUY)
    assert trip is not None
    assert trip.action == "bids off"
    assert breaker.on_filled(4, BUY) is None


def test_a_fill_of_the_other_side_or_time_ends_the_run() -> None:
    breaker = Breaker(LIMITS)
    for at in range(3):
        breaker.on_filled(at, SELL)
    breaker.on_filled(3, BUY)
    assert breaker.on_filled(4, SELL) is None
    for at in range(3):
        breaker.on_filled(100 * SECOND + at, SELL)
    assert breaker.on_filled(130 * SECOND + 1, SELL) is None
    assert breaker.on_filled(130 * SECOND + 1, SELL) is not None


def test_a_rearm_starts_everything_from_here() -> None:
    breaker = Breaker(LIMITS)
    breaker.on_mid(0, 1_000_000)
    breaker.on_mid(1, 1_010_000)
    breaker.on_pnl(START, -60.0)
    for at in range(3):
        breaker.on_filled(at, BUY)
    breaker.rearm(-60.0)
    assert (breaker.loss, breaker.drawdown) == (0.0, 0.0)
    assert breaker.on_pnl(START, -80.0) is None
    assert breaker.on_filled(4, BUY) is None
    trip = breaker.on_mid(2, 1_000_000)
    assert trip is not None
    assert trip.action == "pull"


def test_figures_of_a_halted_desk_go_on_and_break_nothing() -> None:
    breaker = Breaker(LIMITS)
    breaker.on_pnl(START, -60.0)
    breaker.mark(START + 1, 15.0)
    breaker.mark(START + 2, -130.0)
    assert (breaker.loss, breaker.drawdown, breaker.day_pnl, breaker.soft) == (130.0, 145.0, -130.0, "")
    breaker.mark(START + 3, -10.0)
    breaker.rearm(-10.0)
    assert (breaker.loss, breaker.drawdown) == (0.0, 25.0), "the loss had halted the desk"


def test_a_loss_that_halted_the_desk_yesterday_is_not_todays_to_forgive() -> None:
    breaker = Breaker(LIMITS)
    breaker.on_pnl(START, -60.0)
    breaker.mark(START + DAY, -70.0)
    breaker.rearm(-70.0)
    assert breaker.loss == 10.0


def test_rearming_forgives_only_the_limit_that_was_broken() -> None:
    breaker = Breaker(Limits(max_daily_loss=50, max_drawdown=30, soft_limit_pct=100))
    breaker.on_pnl(1, 0.0)
    breaker.on_pnl(2, -10.0)
    breaker.rearm(-10.0)
    assert (breaker.loss, breaker.drawdown) == (10.0, 10.0)
    assert breaker.on_pnl(3, -31.0) is not None
    breaker.rearm(-31.0)
    assert (breaker.loss, breaker.drawdown) == (31.0, 0.0)


SOFT = Limits(max_daily_loss=50, max_drawdown=30, soft_limit_pct=80)


@pytest.mark.parametrize(
    ("pnls", "rules", "soft"),
    [
        ((-23.99,), [], ""),
        ((-24.0,), ["drawdown"], "drawdown 24.00, soft limit 24"),
        ((-24.0, -25.0), ["drawdown"], "drawdown 24.00, soft limit 24"),
        ((-24.0, -21.6), ["drawdown"], "drawdown 24.00, soft limit 24"),
        ((-24.0, -21.59), ["drawdown"], ""),
        ((-24.0, -21.59, -24.5), ["drawdown", "drawdown"], "drawdown 24.50, soft limit 24"),
    ],
)
def test_a_soft_limit_restrains_until_a_tenth_is_recovered(
    pnls: tuple[float, ...], rules: list[str], soft: str
) -> None:
    breaker = Breaker(SOFT)
    trips = [breaker.on_pnl(START + at, pnl) for at, pnl in enumerate(pnls)]
    assert [trip.rule for trip in trips if trip is not None] == rules
    assert all(trip.action == "reduce only" for trip in trips if trip is not None)
    assert breaker.soft == soft


def test_a_hard_limit_goes_before_the_soft_one() -> None:
    trip = Breaker(SOFT).on_pnl(START, -30.0)
    assert trip is not None
    assert trip.action == "halt"


def test_both_soft_limits_are_said_one_after_the_other() -> None:
    breaker = Breaker(Limits(max_daily_loss=50, max_drawdown=50, soft_limit_pct=80))
    trips = [breaker.on_pnl(START + at, -41.0) for at in range(3)]
    assert [trip.rule if trip else None for trip in trips] == ["daily loss", "drawdown", None]


def test_a_rearm_takes_note_of_a_soft_limit_until_the_figure_came_back_and_rises_again() -> None:
    breaker = Breaker(SOFT)
    breaker.on_pnl(START, -25.0)
    breaker.rearm(-25.0)
    assert breaker.soft == ""
    assert breaker.on_pnl(START + 1, -26.0) is None
    assert breaker.soft == ""
    assert breaker.on_pnl(START + 2, -20.0) is None
    trip = breaker.on_pnl(START + 3, -25.0)
    assert trip is not None
    assert breaker.soft


def test_limits_that_are_tightened_count_at_once() -> None:
    breaker = Breaker(LIMITS)
    assert breaker.on_pnl(START, -20.0) is None
    breaker.set_limits(Limits(max_daily_loss=50, max_drawdown=20))
    trip = breaker.on_pnl(START + 1, -20.0)
    assert trip is not None
    assert (trip.rule, trip.limit, trip.action) == ("drawdown", "20", "halt")


@pytest.mark.parametrize(("later", "loss", "drawdown"), [(0, 20.0, 25.0), (DAY, 0.0, 25.0)])
def test_the_days_loss_is_carried_within_the_day_and_the_peak_for_ever(
    later: int, loss: float, drawdown: float
) -> None:
    breaker = Breaker(Limits(max_daily_loss=50, max_drawdown=30, soft_limit_pct=100))
    breaker.carry(START + later, START // DAY, -20.0, 25.0)
    assert (breaker.loss, breaker.drawdown) == (loss, drawdown)
    assert breaker.on_pnl(START + later, 0.0) is None
    assert (breaker.loss, breaker.drawdown, breaker.day_pnl) == (loss, drawdown, -loss)
    trip = breaker.on_pnl(START + later, -5.0)
    assert trip is not None
    assert trip.rule == "drawdown"


def test_a_profit_of_the_day_is_carried_too() -> None:
    breaker = Breaker(Limits(max_daily_loss=50, max_drawdown=1000, soft_limit_pct=100))
    breaker.carry(START, START // DAY, 40.0, 0.0)
    assert breaker.on_pnl(START, -80.0) is None
    assert (breaker.loss, breaker.day_pnl) == (40.0, -40.0)
    assert breaker.on_pnl(START, -90.0) is not None


def test_slack_is_what_pnl_may_still_fall_and_none_while_a_soft_limit_is_not_left_again() -> None:
    breaker = Breaker(SOFT)
    breaker.on_pnl(START, -10.0)
    assert breaker.slack == 14.0
    breaker.on_pnl(START + 1, -24.0)
    breaker.on_pnl(START + 2, -23.0)
    assert breaker.slack == 0.0
    breaker.rearm(-23.0)
    assert breaker.slack == 0.0
    breaker.on_pnl(START + 3, -20.0)
    assert breaker.slack == 4.0


def test_the_deepest_drawdown_is_remembered() -> None:
    breaker = Breaker(Limits(max_drawdown=1000, max_daily_loss=1000))
    for pnl in (5.0, 2.0, 4.0, 9.0, 7.5):
        breaker.on_pnl(START, pnl)
    assert (breaker.drawdown, breaker.deepest) == (1.5, 3.0)
    breaker.carry(START, 1, 0.0, 12.0)
    assert breaker.deepest == 12.0
