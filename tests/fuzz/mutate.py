"""Inputs made from samples by a seeded generator: cut, repeated, spliced, with odd bytes and numbers in them."""

import random
from collections.abc import Callable, Iterator, Sequence

ODD = (
    b"", b"\x00", b"\xff\xfe", b"{", b"}", b"[" * 2000, b'{"a":' * 1200, b"null", b"NaN", b"-Infinity", b"1e999", b"-0",
    b"9" * 400, b"1" * 5000, b"0.000000001", b"-1", b"9223372036854775808", b'""', b"\\ud800", b'"\\u0000"',
    b"\xc3\x28",
    b"\n", b"\r", b",", b":", b"=", b".", b"'''", b'"""', b"[[", b"]]", b"#", b"\x1b[2J", b"true", b"\x1f\x8b\x08\x00",
    "é".encode(), "\U0001f600".encode(), b" " * 300, b"a" * 3000,
)  # fmt: skip
LONGEST = 1 << 16


def inputs(samples: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """Without end; the same for the same seed."""
    chance = random.Random(seed)
    yield from samples
    while True:
        data = bytearray(chance.choice(samples))
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            chance.choice(CHANGES)(data, samples, chance)
        yield bytes(data[:LONGEST])


def _flip(data: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.randrange(256)


def _cut(data: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    first, last = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
    del data[first:last]


def _end(data: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    del data[chance.randint(0, len(data)) :]


def _odd(data: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    at = chance.randint(0, len(data))
    data[at : at + chance.choice((0, 1, 4, 10))] = chance.choice(ODD)


def _value(data: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    """In the place of what stands between two signs: a number, a text."""
    signs = [at for at, byte in enumerate(data) if byte in b'":,=[]']
    if len(signs) > 1:
        which = chance.randrange(len(signs) - 1)
        data[signs[which] + 1 : signs[which + 1]] = chance.choice(ODD)


def _twice(data: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    first, last = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
    data[last:last] = bytes(data[first:last]) * chance.choice((1, 1, 2, 50))
    del data[LONGEST:]


def _splice(data: bytearray, samples: Sequence[bytes], chance: random.Random) -> None:
    other = chance.choice(samples)
    data[chance.randint(0, len(data)) :] = other[chance.randint(0, len(other)) :]


CHANGES: tuple[Callable[[bytearray, Sequence[bytes], random.Random], None], ...] = (
    _flip, _flip, _cut, _end, _odd, _value, _value, _twice, _splice,
)  # fmt: skip
