import gzip
import os
import zlib
from pathlib import Path

import pytest

from mm_tui.journal.seal import MARKET, market_parts, rotated, seal_log, seal_logs


def members(data: bytes) -> list[bytes]:
    found = []
    while data:
        unpacker = zlib.decompressobj(31)
        found.append(unpacker.decompress(data))
        data = unpacker.unused_data
    return found


def test_parts_stand_in_the_order_they_were_written(tmp_path: Path) -> None:
    for name in (
        "market.log",
        "market.0002.log.gz",
        "market.0001.log.gz",
        "market.0010.log",
        "journal.jsonl",
        "market.log.gz.part",
    ):
        (tmp_path / name).touch()
    assert [path.name for path in market_parts(tmp_path)] == [
        "market.0001.log.gz",
        "market.0002.log.gz",
        "market.0010.log",
        "market.log",
    ]
    assert rotated(3) == "market.0003.log"


def test_of_a_log_that_is_there_twice_the_open_one_counts(tmp_path: Path) -> None:
    (tmp_path / "market.log.gz").touch()
    (tmp_path / "market.log").touch()
    assert [path.name for path in market_parts(tmp_path)] == ["market.log"]


def test_sealing_cuts_into_members_of_ten_seconds_or_a_megabyte(tmp_path: Path) -> None:
    second = 1_000_000_000
    rows = [b"%d {}\n" % (at * second) for at in (0, 9, 10, 11, 21)]
    big = b'%d {"x":"' % (22 * second) + b"y" * 1_000_000 + b'"}\n'
    data = b"".join(rows) + big + b"%d {}\n" % (23 * second) + b"broken"
    (tmp_path / MARKET).write_bytes(data)
    target = seal_log(tmp_path / MARKET)
    assert [path.name for path in tmp_path.iterdir()] == ["market.log.gz"]
    packed = target.read_bytes()
    assert gzip.decompress(packed) == data
    found = members(packed)
    assert found[0] == rows[0] + rows[1]
    assert found[1] == rows[2] + rows[3]
    assert found[2] == rows[4] + big
    assert b"".join(found) == data
    if os.name != "nt":
        assert target.stat().st_mode & 0o777 == 0o600


def test_the_same_lines_give_the_same_bytes(tmp_path: Path) -> None:
    packed = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / MARKET).write_bytes(b"1 {}\n" * 1000)
        os.utime(folder / MARKET, (1, len(packed)))
        packed.append(seal_log(folder / MARKET).read_bytes())
    assert packed[0] == packed[1]


def test_every_open_log_is_sealed_and_the_sealed_ones_are_left(tmp_path: Path) -> None:
    (tmp_path / rotated(1)).write_bytes(b"1 {}\n")
    (tmp_path / MARKET).write_bytes(b"")
    assert [path.name for path in seal_logs(tmp_path)] == ["market.0001.log.gz", "market.log.gz"]
    assert seal_logs(tmp_path) == []
    assert gzip.decompress((tmp_path / "market.log.gz").read_bytes()) == b""


def test_a_log_that_cannot_be_read_is_kept(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        seal_log(tmp_path / MARKET)
