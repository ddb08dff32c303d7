"""The shells around the core: clock, desk, workers, sessions."""
