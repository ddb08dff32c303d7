"""Themes: TOML files of colours, shipped ones and the user's own, checked and turned into Textual themes.

A file is data only. What is wrong with one is said with its file and line, and the shipped default's colour of the
same token stands in, so that a typing error never keeps a desk from opening.
"""

import difflib
import re
from pathlib import Path

import msgspec
import tomli
from textual.theme import Theme

from mm_tui.app.colours import contrast
from mm_tui.app.palette import SURFACES, TOKENS, VARIABLE
from mm_tui.settings.packaged import packaged

DEFAULT_DARK = "graphite"
DEFAULT_LIGHT = "paper"
READABLE = 4.5
"""The contrast that WCAG 2 asks of text."""

GROUNDS = ("panel", "background", "selection", "track")
"""Tokens that text is written on; sheets stand on the last."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}\Z")
_LARGEST_FILE = 65_536


class ThemeFile(msgspec.Struct, frozen=True):
    """One theme, every token filled."""

    name: str
    dark: bool
    colours: dict[str, str]
    """Token to `#rrggbb`."""


class Themes(msgspec.Struct, frozen=True):
    """What was found, by name, and what was wrong with it."""

    themes: dict[str, Theme]
    """Ready to be registered with a Textual app; the default comes first."""
    problems: list[str]
    """One line each, with file and line."""


def load_themes(user_dir: Path | None = None) -> Themes:
    """The shipped themes and those in the user's folder, which win where names are equal."""
    problems: list[str] = []
    shipped = _shipped(problems)
    found = dict(shipped)
    if user_dir is not None and user_dir.is_dir():
        for path in sorted(user_dir.glob("*.toml")):
            theme = read_theme(path, shipped, problems)
            if theme is not None:
                found[theme.name] = theme
    first = {DEFAULT_DARK: found[DEFAULT_DARK], DEFAULT_LIGHT: found[DEFAULT_LIGHT]}
    return Themes({name: textual_theme(theme) for name, theme in (first | found).items()}, problems)


def _shipped(problems: list[str]) -> dict[str, ThemeFile]:
    folder = packaged("themes")
    themes: dict[str, ThemeFile] = {}
    names = [DEFAULT_DARK, DEFAULT_LIGHT, *(path.stem for path in sorted(folder.glob("*.toml")))]
    for name in dict.fromkeys(names):
        theme = read_theme(folder / f"{name}.toml", themes, problems)
        if theme is not None:
            themes[theme.name] = theme
    return themes


def read_theme(path: Path, shipped: dict[str, ThemeFile], problems: list[str]) -> ThemeFile | None:
    """One file, or None where it cannot be used at all; problems are appended as `file:line: what`."""
    try:
        raw = path.read_bytes()
        if len(raw) > _LARGEST_FILE:
            problems.append(f"{path}: {len(raw)} bytes are too many for a theme; at most {_LARGEST_FILE}")
            return None
        text = raw.decode()
        table = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        problems.append(f"{path}:{error.lineno}:{error.colno} not TOML: {error.msg}")
        return None
    except UnicodeDecodeError as error:
        problems.append(f"{path}: not UTF-8 from byte {error.start}; save it as UTF-8")
        return None
    except (ValueError, RecursionError) as error:
        problems.append(f"{path}: not TOML: {error}")
        return None
    except OSError as error:
        problems.append(f"{path}: cannot be read: {error.strerror}")
        return None
    return _checked(table, shipped, _Complaints(path, text, problems))


class _Complaints:
    """Collects what is wrong with one file, each with its line."""

    def __init__(self, path: Path, text: str, problems: list[str]) -> None:
        self.path, self.text, self.problems = path, text, problems

    def add(self, key: str, what: str) -> None:
        self.problems.append(f"{self.path}:{line_of(self.text, key)}: {what}")


