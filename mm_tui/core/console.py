"""The console: what an operator's action does, one method an action."""

from collections.abc import Callable, Sequence

from mm_tui.core import promotion
from mm_tui.core.deciding import Deciding
from mm_tui.core.guard import Guard
from mm_tui.core.operator import LEAN_ACTIONS, Change
from mm_tui.core.state import State
from mm_tui.errors import SettingsError, UsageError
from mm_tui.model import facts
from mm_tui.model.bounds import typed
from mm_tui.model.drills import read_drill
from mm_tui.model.events import BUY, SELL, OperatorAction, Side
from mm_tui.model.words import one_line
from mm_tui.risk.breaker import Trip
from mm_tui.risk.limits import PREFIX, assign

RECORDED_ONLY = frozenset({"drop"})
"""Actions that leave a remark and change nothing: upon them the strategy is not even asked."""
DROPPED_SHOWN = 400
"""Characters of what was dropped that are told."""
BESIDE = frozenset({"shadow"})
"""Actions that concern what runs beside the desk: on record, and nothing to the desk itself."""


class Console:
    """Operator actions by the names of the action table."""

    def __init__(self, core: Deciding, guard: Guard) -> None:
        self._core = core
        self._guard = guard
        self._actions: dict[str, Callable[[str], None]] = {
            "kill": self._kill,
            "pause": self._pause,
            "pull": self._pull,
            "close": self._close,
            "flatten": self._flatten,
            "rearm": self._rearm,
            "toggle_bids": lambda _: self._toggle(BUY),
            "toggle_asks": lambda _: self._toggle(SELL),
            "cancel_order": lambda order_id: core.executor.cancel_held(order_id, core.outbox.ts),
            "undo": lambda _: self._change(lambda: core.parameters.undo(core.outbox.ts)),
            "set": self._set,
            "promote": self._promote,
            "drop": self._drop,
            "inject": self._inject,
            "loosen": self._loosen,
            "reduce_only": self._reduce_only,
        }

    def do(self, event: OperatorAction) -> None:
        """Carry an action out."""
        action = self._actions.get(event.action)
        if action is not None:
            action(event.argument)
        elif event.action in LEAN_ACTIONS:
            self._change(lambda: _listed(self._core.parameters.lean(event.action, event.ts)))
        else:
            self._core.outbox.note("warn", f"unknown action {event.action}")

    def _kill(self, argument: str) -> None:
        self._guard.trip(Trip("kill", argument or "pressed", "", "halt"))

    def _pause(self, argument: str) -> None:
        core, conduct = self._core, self._core.conduct
        if core.gate.closed:
            core.outbox.note("warn", "halted: re-arm first")
            return
        conduct.paused = "" if conduct.paused else (argument or "by the operator")
        if core.gate.shut(core.outbox.ts):
            core.outbox.note("warn", f"{'no quotes' if conduct.paused else 'quotes'} once the cool-off is over")
        core.settle()

    def _pull(self, argument: str) -> None:
        self._core.conduct.paused = argument or "by the operator"
        self._core.stand_down()

    def _close(self, argument: str) -> None:
        """The desk is about to end: the gate closes first, then all is cancelled."""
        core = self._core
        core.conduct.closing = core.conduct.closing or not core.gate.closed
        core.gate.closed = core.gate.closed or argument or "closing"
        core.flattener.stop()
        core.stand_down()

    def _flatten(self, _: str) -> None:
        core = self._core
        core.conduct.paused = core.conduct.paused or "flattened by the operator"
        core.flattener.start()
        core.stand_down()
        core.go_on()

    def _rearm(self, _: str) -> None:
        """After a halt what a limit had done is undone; a soft limit is taken note of. Either leads to a pause."""
        core = self._core
        shut = core.gate.shut(core.outbox.ts)
        if not (shut or core.breaker.soft):
            stays = f"; reduce-only stays: {core.gate.restrained}" if core.gate.restrained else ""
            core.outbox.note("info", f"nothing to re-arm{stays}")
            return
        if core.conduct.closing:
            core.outbox.note("warn", "the desk is closing")
            return
        if shut:
            core.gate.closed, core.gate.cooling_until = "", 0
            core.conduct.start_anew()
        core.breaker.rearm(core.pnl if core.mid2 else core.breaker.pnl)
        core.conduct.paused = "re-armed"
        self._guard.restrain()
        core.settle()

    def _toggle(self, side: Side) -> None:
        core = self._core
        on = core.conduct.side_on[side] = not core.conduct.side_on[side]
        core.conduct.side_why.pop(side, None)
        core.outbox.note("info", f"{side.book_word}s {'on' if on else 'off'}")
        core.quoter.dirty = True
        core.settle()

    def _reduce_only(self, _: str) -> None:
        core = self._core
        on = core.restraint.operator = not core.restraint.operator
        self._guard.restrain()
        words = f"reduce-only {'on' if on else 'off'}"
        if not on and core.gate.restrained:
            words += f", but it stays so: {core.gate.restrained}"
        core.outbox.note("info", words)

    def _loosen(self, argument: str) -> None:
        self._limit(argument, confirmed=True)

    def _limit(self, argument: str, *, confirmed: bool) -> None:
        core = self._core
        try:
            change = assign(core.limits, argument)
        except SettingsError as error:
            core.outbox.note("warn", str(error))
            return
        before, after = typed(change.before), typed(change.after)
        if change.loosens and not confirmed:
            words = (
                f"{change.name} from {before} to {after} loosens a limit; to confirm it: loosen {change.name}={after}"
            )
            core.outbox.note("warn", words)
        elif change.before == change.after:
            core.outbox.note("info", f"{change.name} is {before} already")
        else:
            core.outbox.say(facts.ParameterChanged(ts=core.outbox.ts, name=change.name, before=before, after=after))
            self._guard.set_limits(change.limits)

    def _set(self, argument: str) -> None:
        if argument.lstrip().startswith(PREFIX):
            self._limit(argument, confirmed=False)
            return
        try:
            self._change(lambda: self._core.parameters.set(argument, self._core.outbox.ts))
        except SettingsError as error:
            self._core.outbox.note("warn", str(error))

    def _drop(self, argument: str) -> None:
        """Parameters were changed on the screen and not sent: that leaves a record, and nothing else."""
        words = ", ".join(argument.splitlines())
        self._core.outbox.note("info", f"dropped unsent: {one_line(words, DROPPED_SHOWN)}")

    def _inject(self, argument: str) -> None:
        """Something is going to fail on purpose: said, and done by whatever it is that fails."""
        try:
            words = f"drill: {read_drill(argument).words}"
        except UsageError as error:
            words = one_line(str(error))
        self._core.outbox.note("warn", words)

    def _promote(self, argument: str) -> None:
        """Go over to another strategy, or to other parameters as a whole: quotes follow by the usual way."""
        core, parameters = self._core, self._core.parameters
        try:
            wanted = promotion.read(argument)
            name, kind = parameters.strategy, type(parameters.params)
            if wanted.strategy != parameters.origin:
                found = core.quoter.find(wanted.strategy)(None)
                name, kind = found.name, type(found.params)
            params = promotion.whole(wanted, kind)
        except (SettingsError, UsageError) as error:
            core.outbox.note("warn", f"not promoted: {one_line(str(error))}")
            return
        self._change(lambda: parameters.promote(name, wanted.strategy, params, core.outbox.ts))

    def _change(self, alter: Callable[[], Sequence[Change]]) -> None:
        """Change parameters and the strategy that runs on them, all or none of them."""
        core, parameters = self._core, self._core.parameters
        before = parameters.standing
        changes = alter()
        if not changes:
            core.outbox.note("info", "nothing to change")
            return
        problem = core.quoter.change(parameters.params, parameters.leans, parameters.origin)
        if problem:
            parameters.restore(before)
            stays = ", ".join(f"{one.name} stays {one.before}" for one in changes)
            core.outbox.note("warn", f"{stays}: {problem}")
            return
        ts = core.outbox.ts
        for one in changes:
            core.outbox.say(facts.ParameterChanged(ts=ts, name=one.name, before=one.before, after=one.after))
        if core.state is State.QUOTING:
            core.conduct.reason = core.quoter.describe()


def _listed(change: Change | None) -> list[Change]:
    return [] if change is None else [change]
