"""Delays and the budget of connects, on a clock of the test's own."""

from hypothesis import given
from hypothesis import strategies as st

from mm_tui.model.generator import Generator
from mm_tui.venues.supervise import CONNECT_LIMIT, CONNECT_WINDOW_NS, Backoff, ConnectBudget, retry_words

MS, S = 1_000_000, 1_000_000_000


def test_delays_double_from_the_initial_to_the_cap_with_half_of_each_as_jitter() -> None:
    backoff = Backoff(125, 60_000, Generator(1))
    delays = [backoff.failed(0) for _ in range(14)]
    whole = [min(125 * 2**n, 60_000) * MS for n in range(14)]
    assert all(full // 2 <= delay <= full for delay, full in zip(delays, whole, strict=True))
    assert len({delay / full for delay, full in zip(delays, whole, strict=True)}) == 14
    assert backoff.failures == 14


def test_two_seeds_do_not_march_in_step() -> None:
    one, other = Backoff(125, 60_000, Generator(1)), Backoff(125, 60_000, Generator(2))
    assert [one.failed(0) for _ in range(5)] != [other.failed(0) for _ in range(5)]


def test_only_a_healthy_life_wipes_the_failures() -> None:
    backoff = Backoff(100, 60_000, Generator(1))
    for _ in range(6):
        backoff.failed(0)
    backoff.lived(9 * S)
    assert backoff.failures == 6
    backoff.lived(10 * S)
    assert backoff.failures == 0
    assert backoff.failed(0) <= 100 * MS


def test_a_cap_below_the_initial_delay_is_the_initial_delay() -> None:
    backoff = Backoff(1000, 10, Generator(1))
    assert all(500 * MS <= backoff.failed(0) <= 1000 * MS for _ in range(5))


def test_a_spent_budget_makes_the_next_connect_wait_for_the_oldest() -> None:
    budget = ConnectBudget(limit=2, window_ns=10 * S)
    assert budget.wait(0) == 0
    budget.spend(0)
    budget.spend(4 * S)
    assert budget.wait(5 * S) == 5 * S
    assert budget.wait(10 * S) == 0
    budget.spend(10 * S)
    assert budget.wait(11 * S) == 3 * S


@given(st.integers(1, 200), st.integers(0, 1 << 32), st.integers(1, 2001))
def test_a_venue_that_drops_every_connection_sees_no_more_than_its_limit(initial: int, seed: int, longest: int) -> None:
    backoff, lives = Backoff(initial, initial, Generator(seed)), Generator(seed)
    now, connects = 0, []
    for _ in range(700):
        life = lives.below(longest)
        now += backoff.allowed_in(now)
        backoff.connecting(now)
        connects.append(now)
        now += life * MS
        backoff.lived(life * MS)
        now += backoff.failed(now)
    spans = [later - first for first, later in zip(connects, connects[CONNECT_LIMIT:], strict=False)]
    assert min(spans) >= CONNECT_WINDOW_NS


def test_the_words_never_promise_zero_seconds() -> None:
    assert retry_words(1) == "retrying in 1 s"
    assert retry_words(0) == "retrying in 1 s"
    assert retry_words(2 * S) == "retrying in 2 s"
    assert retry_words(2 * S + 1) == "retrying in 3 s"
