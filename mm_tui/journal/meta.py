"""`session.json`: what a session was run with, and how it ended."""

from pathlib import Path
from typing import Any

import msgspec

from mm_tui.errors import DataError
from mm_tui.journal import private
from mm_tui.journal.lines import regular
from mm_tui.model.instrument import Instrument, impossible

FILE = "session.json"
FORMAT = 1
"""Of the session folder; a folder of a later format is refused, not guessed at."""
RULES = 3
"""Of the core, as they are now. 1: orders in doubt were asked for by cancels, a first price change only paused; 2: one
jump in several moves counted as two."""
LARGEST = 1 << 24
"""Bytes that are read; none is a hundredth of that."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a session: the figures of its summary that a list of sessions shows."""

    placed: int
    """Orders."""
    fills: int
    pnl: str | None
    """Net, in quote, an exact decimal; null where no price was ever known."""
    position: str
    """In base, against the opening; an exact decimal."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The recording that a session branched off."""

    recording: str
    """Its path."""
    ts: int
    """The moment, ns since 1970."""
    venue: str
    """What its market data came from."""


class BlackBox(msgspec.Struct, frozen=True, kw_only=True):
    """What a black box was cut out for, and of what."""

    session: str
    """Path of the session."""
    ts: int
    """The moment, ns since 1970."""
    rule: str
    """The rule that tripped; `kill` for the kill switch."""


class SessionMeta(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """Everything that a re-run of the session needs besides its two logs."""

    format: int = FORMAT
    version: str
    """Of mm-tui."""
    venue: str
    """What market data came from: `binance`, `demo`, `ccxt:kraken`, `file`."""
    symbol: str
    strategy: str
    mode: str = "paper"
    instrument: Instrument
    settings: dict[str, Any]
    """Every setting, secrets hidden."""
    seeds: dict[str, int] = {}
    """Seeds of every generator of the session, by name."""
    maker_bps: float | None = None
    """What the venue charged, resolved; null in a session of before these were written."""
    taker_bps: float | None = None
    stale_after_ms: int | None = None
    """How old its data might get, resolved."""
    start: int
    """Local time, ns since 1970."""
    end: int | None = None
    """Null while the session runs, and for ever where it was killed."""
    desk_end: int | None = None
    """Up to when its figures go, in the desk's own time, ns."""
    ended: str | None = None
    """How it ended: `quit`, `duration`, `SIGTERM`, `end of file`, `error: …`."""
    market_lines: int | None = None
    records: int | None = None
    """Records of the journal."""
    result: Result | None = None
    """Null where the session was killed, or is of before results were written."""
    digest: str | None = None
    """Of the outputs, as the summary has it: what a run of the recording is held against."""
    stopped: str | None = None
    """Why the recording ended before the desk did: a full disk, say. It then holds less than `result` tells of, and no
    digest is kept to hold it against. Null where all was recorded, and where the session was killed."""
    branch_of: Origin | None = None
    """Null for a session that stands by itself."""
    black_box_of: BlackBox | None = None
    """Null for a session that ran; else this is the last minute of one, to be shown and not to be run."""
    rules: int = 1
    """By which rules the core decided; others may say otherwise to the same inputs, see `RULES`."""
    measured: dict[str, dict[str, Any]] | None = None
    """`feed_age_ms`, `latency_us` and `bus` of the summary: what the shells measured and no recording can say again."""


def result_of(summary: dict[str, Any]) -> Result:
    """The result of a session's summary."""
    return Result(
        placed=summary["orders"]["placed"],
        fills=summary["fills"]["count"],
        pnl=summary["pnl"]["total"],
        position=summary["position"]["base"],
    )


def write_meta(folder: Path, meta: SessionMeta) -> None:
    """Write the file so that it is always whole: the old one or the new one."""
    private.write(folder / FILE, msgspec.json.format(msgspec.json.encode(meta), indent=2) + b"\n")


def read_meta(folder: Path) -> SessionMeta:
    """The file's contents; raises DataError with what to do."""
    path = folder / FILE
    try:
        with regular(path) as stream:
            data = stream.read(LARGEST)
    except FileNotFoundError as error:
        raise DataError(f"{folder} is no session: it holds no {FILE} (`mm-tui sessions` lists them)") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        found = msgspec.json.decode(data, type=dict[str, Any]).get("format")
        if found != FORMAT:
            raise DataError(f"{path} is of format {found}; this version of mm-tui reads format {FORMAT}")
        meta = msgspec.json.decode(data, type=SessionMeta)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{path} is damaged: {error}") from error
    problem = impossible(meta.instrument)
    if problem:
        raise DataError(f"{path} is damaged: its instrument's {problem}")
    return meta
