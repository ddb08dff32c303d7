"""What an order and its answer take on their way: jittered, and as the feed itself was late."""

import msgspec
from paper_exchange import PLAIN, Exchange
from pure_desk import BID, MS, START, top, trade

from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL
from mm_tui.sim.latency import LONGEST, NONSENSE, SAMPLES, Latency


def test_latencies_jitter_within_their_bounds_and_repeat_with_their_seed() -> None:
    def drawn(seed: int) -> list[int]:
        latency = Latency(msgspec.structs.replace(PLAIN, latency_jitter_ms=4, seed=seed))
        return [latency.entry() for _ in range(300)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert 10 * MS <= min(drawn(1)) < 11 * MS < 13 * MS < max(drawn(1)) <= 14 * MS


MEASURED = msgspec.structs.replace(PLAIN, latency="measured", latency_jitter_ms=4)


def heard(*delays: int, skew: int = -1_270 * MS) -> Latency:
    """A latency that heard events so late, by clocks that differ."""
    latency = Latency(MEASURED)
    for number, delay in enumerate(delays):
        exch_ts = START + number * 100 * MS
        latency.hear(exch_ts + delay + skew, exch_ts)
    return latency


def test_measured_latencies_are_those_of_the_feed_above_the_smallest_of_them() -> None:
    latency = heard(20 * MS, 23 * MS, 90 * MS)
    assert {latency.entry() for _ in range(200)} == {10 * MS, 13 * MS, 80 * MS}
    assert {latency.response() for _ in range(200)} == {5 * MS, 8 * MS, 75 * MS}


def test_each_sample_is_as_likely_as_the_other() -> None:
    latency = heard(*([20 * MS] * 3), 50 * MS)
    slow = sum(latency.entry() == 40 * MS for _ in range(4_000))
    assert 900 < slow < 1_100


def test_until_there_are_samples_the_jitter_applies() -> None:
    latency = Latency(MEASURED)
    latency.hear(START, None)
    drawn = [latency.entry() for _ in range(300)]
    assert len(set(drawn)) > 100
    assert 10 * MS <= min(drawn) < max(drawn) <= 14 * MS


def test_the_window_holds_the_last_samples_and_their_smallest() -> None:
    latency = heard(0, *([30 * MS] * SAMPLES))
    assert {latency.entry() for _ in range(50)} == {10 * MS}
    latency = heard(0, *([30 * MS] * (SAMPLES - 1)))
    assert 10 * MS + 30 * MS in {latency.entry() for _ in range(50)}


def test_nonsense_times_are_no_samples_and_a_gap_is_bounded() -> None:
    latency = heard(0)
    latency.hear(START, START - 2 * NONSENSE)
    latency.hear(START + NONSENSE // 2, START)
    assert {latency.entry() for _ in range(100)} == {10 * MS, 10 * MS + LONGEST}


def test_the_venue_measures_diffs_and_trades_received_before_and_nothing_else() -> None:
    exchange = Exchange(MEASURED)
    hear = exchange.market
    hear(ev.BookSnapshot(ts=START, last_update_id=100, bids=[(BID, 9)], asks=[(BID + 1, 9)], exch_ts=START - 700 * MS))
    hear(top(START, BID, BID + 1, 101))
    hear(delta_at(START, START - 20 * MS))
    hear(msgspec.structs.replace(trade(START, BID, 1, SELL), exch_ts=START - 27 * MS))
    latency = exchange.venue._latency
    assert {latency.entry() for _ in range(100)} == {10 * MS, 17 * MS}


def test_a_jittered_venue_learns_nothing_from_the_feed() -> None:
    exchange = Exchange(PLAIN)
    exchange.market(delta_at(START, START - 20 * MS))
    exchange.market(delta_at(START, START - 90 * MS))
    exchange.place("a", BUY, BID - 10, 5)
    assert exchange.venue.due == exchange.ts + 10 * MS


def delta_at(ts: int, exch_ts: int) -> ev.BookDelta:
    """A diff that changes nothing, with a time of its own."""
    return ev.BookDelta(ts=ts, first_id=101, final_id=101, bids=[], asks=[], exch_ts=exch_ts)


def test_the_same_seed_and_feed_give_the_same_draws() -> None:
    delays = [number * number % 97 * MS for number in range(500)]
    assert [heard(*delays).entry() for _ in range(9)] == [heard(*delays).entry() for _ in range(9)]
