"""Whatever comes from outside is answered in words of ours: no other error, and no memory without end.

`pytest -m slow tests/fuzz` gives each decoder a million inputs; `bash .ci/fuzz` lets coverage lead the way.
"""

import resource
import sys
from itertools import islice

import fuzz_targets
import pytest
from fuzz_targets import DECODERS, TARGETS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutate import inputs

A_FEW = {"settings": 250, "override": 300, "theme": 300, "session": 300, "arguments": 150}
"""Inputs of the default run, where a target is slow; it is 1,500 elsewhere."""
MILLION = 1_000_000
ROOM_MB = 200
"""How much a million inputs may add to what the process has had at most."""


def feed(name: str, count: int, seed: int) -> None:
    target, samples = TARGETS[name]
    for number, data in enumerate(islice(inputs(samples, seed), count)):
        try:
            target(data)
        except Exception as error:
            error.add_note(f"target {name}, seed {seed}, input {number}: {data[:300]!r}")
            raise


@pytest.mark.parametrize("name", TARGETS)
def test_changed_samples(name: str) -> None:
    feed(name, A_FEW.get(name, 1500), seed=1)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_anything(name: str, data: bytes) -> None:
    TARGETS[name][0](data)


@pytest.mark.slow
@pytest.mark.parametrize("name", DECODERS)
def test_a_million_inputs_and_bounded_memory(name: str) -> None:
    feed(name, 20_000, seed=2)
    before = most_mb()
    feed(name, MILLION, seed=3)
    assert most_mb() - before < ROOM_MB


def most_mb() -> float:
    """What the process has had resident at most."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3


def test_every_reader_of_the_settings_room_is_a_target() -> None:
    assert set(DECODERS) <= set(TARGETS)
    assert all(samples for _, samples in TARGETS.values())
    assert fuzz_targets.HOME.stat().st_mode & 0o077 == 0
