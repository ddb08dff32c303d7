"""What the fills were worth and what was promised, as the screen shows it; worked out a few times a second."""

from decimal import Decimal

from mm_tui.analytics.obligation import Row
from mm_tui.analytics.scores import Scores
from mm_tui.analytics.worth import Worth
from mm_tui.model import account as accounts
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, SELL
from mm_tui.model.instrument import Instrument
from mm_tui.views import frames as fr

EVERY = 250_000_000
"""Figures do not move faster than an eye reads, ns."""


class WorthView:
    """Makes the frames of one desk's scores; what did not change stays the same object."""

    def __init__(self, scores: Scores, instrument: Instrument) -> None:
        self._scores = scores
        self._instrument = instrument
        self._worth = fr.WorthFrame()
        self._worth_due = 0
        self._rows: dict[int, tuple[bool, fr.FillRow]] = {}
        """By the fill's number: whether it is complete, and its row."""
        self._version = self._count = 0
        self._obligation = fr.ObligationFrame()
        self._obligation_due = 0

    def worth(self, ts: int) -> fr.WorthFrame:
        """Fill by fill and on the whole."""
        ledger = self._scores.ledger
        if ts >= self._worth_due or ledger.count != self._count:
            self._worth_due, self._count = ts + EVERY, ledger.count
            fills = self._fills() if ledger.version != self._version else self._worth.fills
            self._version = ledger.version
            self._worth = self._figures(ts, fills)
        return self._worth

    def _figures(self, ts: int, fills: tuple[fr.FillRow, ...]) -> fr.WorthFrame:
        scores = self._scores
        quality, inventory, markouts = scores.quality, scores.inventory, scores.markouts
        (errors_buy, counts_buy), (errors_sell, counts_sell) = markouts.sure(BUY), markouts.sure(SELL)
        return fr.WorthFrame(
            fills=fills,
            errors_buy=errors_buy,
            errors_sell=errors_sell,
            counts_buy=counts_buy,
            counts_sell=counts_sell,
            markouts_buy=tuple(markouts.figures(BUY).values()),
            markouts_sell=tuple(markouts.figures(SELL).values()),
            break_even_bps=scores.ledger.break_even_bps(ts),
            fill_ratio_pct=_rounded(quality.fill_ratio_pct, 1),
            fills_per_1000=_rounded(quality.fills_per_1000, 1),
            quote_life_s=_rounded(quality.quote_life_s, 1),
            half_life_s=_rounded(inventory.half_life_s(ts), 1),
            at_limit_pct=_rounded(inventory.at_limit_pct(ts), 1),
            maker_pct=_rounded(quality.maker_pct, 1),
        )

    def _fills(self) -> tuple[fr.FillRow, ...]:
        rows: dict[int, tuple[bool, fr.FillRow]] = {}
        for fill in reversed(self._scores.ledger.last):
            known = self._rows.get(fill.number)
            if known is None or not known[0]:
                row = self._row(fill)
                known = (fill.complete, row if known is None or known[1] != row else known[1])
            rows[fill.number] = known
        self._rows = rows
        return tuple(row for _, row in rows.values())

    def _row(self, fill: Worth) -> fr.FillRow:
        return fr.FillRow(
            ts=fill.ts,
            side=fill.side,
            price=fill.price,
            quantity=fill.quantity,
            maker=fill.maker,
            spread=self._quote(fill.spread2 if fill.known else None),
            adverse=self._quote(fill.adverse2 if fill.known else None),
            fee=accounts.money(fill.fee2, self._instrument),
            net=self._quote(fill.net2 if fill.known else None),
            markouts=tuple(fill.markouts),
        )

    def _quote(self, value2: int | None) -> Decimal | None:
        return None if value2 is None else accounts.money(value2, self._instrument)

    def obligation(self, ts: int) -> fr.ObligationFrame:
        """The scoreboard."""
        if ts >= self._obligation_due:
            self._obligation_due = ts + EVERY
            obligation = self._scores.obligation
            total, _ = obligation.tallies(ts)
            self._obligation = fr.ObligationFrame(
                bid_pct=_rounded(total.share(total.bid_up), 2),
                ask_pct=_rounded(total.share(total.ask_up), 2),
                two_sided_pct=_rounded(total.share(total.both_up), 2),
                preset=obligation.terms.name,
                rows=tuple(_promise(row) for row in obligation.rows(ts)),
                excused_s=round(total.excused / SECOND, 1),
            )
        return self._obligation


def _promise(row: Row) -> fr.ObligationRow:
    return fr.ObligationRow(
        name=row.name,
        share_pct=_rounded(row.share_pct, 3),
        target_pct=row.target_pct,
        slack_s=None if row.slack_ns is None else round(row.slack_ns / SECOND, 1),
        now=row.now,
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
