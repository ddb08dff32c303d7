"""Strategies by name: built-ins and anyone's plug-ins are entry points of one group."""

from collections.abc import Mapping
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Any, cast

import msgspec

from mm_tui.errors import UsageError
from mm_tui.strategy.api import Strategy
from mm_tui.strategy.passive import Passive

GROUP = "mm_tui.strategies"
BUILT_IN: Mapping[str, Any] = {"passive": Passive}
"""Found without a search of what is installed."""


def make(name: str, params: msgspec.Struct | None, seed: int) -> Strategy:
    """The named strategy with its parameters (None for its defaults); raises UsageError with close names."""
    factory = BUILT_IN.get(name)
    if factory is None:
        known = {point.name: point for point in entry_points(group=GROUP)}
        if name not in known:
            close = get_close_matches(name, [*BUILT_IN, *known], 1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            raise UsageError(f"no strategy is named {name!r}{hint}; there are {', '.join(sorted({*BUILT_IN, *known}))}")
        factory = known[name].load()
    return cast("Strategy", factory(params if params is not None else factory.Params(), seed))
