"""A report in the terminal: its tables, as wide as there is room."""

import sys
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mm_tui.backtest.report.collect import Collected
from mm_tui.backtest.report.sections import Section, sections, title, when
from mm_tui.backtest.report.words import printable

NARROW: Final = 80
"""Columns where the tables do not go to a terminal."""
SHORT: Final = 34
"""A name of so many letters is not broken."""


def show(found: Collected, console: Console | None = None) -> None:
    """Print everything; nothing in it is taken for markup or steers the terminal."""
    console = console or Console(highlight=False, width=None if sys.stdout.isatty() else NARROW)
    console.print(_text(title(found), "bold"))
    console.print(_text(when(found), "dim"))
    console.print(_text(found.proof, "dim"))
    for note in found.notes:
        console.print(_text(note, "bold"))
    for section in sections(found):
        console.print()
        _print(section, console)


def _print(section: Section, console: Console) -> None:
    console.print(_text(section.title, "bold"))
    headed = any(section.head)
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim", show_header=headed)
    for at, head in enumerate(section.head):
        right = at > 0 and at not in section.words
        whole = right or (at == 0 and all(len(row[0]) <= SHORT for row in section.rows))
        table.add_column(_text(head), justify="right" if right else "left", no_wrap=whole, overflow="fold")
    for row in section.rows:
        table.add_row(*(_text(cell) for cell in row))
    console.print(table)
    if section.note:
        console.print(_text(section.note, "dim"))


def _text(words: str, style: str = "") -> Text:
    return Text(printable(words), style=style)
