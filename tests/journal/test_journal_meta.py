import json
import os
from pathlib import Path

import msgspec
import pytest

from mm_tui.errors import DataError
from mm_tui.journal.meta import FILE, SessionMeta, read_meta, write_meta


def test_it_comes_back_as_it_was(tmp_path: Path, meta: SessionMeta) -> None:
    write_meta(tmp_path, meta)
    assert read_meta(tmp_path) == meta
    ended = msgspec.structs.replace(meta, end=meta.start + 1, ended="quit", market_lines=3, records=4)
    write_meta(tmp_path, ended)
    assert read_meta(tmp_path) == ended
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_it_is_for_people_too_and_exact(tmp_path: Path, meta: SessionMeta) -> None:
    write_meta(tmp_path, meta)
    text = (tmp_path / FILE).read_text()
    assert '"tick_size": "0.01"' in text
    assert '"end": null' in text


@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode bits")
def test_it_is_for_its_owner_alone(tmp_path: Path, meta: SessionMeta) -> None:
    write_meta(tmp_path, meta)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_folder_without_it_is_no_session(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is no session: it holds no session\.json"):
        read_meta(tmp_path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is damaged"),
        (b'{"format":1', "is damaged"),
        (b'{"format":1}', "is damaged"),
        (b"\xff\xfe", "is damaged"),
        (b"[" * 100_000, "is damaged"),
        (b'{"format":2}', "is of format 2; this version of mm-tui reads format 1"),
        (b"{}", "is of format None"),
    ],
)
def test_a_damaged_or_foreign_one_is_refused_in_words(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / FILE).write_bytes(data)
    with pytest.raises(DataError, match=words):
        read_meta(tmp_path)


def test_one_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(DataError, match="cannot be read"):
        read_meta(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("tick_size", "0", "tick_size is 0"),
        ("tick_size", "1e-300", "tick_size is 1E-300"),
        ("tick_size", "NaN", "tick_size is NaN"),
        ("step_size", "1e300", "step_size is 1E[+]300"),
        ("step_size", "-1", "step_size is -1"),
        ("min_notional", "NaN", "min_notional is NaN"),
        ("max_notional", "1e300", "max_notional is 1E[+]300"),
        ("max_quantity", 10**40, "max_quantity is 1000"),
        ("max_position", -1, "max_position is -1"),
        ("price_ranges", None, "PERCENT holds numbers"),
    ],
)
def test_an_instrument_that_cannot_be_is_damage(
    tmp_path: Path, meta: SessionMeta, name: str, value: object, words: str
) -> None:
    write_meta(tmp_path, meta)
    tree = json.loads((tmp_path / FILE).read_text())
    if name == "price_ranges":
        names = ("name", "bid_up", "bid_down", "ask_up", "ask_down", "minutes")
        value = [dict(zip(names, ("PERCENT", "NaN", "1", "1", "1", 5), strict=True))]
    tree["instrument"][name] = value
    (tmp_path / FILE).write_text(json.dumps(tree))
    with pytest.raises(DataError, match=f"session.json is damaged: its instrument's {words}"):
        read_meta(tmp_path)
