"""From the desk's state to a frame.

Called between two steps, at the frame rate; what did not change stays the same object, so that a widget may look
with `is`.
"""

from decimal import Decimal
from typing import Any

import msgspec

from mm_tui.analytics.pnl import unrealized2
from mm_tui.analytics.scores import Scores
from mm_tui.book.tape import TAPE_LENGTH
from mm_tui.core.engine import Core
from mm_tui.core.explain import fate_in_words
from mm_tui.core.preview import Preview
from mm_tui.core.state import State
from mm_tui.model import account as accounts
from mm_tui.model.events import BUY, SELL
from mm_tui.views import frames as fr
from mm_tui.views.charting import ChartView
from mm_tui.views.depth import EVERY, DepthView
from mm_tui.views.fields import parameter_rows
from mm_tui.views.fmt import clock
from mm_tui.views.ghost import ghost_frame
from mm_tui.views.history import OrderHistory
from mm_tui.views.ladder import LadderView
from mm_tui.views.level import level_frame
from mm_tui.views.log import EventLog
from mm_tui.views.orders import order_row
from mm_tui.views.paced import EVERY as PACE
from mm_tui.views.paced import Paced
from mm_tui.views.risk import risk_frame
from mm_tui.views.tape import TapeView
from mm_tui.views.traded import QueueAhead, TradedAtPrice
from mm_tui.views.worth import WorthView

HINTS = {
    State.HALTED: "a re-arm   f flatten",
    State.PAUSED: "space quote",
    State.REDUCE_ONLY: "f flatten",
    State.STALE: "quotes return by themselves",
    State.INVALID_BOOK: "quotes return after the snapshot",
    State.STARTING: "",
}


class Vitals(msgspec.Struct, kw_only=True):
    """What only the shells know: the feed, the workers, clocks. The runtime keeps one up to date."""

    venue: str = "–"
    venue_words: str = ""
    demo_cause: str = ""
    badge: str = "PAPER no real orders"
    link: str = "connecting"
    age_ms: int | None = None
    latency_ms: float | None = None
    loop_ms: float | None = None
    workers: tuple[fr.WorkerRow, ...] = ()
    latency: tuple[fr.LatencyRow, ...] = ()
    """How long things took; the same object until another second's figures are made."""
    band: tuple[Decimal | None, Decimal | None, Decimal | None] = (None, None, None)
    """Total PnL of the same strategy under risk-averse, power and optimistic queues."""
    shadows: fr.ShadowsFrame = fr.ShadowsFrame()
    problem: str = ""
    """What went wrong in a shell, for the header: recording stopped, …"""


