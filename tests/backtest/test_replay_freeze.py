"""Graphs that are kept as they stand."""

import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mm_tui.backtest.replay.freeze import LOST, FreezeError, Frozen


class Counter:
    def __init__(self) -> None:
        self.count = 0
        self.hash = sha256(b"a")
        self.encode = msgspec.json.Encoder(order="deterministic").encode
        self.ask: Callable[[], int] = lambda: self.count
        self.add: Callable[..., None] = self.plus
        self.kind: type[Any] = Counter

    def plus(self, more: int = 1) -> None:
        self.count += more


def test_a_copy_asks_itself_and_the_original_stays() -> None:
    original = Counter()
    frozen = Frozen(original)
    first, second = frozen.thaw(), frozen.thaw()
    first.add(3)
    second.add(5)
    assert (original.ask(), first.ask(), second.ask()) == (0, 3, 5)


def test_a_hash_under_way_goes_on_in_each_copy() -> None:
    original = Counter()
    frozen = Frozen(original)
    original.hash.update(b"x")
    copy = frozen.thaw()
    copy.hash.update(b"b")
    assert copy.hash.hexdigest() == sha256(b"ab").hexdigest()
    assert frozen.thaw().hash.hexdigest() == sha256(b"a").hexdigest()


def test_what_does_not_change_is_the_same_object() -> None:
    def made_here() -> int:
        return 7

    copy = Frozen({"class": Counter, "function": made_here, "encode": Counter().encode}).thaw()
    assert copy["class"] is Counter
    assert copy["function"] is made_here
    assert copy["encode"]({"b": 1, "a": 2}) == b'{"a":2,"b":1}'


def test_keyword_defaults_of_a_closure_come_along() -> None:
    held = [1]

    def plus(*, more: int = 4) -> int:
        return held[0] + more

    copied, cell = Frozen((plus, held)).thaw()
    cell[0] = 10
    assert (plus(), copied()) == (5, 14)


def test_what_cannot_be_copied_is_said() -> None:
    def steps() -> Iterator[int]:
        yield 1

    with pytest.raises(FreezeError, match="generator"):
        Frozen([steps()])


def test_the_size_is_that_of_what_was_packed() -> None:
    noise = b"".join(sha256(bytes([number])).digest() for number in range(32))
    assert Frozen([noise]).size > Frozen([b""]).size + 900
    assert Frozen([b"x" * 100_000]).size < 1000


def test_another_process_makes_the_same_of_it_but_for_hashes_under_way(tmp_path: Path) -> None:
    """Bound methods, closures over copied cells, lambdas, encoders: all by value, or by name."""
    path = tmp_path / "states"
    original = Counter()
    original.add(2)
    with path.open("w+b") as stream:
        stream.write(b"before")
        frozen = Frozen((original, [plain := lambda more, by=3: more * by]))
        size = frozen.size
        assert frozen.put(stream) == 6
        assert frozen.thaw()[1][0] is plain
    script = (
        "import sys; from mm_tui.backtest.replay.freeze import Frozen; import test_replay_freeze\n"
        f"counter, (plain,) = Frozen.at(open({str(path)!r}, 'rb'), 6, {size}).thaw()\n"
        "counter.add(5); counter.hash.update(b'x')\n"
        "print(counter.ask(), counter.hash.copy().hexdigest(), counter.encode({'b': 1, 'a': 2}).decode(), plain(4))"
    )
    done = subprocess.run(  # noqa: S603 - the script above
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
    )
    assert done.stdout.split() == ["7", LOST, '{"a":2,"b":1}', "12"]


def test_a_file_that_holds_none_is_said(tmp_path: Path) -> None:
    path = tmp_path / "states"
    path.write_bytes(b"nothing of the kind")
    with path.open("rb") as stream, pytest.raises(FreezeError, match="cannot be made again"):
        Frozen.at(stream, 3, 9).thaw()
    with path.open("wb") as stream:
        stream.write(zlib.compress(b"cnowhere\nNothing\n."))
    with path.open("rb") as stream, pytest.raises(FreezeError, match="nowhere"):
        Frozen.at(stream, 0, 100).thaw()
