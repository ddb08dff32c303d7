"""The desk in a browser: the page, and the viewer behind it."""
