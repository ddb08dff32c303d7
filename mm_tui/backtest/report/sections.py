"""What a report says in figures, as tables of words: the terminal and the page show the same ones."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from mm_tui.analytics.worth import HORIZONS
from mm_tui.backtest.report.collect import CHANGES_KEPT, Collected
from mm_tui.backtest.report.figures import Markout, unusual
from mm_tui.backtest.report.words import fixed
from mm_tui.backtest.tables import UNKNOWN, money, signed
from mm_tui.model import account as accounts
from mm_tui.model.bounds import typed
from mm_tui.model.clock import MILLISECOND, SECOND, time_of_day
from mm_tui.model.events import BUY, SELL, Side

TRIPS_SHOWN: Final = 200
_PARTS: Final = (
    ("spread captured", "spread_captured"), ("adverse selection, 5 s", "adverse_selection"),
    ("inventory", "inventory"), ("fees", "fees"), ("total", "total"),
)  # fmt: skip
_MODELS: Final = (("risk-averse queue", "risk_averse"), ("power queue", "power"), ("optimistic queue", "optimistic"))


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One table; the first column are names, the others figures unless they are named in `words`."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    words: tuple[int, ...] = ()
    """Columns that are read, not compared."""
    note: str = ""


def sections(found: Collected) -> list[Section]:
    """All of them, in the order of reading; those that have nothing to say are left out."""
    built = (
        traded(found), pnl(found), markouts(found), quality(found), obligation(found), trips(found), ends(found),
        latency(found), changes(found), settings(found),
    )  # fmt: skip
    return [section for section in built if section.rows]


def title(found: Collected) -> str:
    """What was traded, how and where."""
    summary = found.summary
    return f"{summary['symbol']} · {summary['strategy'].rpartition('/')[2]} · {summary['venue']}"


def when(found: Collected) -> str:
    """From when to when, UTC, and how long."""
    if not found.first_ts:
        return "nothing was heard"
    seconds = (found.last_ts - found.first_ts) / SECOND
    return f"{moment(found.first_ts)} to {time_of_day(found.last_ts)} UTC, {span(round(seconds))}"


def moment(ts: int) -> str:
    """Date and time of day, UTC."""
    return f"{datetime.fromtimestamp(ts // SECOND, UTC):%Y-%m-%d %H:%M:%S}"


def stamp(ts: int) -> str:
    """Day of the year and time of day, UTC."""
    return moment(ts)[5:]


def span(seconds: int) -> str:
    """A length of time, `1:04:09`; negative with a true minus."""
    left = abs(seconds)
    return signed(f"{'-' if seconds < 0 else ''}{left // 3600}:{left // 60 % 60:02}:{left % 60:02}")


def bps(value: float | None) -> str:
    """Signed basis points."""
    return UNKNOWN if value is None else fixed(value, 2, plus=True)


def plain(value: float | None, places: int, unit: str = "") -> str:
    """An unsigned figure."""
    return UNKNOWN if value is None else signed(f"{value:,.{places}f}") + unit


def amount(text: str | None, unit: str) -> str:
    """An exact decimal with its currency, thousands grouped."""
    return UNKNOWN if text is None else f"{signed(f'{Decimal(text):,f}')} {unit}"


def traded(found: Collected) -> Section:
    """What was heard and what was dealt."""
    market, fills, position = (found.summary[name] for name in ("market", "fills", "position"))
    base, quote = found.instrument.base, found.instrument.quote
    known = market["best_bid"] is not None
    simulator = found.terms.settings.simulator
    rows = [
        ("market frames", f"{market['frames']:,}"),
        ("of them trades", f"{market['trades']:,}"),
        ("of them book updates", f"{market['book_updates']:,}"),
        ("gaps, resyncs, bad frames", f"{market['gaps']:,}, {market['resyncs']:,}, {market['bad_frames']:,}"),
        (
            "market at the end",
            f"{amount(market['best_bid'], '/')} {amount(market['best_ask'], quote)}" if known else "–",
        ),
        ("fills", f"{fills['count']:,}"),
        ("as maker, as taker", f"{fills['maker']:,}, {fills['taker']:,}"),
        ("bought", amount(fills["bought"], base)),
        ("sold", amount(fills["sold"], base)),
        ("volume", amount(fills["volume_quote"], quote)),
        ("position at the end", amount(position["base"], base)),
        ("its average price", amount(position["average_price"], quote)),
        ("fee as maker, as taker", f"{typed(found.terms.maker_bps)}, {typed(found.terms.taker_bps)} bps"),
        ("simulated queue", simulator.queue_model.replace("_", "-")),
        ("order and response latency", f"{simulator.order_latency_ms:g} + {simulator.response_latency_ms:g} ms"),
    ]
    return Section(title="What was traded", head=("", ""), rows=rows)


def pnl(found: Collected) -> Section:
    """Where the result came from, and between which bounds it lies."""
    figures, volume = found.summary["pnl"], Decimal(found.summary["fills"]["volume_quote"])

    def row(name: str, text: str | None) -> tuple[str, str, str]:
        share = None if text is None or not volume else float(Decimal(text) / volume * 10_000)
        return name, money(text), bps(share)

    rows = [row(name, figures[key]) for name, key in _PARTS]
    rows += [row(name, figures[name]) for name in ("realized", "unrealized")]
    rows.append(row("deepest fall from a peak", drawdown(found)))
    rows += [row(f"total, {name}", figures["band"][key]) for name, key in _MODELS]
    return Section(
        title="Profit and loss",
        head=("part", found.instrument.quote, "bps of volume"),
        rows=rows,
        note="The first four add up to the total. The last three are the same strategy and settings under other queue "
        "models.",
    )


def drawdown(found: Collected) -> str | None:
    """The deepest fall of the total from a peak, exact; negative."""
    if found.drawdown2 is None:
        return None
    return f"{accounts.money(-found.drawdown2, found.instrument):f}"


def markouts(found: Collected) -> Section:
    """Mean markouts by horizon and side, with their errors."""
    rows = []
    for horizon in HORIZONS:
        cells = [horizon]
        for side in (None, BUY, SELL):
            mean, sure = one_markout(found, horizon, side)
            cells += [bps(mean), plain(sure.error, 2), f"{sure.count:,}"]
        rows.append(tuple(cells))
    return Section(
        title="Markouts, bps",
        head=("after", "all", "±", "fills", "buys", "±", "fills", "sells", "±", "fills"),
        rows=rows if found.fills else [],
        note="s·(mid then − price)/price by quantity, without fees; positive is good. ± is one standard error, fills "
        "of the same stretch as long as the horizon counted as one draw.",
    )


def one_markout(found: Collected, horizon: str, side: Side | None) -> tuple[float | None, Markout]:
    """The summary's own mean at a horizon, and how sure it is."""
    summary = found.summary
    means = {
        None: summary["markouts_bps"],
        BUY: summary["quality"]["markouts_buy_bps"],
        SELL: summary["quality"]["markouts_sell_bps"],
    }[side]
    return means[horizon], found.sure[horizon, side]


