"""Shadow desks: other strategies or parameters on the same feed, each with a paper account of its own.

A shadow is a whole desk: core, risk gate, paper venue, scores. It quotes by itself from the moment it is added, with
the limits that stand then, whatever the operator does to the main desk meanwhile: a pause, a kill, a lean or a changed
limit is the main desk's own. Feed, watchdogs over it and the orderly end it shares. What it comes to is what a desk of
its own would have come to that began at that moment; nothing of it reaches the main desk, its journal or its digest.

What all shadows take of a core is measured and bounded: over the bound bands go first, the dearest before others, then
shadows, each with a word. One that cannot keep up goes too; none is given a part of the feed.
"""

import logging
from collections.abc import Callable
from time import perf_counter_ns
from typing import Literal

import msgspec

from mm_tui.bus import EventBus
from mm_tui.core import variant
from mm_tui.errors import MmTuiError, SettingsError
from mm_tui.model import events as ev
from mm_tui.model.clock import SECOND
from mm_tui.model.events import AnyEvent
from mm_tui.model.facts import Noted
from mm_tui.model.words import one_line, raised
from mm_tui.runtime.assembly import Terms, build_desk, opening
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.followers.band import MODELS, under
from mm_tui.runtime.followers.followers import CAPACITY, Follower, Followers, Unread, Unscored, is_own
from mm_tui.settings.sections import MOST_SHADOWS

ACTION = "shadow"
WINDOW = 5 * SECOND
"""Over which the cost of shadows is measured, ns."""
PATIENCE = 2
"""Windows in a row over the bound before anything goes."""
HELP = "shadow add strategy=glft risk_factor=0.02, or shadow drop N"

log = logging.getLogger(__name__)


class Weight(msgspec.Struct):
    """What a shadow cost in the last window, and where its counts stood at the end of it."""

    cpu_pct: float | None = None
    """Of one core; None before the first window is over."""
    event_us: float | None = None
    """An input, its band included."""
    lead_pct: float = 0.0
    """What of the share its band has no part in."""
    spent: int = 0
    lead_spent: int = 0
    heard: int = 0


class Shadow(msgspec.Struct, eq=False):
    """One shadow."""

    number: int
    name: str
    origin: str
    """What its strategy is found by."""
    lead: Follower
    band: dict[str, Follower]
    """Its siblings by their queue model."""
    added: int
    """ns."""
    desk_total2: int = 0
    """What the main desk had made by then, half units of its account."""
    gone: str = ""
    """Why it was dropped; empty while it runs."""
    weight: Weight = msgspec.field(default_factory=Weight)

    @property
    def followers(self) -> tuple[Follower, ...]:
        """All its desks."""
        return self.lead, *self.band.values()


