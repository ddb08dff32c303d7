"""Settings: their sections with defaults and bounds, and where each value came from."""
