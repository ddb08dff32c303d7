"""A theme's tokens as the styles that panels draw with.

A style is asked for by a short name: a token, then `on <token>`, `soft`, `clear`, `bold`, `reverse` or `glow<n>`,
such as `palette["bid bold on selection"]`. Each is made once. Also here: what a terminal without UTF-8 is shown.
"""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rich.style import Style
from textual.app import App
from textual.theme import Theme

from mm_tui.app import ramp
from mm_tui.app.colours import legible, mix

TOKENS = (
    "background",
    "panel",
    "border",
    "track",
    "selection",
    "text",
    "dim",
    "bright",
    "accent",
    "bid",
    "ask",
    "own",
    "ghost",
    "last",
    "warn",
    "halt",
)
"""What a theme gives a colour to."""
SURFACES = ("background", "panel", "border", "track", "selection")
"""Tokens that are drawn on, or as lines, and never as text."""
VARIABLE = "mm-"
"""Prefix of a token among a Textual theme's variables."""
SOFT = 0.5
"""How much of a colour is left in a soft area: a bar tells more by its length than by its brightness."""
GLOWS = 3
"""Steps in which a changed number fades from the accent to its own colour."""

_DERIVED = {
    "background": "background",
    "panel": "surface",
    "border": "panel",
    "track": "panel",
    "selection": "boost",
    "text": "foreground",
    "dim": "foreground",
    "bright": "foreground",
    "accent": "accent",
    "bid": "success",
    "ask": "error",
    "own": "accent",
    "ghost": "secondary",
    "last": "secondary",
    "warn": "warning",
    "halt": "error",
}

_PLAIN = {
    **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼", "+"),
    **dict.fromkeys("─╌╴╶┄–—−", "-"),
    "━": "=",
    **dict.fromkeys("│┃▌▐⋮", "|"),
    **dict.fromkeys("█▉▊▋▮▓▒", "#"),
    **dict.fromkeys("▍▎▏▯", ":"),
    **dict.fromkeys("░·", "."),
    **dict.fromkeys("●◆•", "*"),
    **dict.fromkeys("○◌◐", "o"),
    "▸": ">",
    "▲": "^",
    "▼": "v",
    "↑": "^",
    "↓": "v",
    "←": "<",
    "→": ">",
    "…": "~",
    "≥": ">",
    "≤": "<",
    "×": "x",
    "√": "r",
    "±": "~",
    "⠀": " ",
    "µ": "u",
    "σ": "s",
    "κ": "k",
    "γ": "g",
    "τ": "t",
    "δ": "d",
    "²": "2",
}
_PLAIN_TABLE = {ord(glyph): plain for glyph, plain in _PLAIN.items()}
_BRAILLE = range(0x2801, 0x2900)
_LINUX_CONSOLE = {"dumb", "linux", "vt100", "vt102", "vt220"}


class Palette:
    """The styles of one theme; `ascii` tells panels to keep to seven bits."""

    def __init__(self, colours: Mapping[str, str], *, ascii: bool = False, of_256: bool = False) -> None:  # noqa: A002 - the field's own word
        self.colours = {token: colours[token] for token in TOKENS}
        """Token to `#rrggbb`."""
        heats = ramp.of_256(ramp.ramp(colours)) if of_256 else ramp.ramp(colours)
        self.heats = {f"heat{at}": heat for at, heat in enumerate(heats)}
        """The heat map's ramp, `heat0` to `heat11`, to be used like tokens."""
        self.ascii = ascii
        """Whether the terminal shows no more than ASCII."""
        self.styles: dict[str, Style] = _Styles(self)
        """By name; each is made when it is first asked for."""

    def __getitem__(self, name: str) -> Style:
        return self.styles[name]

    def make(self, name: str) -> Style:
        """The style of that name, made anew."""
        token, *words = name.split()
        colour, ground = self._colour(token), self.colours["panel"]
        bold = reverse = soft = clear = False
        rest = iter(words)
        for word in rest:
            if word == "on":
                ground = self._colour(next(rest))
            elif word.startswith("glow"):
                colour = mix(colour, self.colours["accent"], int(word[4:]) / GLOWS)
            elif word == "soft":
                soft = True
            elif word == "clear":
                clear = True
            elif word == "bold":
                bold = True
            elif word == "reverse":
                reverse = True
            else:
                raise ValueError(f"style {name!r}: unknown word {word!r}")
        if soft:
            colour = mix(ground, colour, SOFT)
        if clear:
            colour = legible(colour, ground)
        return Style(color=colour, bgcolor=ground, bold=bold or None, reverse=reverse or None)

    def _colour(self, name: str) -> str:
        """Of a token or of the ramp."""
        return self.heats[name] if name in self.heats else self.colours[name]

    def write(self, text: str) -> str:
        """The text as this terminal can show it; never a different number of characters."""
        return plain(text) if self.ascii and not text.isascii() else text


class _Styles(dict[str, Style]):
    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette

    def __missing__(self, name: str) -> Style:
        style = self[name] = self._palette.make(name)
        return style


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Seven bits of it: each glyph of ours as its nearest ASCII sign, anything else as `?`."""
    return "".join(
        glyph if glyph < "\x7f" else "." if ord(glyph) in _BRAILLE else "?" for glyph in text.translate(_PLAIN_TABLE)
    )


def needs_ascii(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal cannot be trusted with more than ASCII, by its locale and its kind."""
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    utf8 = "utf-8" in locale.lower() or "utf8" in locale.lower()
    return not utf8 or environ.get("TERM", "dumb") in _LINUX_CONSOLE


@lru_cache(maxsize=32)
def _palette(colours: tuple[tuple[str, str], ...], ascii: bool, of_256: bool) -> Palette:  # noqa: A002, FBT001 - cache key
    return Palette(dict(colours), ascii=ascii, of_256=of_256)


def palette_of(theme: Theme, *, ascii: bool = False, of_256: bool = False) -> Palette:  # noqa: A002 - the field's own word
    """The palette of a Textual theme: of ours by its tokens, of any other by what is nearest.

    `of_256`: the terminal has so many colours and no more.
    """
    variables = theme.variables
    if all(VARIABLE + token in variables for token in TOKENS):
        return _palette(tuple((token, variables[VARIABLE + token]) for token in TOKENS), ascii, of_256)
    system = theme.to_color_system().generate()
    colours = {token: _hex(system[name], system["background"]) for token, name in _DERIVED.items()}
    colours["dim"] = mix(colours["text"], colours["panel"], 0.35)
    return _palette(tuple(colours.items()), ascii, of_256)


def current(app: App[Any]) -> Palette:
    """The palette of the running app's theme; an app whose `ascii` is true gets seven bits."""
    of_256 = not app.is_headless and app.console.color_system == "256"
    return palette_of(app.current_theme, ascii=bool(getattr(app, "ascii", False)), of_256=of_256)


def few_colours(app: App[Any]) -> bool:
    """Whether the terminal has sixteen colours at most, or is to be given none: shades must say what colours cannot."""
    return app.no_color or (not app.is_headless and app.console.color_system in {None, "standard", "windows"})


def _hex(colour: str, ground: str) -> str:
    from textual.color import Color  # noqa: PLC0415 - only where a foreign theme is used

    base = Color.parse(ground)
    return (base + Color.parse(colour)).hex6.lower() if not base.ansi else "#808080"
