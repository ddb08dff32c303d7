"""An app that holds panels and nothing else."""

from textual.app import App, ComposeResult

from mm_tui.app.themes import load_themes
from mm_tui.app.widgets.lines import Panel
from mm_tui.views.frames import DeskFrame


class PanelApp(App[None]):
    """Shows panels below each other; keeps the messages they send."""

    CSS = "Screen { layout: vertical; }"

    def __init__(self, *panels: Panel, theme: str = "graphite", ascii: bool = False) -> None:  # noqa: A002 - as the desk
        super().__init__()
        self.panels = panels
        self.ascii = ascii
        self.posted: list[object] = []
        for found in load_themes().themes.values():
            self.register_theme(found)
        self.theme = theme

    def compose(self) -> ComposeResult:
        yield from self.panels

    def show(self, frame: DeskFrame) -> None:
        for panel in self.panels:
            panel.show(frame)

    def on_ladder_look(self, message: object) -> None:
        self.posted.append(message)

    def on_ladder_picked(self, message: object) -> None:
        self.posted.append(message)

    def on_orders_selected(self, message: object) -> None:
        self.posted.append(message)


def lines_of(panel: Panel) -> list[str]:
    """What the panel shows, a string a line."""
    return [strip.text for strip in panel.render_lines(panel.outer_size.region)]
