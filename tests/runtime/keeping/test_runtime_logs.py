"""`app.log` stays small whatever a strategy raises."""

import logging
from pathlib import Path

import pytest

from mm_tui.runtime.keeping.logs import LONGEST_TRACE, NAME, close_log, open_log


def test_a_traceback_is_cut(tmp_path: Path) -> None:
    handler = open_log(tmp_path, "warning")
    log = logging.getLogger("mm_tui.test")
    log.warning("a small one", exc_info=ValueError("no"))
    log.warning("a huge one", exc_info=ValueError("x" * 5_000_000))
    close_log(handler)
    text = (tmp_path / NAME).read_text(encoding="utf-8")
    assert "WARNING mm_tui.test a small one\nValueError: no\n" in text
    assert text.endswith("x…\n")
    assert LONGEST_TRACE < len(text) < LONGEST_TRACE + 500


def test_a_name_in_another_encoding_is_written(tmp_path: Path) -> None:
    handler = open_log(tmp_path, "warning")
    logging.getLogger("mm_tui.test").warning("path=%s", "a\udcff")
    close_log(handler)
    assert (tmp_path / NAME).read_text(encoding="utf-8").endswith("path=a\\udcff\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full disk to write to")
def test_a_full_disk_writes_nothing_over_the_screen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / NAME).symlink_to("/dev/full")
    handler = open_log(tmp_path, "warning")
    logging.getLogger("mm_tui.test").warning("lost")
    close_log(handler)
    assert capfd.readouterr() == ("", "")


def test_once_the_last_log_is_closed_words_go_where_they_went_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = open_log(tmp_path, "warning"), open_log(None, "warning")
    log = logging.getLogger("mm_tui.test")
    close_log(first)
    log.warning("the other session's")
    close_log(second)
    log.warning("nobody's")
    assert [record.message for record in caplog.records] == ["nobody's"]
