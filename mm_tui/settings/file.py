"""A settings file as data, with the place of each key; what is wrong with the file itself is told with its place."""

from pathlib import Path
from typing import Any

import tomli

from mm_tui.errors import SettingsError
from mm_tui.settings.locate import Path as KeyPath
from mm_tui.settings.locate import Place, line_and_column, locate

LARGEST = 1_000_000
"""Bytes; a larger file is no settings file."""


def read(file: Path, name: str) -> tuple[dict[str, Any], dict[KeyPath, Place]]:
    """The file's tables and where each key stands; raises SettingsError, in which the file goes by `name`."""
    data = _bytes(file, name)
    try:
        text = data.decode().removeprefix("\ufeff").replace("\r\n", "\n")
        parsed = tomli.loads(text)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = line_and_column(before, len(before))
        words = f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise SettingsError([f"{name}:{line}:{column} {words}"]) from error
    except tomli.TOMLDecodeError as error:
        raise SettingsError([f"{name}:{error.lineno}:{error.colno} not TOML: {error.msg}"]) from error
    except ValueError as error:
        raise SettingsError([f"{name}: not TOML: {error}"]) from error
    except RecursionError as error:
        raise SettingsError([f"{name}:1:1 nested too deeply to be read"]) from error
    return parsed, locate(text)


def _bytes(file: Path, name: str) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise SettingsError([f"{name}: no such file (`mm-tui config init` writes one)"]) from error
    except IsADirectoryError as error:
        raise SettingsError([f"{name}: is a folder; name a settings file"]) from error
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SettingsError([f"{name}: cannot be read: {words}"]) from error
    if len(data) > LARGEST:
        raise SettingsError([f"{name}: is over {LARGEST // 1000} kB; name a settings file"])
    return data
