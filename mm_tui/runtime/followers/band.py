"""The PnL band: the same strategy and settings, closed loop, under three queue models on the same feed.

Each member is a whole desk of its own: core, paper venue, timers, account, without journal, digest or scores. The one
whose queue model the settings name is the main desk itself. A member hears what the main desk hears but for what is the
main desk's own: replies of its venue, its timers, orders cancelled by their id, trips over its own exposure and time.
"""

import logging
from collections.abc import Callable
from decimal import Decimal
from time import perf_counter_ns

import msgspec

from mm_tui.bus import EventBus
from mm_tui.model import account as accounts
from mm_tui.model import events as ev
from mm_tui.model.events import AnyEvent
from mm_tui.model.instrument import Instrument
from mm_tui.runtime.assembly import Terms, build_desk
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.followers.followers import CAPACITY, Follower, Followers, Unread, Unscored, is_own

MODELS = ("risk_averse", "power", "optimistic")
"""From the least to the most that a queue could have given."""
OWN_ACTIONS = frozenset({"cancel_order", "shadow"})

Figures = tuple[Decimal | None, Decimal | None, Decimal | None]
"""One for each of MODELS."""
NO_FIGURES: Figures = (None, None, None)

log = logging.getLogger(__name__)


def under(terms: Terms, model: str) -> Terms:
    """The same terms under another queue model."""
    simulator = msgspec.structs.replace(terms.settings.simulator, queue_model=model)
    return msgspec.structs.replace(terms, settings=msgspec.structs.replace(terms.settings, simulator=simulator))


def figures(models: dict[str, Desk], mid2: int, instrument: Instrument) -> Figures:
    """Trading PnL net of fees at a mid of the desk under each queue model, quote; None where there is none."""

    def figure(model: str) -> Decimal | None:
        desk = models.get(model)
        return None if desk is None else accounts.money(desk.core.account.total2(mid2), instrument)

    risk_averse, power, optimistic = MODELS
    return figure(risk_averse), figure(power), figure(optimistic)


class Band(Followers):
    """The main desk and its siblings under the other queue models."""

    def __init__(
        self,
        main: Desk,
        terms: Terms,
        *,
        timed: bool = False,
        clock: Callable[[], int] = perf_counter_ns,
        capacity: int = CAPACITY,
    ) -> None:
        """`terms` are the main desk's; a slow strategy is dropped where steps are `timed`, and waited for on a file."""
        budget_ms = terms.settings.risk.strategy_budget_ms if timed else None
        super().__init__(main, budget_ms, timed=timed, clock=clock, capacity=capacity)
        self._own_model = terms.settings.simulator.queue_model
        for model in MODELS:
            if model != self._own_model:
                self._add(model, terms)

    def _add(self, model: str, terms: Terms) -> None:
        try:
            desk = self.build(under(terms, model))
        except Exception as error:  # noqa: BLE001 - a strategy of anyone's is built anew here; the main desk lives
            _warn(model, error)
            return
        desk.digest, desk.scores = Unread(), Unscored()
        self.join(Follower(model, desk))

    def build(self, terms: Terms) -> Desk:
        """A member's desk."""
        return build_desk(terms, EventBus(self._clock))

    def concerns(self, event: AnyEvent) -> bool:
        """A member hears the operator as the main desk does, but for orders by their id."""
        return not (is_own(event) or (isinstance(event, ev.OperatorAction) and event.action in OWN_ACTIONS))

    def on_dropped(self, member: Follower, error: BaseException) -> None:
        """In the log: the figure is not known any more, which the screen shows."""
        _warn(member.name, error)

    def figures(self) -> Figures:
        """Trading PnL net of fees at the main desk's mid, quote; None where it cannot be known."""
        core = self._main.core
        if not core.mid2:
            return NO_FIGURES
        models = {member.name: member.desk for member in self._members}
        return figures({**models, self._own_model: self._main}, core.mid2, core.instrument)


def _warn(model: str, error: BaseException) -> None:
    log.warning("band member=%s dropped error=%s: %s", model, type(error).__name__, error, exc_info=error)
