"""A demo that is watched at the defaults keeps quoting: no limit takes a side away from somebody who only looks on."""

import pytest
from demo_desk import watch

RUN_OVER = (32, 43, 51)
"""Seeds whose market runs over a side within half a minute, where a filled quote is put back at once."""


@pytest.mark.untraced
@pytest.mark.parametrize("seed", RUN_OVER)
def test_a_default_desk_keeps_quoting_where_it_would_have_lost_a_side(seed: int) -> None:
    seen = watch(seed, 40)
    assert (seen.side_off_s, seen.quoting) == (None, 1.0)
    assert seen.both > 0.6
    assert seen.fills > 5
    at_once = watch(seed, 40, "strategy.passive.refill_delay_s=0")
    assert at_once.side_off_s is not None


@pytest.mark.slow
def test_sixty_seeds_of_ten_minutes() -> None:
    seen = [watch(seed, 400) for seed in range(1, 61)]
    assert sum(one.quoting >= 0.9 for one in seen) >= 0.9 * len(seen)
    assert sum(one.both for one in seen) / len(seen) > 0.9
