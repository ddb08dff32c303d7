"""One seed from its setup to its end, and what is held there."""

from faults.adversary import Adversary
from faults.run import Item, Run
from faults.setup import setup_of
from faults.words import Broken, hold
from mm_tui.model.orders import Status

EVENTS = 500
"""At the least, a seed."""


class Failure(AssertionError):  # noqa: N818 - what a seed ends with
    """A seed on which an invariant broke, with the script up to there."""

    def __init__(self, seed: int, events: int, broken: Broken, script: list[Item]) -> None:
        super().__init__(
            f"seed {seed}, event {broken.event}: {broken}\n"
            f"  again: cd tests/property && python -m faults --start {seed} --seeds 1 --events {events}"
        )
        self.seed = seed
        self.broken = broken
        self.script = script


def run_seed(seed: int, events: int = EVENTS) -> Adversary:
    """Run a seed; raises Failure where an invariant breaks."""
    setup = setup_of(seed)
    run = Run(setup)
    adversary = Adversary(setup, run)
    try:
        adversary.play(events)
        _check_end(adversary)
    except Broken as broken:
        broken.event = broken.event or run.heard
        raise Failure(seed, events, broken, adversary.script) from broken
    return adversary


def _check_end(adversary: Adversary) -> None:
    """All was told and the venue was honest for a while: nothing rests, and the accounts are one."""
    core, venue = adversary.run.core, adversary.venue
    hold(not venue.live, 4, f"left behind at the venue: {sorted(venue.live)}")
    hold((core.account.base, core.account.quote) == (venue.base, venue.quote), 3, "the venue's own account differs")
    hold(core.book.valid, 2, "the book does not come back though the stream is whole")
    for order in core.orders.open:
        hold(order.status is Status.UNKNOWN, 4, f"{order.order_id} is {order.status.value} at the end")
        asked = adversary.run.oracle.leaving.queries.get(order.order_id, [0])
        hold(asked[-1] < adversary.honest_since, 4, f"{order.order_id} was asked for, answered, and is still in doubt")
