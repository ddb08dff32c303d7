"""The simulator of faults: a thousand seeds of a market, a venue and people that do their worst.

More of them: `cd tests/property && python -m faults --seeds 100000 --jobs 2`.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from faults.__main__ import main
from faults.run import replay
from faults.seeds import EVENTS, run_seed
from faults.setup import SECRET, setup_of

from mm_tui.model import events as ev
from mm_tui.model.clock import SECOND

SEEDS = 1000
PIECES = 20
BUSY = 13
"""A seed with orders under way most of the time."""
HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _planted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The secret is in the environment too; lines are not counted here: that makes the seeds three times dearer."""
    monkeypatch.setenv("MM_TUI_PLANTED", SECRET)
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)


@pytest.mark.parametrize("piece", range(PIECES))
def test_the_invariants_hold_after_every_event_of_a_thousand_seeds(piece: int) -> None:
    for seed in range(piece, SEEDS, PIECES):
        adversary = run_seed(seed)
        assert adversary.run.heard >= EVENTS
        if seed == piece:
            again = replay(setup_of(seed), adversary.script)
            assert again.digest() == adversary.run.digest() == run_seed(seed).run.digest()


CLOSING: dict[str, Callable[[int], Any]] = {
    "kill": lambda ts: ev.OperatorAction(ts=ts, action="kill"),
    "quit": lambda ts: ev.OperatorAction(ts=ts, action="close", argument="closing"),
    "exposure": lambda ts: ev.WatchdogTripped(ts=ts, rule="exposure", value="3 lots", limit="2 lots"),
    "ban": lambda ts: ev.CancelRejected(ts=ts, order_id="none", code=418, reason="banned"),
}


@pytest.mark.parametrize("how", CLOSING)
def test_nothing_new_leaves_after_a_kill_a_quit_or_a_halt_at_any_point_of_a_run(how: str) -> None:
    """What was under way then is answered as it was; people press what they pressed, but nobody re-arms."""
    setup = setup_of(BUSY)
    script = run_seed(BUSY, 160).script[:170]
    kept = [one for one in script if type(one) is not ev.OperatorAction or one.action != "rearm"]
    in_flight = 0
    points = range(list(CLOSING).index(how), len(kept), len(CLOSING))
    for index in points:
        closing = CLOSING[how](kept[index].ts)
        run = replay(setup, [*kept[:index], closing])
        sent, statuses = len(run.oracle.ledger.sent), {one.status.value for one in run.core.orders.open}
        in_flight += bool(statuses)
        assert run.core.gate.closed
        for later in kept[index:]:
            run.feed(later)
        run.advance(run.ts + 30 * SECOND)
        assert len(run.oracle.ledger.sent) == sent
    assert in_flight > len(points) / 2


def test_another_process_comes_to_the_same_outputs() -> None:
    code = "from faults.seeds import run_seed; print(*(run_seed(seed).run.digest() for seed in (3, 4, 5)))"
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": str(HERE)}
    done = subprocess.run(  # noqa: S603 - our own interpreter, our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE, env=environment
    )
    assert done.stdout.split() == [run_seed(seed).run.digest() for seed in (3, 4, 5)]


def test_the_seeds_meet_every_kind_of_fault() -> None:
    """A simulator that meets nothing finds nothing."""
    seen: Counter[str] = Counter()
    for seed in range(100, 190):
        adversary = run_seed(seed)
        oracle = adversary.run.oracle
        seen += oracle.noticed
        ledger = oracle.ledger
        seen["filled after a cancel"] += ledger.late
        seen["filled after a refusal"] += ledger.revived
        seen["filled by an answer to a query"] += ledger.told_by_query
        for order in ledger.sent.values():
            seen["replaces"] += bool(order.replaces)
            seen["closes the position"] += order.immediate
            seen["never came"] += order.dead == "absent"
        for item in adversary.script:
            seen[type(item).__name__] += 1
            if type(item) in (ev.OrderRejected, ev.CancelRejected):
                seen[f"code {item.code}"] += 1
            elif type(item) is ev.QueryRejected:
                seen[f"query {item.code}"] += 1
            elif type(item) is ev.OrderStatus:
                seen[f"query: {item.state}"] += 1
    assert {name: seen[name] for name in EXPECTED if not seen[name]} == {}


EXPECTED = (
    "starting", "quoting", "paused", "one-sided", "reduce-only", "halted", "stale", "invalid book",
    "pending_new", "live", "partially_filled", "pending_amend", "pending_cancel", "unknown", "filled",
    "canceled", "rejected", "gap", "crossed", "empty", "asks again for a snapshot", "reconnected",
    "a spoilt decision", "filled after a cancel", "filled after a refusal", "replaces", "closes the position",
    "query: live", "query: filled", "query: canceled", "query -2013", "query 429", "never came",
    "filled by an answer to a query", "Burst", "OrderAmended", "WatchdogTripped", "FrameRefused", "LinkDown",
    "code 429", "code 418",
    "code -1006", "code -1007", "code 503", "code -2010", "code -2011", "code -2022", "tripped: kill",
    "tripped: daily loss", "tripped: drawdown", "tripped: price change", "tripped: same-side fills",
    "tripped: inventory age", "tripped: message budget", "tripped: banned by the venue", "tripped: overfill",
    "refused: order size", "refused: order value", "refused: collar", "refused: open orders",
    "refused: order rate", "refused: funds", "refused: retry after", "refused: own cross",
)  # fmt: skip


def test_a_developer_runs_any_seeds_and_is_told_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--start", "2000", "--seeds", "3", "--events", "100"]) == 0
    assert "3 seeds from 2000 on" in capsys.readouterr().out
