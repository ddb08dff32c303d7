"""An input that does every key in the order in which it was typed."""

from textual import events
from textual.widgets import Input

from mm_tui.app.screens.sheet import Sheet


class LineInput(Input):
    """Textual's input inserts a character at once, while a key with a binding first rises to the app.

    In a burst, as a slow link delivers it, a backspace would act behind the characters typed after it, and another
    value would be set than was typed. Here a key's binding is done before the next key is looked at.
    """

    async def _on_key(self, event: events.Key) -> None:
        own = isinstance(self.parent, Sheet) and self.parent.passes(event.key)
        bindings = self._bindings.key_to_bindings.get(event.key)
        if own and bindings and not event.is_printable:
            event.stop()
            event.prevent_default()
            await self.run_action(bindings[0].action)
