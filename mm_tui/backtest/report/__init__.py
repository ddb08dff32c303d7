"""What a session came to: collected from a re-run, as tables in the terminal and as one page."""
