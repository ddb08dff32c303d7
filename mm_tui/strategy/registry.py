"""Strategies by name: built-ins and anyone's plug-ins are entry points of one group; a user's own file has a path.

A file is code that will run with the user's rights, so only the user may be able to write it: its path is absolute, it
is owned by the user, and nobody else may change it. The working directory is never looked at.

What anyone's class makes is looked at once, here, so that the desk can rely on what it says of itself.
"""

import os
import stat
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from math import isfinite
from pathlib import Path
from typing import Any, cast

import msgspec

from mm_tui.errors import UsageError
from mm_tui.model.words import LONGEST, raised
from mm_tui.strategy.api import Strategy
from mm_tui.strategy.avellaneda import Avellaneda
from mm_tui.strategy.glft import Glft
from mm_tui.strategy.passive import Passive
from mm_tui.strategy.pure import Pure
from mm_tui.strategy.signals import SignalRules

GROUP = "mm_tui.strategies"
BUILT_IN: Mapping[str, Any] = {"passive": Passive, "pure": Pure, "avellaneda": Avellaneda, "glft": Glft}
"""Found without a search of what is installed."""
LONGEST_WINDOW = 1e12
"""Seconds that a reference price may look back, as settings have it."""


def make(name: str, params: msgspec.Struct | None, seed: int) -> Strategy:
    """The named strategy with its parameters (None for its defaults); raises UsageError with what to do."""
    if name in BUILT_IN:
        factory = BUILT_IN[name]
        return cast("Strategy", factory(params if params is not None else factory.Params(), seed))
    factory = _from_file(name) if ":" in name else _from_entry_point(name)
    try:
        strategy = factory(params if params is not None else factory.Params(), seed)
        problem = _flaw(strategy)
    except BaseException as error:  # a plug-in may raise anything, sys.exit too
        raise UsageError(f"strategy {name}: {raised(error)}") from error
    if problem:
        raise UsageError(f"strategy {name}: {problem}")
    return cast("Strategy", strategy)


def _flaw(strategy: Any) -> str:
    """What a plug-in's strategy lacks or says wrongly of itself; empty where nothing."""
    window, rules, words = strategy.reference_window, getattr(strategy, "signal_rules", None), strategy.describe()
    if not _is_line(strategy.name):
        return f"name must be a line of text of at most {LONGEST} characters"
    if not isinstance(strategy.params, msgspec.Struct):
        return "params must be the Params it was made with, a msgspec.Struct"
    if not (_is_number(window) and 0 < window <= LONGEST_WINDOW):
        return f"reference_window must be a number of seconds over 0, at most {LONGEST_WINDOW:g}"
    if rules is not None and not _are_rules(rules):
        return "signal_rules must be SignalRules of numbers over 0, or None"
    if not _is_line(words):
        return f"describe() must return a line of text of at most {LONGEST} characters"
    return "" if _is_number(strategy.nearest_bps()) else "nearest_bps() must return a number"


def _are_rules(rules: object) -> bool:
    return isinstance(rules, SignalRules) and all(
        _is_number(value) and 0 < value <= LONGEST_WINDOW for value in msgspec.structs.astuple(rules)
    )


def _is_line(words: object) -> bool:
    return type(words) is str and words.isprintable() and 0 < len(words) <= LONGEST


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and isfinite(cast("float", value))


def _from_entry_point(name: str) -> Any:
    known = {point.name: point for point in entry_points(group=GROUP)}
    if name not in known:
        close = get_close_matches(name, [*BUILT_IN, *known], 1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        raise UsageError(f"no strategy is named {name!r}{hint}; there are {', '.join(sorted({*BUILT_IN, *known}))}")
    try:
        return known[name].load()
    except BaseException as error:  # likewise
        raise UsageError(f"strategy {name}: {raised(error)}") from error


def _from_file(name: str) -> Any:
    text, _, attribute = name.rpartition(":")
    path = Path(text)
    problem = _untrusted(path)
    if problem:
        raise UsageError(f"strategy {name}: {problem}")
    module_name = f"mm_tui_strategy_{path.stem}"
    spec = spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"strategy {name}: {path} is no Python file; give /absolute/file.py:Class")
    module = module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as error:  # a user's file may raise anything at import, sys.exit too
        raise UsageError(f"strategy {name}: {raised(error)}") from error
    factory = getattr(module, attribute, None)
    if factory is None:
        raise UsageError(f"strategy {name}: there is no {attribute} in {path}")
    if not hasattr(factory, "Params") or not hasattr(factory, "quote"):
        raise UsageError(f"strategy {name}: {attribute} must be a class with Params and quote")
    return factory


def _untrusted(path: Path) -> str:
    """Why the file must not be run; empty where it may be."""
    if not path.is_absolute():
        return "the path must be absolute: /absolute/file.py:Class"
    try:
        found = path.stat()
    except OSError as error:
        return f"{path}: {error.strerror or error}"
    if not stat.S_ISREG(found.st_mode):
        return f"{path} is no file"
    if sys.platform != "win32":
        if found.st_uid != os.geteuid():
            return f"{path} is not owned by you"
        if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return f"{path} may be changed by others (chmod go-w {path})"
    return ""
