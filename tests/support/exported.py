"""A recorded session, and its tables as files."""

import csv
from collections.abc import Callable
from pathlib import Path

from small_session import record

from mm_tui.backtest.export.files import Export, export
from mm_tui.backtest.recording import Changes, RecordedSession, Recording


def quiet(_: float) -> None:
    pass


async def session(tmp_path: Path, *overrides: str) -> RecordedSession:
    folder = (await record(tmp_path, *overrides)).folder
    assert folder is not None
    return RecordedSession(folder, Changes())


def to(form: str, recording: Recording, out: Path, *names: str, told: Callable[[float], None] = quiet) -> Export:
    return export(recording, form, out, names, told)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
