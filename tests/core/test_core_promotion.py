"""A promotion: another strategy, or other parameters as a whole, by one input, and back by one undo."""

from typing import Any

import msgspec
import pytest
from pure_desk import BTC, START, snapshot

from mm_tui.core.engine import Core
from mm_tui.core.promotion import read, whole, written
from mm_tui.errors import SettingsError
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.risk.gate import Approved
from mm_tui.runtime.assembly import Terms, build_core
from mm_tui.settings.sections import Settings
from mm_tui.strategy.avellaneda import AvellanedaParams
from mm_tui.strategy.glft import GlftParams
from mm_tui.strategy.passive import PassiveParams

WIDE = PassiveParams(min_spread_bps=4.0, max_spread_bps=8.0, orders_per_side=2)
FOREIGN = """
import msgspec
from mm_tui.strategy.api import NO_QUOTES

class Params(msgspec.Struct, frozen=True):
    width: float = 3.0

class Mine:
    name = "mine"
    Params = Params
    reference_window = 1.0
    def __init__(self, params, seed):
        self.params = params
    def quote(self, view):
        return NO_QUOTES
    def describe(self):
        return f"mine {self.params.width:g}"
    def nearest_bps(self):
        return self.params.width
"""


def core_of(strategy: str = "passive") -> Core:
    """A core that quotes, its orders acknowledged."""
    core = build_core(
        Terms(settings=Settings(), instrument=BTC, strategy=strategy, maker_bps=0.0, taker_bps=5.0, stale_after_ms=2000)
    )
    core.process(ev.SessionStarted(ts=START, base=10_000, quote=6_000 * 10_000_000))
    core.process(ev.LinkUp(ts=START, venue="x"))
    core.process(snapshot(START))
    for order in tuple(core.orders.open):
        core.process(ev.OrderAccepted(ts=START, order_id=order.order_id))
    return core


def act(core: Core, action: str, argument: str = "", after: int = 1) -> Any:
    return core.process(ev.OperatorAction(ts=core.outbox.ts + after, action=action, argument=argument))


def changed(outputs: Any) -> list[tuple[str, str, str]]:
    return [(one.name, one.before, one.after) for one in outputs.facts if isinstance(one, facts.ParameterChanged)]


def notes(outputs: Any) -> list[str]:
    return [one.text for one in outputs.facts if isinstance(one, facts.Noted)]


def commands(outputs: Any) -> list[Any]:
    return [one.command for one in outputs.commands if isinstance(one, Approved)]


def test_other_parameters_move_what_rests_by_the_usual_way_and_undo_brings_all_back() -> None:
    core = core_of()
    act(core, "widen")
    resting = {order.order_id for order in core.orders.open}
    outputs = act(core, "promote", written("passive", WIDE), after=10**9)
    assert changed(outputs) == [
        ("spread_factor", "1.1", "1"),
        ("strategy.passive.min_spread_bps", "2", "4"),
        ("strategy.passive.max_spread_bps", "6", "8"),
        ("strategy.passive.orders_per_side", "3", "2"),
    ]
    assert core.quoter.describe() == "passive 4.0–8.0 bps × 2"
    sent = commands(outputs)
    assert sent
    assert not any(isinstance(one, cmd.CancelAll) for one in sent), "what can be moved is moved"
    assert {one.order_id for one in sent if isinstance(one, cmd.CancelOrder)} <= resting
    assert core.state.value == "quoting"
    back = act(core, "undo", after=10**9)
    assert {name for name, _, _ in changed(back)} == {name for name, _, _ in changed(outputs)}
    assert core.parameters.leans.spread_factor == 1.1
    assert core.quoter.describe().endswith("× 3")


