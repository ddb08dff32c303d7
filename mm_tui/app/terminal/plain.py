"""The desk in plain lines: on a screen too small for panels, and on a terminal that cannot move its cursor."""

import select
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Final, TextIO

from mm_tui.views.frames import DeskFrame, DeskLink

_ROOM_FOR_KILL: Final = 4
"""Lines from which the kill key has one of its own."""

LINE_SECONDS: Final = 1.0
"""At most one line in this time."""


def compact_lines(frame: DeskFrame, width: int, height: int, stop: str = "K kill") -> list[str]:
    """State, position, PnL and how to stop, most important first; exactly `height` lines of at most `width` cells."""
    header, held = frame.header, _held(frame)
    state = header.state.upper()
    lines = [
        *([_join(width, state, stop), *held] if height < _ROOM_FOR_KILL else [state, *held, stop]),
        f"{header.symbol} {header.venue}",
        header.badge,
        f"why {header.reason}" if header.reason else "",
        f"do {header.hint}" if header.hint else "",
        header.problem or header.demo_cause,
        _touch(frame),
        f"feed {frame.truth.link} {_age(frame)}",
        f"orders {len(frame.orders)}",
    ]
    lines = [line for line in lines if line][:height]
    lines += [""] * (height - len(lines))
    return [line[:width] for line in lines]


def one_line(frame: DeskFrame) -> str:
    """The same on one line, for a log of lines."""
    header = frame.header
    parts = [
        frame.truth.clock,
        header.symbol,
        header.venue,
        header.badge,
        header.state.upper(),
        header.reason,
        header.problem or header.demo_cause,
        _touch(frame),
        *_held(frame),
        f"orders {len(frame.orders)}",
        f"feed {_age(frame)}",
    ]
    return "  ".join(part for part in parts if part)


def _join(width: int, left: str, right: str) -> str:
    return f"{left} {right}" if len(left) + len(right) + 1 <= width else left


def _held(frame: DeskFrame) -> list[str]:
    """Position and PnL with their units."""
    base = frame.instrument.base if frame.instrument else "base"
    quote = frame.instrument.quote if frame.instrument else "quote"
    return [f"pos {_signed(frame.position.base)} {base}", f"PnL {_money(frame)} {quote}"]


def _signed(value: Decimal | None) -> str:
    return "-" if value is None else f"{value + 0:{'+' if value else ''},f}"


def _money(frame: DeskFrame) -> str:
    """The total in quote: cents, and more digits where an order may be worth less than that."""
    total, instrument = frame.position.total, frame.instrument
    least = instrument.min_notional if instrument is not None else Decimal(1)
    places = max(2, 2 - least.adjusted()) if least > 0 else 2
    return "-" if total is None else _signed(round(total, places))


def _touch(frame: DeskFrame) -> str:
    """Best bid and ask, where the ladder shows them."""
    instrument, ladder = frame.instrument, frame.ladder
    if instrument is None or ladder.mid2 is None or ladder.spread is None:
        return ""
    bid = (ladder.mid2 - ladder.spread) // 2
    return f"{instrument.price(bid):,f} / {instrument.price(bid + ladder.spread):,f}"


def _age(frame: DeskFrame) -> str:
    return "-" if frame.truth.age_ms is None else f"{frame.truth.age_ms} ms"


def run_lines(link: DeskLink, read: Callable[[float], str | None], out: TextIO) -> int:
    """The desk as a log of lines with commands by name, for TERM=dumb; returns the exit code.

    `read` waits at most so many seconds for a typed line: None where there was none, empty at the end of input.
    """
    from mm_tui.app.palette import plain  # noqa: PLC0415 - brings the screen's library along, which nothing else here needs

    out.write("plain lines, since TERM=dumb; type kill, pause, flatten, rearm, widen, tighten, quit and Enter\n")
    said = ""
    while True:
        line = plain(one_line(link.frame))
        if line != said:
            said = line
            out.write(line + "\n")
            out.flush()
        typed = read(LINE_SECONDS)
        if typed is None:
            continue
        word = typed.strip()
        if word == "kill":
            link.kill()
        elif word in {"quit", "q"} or not typed:
            return 0
        elif word in _TYPED:
            link.act(word)
        elif word:
            out.write(f"no command {word!r}\n")


_TYPED: Final = frozenset({"pause", "pull", "flatten", "rearm", "widen", "tighten", "larger", "smaller", "undo"})


def typed_line(seconds: float) -> str | None:
    """A line of standard input, where one comes in time."""
    ready, _, _ = select.select((sys.stdin,), (), (), seconds)
    return sys.stdin.readline() if ready else None
