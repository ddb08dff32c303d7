"""What a user means by a session: `last`, a name of the list, a folder, or a file."""

from pathlib import Path

from mm_tui.errors import DataError, UsageError
from mm_tui.journal import folder


def find(name: str, sessions: Path, boxes: Path | None = None) -> Path:
    """The path that is meant, among `boxes` a black box; raises DataError with what there is instead.

    UsageError where nothing was named.
    """
    if not name:
        raise UsageError("the name of a recording is empty; is a variable not set? (mm-tui sessions lists them)")
    path = Path(name).expanduser()
    if name == "last":
        found = folder.sessions(sessions)
        if not found:
            raise DataError(f"no session was recorded yet under {sessions}; mm-tui demo records one")
        return found[0].path
    if path.exists():
        return path
    if len(path.parts) == 1 and (sessions / name).is_dir():
        return sessions / name
    if boxes is not None and len(path.parts) == 1 and (boxes / name).is_dir():
        return boxes / name
    raise DataError(f"{name}: no file, no folder, and no session under {sessions} (mm-tui sessions lists them)")
