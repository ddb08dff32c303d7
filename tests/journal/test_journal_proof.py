"""The proof file by itself: its columns, and a disk that refuses."""

import errno
import os
from pathlib import Path

import pytest
from pure_desk import BTC

from mm_tui.analytics.obligation import Stretch
from mm_tui.journal.proof import PROOF, ProofFile

HOW = Stretch("quoting", True, False, 61_790_00 * 200, 0, False, True, True)


def test_a_row_is_on_disk_as_soon_as_its_stretch_is_over(tmp_path: Path) -> None:
    proof = ProofFile(tmp_path, BTC)
    proof.add(5, 9, HOW)
    assert (tmp_path / PROOF).read_text(encoding="utf-8").splitlines() == [
        "start_ns,end_ns,state,bid_in_band,ask_in_band,bid_value,ask_value,excused,bid_up,ask_up",
        "5,9,quoting,1,0,123.5800000,0.0000000,0,1,1",
    ]
    proof.close()
    proof.close()
    proof.add(9, 10, HOW)
    assert not proof.failed


def test_a_folder_that_is_not_there_fails_the_proof_alone(tmp_path: Path) -> None:
    proof = ProofFile(tmp_path / "gone", BTC)
    assert "No such file" in proof.failed
    proof.add(5, 9, HOW)
    proof.close()


def test_a_disk_that_is_full_ends_the_proof_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = ProofFile(tmp_path, BTC)

    def full(fd: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    proof.add(5, 9, HOW)
    assert proof.failed == f"{tmp_path / PROOF} ends here: No space left on device"
    monkeypatch.undo()
    proof.add(9, 10, HOW)
    assert len((tmp_path / PROOF).read_text(encoding="utf-8").splitlines()) == 1


def test_a_write_that_takes_a_part_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = ProofFile(tmp_path, BTC)
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:3]))
    proof.add(5, 9, HOW)
    monkeypatch.undo()
    assert (tmp_path / PROOF).read_text(encoding="utf-8").splitlines()[1].endswith(",1,1")