class Presenter:
    """Makes frames of one desk."""

    def __init__(
        self, core: Core, scores: Scores, queue_ahead: QueueAhead, log: EventLog, maker_fee_bps: float
    ) -> None:
        """`queue_ahead(order_id)` is the venue's estimate in lots, or None."""
        self._core = core
        self._scores = scores
        self._log = log
        self._maker_fee_bps = maker_fee_bps
        self._traded = TradedAtPrice(core.market.tape)
        self._ladder = LadderView(self._traded, queue_ahead)
        self.history = OrderHistory(core.instrument, queue_ahead)
        """To be told of the facts."""
        self._worth = WorthView(scores, core.instrument)
        self._last = fr.DeskFrame()
        self._charts = ChartView(core, scores)
        self._depth = DepthView(core)
        self._tape = TapeView(core.market, log)
        self._truth_part: Paced[fr.TruthFrame] = Paced()
        self._position_part: Paced[fr.PositionFrame] = Paced(PACE // 3)
        self._risk_part: Paced[fr.RiskFrame] = Paced(2 * PACE // 3)
        self._parameters: tuple[object, tuple[fr.ParameterRow, ...]] = (None, ())
        """What the rows were made of, and the rows."""
        self._sampled = -1
        """The quarter of a second that was looked at last."""
        self._counted = 0
        """Trades at that time."""

    def prepare(self, ts: int, vitals: Vitals) -> None:
        """Do beforehand what `present` finds done then, as far as nothing more came: half of a frame's work.

        Whoever makes frames between two steps lets the steps that fall due go on in between.
        """
        self._gather(ts)
        self._tape.frame(ts)
        self._paced_truth(ts, vitals)
        self._paced_position(ts, vitals)
        self._paced_risk(ts)
        self._parameter_rows()
        self._worth.obligation(ts)
        self._worth.worth(ts)

    def _gather(self, ts: int) -> None:
        """Take in what came since the last frame."""
        self._log.refresh()
        self._traded.refresh(ts)
        self.history.refresh()
        self.sample(ts)

    def present(self, ts: int, vitals: Vitals, view: fr.Viewport, preview: Preview | None = None) -> fr.DeskFrame:
        """The desk as it stands at `ts`; `preview` is of the draft in `view`."""
        core, last = self._core, self._last
        self._gather(ts)
        orders = _same(self._orders(ts), last.orders)
        ladder = _same(self._ladder_frame(ts, view), last.ladder)
        level = None if view.level is None else level_frame(core, view.level, ladder.group)
        frame = fr.DeskFrame(
            ts=ts,
            instrument=core.instrument,
            header=_same(self._header(vitals), last.header),
            truth=self._paced_truth(ts, vitals),
            ladder=ladder,
            tape=_same(self._tape.frame(ts), last.tape),
            orders=orders,
            position=self._paced_position(ts, vitals),
            risk=self._paced_risk(ts),
            chart=self._charts.frame(self._log.fills),
            latency=vitals.latency,
            depth=self._depth.frame(),
            events=self._log.rows,
            history=self.history.rows,
            workers=_same(vitals.workers, last.workers),
            parameters=self._parameter_rows(),
            obligation=_same(self._worth.obligation(ts), last.obligation),
            worth=_same(self._worth.worth(ts), last.worth),
            estimates=_same(self._estimates(), last.estimates),
            held=_same(self._held(), last.held),
            shadows=_same(vitals.shadows, last.shadows),
            flatten=_same(self._flatten(), last.flatten),
            level=_same(level, last.level),
            ghost=None if preview is None else _same(ghost_frame(view.draft, preview, orders), last.ghost),
        )
        self._last = frame
        return frame

    def _header(self, vitals: Vitals) -> fr.HeaderFrame:
        core = self._core
        half_spread = core.quoter.nearest_bps()
        warning = ""
        if half_spread is not None and half_spread < self._maker_fee_bps:
            warning = f"captures {half_spread:.1f} bps, pays {self._maker_fee_bps:.1f}"
        return fr.HeaderFrame(
            symbol=core.instrument.symbol,
            venue=vitals.venue,
            venue_words=vitals.venue_words,
            badge=vitals.badge,
            demo_cause=vitals.demo_cause,
            state=core.state.value,
            reason="" if core.state is State.QUOTING else core.reason,
            hint=self._hint(),
            strategy=core.quoter.describe(),
            problem=vitals.problem,
            warning=warning,
        )

    def _hint(self) -> str:
        side_on = self._core.conduct.side_on
        off = [hint for side, hint in ((BUY, "b turns bids on"), (SELL, "s turns asks on")) if not side_on[side]]
        if off and self._core.state in (State.ONE_SIDED, State.PAUSED) and not self._core.conduct.paused:
            return off[0] if len(off) == 1 else "b s turn both sides on"
        if self._core.state is State.REDUCE_ONLY and self._core.restraint.operator:
            return "r lifts it"
        return HINTS.get(self._core.state, "")

    # -- what goes at a pace of its own; beside it what is told at once

    def _paced_truth(self, ts: int, vitals: Vitals) -> fr.TruthFrame:
        core = self._core
        note = (vitals.link, vitals.age_ms is None, core.market.gaps, core.bad_frames, core.limits.max_orders_per_s)
        return self._truth_part.at(ts, note, lambda: self._truth(ts, vitals))

    def _paced_position(self, ts: int, vitals: Vitals) -> fr.PositionFrame:
        core, account = self._core, self._core.account
        note = (not core.mid2, account.fills, account.position, account.base, account.quote, core.gate.max_position)
        return self._position_part.at(ts, note, lambda: self._position(vitals))

    def _paced_risk(self, ts: int) -> fr.RiskFrame:
        core, log = self._core, self._log
        sides = core.conduct.side_on
        state = (core.risk_state, core.gate.refused, log.refusal, sides[BUY], sides[SELL], core.orders.places)
        note = (*state, core.account.position, core.gate.max_position, core.limits)
        return self._risk_part.at(ts, note, lambda: risk_frame(core, ts, log.refusal))

    def _parameter_rows(self) -> tuple[fr.ParameterRow, ...]:
        parameters = self._core.parameters
        made_of = (parameters.strategy, parameters.params, parameters.leans, tuple(parameters.changed.items()))
        if made_of != self._parameters[0]:
            self._parameters = made_of, parameter_rows(parameters)
        return self._parameters[1]

    def _truth(self, ts: int, vitals: Vitals) -> fr.TruthFrame:
        core = self._core
        return fr.TruthFrame(
            link=vitals.link,
            age_ms=vitals.age_ms,
            latency_ms=vitals.latency_ms,
            gaps=core.market.gaps,
            bad_frames=core.bad_frames,
            loop_ms=vitals.loop_ms,
            messages=core.gate.rate(ts),
            message_limit=core.limits.max_orders_per_s,
            clock=f"{clock(ts)}Z" if ts else "",
        )

    def _ladder_frame(self, ts: int, view: fr.Viewport) -> fr.LadderFrame:
        core, refs = self._core, self._core.references
        touch = (refs.bid, refs.bid_quantity, refs.ask, refs.ask_quantity)
        return self._ladder.present(core.book, touch, core.orders, core.market.tape.last, view, ts=ts)

    def _orders(self, ts: int) -> tuple[fr.OrderRow, ...]:
        core, mid2 = self._core, self._core.mid2
        orders = sorted(core.orders.open, key=lambda order: (-order.price, order.created))
        return tuple(
            order_row(
                order,
                mid2,
                ts,
                fate_in_words(order, core.orders.fates.get(order.order_id)),
                self._ladder.place(core.book, order, ts),
            )
            for order in orders
        )

    def _held(self) -> tuple[fr.HeldRow, ...]:
        """Highest price first, as the orders come."""
        held = sorted(self._core.executor.held, key=lambda one: (-one.quote.price, one.quote.level))
        return tuple(
            fr.HeldRow(
                side=one.quote.side,
                level=one.quote.level,
                price=one.quote.price,
                quantity=one.quote.quantity,
                why=one.why,
            )
            for one in held
        )

    def _position(self, vitals: Vitals) -> fr.PositionFrame:
        core, instrument, account = self._core, self._core.instrument, self._core.account
        mid2 = core.mid2
        if not mid2:
            return fr.PositionFrame()
        split = self._scores.pnl.split()
        markouts = self._scores.markouts.figures()
        reserved_quote, reserved_base = core.orders.reserved_value(), core.orders.reserved(SELL)

        def quote(value2: int) -> Decimal:
            return accounts.money(value2, instrument)

        return fr.PositionFrame(
            base=accounts.quantity(account.position, instrument),
            limit=instrument.quantity(core.gate.max_position),
            average=account.average_price(instrument),
            mid=mid2 * instrument.tick_size / 2,
            total=quote(account.total2(mid2)),
            realized=quote(account.realized2),
            unrealized=quote(unrealized2(account, split.fees, mid2)),
            fees=quote(split.fees),
            spread_captured=quote(split.spread_captured),
            adverse_selection=quote(split.adverse_selection),
            inventory=quote(split.inventory),
            markouts=tuple(markouts.values()),
            band=vitals.band,
            fills=account.fills,
            free_base=accounts.quantity(account.base - reserved_base * accounts.MICRO, instrument),
            free_quote=accounts.money(2 * (account.quote - reserved_quote * core.view.bid_cost), instrument),
        )

    def sample(self, ts: int) -> None:
        """Take the charts' samples, where they are due; `present` does so itself, a replay that runs ahead asks too.

        It is asked with every event there, so it is soon done where nothing is due and the tape holds what traded.
        """
        tick, count = ts // EVERY, self._core.market.tape.count
        if tick == self._sampled and count - self._counted < TAPE_LENGTH // 2:
            return
        self._sampled, self._counted = tick, count
        self._depth.sample(ts)
        if self._charts.sample(ts):
            self._traded.refresh(ts)

    def _estimates(self) -> fr.EstimatesFrame | None:
        """What the strategy was last told: a look of our own would change what it is told next."""
        last = self._core.view.signals.last
        return None if last is None else fr.EstimatesFrame(**msgspec.structs.asdict(last))

    def _flatten(self) -> fr.FlattenFrame | None:
        core = self._core
        lots = core.account.position_lots
        if not lots:
            return None
        side = SELL if lots > 0 else BUY
        return fr.FlattenFrame(side=side, quantity=abs(lots), slippage_bps=self._slippage(abs(lots), side))

    def _slippage(self, lots: int, side: int) -> float | None:
        core = self._core
        if not core.book.valid or not core.mid2:
            return None
        other = core.book.bids if side < 0 else core.book.asks
        left, value = lots, 0
        for price, displayed in other.top(200):
            taken = min(left, displayed)
            value += taken * price
            left -= taken
            if not left:
                return round(abs(2 * value / (lots * core.mid2) - 1) * 10_000, 2)
        return None


def _same(new: Any, old: Any) -> Any:
    return old if new == old else new
