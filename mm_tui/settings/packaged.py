"""Files that are shipped beside the code: the documented defaults and the themes."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def packaged(name: str) -> Path:
    """`settings.toml` or `themes`: inside an installed package, or at the top of a checkout."""
    inside = _PACKAGE / name
    return inside if inside.exists() else _PACKAGE.parent / name