class Shadows(Followers):
    """The shadows of one main desk."""

    def __init__(
        self,
        main: Desk,
        terms: Terms,
        bus: EventBus,
        *,
        live: bool = False,
        clock: Callable[[], int] = perf_counter_ns,
        capacity: int = CAPACITY,
    ) -> None:
        """`bus` hears what there is to say; a slow shadow is dropped on a feed that is `live`, waited for on a file."""
        budget_ms = terms.settings.risk.strategy_budget_ms if live else None
        super().__init__(main, budget_ms, timed=True, clock=clock, capacity=capacity)
        self._terms = terms
        self._bus = bus
        self._live = live
        self._base_capacity = capacity
        self.own_model = terms.settings.simulator.queue_model
        """Under which a shadow's own figures are, as the main desk's."""
        self.shadows: list[Shadow] = []
        """By their numbers, those that were dropped included."""
        self._unseeded: list[Shadow] = []
        """Those that wait for the main desk's book to be whole."""
        self._weighed: int | None = None
        """When the last window ended."""
        self._over = 0
        """Windows in a row over the bound."""

    # -- what followers ask

    def concerns(self, event: AnyEvent) -> bool:
        """A shadow opens by itself and has no operator; the end of the desk is its own end too."""
        if isinstance(event, ev.OperatorAction):
            return event.action == "close"
        return not (is_own(event) or isinstance(event, ev.SessionStarted))

    def on_dropped(self, member: Follower, error: BaseException) -> None:
        """A shadow goes with its lead; a sibling leaves it without a band."""
        log.warning("shadow desk=%s dropped error=%s", member.name, raised(error), exc_info=error)
        for shadow in self.running:
            if member is shadow.lead:
                self._end(shadow, str(error) if isinstance(error, TimeoutError) else raised(error))
            elif member in shadow.band.values():
                self._end_band(shadow, raised(error))

    def on_full(self) -> None:
        """On a clock the dearest goes rather than have the desk wait; the buffer gives way by a little each time."""
        if not self._live:
            super().on_full()
            return
        self._capacity += self._base_capacity // 4
        dearest = self._dearest(self.running)
        if dearest is not None:
            self._end(dearest, f"{len(self._waiting):,} inputs behind: the desk had no time for it")

    def take(self, event: AnyEvent) -> None:
        """The main desk took an event; one of the operator's may concern the shadows themselves."""
        super().take(event)
        kind = type(event)
        if kind is ev.SessionStarted:
            for name, text in self._terms.settings.shadows.desks.items():
                self.add(text, event.ts, name)
        elif kind is ev.OperatorAction and event.action == ACTION:  # type: ignore[union-attr]
            self._obey(event.argument, event.ts)  # type: ignore[union-attr]
        if self._unseeded and self._whole:
            for shadow in self._unseeded:
                self._seed(shadow, event.ts)
            self._unseeded.clear()

    def catch_up(self, until: int, within: int | None = None) -> None:
        """As all followers do, and their cost is weighed now and then."""
        super().catch_up(until, within)
        if not self._waiting:
            self._capacity = self._base_capacity
        self.weigh()

    # -- the operator

    @property
    def running(self) -> list[Shadow]:
        """Those that were not dropped."""
        return [shadow for shadow in self.shadows if not shadow.gone]

    def add(self, text: str, ts: int, name: str = "") -> None:
        """One more shadow, or a word why not."""
        try:
            if len(self.running) >= MOST_SHADOWS:
                raise SettingsError([f"{MOST_SHADOWS} shadows run already; shadow drop N makes room"])
            shadow = self._made(text, ts, name)
        except MmTuiError as error:
            self._say("warn", ts, f"no shadow: {error}")
            return
        if len(self.shadows) >= MOST_SHADOWS:
            self.shadows.remove(next(one for one in self.shadows if one.gone))
        numbers = {one.number for one in self.shadows}
        shadow.number = next(number for number in range(1, MOST_SHADOWS + 1) if number not in numbers)
        self.shadows.append(shadow)
        self.shadows.sort(key=lambda one: one.number)
        if self._whole or not self._main.core.market.frames:
            self._seed(shadow, ts)
        else:
            self._unseeded.append(shadow)
        self._say("info", ts, f"shadow {shadow.number} runs: {shadow.name}")

    def remove(self, word: str, ts: int) -> None:
        """The shadow of a number is sent away, or a word why not."""
        shadow = next((one for one in self.shadows if str(one.number) == word), None)
        if shadow is None:
            self._say("warn", ts, f"there is no shadow {one_line(word, 20)!r}")
            return
        self._end(shadow, "sent away", quiet=True)
        self.shadows.remove(shadow)
        self._say("info", ts, f"shadow {shadow.number} is gone: {shadow.name}")

    def _obey(self, argument: str, ts: int) -> None:
        verb, _, rest = argument.partition(" ")
        if verb == "add":
            self.add(rest, ts)
        elif verb == "drop":
            self.remove(rest.strip(), ts)
        else:
            self._say("warn", ts, f"shadow {one_line(verb, 20)}: write {HELP}")

    # -- how one is made

    def _made(self, text: str, ts: int, name: str) -> Shadow:
        """A shadow that nobody follows yet; raises MmTuiError."""
        wanted = variant.read(text)
        core, settings = self._main.core, self._terms.settings
        running = core.parameters
        strategy, origin, params = running.strategy, running.origin, running.params
        if wanted.strategy not in ("", strategy, origin):
            origin = wanted.strategy
            made = core.quoter.find(origin)(getattr(settings.strategy, origin, None))
            strategy, params = made.name, made.params
        params = variant.altered(strategy, params, wanted.values)
        desk = msgspec.structs.replace(settings.desk, quoting_on_start=True)
        settings = msgspec.structs.replace(settings, risk=core.limits, desk=desk)
        terms = msgspec.structs.replace(self._terms, settings=settings, strategy=origin)
        try:
            lead = self._follower(terms, params)
            models = [model for model in MODELS if model != settings.simulator.queue_model]
            band = {model: self._follower(under(terms, model), params) for model in models if settings.shadows.band}
        except MmTuiError:
            raise
        except Exception as error:  # the parameters and the code of a plug-in may raise anything
            raise SettingsError([f"strategy {origin}: {raised(error)}"]) from error
        for one in band.values():
            one.desk.scores = Unscored()
        words = lead.desk.core.quoter.describe()
        shadow = Shadow(0, name or wanted.called(strategy, words), origin, lead, band, ts)
        for one in shadow.followers:
            one.name = shadow.name
        return shadow

    def _follower(self, terms: Terms, params: msgspec.Struct) -> Follower:
        desk = build_desk(terms, EventBus(self._clock), params=params)
        desk.digest = Unread()
        return Follower("", desk)

    @property
    def _whole(self) -> bool:
        """Whether the main desk knows the market as it stands."""
        core = self._main.core
        return core.book.valid and not core.conduct.stale

    def _seed(self, shadow: Shadow, ts: int) -> None:
        """It begins with the account of the settings and with the market as it stands, and hears on from here."""
        core = self._main.core
        shadow.added = ts
        shadow.desk_total2 = core.account.total2(core.mid2) if core.mid2 else 0
        events: list[AnyEvent] = [opening(self._terms, ts)]
        market = core.market
        if core.conduct.link_up:
            events.append(ev.LinkUp(ts=ts, venue="shadow"))
        if market.frames:
            book = core.book
            bids, asks = book.bids.top(len(book.bids)), book.asks.top(len(book.asks))
            events.append(ev.BookSnapshot(ts=ts, last_update_id=book.last_update_id, bids=bids, asks=asks))
            if market.ticker is not None:
                events.append(msgspec.structs.replace(market.ticker, ts=ts))
        for one in shadow.followers:
            self.join(one, events, ts)

    # -- what they cost

    def weigh(self) -> None:
        """Where a window is over: what each shadow cost in it; on a clock, what is too much goes."""
        now = self._clock()
        if self._weighed is None:
            self._weighed = now
        window = now - self._weighed
        if window < WINDOW:
            return
        self._weighed = now
        for shadow in self.running:
            self._weigh(shadow, window)
        total = self.cpu_pct
        self._over = self._over + 1 if total is not None and total > self.max_cpu_pct else 0
        if self._live and self._over >= PATIENCE:
            self._over = 0
            self._shed(f"shadows took {total:.0f} % of a core, the bound is {self.max_cpu_pct:g} %")

    def _shed(self, why: str) -> None:
        """Bands first, then whole shadows, the dearest of each, until the rest is within the bound."""
        while (self.cpu_pct or 0.0) > self.max_cpu_pct:
            dearest = self._dearest([one for one in self.running if one.band] or self.running)
            if dearest is None:
                return
            if dearest.band:
                self._end_band(dearest, why)
            else:
                self._end(dearest, why)

    @property
    def cpu_pct(self) -> float | None:
        """Of one core, all of them together; None where none was weighed."""
        found = [one.weight.cpu_pct for one in self.running if one.weight.cpu_pct is not None]
        total = 0.0
        for share in found:
            total += share
        return total if found else None

    @property
    def max_cpu_pct(self) -> float:
        """The bound."""
        return self._terms.settings.shadows.max_cpu_pct

    @staticmethod
    def _weigh(shadow: Shadow, window: int) -> None:
        weight, spent = shadow.weight, 0
        for one in shadow.followers:
            spent += one.spent
        taken, heard = spent - weight.spent, shadow.lead.heard - weight.heard
        weight.lead_pct = 100 * (shadow.lead.spent - weight.lead_spent) / window
        weight.spent, weight.lead_spent, weight.heard = spent, shadow.lead.spent, shadow.lead.heard
        weight.cpu_pct = 100 * taken / window
        weight.event_us = taken / heard / 1000 if heard else weight.event_us

    @staticmethod
    def _dearest(among: list[Shadow]) -> Shadow | None:
        return max(among, key=lambda one: one.weight.cpu_pct or 0.0, default=None)

    def _end(self, shadow: Shadow, why: str, *, quiet: bool = False) -> None:
        """It hears no more."""
        shadow.gone = shadow.gone or why
        if shadow in self._unseeded:
            self._unseeded.remove(shadow)
        for one in shadow.followers:
            self.send_away(one)
        if not quiet:
            self._say("warn", self._main.ts, f"shadow {shadow.number} is dropped: {shadow.name}: {one_line(why)}")

    def _end_band(self, shadow: Shadow, why: str) -> None:
        """It goes on without a band."""
        for one in shadow.band.values():
            self.send_away(one)
            shadow.weight.spent -= one.spent
        shadow.band.clear()
        if shadow.weight.cpu_pct is not None:
            shadow.weight.cpu_pct = shadow.weight.lead_pct
        self._say("warn", self._main.ts, f"shadow {shadow.number} goes on without a band: {one_line(why)}")

    def _say(self, kind: Literal["info", "warn"], ts: int, text: str) -> None:
        """On the screen and in the log; not in the journal, since the main desk did not say it."""
        log.info("shadows %s", text)
        self._bus.publish(Noted(ts=ts, kind=kind, text=one_line(text, 500)))