def quality(found: Collected) -> Section:
    """How good the quoting was."""
    figures = found.summary["quality"]
    rows = [
        ("break-even half-spread, last hour", plain(figures["break_even_bps"], 2, " bps")),
        ("order messages", f"{figures['messages']:,}"),
        ("fills per 1000 messages", plain(figures["fills_per_1000_messages"], 1)),
        ("quotes with a fill", plain(figures["fill_ratio_pct"], 2, " %")),
        ("volume as maker", plain(figures["maker_pct"], 2, " %")),
        ("median life of a quote", plain(figures["quote_life_s"], 2, " s")),
        ("half-life of inventory", plain(figures["inventory_half_life_s"], 1, " s")),
        ("time at the position limit", plain(figures["at_limit_pct"], 2, " %")),
    ]
    return Section(title="Quality", head=("", ""), rows=rows)


def obligation(found: Collected) -> Section:
    """How long we stood in the market, and what the day still allows."""
    figures = found.summary["obligation"]
    promised = figures["preset"] is not None
    rows = [
        (name, plain(figures[key], 3, " %"), UNKNOWN, UNKNOWN, UNKNOWN)
        for name, key in (("bid up", "uptime_bid_pct"), ("ask up", "uptime_ask_pct"), ("both up", "two_sided_pct"))
        if not promised or name != "both up"
    ]
    for row in found.promises:
        slack = UNKNOWN if row.slack_ns is None else span(row.slack_ns // SECOND)
        kept = UNKNOWN if row.share_pct is None else ("yes" if row.share_pct >= row.target_pct else "no")
        rows.append((row.name, plain(row.share_pct, 3, " %"), f"{typed(row.target_pct)} %", kept, slack))
    rows.append(("counted", span(figures["counted_ns"] // SECOND), UNKNOWN, UNKNOWN, UNKNOWN))
    rows.append(("excused", span(figures["excused_ns"] // SECOND), UNKNOWN, UNKNOWN, UNKNOWN))
    terms = f"Terms: {figures['preset']}." if promised else "No obligation was set: a side counts while an order rests."
    return Section(
        title="Obligation",
        head=("promise", "share", "target", "kept", "slack left today"),
        rows=rows,
        note=f"{terms} By time since quoting was first switched on, without excused time.",
    )


def trips(found: Collected) -> Section:
    """Limits that were broken."""
    rows = [
        (stamp(trip.ts), trip.rule, trip.value or UNKNOWN, trip.limit or UNKNOWN, trip.action)
        for trip in found.trips[:TRIPS_SHOWN]
    ]
    return Section(
        title="Risk trips",
        head=("time, UTC", "rule", "value", "limit", "what followed"),
        rows=rows,
        words=(1, 2, 3, 4),
        note=_of(TRIPS_SHOWN, len(found.trips), "trips"),
    )


def ends(found: Collected) -> Section:
    """Orders by how they ended."""
    orders = found.summary["orders"]
    placed = orders["placed"]
    rows = [
        (words, f"{count:,}", plain(100 * count / placed, 1, " %") if placed else UNKNOWN)
        for words, count in found.orders.ends.most_common()
    ]
    if orders["open"]:
        rows.append(("still open", f"{orders['open']:,}", plain(100 * orders["open"] / placed, 1, " %")))
    if orders["refused"]:
        rows.append(("refused by the gate, not sent", f"{orders['refused']:,}", UNKNOWN))
    return Section(
        title="Orders by their end",
        head=("end", "orders", "of placed"),
        rows=rows,
        note=f"{placed:,} placed, {orders['amended']:,} amended." if placed else "",
    )


def latency(found: Collected) -> Section:
    """How late things were, where that was recorded."""
    figures = found.summary["latency_us"]
    rows = [
        _times("market data, over the quickest", found.feed.summary(MILLISECOND)),
        _times("order to the venue's answer", found.orders.answered.summary(MILLISECOND)),
        _times("age of the data when used", found.summary["feed_age_ms"]),
        *(
            _times(name, {part: None if value is None else value / 1000 for part, value in figures[key].items()})
            for name, key in (("decoding", "decode"), ("tick to order", "tick_to_order"), ("loop lag", "loop_lag"))
        ),
    ]
    return Section(
        title="Latency, ms",
        head=("", "p50", "p99", "max"),
        rows=rows,
        note="The venue's clock is not ours: market data is timed against the quickest event of the last ten minutes. "
        "The answer is the simulator's. The last four are known of sessions that ran live.",
    )


def changes(found: Collected) -> Section:
    """What was changed on the way."""
    rows = [(stamp(change.ts), change.name, change.before, change.after) for change in found.changes]
    return Section(
        title="Parameters changed on the way",
        head=("time, UTC", "parameter", "from", "to"),
        rows=rows,
        words=(1, 2, 3),
        note=f"Not more than the first {CHANGES_KEPT} are listed." if len(rows) == CHANGES_KEPT else "",
    )


def settings(found: Collected) -> Section:
    """What was not left as it comes."""
    return Section(
        title="Settings that differ from the defaults",
        head=("key", "value", "default"),
        rows=unusual(found.terms.settings),
        words=(1, 2),
    )


def _times(name: str, figures: dict[str, Any]) -> tuple[str, str, str, str]:
    return name, *(plain(figures[part], 3) for part in ("p50", "p99", "max"))  # type: ignore[return-value]  # three parts


def _of(shown: int, count: int, what: str) -> str:
    return f"The first {shown} of {count:,} {what}." if count > shown else ""
