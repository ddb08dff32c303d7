"""Questions that are answered by `y`, and notices that any key closes."""

from collections.abc import Callable
from textwrap import wrap
from typing import Final

from rich.text import Text
from textual import events

from mm_tui.app.screens.reading import Reading
from mm_tui.app.screens.sheet import Sheet
from mm_tui.core.operator import STRATEGY
from mm_tui.model.bounds import typed
from mm_tui.runtime.control import Refusal
from mm_tui.settings.market import Market
from mm_tui.views.fmt import UNKNOWN, number
from mm_tui.views.frames import DeskFrame, ShadowRow

_FEW_LINES: Final = 8
_LONGEST_LINE: Final = 74
_SHORTEST_LINE: Final = 20
_RIM: Final = 6
"""Cells of a sheet beside its lines."""
_MOST_CHANGES: Final = 8


class Question(Sheet):
    """`y` does it; every other key leaves everything as it is."""

    AT_BOTTOM = True

    def __init__(self, title: str, ask: Callable[[DeskFrame], list[str]], yes: str, no: str, frame: DeskFrame) -> None:
        super().__init__(title)
        self._ask = ask
        self._yes, self._no = yes, no
        self._said = ask(frame)
        self.add_class("question")

    def show(self, frame: DeskFrame) -> None:
        """The figures of a question move with the market."""
        said = self._ask(frame)
        if said != self._said:
            before = len(self.lines())
            self._said = said
            self.refresh(layout=len(self.lines()) != before)

    def lines(self) -> list[Text]:
        """What would be done, then the keys; on a screen of a few lines the keys come first."""
        room = max(_SHORTEST_LINE, self.app.size.width - _RIM)
        yes = Text.assemble(("y", f"bold {self.style('warning')}"), f" {self._yes}")
        no = Text.assemble(("any other key", f"bold {self.style('foreground')}"), f" {self._no}")
        beside = Text("    ").join([yes, no])
        keys = [beside] if beside.cell_len <= room else [yes, no]
        said = [Text(part) for line in self._said for part in (wrap(line, room) or [""])]
        return [*keys, *said] if self.app.size.height < _FEW_LINES else [*said, *keys]

    def pressed(self, key: str) -> None:
        """Only `y` is a yes."""
        self.close("y" if key in {"y", "Y"} else "")

    def on_click(self, event: events.Click) -> None:
        """A click on either answer gives it; beside them it is none."""
        event.stop()
        answer = self.clicked_on(event, {"y": f"y {self._yes}", "n": f"any other key {self._no}"})
        if answer is not None:
            self.pressed(answer)


class Notice(Reading):
    """Something to be read; any key closes it."""

    def __init__(self, title: str, text: list[str]) -> None:
        super().__init__(title)
        self._text = text

    def text(self) -> list[Text]:
        """What it says, in lines that the screen has room for."""
        room = max(_SHORTEST_LINE, self.app.size.width - _RIM)
        return [Text(part) for line in self._text for part in (wrap(line, room) or [""])]


class Refused(Sheet):
    """A market could not be opened and no desk runs: back, once more, another one, or out."""

    AT_BOTTOM = True

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.market} is not open")
        self._refusal = refusal
        self.add_class("question")

    @property
    def _ways(self) -> dict[str, str]:
        """Each key with what it does."""
        return {"b": f"back to {self._refusal.back}", "r": "try again", "v": "choose", "q": "quit"}

    def lines(self) -> list[Text]:
        """Why, and the keys; on a screen of a few lines the keys come first."""
        keys = Text()
        for key, does in self._ways.items():
            keys.append(key, f"bold {self.style('warning')}")
            keys.append(f" {does}    ")
        said = [Text(line) for line in [*_wrapped(self._refusal.words), "No desk runs: nothing is quoted."]]
        return [keys, *said] if self.app.size.height < _FEW_LINES else [*said, keys]

    def pressed(self, key: str) -> None:
        """One of the four; nothing else closes it."""
        if key in self._ways:
            self.close(key)

    def on_click(self, event: events.Click) -> None:
        """A click on one of them as well."""
        event.stop()
        key = self.clicked_on(event, {key: f"{key} {does}" for key, does in self._ways.items()})
        if key is not None:
            self.close(key)


