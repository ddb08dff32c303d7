"""Runs on this machine: in this process, or in as many processes as there are cores.

A process that dies takes its own run with it and no other. Each waits for its next run on a pipe of its own, so all
end with the process that made them, however that ends.
"""

import multiprocessing
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol, Self

import msgspec

from mm_tui.backtest.index.use import Indexes
from mm_tui.backtest.sweep.decoded import DecodedInputs
from mm_tui.backtest.sweep.execute import execute
from mm_tui.backtest.sweep.spec import Spec
from mm_tui.errors import DeskError, MmTuiError

Told = Callable[[float], None]
"""How much of the runs now under way is done, in runs."""


class Done(msgspec.Struct, frozen=True):
    """A run that ended."""

    key: str
    record: bytes
    """Empty where it failed."""
    error: str = ""
    code: int = 0
    """What a process would end with that failed so; 0 where it did not fail, or nobody knows."""


class Executor(Protocol):
    """Where runs go."""

    jobs: int
    """How many go on at once."""

    def run(self, specs: Sequence[Spec], told: Told) -> Iterator[Done]:
        """Each one once, in the order in which they end."""
        ...

    def __enter__(self) -> Self:
        """Make ready."""
        ...

    def __exit__(self, *cause: object) -> None:
        """Stop what goes on."""
        ...


class InProcess:
    """One run after the other, here."""

    jobs = 1

    def __init__(self) -> None:
        self._decoded, self._indexes = DecodedInputs(), Indexes()

    def run(self, specs: Sequence[Spec], told: Told) -> Iterator[Done]:
        """In the order given."""
        for spec in specs:
            yield attempt(spec, self._decoded, self._indexes, told)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *cause: object) -> None:
        return


class Processes:
    """Several at once, a process each; made anew where one died."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._context = multiprocessing.get_context("spawn")
        self._idle: list[_Worker] = []
        self._busy: dict[Connection, _Worker] = {}

    def run(self, specs: Sequence[Spec], told: Told) -> Iterator[Done]:
        """As processes become free, in the order given."""
        waiting = deque(specs)
        while waiting or self._busy:
            while waiting and len(self._busy) < self.jobs:
                worker = self._idle.pop() if self._idle else _Worker(self._context)
                worker.take(waiting.popleft())
                self._busy[worker.pipe] = worker
            for pipe in wait(list(self._busy)):
                done = self._heard(self._busy[pipe])  # type: ignore[index]  # only pipes were waited for
                if done is not None:
                    yield done
            told(sum(worker.share for worker in self._busy.values()))

    def _heard(self, worker: "_Worker") -> Done | None:
        """What a process says: how far it is, or what came of its run."""
        spec = worker.spec
        try:
            said: float | Done = worker.pipe.recv()
        except (EOFError, OSError):
            del self._busy[worker.pipe]
            code = worker.stop()
            return Done(spec.key, b"", f"its process died ({_ending(code)})", DeskError.exit_code)
        if isinstance(said, Done):
            del self._busy[worker.pipe]
            self._idle.append(worker)
            return said
        worker.share = said
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *cause: object) -> None:
        for worker in (*self._idle, *self._busy.values()):
            worker.stop()
        self._idle, self._busy = [], {}


class _Worker:
    """A process and the pipe to it."""

    def __init__(self, context: Any) -> None:
        self.pipe, other = context.Pipe()
        self.share = 0.0
        self.spec: Spec
        self._process: BaseProcess = context.Process(target=_serve, args=(other,), daemon=True)
        self._process.start()
        other.close()

    def take(self, spec: Spec) -> None:
        """Have it run this; one that has died is found out when it is heard."""
        self.spec, self.share = spec, 0.0
        try:
            self.pipe.send_bytes(msgspec.json.encode(spec))
        except OSError:
            return

    def stop(self) -> int | None:
        """End it at once; its exit code."""
        self.pipe.close()
        if self._process.is_alive():
            self._process.terminate()
        self._process.join()
        return self._process.exitcode


def attempt(
    spec: Spec, decoded: DecodedInputs, indexes: Indexes, told: Told = lambda _: None, path: Path | None = None
) -> Done:
    """The run, or in words why there is none; what a strategy prints goes to standard error."""
    try:
        with redirect_stdout(sys.stderr):
            return Done(spec.key, execute(spec, path or Path(spec.source.path), decoded, told, indexes))
    except MmTuiError as error:
        return Done(spec.key, b"", str(error), error.exit_code)
    except Exception as error:  # noqa: BLE001  # one run's fault ends no sweep
        at = traceback.extract_tb(error.__traceback__)[-1]
        return Done(
            spec.key,
            b"",
            f"{type(error).__name__}: {error} ({Path(at.filename).name}:{at.lineno})",
            DeskError.exit_code,
        )


def _serve(pipe: Connection) -> None:
    """A process's whole life: specs in, results out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    decoded, indexes = DecodedInputs(), Indexes()
    decode = msgspec.json.Decoder(Spec).decode
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    while True:
        try:
            spec = decode(pipe.recv_bytes())
            pipe.send(attempt(spec, decoded, indexes, pipe.send))
        except (EOFError, OSError):
            return


def _end_with(sentinel: int) -> None:
    """A run under way does not outlive whoever asked for it."""
    wait([sentinel])
    signal.raise_signal(signal.SIGTERM)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
    return f"exit code {code}"
