"""The simulator of faults finds what sank others: each bug planted in the real code is caught within so many seeds.

The code as it is passes the same seeds (`test_property_faults`).
"""

import sys
from collections.abc import Iterator

import pytest
from faults.__main__ import main
from faults.plants import PLANTS, SEEDS, Plant
from faults.run import replay
from faults.seeds import Failure, run_seed
from faults.setup import setup_of
from faults.shrink import MOST_RUNS, broken_by, shrink
from faults.words import Broken


@pytest.fixture(autouse=True)
def _uncounted() -> Iterator[None]:
    """Lines are not counted here: that makes the seeds three times dearer."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)


def plant_of(name: str) -> Plant:
    return next(one for one in PLANTS if one.name == name)


def failure_of(seed: int) -> Failure | None:
    try:
        run_seed(seed)
    except Failure as failure:
        return failure
    return None


def first_broken(plant: Plant) -> int | None:
    """The invariant that breaks first; None where none does."""
    for seed in range(plant.first, plant.first + SEEDS):
        try:
            run = run_seed(seed).run
        except Failure as failure:
            return failure.broken.invariant
        if 6 in plant.breaks and run.digest() != run_seed(seed).run.digest():
            return 6
    return None


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_planted_bug_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant.plant(monkeypatch)
    assert first_broken(plant) in plant.breaks


def test_every_invariant_is_broken_by_some_plant() -> None:
    assert {number for plant in PLANTS for number in plant.breaks} == set(range(9))


def test_a_failure_names_seed_event_invariant_and_the_command_and_shrinks(monkeypatch: pytest.MonkeyPatch) -> None:
    plant_of("a gap is overlooked").plant(monkeypatch)
    failure = next(one for one in map(failure_of, range(SEEDS)) if one is not None and len(one.script) > 60)
    broken, setup = failure.broken, setup_of(failure.seed)
    assert f"seed {failure.seed}, event {broken.event}: invariant 2 (" in str(failure)
    assert f"python -m faults --start {failure.seed} --seeds 1 --events 500" in str(failure)
    script = shrink(setup, failure.script, broken)
    assert len(script) < len(failure.script) / 6
    shortest = broken_by(setup, script)
    assert shortest is not None
    assert shortest.kind == broken.kind
    for index in range(len(script)):
        part = script[:index] + script[index + 1 :]
        again = broken_by(setup, part)
        assert again is None or again.kind != broken.kind


def test_what_does_not_fail_again_is_not_shrunk_and_shrinking_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    script = run_seed(1).script
    assert shrink(setup_of(1), script, Broken(3, "base is 4, the fills say 5")) is script
    assert replay(setup_of(1), script).heard
    assert len(script) < MOST_RUNS


def test_the_command_says_what_failed_shrunk_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plant_of("the latch is lost over a restart").plant(monkeypatch)
    assert main(["--start", "0", "--seeds", "20", "--most", "1"]) == 1
    said = capsys.readouterr().out
    assert "invariant 5" in said
    assert "  again: cd tests/property && python -m faults --start " in said
    assert "  shrunk from " in said
    assert " failed, " in said.splitlines()[-1]


def test_the_command_says_that_a_seed_gives_two_digests(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plant_of("what is said depends on what ran before").plant(monkeypatch)
    assert main(["--start", "0", "--seeds", "1", "--events", "100"]) == 1
    said = capsys.readouterr().out
    assert "seed 0: invariant 6: another digest the second time" in said
    assert "it does not fail again by itself" in said


def test_what_broke_is_of_one_kind_whichever_orders_and_figures_it_names() -> None:
    first, second = Broken(4, "61 of mm-2 may be filled, 10 by what was heard"), Broken(4, "mm-9 was sent twice")
    assert first.kind == Broken(4, "7 of mm-31 may be filled, -3 by what was heard").kind
    assert len({first.kind, second.kind, Broken(1, first.what).kind}) == 3