def market_words(market: Market, frame: DeskFrame) -> list[str]:
    """What becomes of the session, its orders and its position when the desk goes over to another market."""
    header, position, instrument = frame.header, frame.position, frame.instrument
    lines = [f"All orders on {header.symbol} are cancelled, the session is sealed, and another begins on {market}."]
    if frame.flatten is not None and instrument is not None:
        held = number(position.base, instrument.quantity_decimals, signed=True)
        lines.append(
            f"The position of {held} {instrument.base} is not closed: it ends with this session's paper account."
        )
    if header.state in ("paused", "halted"):
        lines.append(f"The desk is {header.state}: it opens there paused.")
    return [part for line in lines for part in _wrapped(line)]


def flatten_words(frame: DeskFrame) -> list[str]:
    """What closing the position would trade, and at what estimated cost."""
    flatten, instrument = frame.flatten, frame.instrument
    if flatten is None or instrument is None:
        return ["Quotes are pulled.", "There is no position to close."]
    size = f"{instrument.quantity(flatten.quantity):,f} {instrument.base}"
    cost = "unknown" if flatten.slippage_bps is None else f"{flatten.slippage_bps:.2f} bps"
    return [
        "Quotes are pulled. Close the position too?",
        f"{flatten.side.word} {size} at the market, slippage about {cost}",
    ]


def rearm_words(frame: DeskFrame) -> list[str]:
    """What tripped, before it is re-armed."""
    reason = frame.header.reason or "no reason was recorded"
    return [
        f"The desk is {frame.header.state}: {reason}.",
        "Re-armed it stays paused. A loss limit that was broken counts anew from here.",
    ]


def loosen_words(key: str, after: float, frame: DeskFrame) -> list[str]:
    """Which limit would let more pass, from what to what."""
    before = dict(frame.risk.limits).get(key)
    stands = "unknown" if before is None else typed(before)
    wanted = "off" if not after else typed(after)
    return [f"risk.{key} stands at {stands}; {wanted} would let more pass.", "It lasts until this session ends."]


def promote_words(row: ShadowRow, frame: DeskFrame) -> list[str]:
    """What the desk would run on from now on, and what becomes of its orders."""
    told = [
        f"{name.removeprefix('desk.')}  {after}"
        if before == UNKNOWN
        else f"{name.removeprefix('desk.')}  {before} → {after}"
        for name, before, after in row.changes
    ]
    more = len(told) - _MOST_CHANGES
    changes = [*told[:_MOST_CHANGES], *([f"and {more} more"] if more > 0 else [])]
    resting = len(frame.orders)
    orders = (
        f"{resting} orders rest; the shadow has {row.resting}, {row.shared} of them at a price of ours. "
        "What differs is moved, placed or cancelled."
        if resting
        else "No orders rest."
    )
    state = "" if frame.header.state == "quoting" else f" The desk stays {frame.header.state}."
    other = any(name == STRATEGY for name, _, _ in row.changes)
    estimates = " What a strategy remembers or estimates begins anew." if other else ""
    return [
        *(changes or ["It runs on the same parameters already."]),
        *_wrapped(orders),
        *_wrapped(f"Quotes follow from the desk's own position.{estimates} u undoes it.{state}"),
    ]


def _wrapped(text: str) -> list[str]:
    return wrap(text, _LONGEST_LINE)


def quit_words(frame: DeskFrame) -> list[str]:
    """What is still held."""
    position, instrument = frame.position, frame.instrument
    unit = instrument.base if instrument else "base"
    held = number(position.base, instrument.quantity_decimals if instrument else 8, signed=True)
    return [f"The position is {held} {unit}.", "Quitting cancels all orders and keeps the position."]
