"""Gzip members that say how long they are, so that a reader goes from one to the next without unpacking any.

RFC 1952 gives a member's header room for fields of one's own (2.3.1.1), which every reader of gzip passes over. Ours is
`MM`: the length of the whole member, 4 bytes, little-endian. How much it unpacks to stands at its end anyway.
"""

import struct
import zlib
from typing import BinaryIO, Final

_HEAD: Final = struct.Struct("<4sIBBH2sHI")
"""Magic, deflate and the flag of an extra field; time, hints, system; the extra field with the length."""
_MAGIC: Final = b"\x1f\x8b\x08\x04"
_UNKNOWN: Final = 255
"""What gzip calls a system that is not told."""
_FIELD: Final = 8
_NAME: Final = b"MM"
_TAIL: Final = struct.Struct("<II")
_RAW: Final = -15
"""zlib's window bits for deflate alone."""


def member(data: bytes, level: int) -> bytes:
    """The data as one member; the same data gives the same bytes."""
    packer = zlib.compressobj(level, zlib.DEFLATED, _RAW)
    packed = packer.compress(data) + packer.flush()
    length = _HEAD.size + len(packed) + _TAIL.size
    head = _HEAD.pack(_MAGIC, 0, 0, _UNKNOWN, _FIELD, _NAME, 4, length)
    return head + packed + _TAIL.pack(zlib.crc32(data), len(data) & 0xFFFFFFFF)


def go_to(stream: BinaryIO, offset: int) -> int:
    """Put the stream at the last member known to begin at or before a byte of the unpacked data; which byte that is.

    Members of other programs are not known: before the first of them the way ends.
    """
    place = unpacked = 0
    while True:
        stream.seek(place)
        length = _length(stream.read(_HEAD.size))
        stream.seek(place + max(0, length - _TAIL.size))
        tail = stream.read(_TAIL.size) if length else b""
        if len(tail) < _TAIL.size or unpacked + _TAIL.unpack(tail)[1] > offset:
            stream.seek(place)
            return unpacked
        unpacked += _TAIL.unpack(tail)[1]
        place += length


def _length(head: bytes) -> int:
    """Of the member with this head; 0 where it does not say."""
    if len(head) < _HEAD.size:
        return 0
    magic, _, _, _, field, name, size, length = _HEAD.unpack(head)
    ours = (magic, field, name, size) == (_MAGIC, _FIELD, _NAME, 4)
    return int(length) if ours and length >= _HEAD.size + _TAIL.size else 0
