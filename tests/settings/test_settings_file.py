import os
from pathlib import Path

import pytest

from mm_tui.errors import SettingsError
from mm_tui.settings.file import LARGEST, read


def refused(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        read(path, "s.toml")
    (problem,) = caught.value.problems
    return problem


def test_a_good_file_with_a_mark_and_foreign_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_bytes(b"\xef\xbb\xbf[desk]\r\nvenue = 'demo'\r\n")
    parsed, places = read(path, "s.toml")
    assert parsed == {"desk": {"venue": "demo"}}
    assert places["desk", "venue"].value == (2, 9)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"[desk]\nvenue = '\xc3\xa4\xff'\n", "s.toml:2:11 byte 0xff is not UTF-8; save the file as UTF-8"),
        (b"[desk]\nvenue = \n", "s.toml:2:9 not TOML: Invalid value"),
        (b"a=1\na=2\n", "s.toml:2:4 not TOML: Cannot overwrite a value"),
        (b"a = " + b"[" * 100_000, "s.toml:1:1 nested too deeply to be read"),
        (b"a = " + b"1" * 5000, "s.toml: not TOML: Exceeds the limit (4300 digits) for integer string conversion"),
        (b"#" * (LARGEST + 1), "s.toml: is over 1000 kB; name a settings file"),
    ],
)
def test_a_bad_file_is_one_problem_with_its_place(tmp_path: Path, data: bytes, problem: str) -> None:
    path = tmp_path / "s.toml"
    path.write_bytes(data)
    assert refused(path).startswith(problem)


def test_what_is_no_file(tmp_path: Path) -> None:
    assert refused(tmp_path) == "s.toml: is a folder; name a settings file"
    assert refused(tmp_path / "x") == "s.toml: no such file (`mm-tui config init` writes one)"
    assert refused(tmp_path / "x\0y").startswith("s.toml: cannot be read: ")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs an endless file")
def test_an_endless_file_is_not_read_for_ever() -> None:
    assert refused(Path("/dev/zero")) == "s.toml: is over 1000 kB; name a settings file"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.touch(mode=0o000)
    assert refused(path) == "s.toml: cannot be read: Permission denied"
