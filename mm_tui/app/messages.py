"""What the parts of the screen say to the app; upward only."""

from textual.message import Message


class PanelFailed(Message):
    """A panel raised; it shows one line in its place and the rest of the screen goes on."""

    def __init__(self, panel: str, error: Exception) -> None:
        super().__init__()
        self.panel = panel
        """Its name in `layout.places`."""
        self.error = error


class SheetClosed(Message):
    """The question, list or input in front of the desk is done with."""

    def __init__(self, answer: str = "") -> None:
        super().__init__()
        self.answer = answer
        """Empty where it was left without an answer."""


class Asked(Message):
    """A part of the screen was clicked that stands for an action of the table."""

    def __init__(self, action: str, argument: str = "") -> None:
        super().__init__()
        self.action = action
        self.argument = argument
