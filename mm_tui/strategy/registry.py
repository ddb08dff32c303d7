"""Strategies by name: built-ins and anyone's plug-ins are entry points of one group; a user's own file has a path.

A file is code that will run with the user's rights, so only the user may be able to write it: its path is absolute, it
is owned by the user, and nobody else may change it. The working directory is never looked at.
"""

import os
import stat
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, cast

import msgspec

from mm_tui.errors import UsageError
from mm_tui.strategy.api import Strategy
from mm_tui.strategy.avellaneda import Avellaneda
from mm_tui.strategy.glft import Glft
from mm_tui.strategy.passive import Passive
from mm_tui.strategy.pure import Pure

GROUP = "mm_tui.strategies"
BUILT_IN: Mapping[str, Any] = {"passive": Passive, "pure": Pure, "avellaneda": Avellaneda, "glft": Glft}
"""Found without a search of what is installed."""


def make(name: str, params: msgspec.Struct | None, seed: int) -> Strategy:
    """The named strategy with its parameters (None for its defaults); raises UsageError with what to do."""
    factory = BUILT_IN.get(name) or (_from_file(name) if ":" in name else _from_entry_point(name))
    if name in BUILT_IN:
        return cast("Strategy", factory(params if params is not None else factory.Params(), seed))
    try:
        strategy = cast("Strategy", factory(params if params is not None else factory.Params(), seed))
        strategy.describe()
        strategy.nearest_bps()
    except BaseException as error:  # a plug-in may raise anything, sys.exit too
        raise UsageError(f"strategy {name}: {type(error).__name__}: {error}") from error
    return strategy


def _from_entry_point(name: str) -> Any:
    known = {point.name: point for point in entry_points(group=GROUP)}
    if name not in known:
        close = get_close_matches(name, [*BUILT_IN, *known], 1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        raise UsageError(f"no strategy is named {name!r}{hint}; there are {', '.join(sorted({*BUILT_IN, *known}))}")
    return known[name].load()


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
        raise UsageError(f"strategy {name}: {type(error).__name__}: {error}") from error
    factory = getattr(module, attribute, None)
    if factory is None or not hasattr(factory, "Params") or not hasattr(factory, "quote"):
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
