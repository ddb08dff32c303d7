"""The choice of another market: the venue first, then one of its pairs, each found by a few letters."""

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap
from typing import Final

from rich.text import Text
from textual import events, on
from textual.widgets import Input, Static

from mm_tui.app.screens.line import LineInput
from mm_tui.app.screens.sheet import Choosing
from mm_tui.app.search import Search
from mm_tui.errors import UsageError
from mm_tui.settings.market import Market, read_symbol, read_venue

_LEAST_COLUMNS: Final = 12
_COLUMNS: Final = 66
_ROWS: Final = 12
_AROUND: Final = 4
"""Lines besides the list: the frame, the input, the keys."""
_PAGE: Final = 10
_STEPS: Final = {
    "up": -1, "ctrl+k": -1, "shift+tab": -1, "down": 1, "ctrl+j": 1, "tab": 1, "pageup": -_PAGE, "pagedown": _PAGE,
}  # fmt: skip
_OWN: Final = frozenset({"escape", *_STEPS})

Told = Callable[[tuple[str, ...], str], None]
"""Takes the pairs of a venue, or why there are none."""


class MarketPicker(Choosing):
    """Letters filter at once, arrows (tab, ctrl+j, ctrl+k) move, enter chooses, escape goes back."""

    def __init__(
        self,
        now: Market,
        venues: Sequence[tuple[str, str]],
        ask: Callable[[str, Told], None],
        *,
        venue: str = "",
    ) -> None:
        """`ask` fetches a venue's pairs and tells of them later; `venue` is given where the pair alone is asked.

        The answer is a market in two lines, `answered` reads it.
        """
        super().__init__("")
        self._now = now
        self._venues = Search(venues)
        self._ask = ask
        self._alone = bool(venue)
        self._venue = ""
        self._pairs = Search(())
        self._said = self._why = ""
        self._found: list[tuple[str, str]] = []
        self._at = 0
        self._begin(venue)

    def wanted(self) -> tuple[int, int]:
        """Always the same size, so that nothing jumps while it is typed in."""
        return _COLUMNS, _ROWS + _AROUND

    def compose(self) -> Iterator[Input | Static]:
        """The input, the list, and beneath it what there is to say."""
        yield LineInput(placeholder="a few letters", compact=True)
        yield Static(self._list(), markup=False, classes="list")
        yield Static(self._foot(), markup=False, id="market-foot")

    def on_mount(self) -> None:
        """Say where the list stands."""
        self._draw()

    def take_focus(self) -> None:
        """The input has the keyboard."""
        self.screen.set_focus(self.query_one(Input), scroll_visible=False)

    def passes(self, key: str) -> bool:
        """Editing and enter are the input's own."""
        return key not in _OWN

    def pressed(self, key: str) -> None:
        """Move, or a step back."""
        step = _STEPS.get(key, 0)
        if key == "escape" and self._venue and not self._alone:
            self._begin("")
            self._clear()
        elif key == "escape":
            self.close()
        elif step and self._found:
            at = self._at + step
            self._at = at % len(self._found) if abs(step) == 1 else min(max(0, at), len(self._found) - 1)
            self._draw()

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        event.stop()
        box = self.query_one(".list", Static).region
        at = self._first + event.screen_y - box.y
        if box.contains(event.screen_x, event.screen_y) and at < len(self._found):
            self._at = at
            self._take()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._find(event.value)
        self._draw()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._take()

    # -- what it is about

    def _begin(self, venue: str) -> None:
        """The venues, or the pairs of one, from the beginning."""
        self._venue, self._pairs, self._why = venue, Search(()), ""
        self.border_title = f"Pair on {venue}" if venue else "Venue"
        if not venue:
            self._said = f"now: {self._now}"
            self._found = self._venues.items
            names = [name for name, _ in self._found]
            self._at = names.index(self._now.venue) if self._now.venue in names else 0
            return
        self._said = f"asking {venue} for its pairs …"
        self._find("")
        self._ask(venue, lambda pairs, words: self._told(venue, pairs, words))

    def _told(self, venue: str, pairs: tuple[str, ...], words: str) -> None:
        """The venue has answered, perhaps after the sheet went on to something else."""
        if venue != self._venue:
            return
        quote = self._now.symbol.partition("/")[2]
        near = [pair for pair in pairs if pair.endswith(f"/{quote}")]
        far = [pair for pair in pairs if not pair.endswith(f"/{quote}")]
        self._pairs = Search([(pair, "now" if pair == self._now.symbol else "") for pair in [*near, *far]])
        self._why = words
        self._said = "" if words else f"{len(pairs):,} pairs"
        if self.is_attached:
            self._find(self.query_one(Input).value)
            self._draw()
        else:
            self._find("")

    def _find(self, typed: str) -> None:
        """What matches; what is typed itself too, where it makes sense and nothing is of that name."""
        self._at = 0
        found = (self._pairs if self._venue else self._venues).found(typed)
        names = {name for name, _ in found}
        own = ""
        if self._venue and typed.strip():
            own = typed.strip().upper()
            try:
                own = read_symbol(own)
            except UsageError:
                own = ""
        elif typed.startswith(("file:", "ccxt:")) and len(typed) > len("file:"):
            own = typed
        self._found = [*found, (own, "as typed")] if own and own not in names else list(found)

    def _take(self) -> None:
        """Go on with what the cursor is on."""
        if not self._found:
            return
        name = self._found[self._at][0]
        if self._venue:
            self._done(Market(self._venue, name))
        elif name.startswith("file:"):
            try:
                self._done(read_venue(name, self._now.symbol))
            except UsageError as error:
                self._why, self._found = str(error), []
                self._draw()
        else:
            self._begin(name)
            self._clear()

    def _done(self, market: Market) -> None:
        self.close(f"{market.venue}\n{market.symbol}")

    # -- what is seen

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The one that its last line does not name."""
        return (("↑ ↓", "choose"),)

    def _clear(self) -> None:
        self.query_one(Input).value = ""
        self._draw()

    def _draw(self) -> None:
        if self.is_attached:
            self.query_one(".list", Static).update(self.showable(self._list()), layout=False)
            self.query_one("#market-foot", Static).update(self.showable(self._foot()), layout=False)
            self.count(self._at, len(self._found), self._room)

    @property
    def _room(self) -> int:
        return max(1, min(_ROWS, self.app.size.height - _AROUND))

    @property
    def _first(self) -> int:
        """The topmost item seen."""
        return max(0, min(self._at - self._room // 2, len(self._found) - self._room))

    def _list(self) -> Text:
        if not self._found and self._why:
            lines = [
                *wrap(self._why, max(_LEAST_COLUMNS, min(_COLUMNS, self.app.size.width) - 6)),
                "",
                "A pair can be typed, for example ETH/USDT." if self._venue else "",
            ]
            return Text("\n".join(lines))
        if not self._found:
            return Text("nothing matches" if self._pairs.items or not self._venue else "", style=self.faint)
        accent = f"bold {self.style('accent')}"
        first = self._first
        return Text("\n").join(
            Text.assemble(
                (f"{'▸' if at == self._at else ' '} {name:<22}", accent if at == self._at else ""), (words, self.faint)
            )
            for at, (name, words) in enumerate(self._found[first : first + self._room], first)
        )

    def _foot(self) -> Text:
        back = "esc venues" if self._venue and not self._alone else "esc leaves"
        return Text("   ".join(filter(None, (self._said, "enter chooses", back))), style=self.faint)


def answered(answer: str) -> Market | None:
    """The market that was chosen; None where the picker was left."""
    venue, _, symbol = answer.partition("\n")
    return Market(venue, symbol) if venue else None
