"""mm-tui: the terminal desk of a passive market maker."""