def test_another_strategy_runs_from_the_same_input_on_and_undo_brings_the_first_back() -> None:
    core = core_of()
    params = GlftParams(risk_factor=0.05)
    outputs = act(core, "promote", written("glft", params))
    assert changed(outputs) == [("desk.strategy", "passive", "glft")]
    assert (core.strategy.name, core.parameters.strategy, core.parameters.params) == ("glft", "glft", params)
    assert {one.reason.split()[0] for one in outputs.facts if isinstance(one, facts.QuoteDecided)}
    assert core.view.signals.watched
    assert core.reason.startswith("glft")
    act(core, "set", "strategy.glft.risk_factor=0.1")
    assert core.parameters.params == GlftParams(risk_factor=0.1)
    assert changed(act(core, "undo")) == [("strategy.glft.risk_factor", "0.1", "0.05")]
    assert changed(act(core, "undo")) == [("desk.strategy", "glft", "passive")]
    assert (core.strategy.name, core.parameters.params) == ("passive", PassiveParams())
    assert not core.view.signals.watched
    assert notes(act(core, "undo")) == ["nothing to change"]


def test_a_halted_desk_stays_halted_and_takes_the_other_strategy_with_it() -> None:
    core = core_of()
    act(core, "kill")
    outputs = act(core, "promote", written("avellaneda", AvellanedaParams()))
    assert changed(outputs) == [("desk.strategy", "passive", "avellaneda")]
    assert core.state.value == "halted"
    assert not commands(outputs)


def test_what_runs_already_changes_nothing() -> None:
    core = core_of()
    outputs = act(core, "promote", written("passive", PassiveParams()))
    assert notes(outputs) == ["nothing to change"]
    assert not changed(outputs)


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("glft", "a promotion names a strategy and its parameters"),
        ('{"strategy":"glft"}', "missing required field `params`"),
        ('{"strategy":"glft","params":{"a":' + "[" * 100_000, "a promotion names a strategy and its parameters"),
        ('{"strategy":"glfd","params":{}}', "did you mean glft?"),
        ('{"strategy":"glft","params":{"gamma":1}}', "strategy.glft.gamma: unknown key"),
        ('{"strategy":"glft","params":{"risk_factor":-1}}', "Expected `float` > 0.0"),
        ('{"strategy":"glft","params":{"risk_factor":1e300}}', "risk_factor: must be at most 1e+12"),
        ('{"strategy":"passive","params":{"min_spread_bps":9}}', "min_spread_bps 9 is over max_spread_bps 6"),
        ('{"strategy":"/nowhere/x.py:Mine","params":{}}', "No such file or directory"),
    ],
)
def test_what_cannot_run_is_said_and_everything_stays(argument: str, words: str) -> None:
    core = core_of()
    before = core.strategy
    outputs = act(core, "promote", argument)
    (note,) = notes(outputs)
    assert note.startswith("not promoted: ")
    assert words in note
    assert core.strategy is before
    assert core.parameters.standing.undo == []


def test_a_strategy_file_is_found_by_its_path_and_set_by_its_own_name(tmp_path: Any) -> None:
    path = tmp_path / "mine.py"
    path.write_text(FOREIGN)
    path.chmod(0o600)
    core = core_of()
    act(core, "promote", f'{{"strategy":"{path}:Mine","params":{{"width":5}}}}')
    assert core.quoter.describe() == "mine 5"
    act(core, "set", "strategy.mine.width=6")
    assert core.quoter.describe() == "mine 6"
    path.unlink()
    assert notes(act(core, "promote", written("glft", GlftParams()))) == []
    (note,) = notes(act(core, "undo"))
    assert "desk.strategy stays glft" in note
    assert core.strategy.name == "glft"


def test_a_shadow_is_no_business_of_the_desk() -> None:
    core = core_of()
    asked = core.outbox.ts
    outputs = act(core, "shadow", "add strategy=glft")
    assert (outputs.commands, outputs.facts) == ([], [])
    assert core.outbox.ts > asked


class Odd(msgspec.Struct, frozen=True):
    """Parameters that come back as others."""

    value: object = None


def test_parameters_that_cannot_be_written_down_are_refused() -> None:
    with pytest.raises(SettingsError, match="cannot be written down"):
        written("odd", Odd(object()))
    with pytest.raises(SettingsError, match="other ones once they were written down"):
        written("odd", Odd((1, 2)))
    assert whole(read(written("glft", GlftParams(risk_factor=0.1))), GlftParams) == GlftParams(risk_factor=0.1)
    assert whole(read('{"strategy":"glft","params":{}}'), GlftParams) == GlftParams()
