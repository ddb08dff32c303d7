"""Strategies that raise, answer nonsense or cannot be built: the desk lives, and says so in one line."""

from math import inf, nan
from typing import Any, cast

import msgspec
import pytest
from pure_desk import ASK, BID, BTC, START, Rig, Scripted, ask, bid, snapshot

from mm_tui.core.config import CoreConfig
from mm_tui.core.engine import Core
from mm_tui.core.operator import Parameters
from mm_tui.core.quoter import MakeStrategy
from mm_tui.core.sense import nonsense
from mm_tui.model import commands as cmd
from mm_tui.model import facts
from mm_tui.model.events import BUY, SELL, LinkUp, OperatorAction, SessionStarted
from mm_tui.model.waterfall import Step
from mm_tui.strategy.api import Quote, Quotes
from mm_tui.strategy.passive import PassiveParams

B, A = bid(BID - 1000), ask(ASK + 1000)


class Unreadable(str):
    """No text that can be looked at."""

    __slots__ = ()

    def isprintable(self) -> bool:
        raise ValueError("two\nlines")


class MuteError(Exception):
    """Fails even to say why."""

    def __str__(self) -> str:
        raise ValueError


def parameters() -> Parameters:
    return Parameters("passive", PassiveParams())


def test_a_strategy_that_raises_three_times_in_a_row_has_its_quotes_pulled_and_the_desk_lives() -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.strategy.error = ValueError("no idea")
    for count in range(1, 4):
        assert rig.state == "quoting"
        assert len(rig.said(facts.Noted)) == count - 1
        rig.tick()
    assert (rig.state, rig.core.reason) == ("paused", "the strategy failed 3 times in a row")
    assert rig.take(cmd.CancelAll)
    assert rig.said(facts.Noted)[0].text == "strategy scripted: ValueError: no idea; that decision is dropped"
    rig.strategy.error = None
    rig.canceled(*rig.core.orders.open)
    rig.act("pause")
    assert rig.state == "quoting"


def test_failures_that_are_not_in_a_row_are_forgiven() -> None:
    rig = Rig()
    rig.quoting(B, A)
    for _ in range(5):
        rig.strategy.error = ValueError("once")
        rig.tick()
        rig.strategy.error = None
        rig.tick()
    assert rig.state == "quoting"


@pytest.mark.parametrize(
    "quotes",
    [
        None,
        [B],
        Quotes(bids=(A,)),
        Quotes(asks=("ask",)),  # type: ignore[arg-type]
        Quotes(bids=(Quote(BUY, 0, 1.5, 1),)),  # type: ignore[arg-type]
        Quotes(bids=(Quote(BUY, 0, 1, True),)),
        Quotes(bids=(Quote(BUY, 0, 0, 1),)),
        Quotes(asks=(Quote(SELL, 0, 5, -1),)),
        Quotes(asks=(Quote(SELL, -1, 5, 1),)),
        Quotes(asks=(Quote(SELL, 0, 5, 1, since=START + 10**12),)),
        Quotes(asks=(Quote(SELL, 0, 5, 1, since=1.5),)),  # type: ignore[arg-type]
        Quotes(asks=(Quote(SELL, 0, 5, 1, steps=[]),)),  # type: ignore[arg-type]
        Quotes(bids=None),  # type: ignore[arg-type]
        Quotes(asks=[Quote(SELL, 0, 5, 1)]),  # type: ignore[arg-type]
        Quotes(bids=(Quote(BUY, 0, 1 << 70, 1),)),
        Quotes(bids=(Quote(BUY, 0, 5, 1 << 70),)),
        Quotes(bids=(Quote(BUY, 1 << 70, 5, 1),)),
        Quotes(bids=(Quote(BUY, 0, 5, 1, "all"),)),  # type: ignore[arg-type]
        Quotes(bids=(Quote(BUY, 0, 5, 1, reason=Unreadable()),)),
        Quotes(asks=(Quote(SELL, 0, 5, 1, steps=("mid",)),)),  # type: ignore[arg-type]
        Quotes(asks=(Quote(SELL, 0, 5, 1, steps=(Step("reference", nan),)),)),
        Quotes(asks=(Quote(SELL, 0, 5, 1, steps=(Step("reference", -inf),)),)),
        Quotes(asks=(Quote(SELL, 0, 5, 1, steps=(Step("reference", 10**400),)),)),
        Quotes(asks=(Quote(SELL, 0, 5, 1, steps=(Step([], 5.0),)),)),  # type: ignore[arg-type]
        Quotes(asks=(Quote(SELL, 0, 5, 1, steps=(Step("level", 5.0, None),)),)),  # type: ignore[arg-type]
        Quotes(asks=(Quote(SELL, 0, 5, 1, steps=(Step("reference", "5"),)),)),  # type: ignore[arg-type]
        Quotes(asks=(Quote(SELL, 0, 5, 1, steps=(Step("reference", 5.0, "two\nlines"),)),)),
        Quotes(asks=(Quote(SELL, 0, 5, 1, steps=(Step("guess", 5.0),)),)),  # type: ignore[arg-type]
    ],
)
def test_nonsense_is_dropped(quotes: object) -> None:
    assert nonsense(quotes, START)
    rig = Rig()
    rig.quoting(B, A)
    rig.strategy.quotes = quotes
    rig.tick()
    assert rig.said(facts.Noted)[-1].kind == "warn"
    assert not rig.take()
    assert rig.state == "quoting"


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
def test_whatever_a_strategy_raises_the_desk_lives(error: BaseException) -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.strategy.error = error  # type: ignore[assignment]  # more than an Exception is the point
    for _ in range(3):
        rig.tick()
    assert rig.state == "paused"
    assert rig.core.quoter.last_error is error


