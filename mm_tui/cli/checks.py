"""What `mm-tui doctor` looks at: each check says what it found and, where that is not well, the one thing to do."""

import os
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from mm_tui.errors import DataError, MmTuiError, SettingsError, VenueError

if TYPE_CHECKING:
    from mm_tui.settings.load import Loaded
    from mm_tui.settings.sections import Settings

PACKAGE: Final = "mm-tui"
SHOWN: Final = ("textual", "rich", "websockets", "msgspec", "ccxt", "click")
"""Libraries whose versions are told."""
EXTRAS: Final = {
    "search": "optuna", "dask": "distributed", "parquet": "polars", "alerts": "apprise", "serve": "textual-serve",
}  # fmt: skip
"""What the extras bring, by their names."""
PYTHONS: Final = ((3, 11), (3, 13))
ANSWER_S: Final = 5.0
"""How long a venue may take."""
CLOCK_OFF_MS: Final = 1000.0
"""Binance takes no order whose time is so far ahead of its own."""
DAY_BYTES: Final = 3_000_000_000
"""What a day of BTC/USDT takes before it is sealed; a tenth of it afterwards."""
PRIVATE: Final = 0o077
"""Rights that nobody but the owner should have."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What one look found."""

    name: str
    ok: bool | None
    """None where it cannot be known here."""
    found: str
    """One line; a problem of the settings a line."""
    advice: str = ""
    """What to do; empty where all is well."""
    code: int = 0
    """What the process ends with because of it; 0 where the desk runs all the same."""


def versions() -> Check:
    """Python, and the libraries beside their pins."""
    python = f"Python {'.'.join(map(str, sys.version_info[:3]))}"
    found = ", ".join([f"{PACKAGE} {version(PACKAGE)}", python, *(f"{name} {version(name)}" for name in SHOWN)])
    extras = [extra for extra, package in EXTRAS.items() if _installed(package)]
    found += f"; extras: {', '.join(extras) or 'none'}"
    advice = ""
    if not PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        advice = "use Python 3.11, 3.12 or 3.13"
    for requirement in requires(PACKAGE) or []:
        name, exact, pinned = requirement.partition("==")
        if exact and ";" not in requirement and version(name) != pinned:
            advice = f"pip install '{requirement}': the screen was made for exactly that"
    return Check(name="versions", ok=not advice, found=found, advice=advice)


def terminal() -> list[Check]:
    """Size, colours and letters of the terminal that this runs in."""
    from rich.console import Console  # noqa: PLC0415 - only the doctor asks

    from mm_tui.app.layout.places import shape_of  # noqa: PLC0415 - likewise
    from mm_tui.app.palette import needs_ascii  # noqa: PLC0415 - likewise

    kind = os.environ.get("TERM", "")
    if not sys.stdout.isatty():
        size = Check(name="terminal", ok=None, found="not a terminal; run this in the one that the desk opens in")
        colours = Check(name="colours", ok=None, found="not a terminal")
    else:
        columns, lines = shutil.get_terminal_size()
        shape = shape_of(columns, lines)
        small = shape == "compact"
        size = Check(
            name="terminal",
            ok=not small and kind != "dumb",
            found=f"{columns}x{lines}, TERM={kind or '–'}: "
            + ("plain lines only" if kind == "dumb" else f"the {shape} layout"),
            advice="set TERM to what your terminal is, for example xterm-256color"
            if kind == "dumb"
            else "make it 80x24 or more; 160x46 shows everything at once"
            if small
            else "",
        )
        system = Console().color_system
        plain = "NO_COLOR" in os.environ
        words = {"truecolor": "16 million", "256": "256", "standard": "16", "windows": "16"}.get(system or "", "none")
        colours = Check(
            name="colours",
            ok=plain or system in {"truecolor", "256"},
            found=f"{words} colours" + (", and NO_COLOR is set: none are used" if plain else ""),
            advice=""
            if plain or system == "truecolor"
            else "themes and the heat map have 16 million: export COLORTERM=truecolor, if it can show them",
        )
    ascii_only, console = needs_ascii(), not needs_ascii({**os.environ, "TERM": "xterm"})
    locale = next((f"{name}={os.environ[name]}" for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)), "")
    letters = Check(
        name="UTF-8",
        ok=(None if console else False) if ascii_only else True,
        found=(locale or "no locale is set")
        + (f", but TERM={kind or '–'}" if ascii_only and console else "")
        + (": drawn in ASCII" if ascii_only else ""),
        advice="export LANG=C.UTF-8 for bars, charts and lines as they are meant" if ascii_only and not console else "",
    )
    return [size, colours, letters]


