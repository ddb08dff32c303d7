"""Line and column of each key and each value in a TOML text, which the parser itself does not tell.

The text must already have been accepted by `tomli`: the scanner only has to find where things stand, never
whether they are allowed.
"""

import re
from bisect import bisect_right
from typing import NamedTuple

import tomli

Path = tuple[str, ...]
"""Keys from the top of the file down: `("risk", "max_position")`."""

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*(\.?)""")
_SCALAR = re.compile(r"[^,\]}#\r\n]*")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_LONG_BASIC = re.compile(r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*?"{3,5}', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''(?:[^']|'{1,2}(?!'))*?'{3,5}", re.DOTALL)


class Place(NamedTuple):
    """Where a key and its value begin; lines and columns count from 1, columns in characters."""

    key: tuple[int, int]
    value: tuple[int, int]


def locate(text: str) -> dict[Path, Place]:
    """The place of every key of the text, tables included; of an array of tables its first header."""
    return _Scanner(text).run()


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column of a character."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class _Scanner:
    """Walks over an accepted text once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.places: dict[Path, Place] = {}
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def run(self) -> dict[Path, Place]:
        prefix: Path = ()
        while self._blank() < len(self.text):
            if self.text[self.at] == "[":
                prefix = self._header()
            else:
                self._pair(prefix)
        return self.places

    def _blank(self) -> int:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def _key(self, prefix: Path) -> Path:
        """Read a key, dotted or not, and note each part of it under the prefix."""
        path = prefix
        dotted = "."
        while dotted:
            match = _KEY.match(self.text, self.at)
            if match is None:
                raise AssertionError(f"no key at offset {self.at} of a text that was accepted")
            word, dotted = match.group(1), match.group(2)
            path = (*path, next(iter(tomli.loads(f"{word} = 0"))) if word[0] in "\"'" else word)
            place = self._place(match.start(1))
            self.places.setdefault(path, Place(place, place))
            self.at = match.end()
        return path

    def _header(self) -> Path:
        double = self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        path = self._key(())
        self.at += 2 if double else 1
        return path

    def _pair(self, prefix: Path) -> None:
        path = self._key(prefix)
        self.at += 1
        while self.text[self.at] in " \t":
            self.at += 1
        self.places[path] = Place(self.places[path].key, self._place(self.at))
        self._value(path)

    def _value(self, path: Path) -> None:
        first = self.text[self.at]
        if first == "[":
            self._list(path)
        elif first == "{":
            self._inline_table(path)
        else:
            self._skip(first)

    def _skip(self, first: str) -> None:
        triple = self.text.startswith(first * 3, self.at)
        if first == '"':
            pattern = _LONG_BASIC if triple else _BASIC
        elif first == "'":
            pattern = _LONG_LITERAL if triple else _LITERAL
        else:
            pattern = _SCALAR
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else len(self.text)

    def _list(self, path: Path) -> None:
        self.at += 1
        while self.text[self._blank()] != "]":
            if self.text[self.at] == ",":
                self.at += 1
            else:
                self._value(path)
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self.text[self._blank()] != "}":
            if self.text[self.at] == ",":
                self.at += 1
            else:
                self._pair(path)
        self.at += 1
