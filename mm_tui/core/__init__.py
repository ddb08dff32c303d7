"""The pure core: events in, commands and facts out."""