def settings(loaded: "Loaded | SettingsError") -> Check:
    """The settings and where they came from, or everything that is wrong with them."""
    if isinstance(loaded, SettingsError):
        return Check(
            name="settings",
            ok=False,
            found="\n".join(loaded.problems),
            advice="mend them; `mm-tui config show` says where a value comes from",
            code=SettingsError.exit_code,
        )
    places: dict[str, int] = {}
    for source in loaded.sources.values():
        place = source.partition(":")[0] if loaded.file and source.startswith(loaded.file.name) else source
        if place != "default":
            places[place] = places.get(place, 0) + 1
    words = [f"{count} set by {place}" for place, count in sorted(places.items())]
    found = ", ".join([str(loaded.file or "no file, the defaults hold"), *words])
    return Check(name="settings", ok=True, found="\n".join([found, *loaded.notes]))


def own_files(settings: "Settings") -> list[Check]:
    """What the settings name of the user's own, as the desk would take it: a strategy that is not ours, addresses."""
    from mm_tui.runtime.alerts import post_of  # noqa: PLC0415 - only the doctor asks
    from mm_tui.strategy.registry import BUILT_IN, make  # noqa: PLC0415 - likewise

    found = []
    if settings.desk.strategy not in BUILT_IN:
        found.append(_tried("strategy", settings.desk.strategy, lambda: make(settings.desk.strategy, None, 0)))
    if settings.alerts.urls_file:
        found.append(_tried("alerts", f"addresses in {settings.alerts.urls_file}", lambda: post_of(settings.alerts)))
    return found


def _tried(name: str, words: str, attempt: Callable[[], object]) -> Check:
    try:
        attempt()
    except MmTuiError as error:
        return Check(
            name=name, ok=False, found=str(error), advice="mend it, the desk ends with this", code=error.exit_code
        )
    return Check(name=name, ok=True, found=words)


def folder(name: str, path: Path) -> Check:
    """A folder of the user's: there and writable, or can be made; its owner alone may look in. A desk opens without."""
    if not path.exists():
        parent = next((each for each in path.parents if each.exists()), Path("/"))
        ok = os.access(parent, os.W_OK | os.X_OK) and parent.is_dir()
        words = f"{path} is not there yet" + ("" if ok else f", and {parent} cannot be written")
        return Check(
            name=name,
            ok=ok,
            found=words,
            advice="" if ok else f"make {path} yours, or choose another: --session-dir, XDG_STATE_HOME",
        )
    if not path.is_dir() or not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return Check(
            name=name,
            ok=False,
            found=f"{path} cannot be written",
            advice=f"chmod u+rwx {path}, or choose another: --session-dir, XDG_STATE_HOME",
        )
    mode = path.stat().st_mode & 0o777
    shared = bool(mode & PRIVATE) and sys.platform != "win32"
    return Check(
        name=name,
        ok=not shared,
        found=f"{path}, rights {mode:03o}",
        advice=f"chmod 700 {path}: others of this machine can look in" if shared else "",
    )


def disk(path: Path) -> Check:
    """Room for recordings where they are written."""
    there = next(each for each in (path, *path.parents) if each.exists())
    free = shutil.disk_usage(there).free
    enough = free >= DAY_BYTES
    return Check(
        name="disk",
        ok=enough,
        found=f"{free / 1e9:,.1f} GB free; a day of BTC/USDT takes about {DAY_BYTES / 1e9:.0f} GB, a tenth once sealed",
        advice="" if enough else "free some, lower record.retention_days, or record elsewhere: --session-dir",
    )


