"""What a user means by a session: `last`, a name of the list, a folder, or a file."""

from pathlib import Path

from mm_tui.errors import DataError
from mm_tui.journal import folder


def find(name: str, sessions: Path) -> Path:
    """The path that is meant; raises DataError with what there is instead."""
    path = Path(name).expanduser()
    if name == "last":
        found = [one for one in folder.sessions(sessions) if one.meta is None or one.meta.black_box_of is None]
        if not found:
            raise DataError(f"no session was recorded yet under {sessions}; mm-tui demo records one")
        return found[0].path
    if path.exists():
        return path
    if len(path.parts) == 1 and (sessions / name).is_dir():
        return sessions / name
    if len(path.parts) == 1 and (sessions / folder.BOXES / name).is_dir():
        return sessions / folder.BOXES / name
    raise DataError(f"{name}: no file, no folder, and no session under {sessions} (mm-tui sessions lists them)")
