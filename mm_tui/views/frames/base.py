"""What every part of the screen's frames is."""

import msgspec


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what is shown."""
