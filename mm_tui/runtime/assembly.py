"""How a desk is put together: the same from the same terms, for live, paper, replay and backtest alike."""

from collections.abc import Callable
from functools import partial

import msgspec

from mm_tui.analytics.terms import terms_of
from mm_tui.bus import EventBus
from mm_tui.core.config import CoreConfig
from mm_tui.core.engine import Core
from mm_tui.core.market import Market
from mm_tui.model.bounds import exact
from mm_tui.model.events import SessionStarted
from mm_tui.model.instrument import Instrument
from mm_tui.runtime.desk import Desk, Journal
from mm_tui.settings.sections import Settings
from mm_tui.sim.fees import fees_of, paid_bps
from mm_tui.sim.venue import paper_venue
from mm_tui.strategy.api import Strategy
from mm_tui.strategy.registry import make as make_strategy


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides what a desk does with the events it is given."""

    settings: Settings
    instrument: Instrument
    strategy: str
    """A name, or `/absolute/file.py:Class`."""
    maker_bps: float
    taker_bps: float
    stale_after_ms: int
    """Resolved: a venue that is polled may go longer without data than the settings say."""


def build_core(terms: Terms, market: Market | None = None, params: msgspec.Struct | None = None) -> Core:
    """The core by itself, on a market of its own unless given one; raises UsageError without its strategy.

    `params` where the strategy runs on others than the settings have for it.
    """
    settings = terms.settings
    if params is None:
        params = getattr(settings.strategy, terms.strategy, None)
    make = partial(make_strategy, terms.strategy, seed=settings.simulator.seed)
    fees = fees_of(settings.simulator, terms.instrument, terms.maker_bps, terms.taker_bps)
    config = CoreConfig(
        limits=settings.risk,
        orders=settings.orders,
        execution=settings.execution,
        feed=msgspec.structs.replace(settings.feed, stale_after_ms=terms.stale_after_ms),
        quoting_on_start=settings.desk.quoting_on_start,
        maker_fee_bps=paid_bps(settings.simulator, terms.maker_bps),
        taker_fee_bps=paid_bps(settings.simulator, terms.taker_bps),
        bid_fee=fees.held_beside,
    )
    find = partial(_maker, settings.simulator.seed)
    return Core(config, terms.instrument, make(params).params, make, market, find=find, origin=terms.strategy)


def _maker(seed: int, name: str) -> Callable[[msgspec.Struct | None], Strategy]:
    """What makes the strategy of a name, as the desk's own is made."""
    return partial(make_strategy, name, seed=seed)


def build_desk(
    terms: Terms,
    bus: EventBus,
    journal: Journal | None = None,
    request_snapshot: Callable[[], None] = lambda: None,
    *,
    params: msgspec.Struct | None = None,
) -> Desk:
    """Core and paper venue with everything between them; raises UsageError where the strategy cannot be had.

    `params` where the strategy runs on others than the settings have for it.
    """
    core = build_core(terms, params=params)
    venue = paper_venue(terms.settings.simulator, terms.instrument, core.book, terms.maker_bps, terms.taker_bps)
    promised = terms_of(terms.settings.obligation, terms.instrument)
    return Desk(core, venue, bus, journal, request_snapshot, promised=promised)


def opening(terms: Terms, ts: int) -> SessionStarted:
    """The session's first event: what the account opens with."""
    simulator, instrument = terms.settings.simulator, terms.instrument
    return SessionStarted(
        ts=ts,
        base=instrument.floor_lots(exact(simulator.base_balance)),
        quote=instrument.value_units(exact(simulator.quote_balance)),
    )
