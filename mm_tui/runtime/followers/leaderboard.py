"""What the desk and its shadows came to, side by side: for the screen, and for the summary at the end."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from mm_tui.core import promotion
from mm_tui.core.operator import STRATEGY
from mm_tui.core.state import State
from mm_tui.errors import SettingsError
from mm_tui.model import account as accounts
from mm_tui.model.bounds import typed
from mm_tui.model.clock import MILLISECOND, SECOND
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.followers.band import Figures, figures
from mm_tui.runtime.followers.shadows import Shadow, Shadows
from mm_tui.strategy.api import Leans
from mm_tui.views.frames import ShadowRow, ShadowsFrame

EVERY = SECOND // 4
"""How often the rows are worked out anew, ns: no faster than an eye reads."""
NEUTRAL = Leans()


class Leaderboard:
    """Rows of one desk and its shadows."""

    def __init__(self, main: Desk, shadows: Shadows, band: Callable[[], Figures]) -> None:
        """`band` gives the main desk's."""
        self._main = main
        self._shadows = shadows
        self._band = band
        self._frame = ShadowsFrame()
        self._due = 0

    def frame(self, ts: int) -> ShadowsFrame:
        """As it stands; the same object while nothing changed, and between two looks."""
        if ts >= self._due or ts < self._due - EVERY:
            self._due = ts + EVERY
            self._shadows.weigh()
            found = ShadowsFrame(
                rows=self._rows(ts), cpu_pct=self._shadows.cpu_pct, max_cpu_pct=self._shadows.max_cpu_pct
            )
            if found != self._frame:
                self._frame = found
        return self._frame

    def summary(self) -> list[dict[str, Any]]:
        """Each shadow by its number, amounts as decimal strings, what cannot be known null."""

        def text(value: Decimal | None) -> str | None:
            return None if value is None else f"{value:f}"

        rows = sorted(self._rows(self._main.ts), key=lambda row: row.number)
        return [
            {
                "number": row.number,
                "name": row.name,
                "strategy": shadow.origin,
                "dropped": shadow.gone or None,
                "started_ns": shadow.added,
                "pnl": text(row.total),
                "band": None if row.low is None else [text(row.low), text(row.high)],
                "against_desk": text(row.edge),
                "fills": row.fills,
                "markouts_bps": {"1s": row.markout_1s, "5s": row.markout_5s},
                "position": text(row.position),
                "max_drawdown": text(row.drawdown),
                "messages": row.messages,
                "cost_us": None if row.event_us is None else round(row.event_us, 1),
            }
            for row, shadow in zip(rows[1:], self._shadows.shadows, strict=True)
        ]

    def _rows(self, ts: int) -> tuple[ShadowRow, ...]:
        """None without a shadow."""
        if not self._shadows.shadows:
            return ()
        rows = [self._desk_row(ts), *(self._shadow_row(one, ts) for one in self._shadows.shadows)]
        return tuple(sorted(rows, key=_rank))

    def _desk_row(self, ts: int) -> ShadowRow:
        main = self._main
        core = main.core
        low, high = _span(self._band())
        words = core.quoter.describe()
        return ShadowRow(
            number=0,
            name=words,
            state=core.state.value,
            reason=words if core.state is State.QUOTING else core.reason,
            low=low,
            high=high,
            for_s=max(0, ts - main.first_ts) // SECOND if main.first_ts else 0,
            **_figures(main),
        )

    def _shadow_row(self, shadow: Shadow, ts: int) -> ShadowRow:
        if shadow.gone:
            return ShadowRow(number=shadow.number, name=shadow.name, state="dropped", reason=shadow.gone)
        desk, main, weight = shadow.lead.desk, self._main, shadow.weight
        core = desk.core
        own, model = core.mid2, self._shadows.own_model
        models = {model: desk, **{name: one.desk for name, one in shadow.band.items()}}
        low, high = _span(figures(models, own, core.instrument)) if own and shadow.band else (None, None)
        figured = _figures(desk)
        edge = None
        if figured["total"] is not None and main.core.mid2:
            since = main.core.account.total2(main.core.mid2) - shadow.desk_total2
            edge = figured["total"] - accounts.money(since, core.instrument)
        standing = {(order.side, order.price) for order in main.core.orders.open}
        changes, argument, problem = self._promotion(shadow)
        return ShadowRow(
            number=shadow.number,
            name=shadow.name,
            state=core.state.value,
            reason=core.reason if core.state.value != "quoting" else problem,
            late_ms=max(0, main.ts - self._shadows.heard_to) // MILLISECOND if self._shadows.behind else 0,
            for_s=max(0, ts - shadow.added) // SECOND,
            low=low,
            high=high,
            edge=edge,
            event_us=None if weight.event_us is None else round(weight.event_us, 1),
            cpu_pct=None if weight.cpu_pct is None else round(weight.cpu_pct, 2),
            changes=changes,
            resting=core.orders.open_count,
            shared=sum((order.side, order.price) in standing for order in core.orders.open),
            promotion=argument,
            **figured,
        )

    def _promotion(self, shadow: Shadow) -> tuple[tuple[tuple[str, str, str], ...], str, str]:
        """What promoting it changes, the argument that does, and why it cannot be where that is empty."""
        running, wanted = self._main.core.parameters, shadow.lead.desk.core.parameters
        changes = [
            (name, typed(getattr(running.leans, name)), typed(getattr(NEUTRAL, name)))
            for name in NEUTRAL.__struct_fields__
            if getattr(running.leans, name) != getattr(NEUTRAL, name)
        ]
        same = shadow.origin == running.origin
        if not same:
            changes.append((STRATEGY, running.strategy, wanted.strategy))
        for name in wanted.params.__struct_fields__:
            after, before = getattr(wanted.params, name), getattr(running.params, name, None) if same else None
            if not same or before != after:
                changes.append((f"strategy.{wanted.strategy}.{name}", typed(before) if same else "–", typed(after)))
        try:
            return tuple(changes), promotion.written(shadow.origin, wanted.params), ""
        except SettingsError as error:
            return tuple(changes), "", str(error)


def _figures(desk: Desk) -> dict[str, Any]:
    """What both kinds of row show of a desk, at its own mid."""
    core, quality = desk.core, desk.scores.quality
    account, instrument = core.account, core.instrument
    markouts = desk.scores.markouts.figures()
    return {
        "total": accounts.money(account.total2(core.mid2), instrument) if core.mid2 else None,
        "fills": account.fills,
        "markout_1s": markouts["1s"],
        "markout_5s": markouts["5s"],
        "position": accounts.quantity(account.position, instrument),
        "drawdown": Decimal(repr(round(core.breaker.deepest, 4))),
        "messages": quality.messages,
        "fills_per_1000": quality.fills_per_1000,
    }


def _span(found: Figures) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most; nothing where a queue model is missing."""
    known = [one for one in found if one is not None]
    return (min(known), max(known)) if len(known) == len(found) else (None, None)


def _rank(row: ShadowRow) -> tuple[bool, Decimal, int]:
    """The most PnL first, what was dropped last; the desk before a shadow that made the same."""
    return row.state == "dropped", -(row.total or Decimal(0)), row.number
