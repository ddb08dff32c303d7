"""Which folders of the system hold settings and state; XDG's variables come first wherever they are set."""

from collections.abc import Mapping
from pathlib import Path

APPLICATION = "mm-tui"
BOXES = "blackbox"
"""The folder of black boxes in the folder of state; they are named as sessions are."""


def config_file(environ: Mapping[str, str]) -> Path:
    """The user's own settings file, whether it exists or not."""
    base = _xdg(environ, "XDG_CONFIG_HOME")
    if base is None:
        from platformdirs import user_config_path  # noqa: PLC0415  # only where the environment is silent

        return user_config_path(APPLICATION, appauthor=False) / "settings.toml"
    return base / APPLICATION / "settings.toml"


def state_folder(environ: Mapping[str, str]) -> Path:
    """Where sessions and what outlives them is kept, whether it exists or not."""
    base = _xdg(environ, "XDG_STATE_HOME")
    if base is None:
        from platformdirs import user_state_path  # noqa: PLC0415  # only where the environment is silent

        return user_state_path(APPLICATION, appauthor=False)
    return base / APPLICATION


def sessions_folder(environ: Mapping[str, str], chosen: str | Path = "") -> Path:
    """Where session folders are made: what was chosen, else the system's folder of state."""
    return Path(chosen).expanduser() if str(chosen) else state_folder(environ) / "sessions"


def boxes_folder(environ: Mapping[str, str]) -> Path:
    """Where black boxes are kept, wherever their sessions are."""
    return state_folder(environ) / BOXES


def _xdg(environ: Mapping[str, str], name: str) -> Path | None:
    """The variable's folder; relative paths are ignored, as the specification of XDG says."""
    value = environ.get(name, "")
    path = Path(value)
    return path if value and path.is_absolute() else None
