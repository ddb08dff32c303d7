"""The command line. Nothing but click is imported before a command needs it, so that `--version` answers at once."""

from mm_tui.cli.program import main

__all__ = ["main"]