def test_a_reason_that_no_line_can_hold_is_nonsense() -> None:
    quote = Quote(BUY, 0, 1, 1, reason="lone \ud800 surrogate")
    assert "one line of text" in nonsense(Quotes(bids=(quote,)), START)


def test_an_error_of_a_strategy_is_one_line_even_where_it_does_not_say_why() -> None:
    rig = Rig()
    rig.quoting(B)
    rig.strategy.error = MuteError()
    rig.tick()
    assert (
        rig.said(facts.Noted)[-1].text == "strategy scripted: MuteError: it does not say why; that decision is dropped"
    )
    rig.strategy.error = ValueError("two\nlines, \ud800")
    rig.tick()
    assert "ValueError: two?lines, ?;" in rig.said(facts.Noted)[-1].text


def test_a_side_that_is_switched_off_goes_while_the_strategy_fails() -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.strategy.error = ValueError("no")
    rig.act("toggle_bids")
    assert [(one.side, one.status.value) for one in rig.core.orders.open] == [(BUY, "pending_cancel"), (SELL, "live")]
    assert [one.why for one in rig.core.executor.held] == ["bids are off"]


def test_reduce_only_holds_while_the_strategy_fails() -> None:
    rig = Rig()
    order, _ = rig.quoting(B, A)
    rig.fill(order, 50)
    rig.take()
    rig.strategy.error = ValueError("no")
    rig.act("reduce_only")
    cancel, amend = rig.take()
    assert (type(cancel), cancel.order_id) == (cmd.CancelOrder, order.order_id)
    assert (type(amend), amend.quantity) == (cmd.AmendOrder, 50)


def test_nothing_is_placed_while_the_strategy_fails() -> None:
    rig = Rig()
    order, other = rig.quoting(B, A)
    rig.strategy.error = ValueError("no")
    rig.fill(order, 100)
    assert rig.take() == []
    assert [one.why for one in rig.core.executor.held] == ["the strategy failed: ValueError: no"]
    rig.strategy.error = None
    rig.tick()
    assert [one.price for one in rig.take(cmd.PlaceOrder)] == [B.price]
    assert other.status.value == "live"


class Fragile(Scripted):
    """Runs on no parameters but those it began with, in the way that its parameter says."""

    class Params(msgspec.Struct, frozen=True):
        """How it fails."""

        way: str = ""

    def __init__(self, params: Params) -> None:
        super().__init__()
        self.params = params
        self.way = params.way
        if self.way == "build":
            raise SystemExit(3)
        if self.way == "window":
            self.reference_window = inf
        if self.way == "rules":
            self.signal_rules = "all"

    def inherit(self, before: "Fragile") -> None:
        if self.way == "inherit":
            raise ValueError("cannot follow")

    def describe(self) -> Any:
        if self.way == "describe":
            raise ValueError("no words")
        return "two\nlines" if self.way == "lines" else "fragile"

    def nearest_bps(self) -> Any:
        if self.way == "nearest":
            raise ValueError("no spread")
        return "2" if self.way == "text" else 2.0


def fragile_core() -> Core:
    core = Core(CoreConfig(), BTC, Fragile.Params(), cast("MakeStrategy", Fragile))
    core.process(SessionStarted(ts=START, base=10_000, quote=6_000_000_000 * 100))
    core.process(LinkUp(ts=START, venue="test"))
    core.process(snapshot(START))
    return core


def told(core: Core, action: str, argument: str = "") -> list[str]:
    found = core.process(OperatorAction(ts=START + 1, action=action, argument=argument)).facts
    return [one.text for one in found if isinstance(one, facts.Noted)]


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("build", "SystemExit: 3"),
        ("inherit", "ValueError: cannot follow"),
        ("window", "OverflowError: "),
        ("rules", "TypeError: signal_rules must be SignalRules, not str"),
    ],
)
def test_a_strategy_that_cannot_be_built_on_other_parameters_goes_on_with_its_own(way: str, words: str) -> None:
    core = fragile_core()
    before = core.strategy
    window = core.references.window_ns
    (note,) = told(core, "set", f"strategy.scripted.way={way}")
    assert note.startswith(f"strategy.scripted.way stays : {words}")
    assert core.strategy is before
    assert core.parameters.params is before.params
    assert core.references.window_ns == window
    assert told(core, "undo") == ["nothing to change"]
    assert core.state.value == "quoting"


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("describe", "scripted, which fails to describe itself: ValueError"),
        ("lines", "scripted, which does not describe itself in a line of text"),
    ],
)
def test_words_of_a_strategy_that_fail_stop_nothing(way: str, words: str) -> None:
    core = fragile_core()
    assert told(core, "set", f"strategy.scripted.way={way}") == []
    assert core.reason == words
    told(core, "pause")
    told(core, "pause")
    assert (core.state.value, core.reason) == ("quoting", words)


@pytest.mark.parametrize(("way", "spread"), [("", 2.0), ("nearest", None), ("text", None)])
def test_a_spread_that_the_strategy_does_not_say_is_none(way: str, spread: float | None) -> None:
    core = fragile_core()
    told(core, "set", f"strategy.scripted.way={way}")
    assert core.quoter.nearest_bps() == spread
