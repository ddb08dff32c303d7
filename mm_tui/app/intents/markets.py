"""Another market on the same screen: what there is is fetched off the screen's loop, the change goes to the desk."""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from mm_tui.errors import MmTuiError
from mm_tui.runtime.control import Control, Refusal
from mm_tui.settings.market import Market
from mm_tui.settings.sections import Settings

if TYPE_CHECKING:
    from mm_tui.app.screens.market import Told

log = logging.getLogger(__name__)


class Markets:
    """Of one process's desk."""

    def __init__(
        self, control: Control, settings: Settings, pairs: Callable[[str, Settings], tuple[str, ...]] | None = None
    ) -> None:
        """`pairs` fetches those of a venue, and may block; unless given, the venues are asked."""
        self._control = control
        self._settings = settings
        self._fetch = pairs
        self._known: dict[str, tuple[str, ...]] = {}
        self._venues: tuple[str, ...] = ()

    @property
    def now(self) -> Market:
        """What the desk was opened on, or is being opened on."""
        market = self._control.market
        assert market is not None, "this desk's market may not be changed"  # noqa: S101 - its maker says so
        return market

    @property
    def refusal(self) -> Refusal | None:
        """The market that was chosen and could not be opened, as long as nothing else was chosen."""
        return self._control.refusal

    def change(self, market: Market) -> None:
        """Cancel, seal, and open this one."""
        self._control.change(market)

    @property
    def venues(self) -> tuple[str, ...]:
        """What a line of the command line may name; a path is the user's to write."""
        from mm_tui.venues.listing import venues  # noqa: PLC0415 - loaded with the first choice

        if not self._venues:
            self._venues = (*(name for name, _ in venues()), "file:")
        return self._venues

    def known(self, venue: str) -> tuple[str, ...]:
        """The pairs of a venue, the present one where none is named, as far as they were asked for before."""
        return self._known.get(venue or self.now.venue, ())

    def ask(self, venue: str, told: "Told") -> None:
        """Have `told` called on the running loop with a venue's pairs, or with why there are none."""
        if venue in self._known:
            told(self._known[venue], "")
            return
        loop = asyncio.get_running_loop()

        def settle(pairs: tuple[str, ...], words: str) -> None:
            if pairs:
                self._known[venue] = pairs
            told(pairs, words)

        def work() -> None:
            answer = self._pairs_of(venue)
            with suppress(RuntimeError):  # the screen was left meanwhile
                loop.call_soon_threadsafe(settle, *answer)

        threading.Thread(target=work, name="pairs", daemon=True).start()

    def _pairs_of(self, venue: str) -> tuple[tuple[str, ...], str]:
        from mm_tui.venues.listing import pairs  # noqa: PLC0415 - loaded with the first choice

        try:
            found = (self._fetch or pairs)(venue, self._settings)
        except MmTuiError as error:
            return (), str(error)
        except Exception as error:  # whatever a venue's library raises must not leave the picker waiting
            log.exception("pairs venue=%s", venue)
            return (), f"{type(error).__name__}: {error}"
        return found, "" if found else f"{venue} lists no pairs"
