"""A report for programs: the summary, and beside it what only a report knows."""

from typing import Any

from mm_tui.analytics.worth import HORIZONS
from mm_tui.backtest.report.collect import Collected
from mm_tui.backtest.report.figures import unusual
from mm_tui.backtest.report.sections import drawdown
from mm_tui.model.events import BUY, SELL


def document(found: Collected) -> dict[str, Any]:
    """The summary JSON with one more key, `report`."""
    sides = (("all", None), ("buy", BUY), ("sell", SELL))
    errors = {name: {horizon: found.sure[horizon, side] for horizon in HORIZONS} for name, side in sides}
    return {
        **found.summary,
        "report": {
            "identical": found.identical,
            "proof": found.proof,
            "notes": found.notes,
            "drawdown": drawdown(found),
            "markout_errors": errors,
            "order_ends": dict(found.orders.ends.most_common()),
            "order_answer_us": found.orders.answered.summary(1_000),
            "feed_latency_us": found.feed.summary(1_000),
            "promises": found.promises,
            "settings": [
                {"key": key, "value": value, "default": default}
                for key, value, default in unusual(found.terms.settings)
            ],
        },
    }