def _checked(table: dict[str, object], shipped: dict[str, ThemeFile], complaints: _Complaints) -> ThemeFile:
    for key in table.keys() - {"name", "dark", "colors"}:
        complaints.add(key, f"{key}: unknown key{_hint(key, ('name', 'dark', 'colors'))}")
    name = _name(table, complaints)
    dark = table.get("dark", True)
    if not isinstance(dark, bool):
        complaints.add("dark", f"dark = {dark!r}: must be true or false; true is used")
        dark = True
    given = table.get("colors", {})
    if not isinstance(given, dict):
        complaints.add("colors", "colors: must be a table, [colors]; the default's colours are used")
        given = {}
    default = shipped.get(DEFAULT_DARK if dark else DEFAULT_LIGHT)
    theme = ThemeFile(name, dark, _colours(given, default, complaints))
    for token in unreadable(theme):
        ratio = min(contrast(theme.colours[token], theme.colours[ground]) for ground in GROUNDS)
        complaints.add(token, f"{token}: contrast {ratio:.1f} on its ground, under {READABLE}: hard to read")
    return theme


def _name(table: dict[str, object], complaints: _Complaints) -> str:
    name = table.get("name", complaints.path.stem)
    if isinstance(name, str) and _NAME.match(name):
        return name
    stand_in = re.sub(r"[^a-z0-9-]+", "-", complaints.path.stem.lower()).strip("-")[:32]
    stand_in = stand_in if _NAME.match(stand_in) else "user-theme"
    complaints.add("name", f"name {name!r}: must be small letters, digits and hyphens; {stand_in!r} is used")
    return stand_in


def _colours(given: dict[str, object], default: ThemeFile | None, complaints: _Complaints) -> dict[str, str]:
    for token in given.keys() - set(TOKENS):
        complaints.add(token, f"{token}: unknown token{_hint(token, TOKENS)}")
    stand_in = f"that of {default.name}" if default else "grey"
    colours: dict[str, str] = {}
    for token in TOKENS:
        colour = given.get(token)
        if isinstance(colour, str) and _COLOUR.match(colour):
            colours[token] = colour.lower()
            continue
        colours[token] = default.colours[token] if default else "#808080"
        if token in given:
            complaints.add(token, f"{token} = {colour!r}: not a colour like #1a2b3c; {stand_in} is used")
        elif default is None:
            complaints.add("colors", f"{token}: missing; {stand_in} is used")
    return colours


def unreadable(theme: ThemeFile) -> list[str]:
    """Tokens of text whose contrast on what they are written on is under what WCAG 2 asks."""
    return [
        token
        for token in TOKENS
        if token not in SURFACES
        and min(contrast(theme.colours[token], theme.colours[ground]) for ground in GROUNDS) < READABLE
    ]


def line_of(text: str, key: str) -> int:
    """The line on which a key or table of this name stands, 1 where it is not found."""
    pattern = re.compile(rf"""\s*\[?\s*["']?{re.escape(key)}["']?\s*[\]=]""")
    return next((at for at, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 1)


def _hint(word: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f" (did you mean {near[0]}?)" if near else f"; known are {', '.join(known)}"


def textual_theme(theme: ThemeFile) -> Theme:
    """The same as a Textual theme, for dialogs and inputs; our tokens travel along as its variables."""
    colours = theme.colours
    return Theme(
        name=theme.name,
        primary=colours["accent"],
        secondary=colours["last"],
        warning=colours["warn"],
        error=colours["halt"],
        success=colours["bid"],
        accent=colours["accent"],
        foreground=colours["text"],
        background=colours["background"],
        surface=colours["panel"],
        panel=colours["track"],
        boost=colours["selection"],
        dark=theme.dark,
        variables={
            **{VARIABLE + token: colour for token, colour in colours.items()},
            "border": colours["border"],
            "border-blurred": colours["border"],
            "block-cursor-background": colours["selection"],
            "block-cursor-foreground": colours["bright"],
            "block-cursor-text-style": "bold",
            "input-cursor-background": colours["accent"],
            "input-cursor-foreground": colours["background"],
            "input-selection-background": colours["selection"],
            "scrollbar": colours["border"],
            "scrollbar-hover": colours["dim"],
            "scrollbar-active": colours["accent"],
            "scrollbar-background": colours["panel"],
            "scrollbar-background-hover": colours["panel"],
            "scrollbar-background-active": colours["panel"],
            "scrollbar-corner-color": colours["panel"],
            "footer-key-foreground": colours["accent"],
            "footer-description-foreground": colours["dim"],
            "footer-background": colours["background"],
        },
    )
