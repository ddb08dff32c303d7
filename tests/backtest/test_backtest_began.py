"""A capture whose book is not known at once says from when on it is, wherever the words are wanted."""

from pathlib import Path

import pytest
from small_session import capture, loaded

from mm_tui.backtest.recording import Changes, open_recording
from mm_tui.backtest.runner import Job, run


def words(path: Path) -> list[str]:
    said: list[str] = []
    settings = loaded("instrument.tick_size=0.01", "instrument.step_size=0.00001").settings
    run(open_recording(path, Changes(), settings), Job(), say=said.append)
    return said


@pytest.mark.parametrize(
    ("before", "said"),
    [
        pytest.param(0, [], id="at once"),
        pytest.param(19, [], id="within a second"),
        pytest.param(40, ["starts when the book is known: at frame 41, after 1.9 s"], id="later"),
        pytest.param(
            None,
            [
                "the book is never known: no snapshot in it that its diffs continue; nothing was quoted in 118 frames",
            ],
            id="never",
        ),
    ],
)
def test_from_when_on_the_book_is_known_is_said(tmp_path: Path, before: int | None, said: list[str]) -> None:
    path = capture(tmp_path, seconds=6)
    snapshot, *lines = path.read_text().splitlines(keepends=True)
    if before is not None:
        at = lines[before - 1].partition(" ")[0] if before else snapshot.partition(" ")[0]
        behind = '"lastUpdateId": 100', f'"lastUpdateId": {100 + before // 2}'
        lines.insert(before, f"{at} {snapshot.partition(' ')[2].replace(*behind)}")
    path.write_text("".join(lines))
    assert words(path) == said
