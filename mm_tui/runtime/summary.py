"""The summary of a session: one object, decimal strings exact, what cannot be known null."""

from decimal import Decimal
from functools import cache
from importlib.metadata import version
from typing import Any

from mm_tui.analytics.pnl import unrealized2
from mm_tui.bus import BusFigures
from mm_tui.model import account as accounts
from mm_tui.model.clock import MILLISECOND
from mm_tui.model.events import BUY, SELL
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.followers.band import MODELS, NO_FIGURES, Band, Figures
from mm_tui.runtime.gauges import Gauges

MICROSECOND = 1_000


def text(value: Decimal) -> str:
    """A decimal as it is, without an exponent."""
    return f"{value:f}"


@cache
def _version() -> str:
    """Ours; read from the installation once, not for each of a sweep's runs."""
    return version("mm-tui")


def summarize(
    desk: Desk,
    gauges: Gauges,
    bus: BusFigures,
    *,
    venue: str,
    strategy: str,
    session: str | None,
    ended_ns: int,
    band: Band | None = None,
) -> dict[str, Any]:
    """Everything that INTERFACE calls the summary JSON."""
    core = desk.core
    instrument, market = core.instrument, core.market
    started = desk.first_ts or None
    known = market.known and core.book.valid
    return {
        "version": _version(),
        "venue": venue,
        "symbol": instrument.symbol,
        "strategy": strategy,
        "session": session,
        "started_ns": started,
        "ended_ns": ended_ns,
        "market": {
            "frames": market.frames,
            "trades": market.trades,
            "book_updates": market.book_updates,
            "gaps": market.gaps,
            "resyncs": market.resyncs,
            "bad_frames": core.bad_frames,
            "best_bid": text(instrument.price(core.references.bid)) if known else None,
            "best_ask": text(instrument.price(core.references.ask)) if known else None,
            "last_update_id": core.book.last_update_id if known else None,
        },
        "orders": _orders(desk),
        "fills": _fills(desk),
        "position": _position(desk),
        "pnl": _pnl(desk, NO_FIGURES if band is None else band.figures()),
        "markouts_bps": desk.scores.markouts.figures(),
        "quality": _quality(desk, ended_ns),
        "obligation": _obligation(desk, ended_ns),
        "feed_age_ms": gauges.age.summary(MILLISECOND),
        "risk": {
            "state": core.risk_state,
            "trips": [
                {"ts": trip.ts, "rule": trip.rule, "value": trip.value, "limit": trip.limit} for trip in core.trips
            ],
        },
        "latency_us": {
            "decode": gauges.decode.summary(MICROSECOND),
            "tick_to_order": gauges.tick_to_order.summary(MICROSECOND),
            "loop_lag": gauges.loop_lag.summary(MICROSECOND),
        },
        "bus": {
            "published": bus.published,
            "delivered": bus.delivered,
            "dropped": bus.dropped,
            "high_water": bus.high_water,
        },
        "digest": desk.digest.hex(),
    }


def _orders(desk: Desk) -> dict[str, int]:
    orders = desk.core.orders
    return {
        "placed": orders.placed,
        "amended": orders.amended,
        "canceled": orders.canceled,
        "rejected": orders.rejected,
        "refused": desk.core.gate.refused,
        "filled": orders.filled,
        "partially_filled": orders.partially_filled,
        "open": orders.open_count,
    }


def _fills(desk: Desk) -> dict[str, Any]:
    account, instrument = desk.core.account, desk.core.instrument
    return {
        "count": account.fills,
        "maker": account.maker_fills,
        "taker": account.fills - account.maker_fills,
        "bought": text(instrument.quantity(account.bought)),
        "sold": text(instrument.quantity(account.sold)),
        "volume_quote": text(account.volume * instrument.unit),
    }


def _position(desk: Desk) -> dict[str, str | None]:
    account, instrument = desk.core.account, desk.core.instrument
    average = account.average_price(instrument)
    return {
        "base": text(accounts.quantity(account.position, instrument)),
        "quote": text((account.quote - account.opening_quote) * instrument.unit / accounts.MICRO),
        "average_price": None if average is None else text(round(average, instrument.price_decimals + 4)),
    }


def _pnl(desk: Desk, band: Figures) -> dict[str, Any]:
    account, instrument, mid2 = desk.core.account, desk.core.instrument, desk.core.mid2
    if not mid2:
        names = ("total", "realized", "unrealized", "fees", "spread_captured", "adverse_selection", "inventory")
        return {**dict.fromkeys(names), "band": dict.fromkeys(MODELS)}
    split = desk.scores.pnl.split()

    def quote(value2: int) -> str:
        return text(accounts.money(value2, instrument))

    return {
        "total": quote(account.total2(mid2)),
        "realized": quote(account.realized2),
        "unrealized": quote(unrealized2(account, split.fees, mid2)),
        "fees": quote(split.fees),
        "spread_captured": quote(split.spread_captured),
        "adverse_selection": quote(split.adverse_selection),
        "inventory": quote(split.inventory),
        "band": {model: None if total is None else text(total) for model, total in zip(MODELS, band, strict=True)},
    }


def _obligation(desk: Desk, ts: int) -> dict[str, Any]:
    """Percent of the counted time; in band and depth are null where nothing was promised."""
    obligation = desk.scores.obligation
    total, _ = obligation.tallies(ts)
    promised = bool(obligation.terms.name)

    def share(time: int, *, known: bool = True) -> float | None:
        percent = total.share(time) if known else None
        return None if percent is None else round(percent, 4)

    return {
        "uptime_bid_pct": share(total.bid_up),
        "uptime_ask_pct": share(total.ask_up),
        "two_sided_pct": share(total.both_up),
        "in_band_pct": share(total.both_in_band, known=promised),
        "depth_pct": share(total.value, known=promised),
        "bid_in_band_pct": share(total.bid_in_band, known=promised),
        "ask_in_band_pct": share(total.ask_in_band, known=promised),
        "preset": obligation.terms.name or None,
        "counted_ns": total.counted,
        "excused_ns": total.excused,
        "met": {row.name: row.share_pct >= row.target_pct for row in obligation.rows(ts) if row.share_pct is not None},
    }


def _quality(desk: Desk, ts: int) -> dict[str, Any]:
    scores = desk.scores
    return {
        "markouts_buy_bps": scores.markouts.figures(BUY),
        "markouts_sell_bps": scores.markouts.figures(SELL),
        "break_even_bps": scores.ledger.break_even_bps(ts),
        "messages": scores.quality.messages,
        "fills_per_1000_messages": scores.quality.fills_per_1000,
        "fill_ratio_pct": scores.quality.fill_ratio_pct,
        "quote_life_s": scores.quality.quote_life_s,
        "inventory_half_life_s": scores.inventory.half_life_s(ts),
        "at_limit_pct": scores.inventory.at_limit_pct(ts),
        "maker_pct": scores.quality.maker_pct,
    }
