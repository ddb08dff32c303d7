"""What the core answers: commands for venues, feed and timers, and facts for everyone."""

import msgspec

from mm_tui.model.commands import ArmTimer, RequestSnapshot
from mm_tui.model.facts import AnyFact
from mm_tui.risk.gate import Approved


class Outputs(msgspec.Struct, frozen=True, gc=False):
    """In the order in which they came about."""

    commands: list[Approved | RequestSnapshot | ArmTimer]
    facts: list[AnyFact]


EMPTY = Outputs([], [])
"""Most events change nothing."""
