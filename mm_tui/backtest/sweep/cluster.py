"""Runs on a Dask cluster: each goes to whichever worker is free, and again to another where that one died.

A worker that cannot find a recording by its content says so; it is then sent there once, in pieces, and kept under
its hash. Results come back here and are kept here, so a run is counted once however often it was begun.
"""

import logging
import queue
import re
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from time import monotonic
from typing import Any, Final, Self

import msgspec

from mm_tui.backtest.sweep.local import Done, Told
from mm_tui.backtest.sweep.remote import Lacks, begin, finish, piece, work
from mm_tui.backtest.sweep.spec import Source, Spec, check_unchanged
from mm_tui.errors import DataError, UsageError, VenueError
from mm_tui.settings.check import shown

CONNECT_S: Final = 10
LONGEST_WITHOUT_WORKERS_S: Final = 60.0
LOOK_EVERY_S: Final = 1.0
ANSWER_S: Final = 30.0
"""For a result that is there to come here."""
AHEAD: Final = 4
"""Runs that wait at the scheduler for each thread of a worker, so that none waits for us."""
PIECE: Final = 8 << 20
"""Bytes of a recording in one message."""
ADDRESS: Final = re.compile(r"(?:(?:tcp|tls|ws|wss|ucx)://)?(?:\[[0-9a-fA-F:.%]+\]|[A-Za-z0-9._-]+):(\d{1,5})/?")
_ENDED: Final = ("finished", "error")
ATTEMPTS: Final = 5
"""Of a run that the scheduler lost, or whose recording could not be sent."""


def check_address(address: str) -> None:
    """Raises UsageError where it is none."""
    found = ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found[1]) < 1 << 16:
        raise UsageError(f"--dask {shown(address)}: must be the scheduler's address, for example tcp://host:8786")


class Cluster:
    """An executor on the workers of a scheduler."""

    def __init__(self, address: str) -> None:
        """Raises UsageError without an address or without distributed, VenueError where no scheduler or worker is."""
        check_address(address)
        try:
            import distributed  # noqa: PLC0415  # an extra, and slow to load
        except ImportError as error:
            raise UsageError("--dask needs distributed: pip install 'mm-tui[dask]'") from error
        for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            connect: Any = distributed.Client
            self._client = connect(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise VenueError(f"no Dask scheduler answers at {address} ({error}); start one: dask scheduler") from error
        self._address = address
        self.jobs = sum(self._client.nthreads().values())
        """Threads of the workers that are there now."""
        if not self.jobs:
            self._client.close()
            raise VenueError(f"the scheduler at {address} has no worker; start one: dask worker {address}")

    def run(self, specs: Sequence[Spec], told: Told) -> Iterator[Done]:
        """As they end; raises VenueError where the cluster is gone."""
        del told
        yield from _Batch(self._client, self._address, specs, self.jobs).ended()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *cause: object) -> None:
        self._client.close()


class _Batch:
    """Specs on their way through the cluster."""

    def __init__(self, client: Any, address: str, specs: Sequence[Spec], threads: int) -> None:
        self._client = client
        self._address = address
        self._ahead = AHEAD * threads
        self._looked = monotonic()
        self._specs = {spec.key: spec for spec in specs}
        self._waiting = deque(spec.key for spec in specs)
        self._attempts = dict.fromkeys(self._specs, 0)
        self._futures: dict[str, Any] = {}
        self._ended: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._sent: set[tuple[str, str]] = set()
        """Worker and recording."""
        self._alone_since: float | None = None

    def ended(self) -> Iterator[Done]:
        """Each run once."""
        try:
            while self._waiting or self._futures:
                while self._waiting and len(self._futures) < self._ahead:
                    self._submit(self._waiting.popleft())
                if monotonic() - self._looked >= LOOK_EVERY_S:
                    self._look()
                try:
                    key, future = self._ended.get(timeout=LOOK_EVERY_S)
                except queue.Empty:
                    continue
                if self._futures.get(key) is future:
                    del self._futures[key]
                    done = self._heard(key, future)
                    if done is not None:
                        yield done
        finally:
            if self._futures and self._client.status == "running":
                self._client.cancel(list(self._futures.values()), force=True)

    def _submit(self, key: str, workers: list[str] | None = None) -> None:
        self._attempts[key] += 1
        future = self._client.submit(
            work,
            msgspec.json.encode(self._specs[key]),
            key=f"mm-tui-{key}-{self._attempts[key]}",
            workers=workers,
            allow_other_workers=workers is not None,
            pure=False,
        )
        self._futures[key] = future
        future.add_done_callback(lambda ended: self._ended.put((key, ended)))

    def _heard(self, key: str, future: Any) -> Done | None:
        """What came of a run; None where it was sent again."""
        if future.status not in _ENDED:
            return self._again(key, "the cluster lost it")
        try:
            result: Done | Lacks = future.result(ANSWER_S)
        except (CancelledError, TimeoutError):  # lost since it ended
            return self._again(key, "the cluster lost it")
        except Exception as error:  # noqa: BLE001 - whatever the run raised on its worker
            return Done(key, b"", f"{type(error).__name__}: {error}")
        if isinstance(result, Done):
            return result
        try:
            self._send(result.worker, self._specs[key].source)
        except DataError as gone:
            return Done(key, b"", str(gone), gone.exit_code)
        return self._again(key, "its recording could not be sent to a worker", [result.worker])

    def _again(self, key: str, words: str, workers: list[str] | None = None) -> Done | None:
        if self._attempts[key] >= ATTEMPTS + len(self._sent):
            return Done(key, b"", f"{words} ({self._attempts[key]} attempts)")
        self._look()
        self._submit(key, workers)
        return None

    def _send(self, worker: str, source: Source) -> None:
        """Have a worker keep the recording; raises DataError where it is no longer what it was.

        A worker that dies meanwhile is found out when the run is sent again.
        """
        if (worker, source.sha256) in self._sent:
            return

        def ask(function: Any, *arguments: Any) -> Any:
            return self._client.run(function, *arguments, workers=[worker])[worker]

        path = Path(source.path)
        check_unchanged(source, path)
        try:
            folder = ask(begin)
            for part in source.parts:
                with (path / part.name if source.folder else path).open("rb") as stream:
                    offset = 0
                    while block := stream.read(PIECE):
                        ask(piece, folder, part.name, offset, block)
                        offset += len(block)
            ask(finish, folder, source)
        except (OSError, KeyError, ValueError):  # as Dask's comms say it
            return
        self._sent.add((worker, source.sha256))

    def _look(self) -> None:
        """Who is there; raises VenueError where the scheduler is gone, or its workers have been for long."""
        try:
            workers = self._client.nthreads() if self._client.status == "running" else None
        except OSError:
            workers = None
        if workers is None:
            raise VenueError(f"the Dask scheduler at {self._address} is gone; what is done is kept")
        self._looked = now = monotonic()
        if workers:
            self._alone_since = None
            self._ahead = AHEAD * sum(workers.values())
        elif self._alone_since is None:
            self._alone_since = now
        elif now - self._alone_since > LONGEST_WITHOUT_WORKERS_S:
            raise VenueError(f"the scheduler at {self._address} has had no worker for a minute; what is done is kept")
