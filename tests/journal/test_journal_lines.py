import gzip
from pathlib import Path

import pytest

from mm_tui.errors import DataError
from mm_tui.journal import lines as module
from mm_tui.journal.lines import Line, lines


def never(words: str) -> None:
    pytest.fail(words)


def read(path: Path) -> list[Line]:
    return list(lines(path, never))


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 1 << 20])
@pytest.mark.parametrize("packed", [False, True])
def test_lines_and_their_places_whatever_the_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, *, packed: bool
) -> None:
    monkeypatch.setattr(module, "_CHUNK", chunk)
    path = tmp_path / ("x.gz" if packed else "x")
    data = b"ab\n\ncdef\nlast"
    path.write_bytes(gzip.compress(data[:5]) + gzip.compress(data[5:]) if packed else data)
    assert read(path) == [
        Line(0, b"ab", whole=True),
        Line(3, b"", whole=True),
        Line(4, b"cdef", whole=True),
        Line(9, b"last", whole=False),
    ]


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    for name in ("x", "x.gz"):
        (tmp_path / name).touch()
        assert read(tmp_path / name) == []


def test_a_packed_file_is_read_up_to_where_it_was_cut(tmp_path: Path) -> None:
    data = b"".join(b"%d line\n" % number for number in range(200))
    whole = gzip.compress(data[:800], mtime=0) + gzip.compress(data[800:], mtime=0)
    path = tmp_path / "x.gz"
    for size in range(1, len(whole)):
        path.write_bytes(whole[:size])
        told: list[str] = []
        found = b"".join(line.data + b"\n" * line.whole for line in lines(path, told.append))
        assert data.startswith(found)
        assert bool(told) == (size != len(gzip.compress(data[:800], mtime=0)))


def test_damage_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    packed = bytearray(gzip.compress(b"1 {}\n" * 100))
    packed[15] ^= 0xFF
    path.write_bytes(bytes(packed))
    with pytest.raises(DataError, match="damaged at about byte"):
        read(path)


def test_a_bomb_is_not_unpacked_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 1 << 21)
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(b"0" * (1 << 26), 9))
    with pytest.raises(DataError, match=r"a line of over 2,097,152 bytes begins at byte 0"):
        read(path)


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        read(tmp_path)
