"""A past that takes little room: close together while it is fresh, further apart the older it is.

Each tier keeps one sample for each of its steps of time. What becomes too old for a tier falls into the next coarser
one and there takes the place of the sample of the same step; what is too old for the last tier is forgotten.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import msgspec


class Timed(Protocol):
    """Anything with a time."""

    @property
    def ts(self) -> int:
        """Ns."""
        ...


T = TypeVar("T", bound=Timed)


class Tier(NamedTuple):
    """How closely samples stand up to which age, ns."""

    every: int
    until: int


class Thinned(Generic[T]):
    """Samples in order of time, oldest first."""

    def __init__(self, kind: type[T], tiers: Sequence[Tier], merge: Callable[[T, T], T] | None = None) -> None:
        """`merge(older, newer)` is what is left of two samples of one step; without it the newer one."""
        self._kind = kind
        self._tiers = tuple(tiers)
        self._kept: tuple[deque[T], ...] = tuple(deque() for _ in tiers)
        self._merge = merge
        self._old: tuple[T, ...] = ()
        """All tiers but the first, oldest first."""
        self._all: tuple[T, ...] | None = ()

    def add(self, sample: T) -> None:
        """Take a sample; those of the first tier come no closer than it keeps them."""
        self._kept[0].append(sample)
        self._all = None
        fell = False
        for at, (tier, kept) in enumerate(zip(self._tiers, self._kept, strict=True)):
            while kept and kept[0].ts <= sample.ts - tier.until:
                fell = True
                self._fall(kept.popleft(), at + 1)
        if fell:
            self._gather()

    def _fall(self, sample: T, at: int) -> None:
        if at == len(self._tiers):
            return
        every, kept = self._tiers[at].every, self._kept[at]
        if kept and kept[-1].ts // every == sample.ts // every:
            before = kept.pop()
            sample = sample if self._merge is None else self._merge(before, sample)
        kept.append(sample)

    @property
    def all(self) -> tuple[T, ...]:
        """Every sample kept; the same object until another one comes."""
        if self._all is None:
            self._all = (*self._old, *self._kept[0])
        return self._all

    def __getstate__(self) -> dict[str, Any]:
        """All samples as one piece of bytes: a desk is kept as it stands hundreds of times, and these are many."""
        packed = msgspec.msgpack.encode([list(kept) for kept in self._kept])
        return {**self.__dict__, "_kept": packed, "_old": (), "_all": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        kept: list[list[T]] = msgspec.msgpack.decode(state["_kept"], type=list[list[self._kind]])  # type: ignore[name-defined]
        self._kept = tuple(map(deque, kept))
        self._gather()

    def _gather(self) -> None:
        self._old = tuple(one for kept in reversed(self._kept[1:]) for one in kept)

    def __len__(self) -> int:
        return len(self.all)
