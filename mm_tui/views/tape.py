"""The tape panel's frame: prints, newest first, and the figures of the window."""

from mm_tui.book.tape import Print
from mm_tui.core.market import Market
from mm_tui.model.clock import SECOND
from mm_tui.views import frames as fr
from mm_tui.views.log import EventLog

FLOW_EVERY = SECOND // 4
"""Window figures are worked out this often; they do not move faster than an eye reads."""


class TapeView:
    """Makes the tape of one desk."""

    def __init__(self, market: Market, log: EventLog) -> None:
        """`log` knows which prints are fills of ours."""
        self._market = market
        self._log = log
        self._count = 0
        """Prints that have rows."""
        self._fills: tuple[fr.ChartFill, ...] = ()
        self._rows: tuple[fr.TapeRow, ...] = ()
        self._stats = fr.StatsFrame()
        self._stats_due = 0

    def frame(self, ts: int) -> fr.TapeFrame:
        """The tape at `ts`; rows that were shown before stay the same objects."""
        market, log = self._market, self._log
        if log.fills is not self._fills:
            self._fills, self._count, self._rows = log.fills, 0, ()
        if market.tape.count != self._count:
            prints = market.tape.prints
            fresh = min(market.tape.count - self._count, len(prints))
            rows = tuple(tape_row(prints[-1 - index], log) for index in range(fresh))
            self._rows = (rows + self._rows)[: prints.maxlen]
            self._count = market.tape.count
        if ts >= self._stats_due:
            self._stats_due = ts + FLOW_EVERY
            flow = market.flow.figures(ts)
            self._stats = fr.StatsFrame(
                window_s=flow.window_s,
                buy=flow.buy,
                sell=flow.sell,
                trades=flow.trades,
                significant=market.tape.significant_count,
                change_bps=flow.change_bps,
                average_spread_bps=flow.average_spread_bps,
                average_trade=flow.average_trade,
                volatility_bps=flow.volatility_bps,
            )
        return fr.TapeFrame(trades=self._rows, significant_quantity=market.tape.significant_lots, stats=self._stats)


def tape_row(one: Print, log: EventLog) -> fr.TapeRow:
    """A print of the tape; ours where the log knows a fill by it."""
    trade = one.trade
    return fr.TapeRow(
        ts=trade.ts,
        side=trade.side,
        price=trade.price,
        quantity=trade.quantity,
        significant=one.significant,
        own=str(trade.trade_id) in log.filled_by,
    )
