"""Members that are found without unpacking those before them, and files that hold others or break off."""

import gzip
import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from mm_tui.errors import DataError
from mm_tui.journal.lines import lines
from mm_tui.journal.members import go_to, member

DATA = [b"1 {}\n" * 300, b"2 {}\n", b"3 {}\n" * 20, b""]
PACKED = b"".join(member(data, 6) for data in DATA)


def no_cut(words: str) -> None:
    raise AssertionError(words)


@pytest.mark.parametrize(("offset", "begins"), [(0, 0), (1499, 0), (1500, 1500), (1504, 1500), (1505, 1505)])
def test_the_way_goes_to_the_member_that_holds_the_byte(offset: int, begins: int) -> None:
    stream = io.BytesIO(PACKED)
    assert go_to(stream, offset) == begins
    unpacked = zlib.decompressobj(31).decompress(stream.read())
    assert unpacked == next(data for data, at in zip(DATA, (0, 1500, 1505), strict=False) if at == begins)


def test_any_reader_of_gzip_reads_them() -> None:
    assert gzip.decompress(PACKED) == b"".join(DATA)
    assert member(DATA[0], 6) == member(DATA[0], 6)


def test_members_of_others_end_the_way() -> None:
    other = gzip.compress(DATA[1]) + PACKED
    assert go_to(io.BytesIO(other), 900) == 0
    stream = io.BytesIO(member(DATA[0], 6) + other)
    assert (go_to(stream, 1_000_000), stream.tell()) == (1500, len(member(DATA[0], 6)))


@pytest.mark.parametrize("cut", [1, 12, 25, len(PACKED) - 3])
def test_a_file_that_breaks_off_is_gone_through_to_there(cut: int) -> None:
    stream = io.BytesIO(PACKED[:cut])
    assert go_to(stream, 1 << 40) in (0, 1605)
    length = bytearray(PACKED)
    length[16:20] = (7).to_bytes(4, "little")
    assert go_to(io.BytesIO(bytes(length)), 1600) == 0


def two_members(data: bytes) -> bytes:
    return member(data[:1500], 1) + member(data[1500:], 1)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, two_members])
def test_lines_are_read_from_a_byte_on_however_they_are_packed(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    data = b"".join(DATA)
    path = tmp_path / ("market.log" if pack(data) == data else "market.log.gz")
    path.write_bytes(pack(data))
    whole = list(lines(path, no_cut))
    for first in (0, 1, 299, 300, 301, 320):
        assert list(lines(path, no_cut, whole[first].offset)) == whole[first:]
    assert list(lines(path, no_cut, len(data))) == []


def test_a_member_that_lies_about_its_length_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "market.log.gz"
    data = bytearray(PACKED)
    data[16:20] = (40).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    assert len(list(lines(path, no_cut))) == 321
    with pytest.raises(DataError, match="damaged"):
        list(lines(path, no_cut, 1 << 31))
