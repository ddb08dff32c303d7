"""A main desk with its shadows, and a clock that their steps move on."""

from collections.abc import Iterable
from typing import Any

import msgspec
from crowded_market import AT_THE_TOUCH, desk_of, terms_of

from mm_tui.bus import EventBus
from mm_tui.model import events as ev
from mm_tui.model.facts import Noted
from mm_tui.runtime.assembly import Terms, build_desk
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.followers.leaderboard import Leaderboard
from mm_tui.runtime.followers.shadows import Shadows
from mm_tui.settings.sections import Shadows as Section
from mm_tui.strategy.passive import PassiveParams

BIGGER = "order_amount=0.004"
BIGGER_PARAMS = msgspec.structs.replace(AT_THE_TOUCH, order_amount=0.004)
FORMULA = "strategy=glft risk_factor=0.05"


class Rig:
    """A main desk and its shadows."""

    def __init__(self, desks: dict[str, str] | None = None, *, band: bool = False, **more: Any) -> None:
        base = terms_of()
        settings = msgspec.structs.replace(base.settings, shadows=Section(desks=desks or {}, band=band))
        self.terms = msgspec.structs.replace(base, settings=settings)
        self.bus = EventBus(lambda: 0)
        self.said: list[tuple[str, str]] = []
        self.bus.subscribe("test", (Noted,), lambda note: self.said.append((note.kind, note.text)))  # type: ignore[attr-defined]
        self.desk = build_desk(self.terms, self.bus)
        self.shadows = Shadows(self.desk, self.terms, self.bus, **more)
        self.board = Leaderboard(self.desk, self.shadows, lambda: (None, None, None))

    def hear(self, *events: Any, each: bool = True) -> None:
        for event in events:
            self.desk.step(event)
            self.shadows.take(event)
            if each:
                self.shadows.catch_up(self.desk.ts)

    def act(self, action: str, argument: str = "") -> None:
        self.hear(ev.OperatorAction(ts=self.desk.ts, action=action, argument=argument))

    def lead(self, number: int = 1) -> Desk:
        (found,) = [one for one in self.shadows.shadows if one.number == number]
        return found.lead.desk


def alone(terms: Terms, events: Iterable[Any]) -> Desk:
    """A desk of its own that hears them."""
    desk = desk_of(terms)
    for event in events:
        desk.step(event)
    desk.advance(desk.ts)
    return desk


def passive(params: PassiveParams, model: str = "risk_averse") -> Terms:
    """The terms of a desk with these parameters."""
    terms = terms_of(model)
    strategies = msgspec.structs.replace(terms.settings.strategy, passive=params)
    return msgspec.structs.replace(terms, settings=msgspec.structs.replace(terms.settings, strategy=strategies))


class Watch:
    """A clock that each step of a follower moves on."""

    def __init__(self) -> None:
        self.now = 1

    def __call__(self) -> int:
        return self.now

    def costs(self, desk: Desk, cost: int) -> None:
        step = desk.step

        def dear(event: Any, raw: bytes = b"") -> None:
            step(event, raw)
            self.now += cost

        desk.step = dear  # type: ignore[method-assign]
