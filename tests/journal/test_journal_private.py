"""Files of the owner's alone: whole or not at all, whatever lay there before."""

import os
from pathlib import Path

import pytest

from mm_tui.journal.private import LARGEST, PART, opened, read, write


@pytest.mark.parametrize("sync", [True, False])
def test_a_file_is_the_owners_whatever_lay_there_before(tmp_path: Path, *, sync: bool) -> None:
    path, part = tmp_path / "kept.json", tmp_path / f"kept.json{PART}"
    for left in (path, part):
        left.write_text("older")
        left.chmod(0o644)
    write(path, b"newer", sync=sync)
    assert path.read_bytes() == b"newer"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not part.exists()


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept.json"
    write(path, b"older")

    def full(_descriptor: int) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write(path, b"newer")
    assert path.read_bytes() == b"older"


def test_a_small_file_is_read_and_nothing_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    write(path, b"x" * LARGEST)
    assert len(read(path)) == LARGEST
    write(path, b"x" * (LARGEST + 1))
    with pytest.raises(OSError, match="larger than 1,048,576 bytes"):
        read(path)
    path.unlink()
    if hasattr(os, "mkfifo"):
        os.mkfifo(path)
        with pytest.raises(OSError, match="no regular file"):
            read(path)
        path.rename(tmp_path / f"kept.json{PART}")
        with pytest.raises(OSError, match="kept"):
            write(path, b"x")


def test_no_link_is_followed(tmp_path: Path) -> None:
    other = tmp_path / "of another"
    other.write_text("theirs")
    (tmp_path / f"kept.json{PART}").symlink_to(other)
    with pytest.raises(OSError, match="kept"):
        write(tmp_path / "kept.json", b"ours")
    with pytest.raises(OSError, match="kept"), open(tmp_path / f"kept.json{PART}", "wb", opener=opened):
        pass
    assert other.read_text() == "theirs"
