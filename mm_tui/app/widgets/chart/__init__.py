"""The chart: what is drawn over time, and markouts and latencies."""