def desks_running(state: Path) -> Check:
    """Desks of this user that are open now."""
    from mm_tui.journal import desks  # noqa: PLC0415 - only the doctor asks

    found = desks.running(state)
    words = "; ".join(f"{desk.pair or 'a desk'}, pid {desk.pid}" for desk in found)
    return Check(name="desks", ok=True, found=words or "none is running")


def recording(path: Path) -> Check:
    """A capture or a session that stands in for a venue."""
    ok = os.access(path, os.R_OK)
    return Check(
        name="venue",
        ok=ok,
        found=f"{path}" + ("" if ok else " cannot be read"),
        advice="" if ok else "`mm-tui sessions` lists what was recorded",
        code=0 if ok else DataError.exit_code,
    )


async def asked(settings: "Settings") -> tuple[Check, Check]:
    """The venue and its clock, both at once."""
    from asyncio import TaskGroup  # noqa: PLC0415 - only the doctor asks

    async with TaskGroup() as tasks:
        questions = tasks.create_task(venue(settings)), tasks.create_task(clock(settings))
    return questions[0].result(), questions[1].result()


async def venue(settings: "Settings") -> Check:
    """Whether the venue that the settings name answers."""
    name, symbol = settings.desk.venue, settings.desk.symbol
    explicit = 0 if name == "auto" else VenueError.exit_code
    if name == "demo":
        return Check(name="venue", ok=True, found="the embedded exchange, which needs no network")
    if name.startswith("file:"):
        return recording(Path(name.removeprefix("file:")))
    if name.startswith("ccxt:"):
        problem = await _ccxt_problem(name.removeprefix("ccxt:"), settings)
    elif name in {"auto", "binance"}:
        from mm_tui.venues.binance.feed import reachable  # noqa: PLC0415 - only where asked for

        problem = await reachable(settings.binance, ANSWER_S, symbol)
    else:
        from mm_tui.settings.market import no_venue  # noqa: PLC0415 - only where there is none

        problem = str(no_venue(name))
    if problem is None:
        return Check(name="venue", ok=True, found=f"{name}: {symbol} is there")
    return Check(
        name="venue",
        ok=False,
        found=f"{name}, {symbol}: {problem}",
        advice="the desk opens on the embedded exchange; look at the network, a proxy (HTTPS_PROXY), or [binance]"
        if name == "auto"
        else "look at the network, or choose another venue: mm-tui demo needs none",
        code=explicit,
    )


async def clock(settings: "Settings") -> Check:
    """The venue's clock against ours."""
    from mm_tui.runtime.clock import LiveClock  # noqa: PLC0415 - only where asked for
    from mm_tui.venues.binance.clock import clock_offset  # noqa: PLC0415 - likewise
    from mm_tui.venues.binance.rest import get  # noqa: PLC0415 - likewise

    if settings.desk.venue not in {"auto", "binance"}:
        return Check(name="clock", ok=None, found=f"not asked of {settings.desk.venue.partition(':')[0]}")
    try:
        offset = await clock_offset(settings.binance.rest_url, ANSWER_S, get, LiveClock().now)
    except VenueError as error:
        return Check(name="clock", ok=None, found=f"not known: {error}")
    side = "ahead of" if offset.ahead_ms > 0 else "behind"
    good = abs(offset.ahead_ms) - offset.within_ms < CLOCK_OFF_MS
    return Check(
        name="clock",
        ok=good,
        found=f"the venue is {abs(offset.ahead_ms):,.0f} ms {side} this machine, within {offset.within_ms:,.0f} ms",
        advice="" if good else "set this machine's clock by NTP; ages do not depend on it, real orders would",
    )


async def _ccxt_problem(exchange: str, settings: "Settings") -> str | None:
    from asyncio import timeout  # noqa: PLC0415 - only where asked for

    from mm_tui.venues.ccxt.feed import CcxtFeed  # noqa: PLC0415 - loads ccxt

    try:
        async with timeout(2 * ANSWER_S):
            await CcxtFeed(exchange, settings.desk.symbol, settings.ccxt, settings.feed).instrument()
    except TimeoutError:
        return f"no answer within {2 * ANSWER_S:g} s"
    except MmTuiError as error:
        return str(error)
    return None


def _installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True
