"""Where the panels stand."""
