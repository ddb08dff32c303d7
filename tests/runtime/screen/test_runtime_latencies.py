"""Latencies for the screen's histograms."""

from mm_tui.model.clock import MILLISECOND, SECOND
from mm_tui.runtime.gauges import Gauges
from mm_tui.runtime.screen.latencies import Latencies


def test_rows_come_once_a_second_and_say_what_was_measured() -> None:
    gauges = Gauges(live=True)
    latencies = Latencies(gauges)
    first = latencies.look(0)
    assert [row.name for row in first] == ["tick to order", "feed latency", "loop lag"]
    assert all(row.counts == () and row.p50_ms is None for row in first)
    gauges.tick_to_order.add(2 * MILLISECOND)
    gauges.latency.add(5 * MILLISECOND, 0)
    gauges.latency.add(SECOND + 9 * MILLISECOND, SECOND)
    assert latencies.look(SECOND // 2) is first
    second = latencies.look(SECOND)
    assert second[0].count == 1
    ((least, most, count),) = second[0].counts
    assert least <= 2 * MILLISECOND <= most
    assert count == 1
    assert (second[1].count, second[1].max_ms) == (2, 4.0)
    assert latencies.look(SECOND + 1) is second
