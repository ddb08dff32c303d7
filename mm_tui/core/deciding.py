"""What a core is made of, the one state that its parts speak for, and what is then wanted of them."""

from typing import Literal

import msgspec

from mm_tui.core.conduct import Conduct
from mm_tui.core.config import CoreConfig
from mm_tui.core.execution import Executor
from mm_tui.core.flatten import Flatten
from mm_tui.core.market import Market
from mm_tui.core.oms import OrderManager
from mm_tui.core.operator import Parameters
from mm_tui.core.outputs import Outbox
from mm_tui.core.quoter import FindStrategy, MakeStrategy, Quoter, find_none
from mm_tui.core.state import QUOTES, MarketView, State
from mm_tui.model import facts
from mm_tui.model.account import MICRO, Account
from mm_tui.model.clock import SECOND
from mm_tui.model.instrument import Instrument
from mm_tui.risk.breaker import Breaker
from mm_tui.risk.gate import Gate
from mm_tui.risk.limits import Limits
from mm_tui.risk.restraint import Restraint
from mm_tui.strategy.api import Strategy


class Deciding:
    """The parts of a core; `settle` and `go_on` are what everything that changes one of them ends in."""

    def __init__(
        self,
        config: CoreConfig,
        instrument: Instrument,
        params: msgspec.Struct,
        make: MakeStrategy,
        market: Market | None = None,
        *,
        find: FindStrategy = find_none,
        origin: str = "",
    ) -> None:
        """`market` where it is not one that lives through every frame.

        `find` is for strategies that are gone over to while the desk runs, `origin` what finds the first one.
        """
        self.config = config
        self.instrument = instrument
        self.outbox = Outbox()
        self.account = Account(0, 0)
        self.gate = Gate(config.limits, instrument)
        self.breaker = Breaker(config.limits)
        self.restraint = Restraint(self.gate, self.breaker)
        self.orders = OrderManager(round(config.orders.archive_after_s * SECOND))
        self.conduct = Conduct("" if config.quoting_on_start else "paused on start")
        self.market = market if market is not None else Market(instrument, config.feed)
        self.book = self.market.book
        self.references = self.market.references
        self.view = MarketView(
            instrument,
            self.market,
            self.account,
            self.orders,
            self.gate,
            maker_fee_bps=config.maker_fee_bps,
            bid_fee=config.bid_fee,
        )
        self.quoter = Quoter(make, params, self.view, self.orders, self.gate, self.outbox)
        self.quoter.tune()
        self.parameters = Parameters(self.strategy.name, params, origin)
        self.quoter.find, self.quoter.origin = find, self.parameters.origin
        self.executor = Executor(config, self.gate, self.orders, self.view, self.outbox)
        self.flattener = Flatten(self.executor, self.orders, instrument, config.limits)
        self.unit = float(instrument.unit) / (2 * MICRO)
        """What one of the account's doubled values is in quote."""

    @property
    def strategy(self) -> Strategy:
        """The running strategy."""
        return self.quoter.strategy

    @property
    def state(self) -> State:
        """The one state the desk is in."""
        return self.conduct.state

    @property
    def reason(self) -> str:
        """Why it is in that state."""
        return self.conduct.reason

    @property
    def halted(self) -> str:
        """Why the desk is halted until a person re-arms it; empty while it is not, and where it only ends."""
        return "" if self.conduct.closing else self.gate.closed

    @property
    def risk_state(self) -> Literal["running", "reduce-only", "halted"]:
        """What the limits allow."""
        halted = self.halted or (not self.gate.closed and self.gate.shut(self.outbox.ts))
        return "halted" if halted else "reduce-only" if self.gate.restrained else "running"

    @property
    def mid2(self) -> int:
        """The mid in half ticks; 0 while unknown."""
        return self.references.mid2

    @property
    def limits(self) -> Limits:
        """The limits as they stand; the operator may have changed them since the start."""
        return self.gate.limits

    @property
    def pnl(self) -> float:
        """Trading PnL net of fees at the mid, quote."""
        return self.account.total2(self.references.mid2) * self.unit

    # -- deciding

    def go_on(self) -> None:
        """Something changed: take the flatten's next step, or bring the quotes to what is wanted."""
        if self.flattener.active:
            self._flatten_on()
        elif self.conduct.state in QUOTES:
            spoiled = self.quoter.decide(self.executor, self.conduct.side_on)
            if spoiled and not self.conduct.paused:
                self.conduct.paused = spoiled
                self.settle()

    def _flatten_on(self) -> None:
        if self.conduct.stale:
            return
        if self.gate.quiet(self.outbox.ts):
            self.executor.wake(self.gate.quiet_until, self.outbox.ts)
            return
        note = self.flattener.advance(self.book, self.account, self.mid2, self.outbox.ts)
        if note:
            self.outbox.note("info", note)
        if not self.flattener.active:
            self.settle()

    # -- states

    def settle(self) -> bool:
        """Work out the one state; on the way out of quoting everything is cancelled. Whether it was."""
        conduct, ts = self.conduct, self.outbox.ts
        state, reason = self.judged()
        before = conduct.state
        if state is before and reason == conduct.reason:
            return False
        conduct.state, conduct.reason = state, reason
        self.outbox.say(facts.StateChanged(ts=ts, state=state.value, reason=reason))
        if before in QUOTES and state not in QUOTES:
            self.quoter.forget()
            self.executor.forget()
            if self.orders.open_count:
                self.outbox.say(facts.QuotesPulled(ts=ts, reason=reason))
                self.executor.cancels.cancel_all(ts)
                return True
        elif state in QUOTES and state is not before:
            self.quoter.dirty = True
            self.arm_reset()
        return False

    def stand_down(self) -> None:
        """Somebody wants nothing to rest: work out the state and cancel everything, once, whatever the state was."""
        if not self.settle():
            self.executor.cancels.cancel_all(self.outbox.ts)

    def judged(self) -> tuple[State, str]:
        """The state that everything speaks for now, and its reason."""
        return self.conduct.judge(
            self.market,
            self.gate.shut(self.outbox.ts),
            self.gate.restrained,
            self.quoter.describe,
            flattening=self.flattener.active,
        )

    def arm_reset(self) -> None:
        """Let all quotes be renewed after so long, where the settings say so."""
        interval = self.config.orders.reset_interval_s
        if interval:
            self.outbox.arm("reset", self.outbox.ts + round(interval * SECOND))
