"""What a person may change while the desk runs."""

from math import inf, nan
from typing import Any, cast

import msgspec
import pytest
from pure_desk import ASK, BID, BTC, START, Rig, Scripted, ask, bid, placed, snapshot

from mm_tui.core.config import CoreConfig
from mm_tui.core.engine import Core
from mm_tui.core.operator import LEAN_ACTIONS, UNDO_LIMIT, Parameters
from mm_tui.core.quoter import MakeStrategy
from mm_tui.core.sense import nonsense
from mm_tui.errors import SettingsError
from mm_tui.model import commands as cmd
from mm_tui.model import facts
from mm_tui.model.events import BUY, SELL, LinkUp, OperatorAction, SessionStarted
from mm_tui.model.waterfall import Step
from mm_tui.risk.limits import Limits
from mm_tui.settings.check import convert
from mm_tui.settings.sections import Strategies
from mm_tui.strategy.api import Leans, Quote, Quotes, Strategy
from mm_tui.strategy.passive import Passive, PassiveParams
from mm_tui.strategy.pure_params import PureParams

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


@pytest.mark.parametrize(
    ("action", "back", "field", "after"),
    [
        ("widen", "tighten", "spread_factor", 1.1),
        ("larger", "smaller", "size_factor", 1.25),
        ("lean_up", "lean_down", "lean_bps", 0.5),
    ],
)
def test_a_press_and_its_opposite_come_back_to_where_they_were(
    action: str, back: str, field: str, after: float
) -> None:
    live = parameters()
    change = live.lean(action, 5)
    assert change is not None
    assert change.name == field
    assert getattr(live.leans, field) == after
    assert live.changed[field] == 5
    live.lean(back, 6)
    assert live.leans == Leans()


@pytest.mark.parametrize("action", sorted(LEAN_ACTIONS))
def test_presses_end_at_their_bound(action: str) -> None:
    live = parameters()
    for _ in range(300):
        live.lean(action, 1)
    assert live.lean(action, 2) is None


def test_a_parameter_is_set_by_its_whole_name_and_undone() -> None:
    live = parameters()
    (change,) = live.set("strategy.passive.min_spread_bps = 3.5", 9)
    assert (change.name, change.before, change.after) == ("strategy.passive.min_spread_bps", "2", "3.5")
    live.lean("widen", 10)
    undone = live.undo(11)
    assert [(one.name, one.after) for one in undone] == [("spread_factor", "1")]
    assert [one.after for one in live.undo(12)] == ["2"]
    assert live.params == PassiveParams()
    assert live.undo(13) == []


def test_undo_reaches_back_so_far_and_no_further() -> None:
    live = parameters()
    for _ in range(UNDO_LIMIT + 20):
        live.lean("widen", 1)
        live.lean("tighten", 1)
    undone = 0
    while live.undo(2):
        undone += 1
    assert undone == UNDO_LIMIT


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("risk.max_position=3", "only strategy.passive.KEY=VALUE can be set"),
        ("spread=3", "unknown key; there are min_spread_bps"),
        ("strategy.passive.min_spread_bps", "only strategy.passive.KEY=VALUE can be set"),
        ("strategy.passive.spread=3", "unknown key; there are min_spread_bps, max_spread_bps"),
        ("strategy.passive.min_spread_bps=-3", "got -3"),
        ("strategy.passive.min_spread_bps=nan", "got nan"),
        ("strategy.passive.orders_per_side=many", 'got "many", must be a whole number >= 1 and <= 20'),
        ("strategy.passive.reference=mit", r'"vwap" \(did you mean mid\?\)'),
        ("x" * 5000 + "=1", "x…: unknown key"),
        ("strategy.passive.min_spread_bps=9", "min_spread_bps 9 is over max_spread_bps 6"),
        ("strategy.passive.max_spread_bps=inf", "got inf"),
        ("strategy.passive.order_amount=inf", "got inf, must be a finite number"),
        ("strategy.passive.order_amount=1e300", r"got 1e300, must be at most 1e\+12"),
        ("strategy.passive.reference_window=nan", "got nan"),
    ],
)
def test_what_cannot_be_set_is_said_and_changes_nothing(text: str, words: str) -> None:
    live = parameters()
    with pytest.raises(SettingsError, match=words):
        live.set(text, 1)
    assert live.params == PassiveParams()
    assert live.undo(2) == []


def test_several_parameters_are_set_at_once_or_not_at_all_and_one_undo_takes_them_back() -> None:
    live = parameters()
    changes = live.set("min_spread_bps=8\nstrategy.passive.max_spread_bps=9\norders_per_side=3", 5)
    assert [(one.name, one.before, one.after) for one in changes] == [
        ("strategy.passive.min_spread_bps", "2", "8"),
        ("strategy.passive.max_spread_bps", "6", "9"),
    ]
    with pytest.raises(SettingsError, match="max_spread_bps: min_spread_bps 8 is over max_spread_bps 7"):
        live.set("orders_per_side=2\nmax_spread_bps=7", 6)
    assert live.params.orders_per_side == 3  # type: ignore[attr-defined]
    assert not live.set("min_spread_bps=8.0", 7)
    assert {one.name: one.after for one in live.undo(8)} == {
        "strategy.passive.min_spread_bps": "2", "strategy.passive.max_spread_bps": "6",
    }  # fmt: skip
    assert not live.undo(9)


def test_words_for_truth() -> None:
    class Switched(msgspec.Struct, frozen=True):
        on: bool = False

    live = Parameters("x", Switched())
    live.set("strategy.x.on=true", 1)
    assert live.params == Switched(on=True)


def passive_core() -> Core:
    params = PassiveParams(quantity_jitter=0.0)
    core = Core(CoreConfig(), BTC, params, lambda one: cast("Strategy", Passive(cast("PassiveParams", one))))
    core.process(SessionStarted(ts=START, base=10_000, quote=6_000 * 10_000_000))
    core.process(LinkUp(ts=START, venue="x"))
    core.process(snapshot(START))
    return core


def test_a_set_parameter_reaches_the_strategy_and_its_orders_in_the_same_event() -> None:
    core = passive_core()
    outputs = core.process(OperatorAction(ts=START + 1, action="set", argument="strategy.passive.orders_per_side=5"))
    assert [one for one in outputs.facts if isinstance(one, facts.ParameterChanged)]
    assert core.strategy.describe() == "passive 2.0–6.0 bps × 5"
    assert len({one.level for one in outputs.facts if isinstance(one, facts.QuoteDecided)}) == 5
    outputs = core.process(OperatorAction(ts=START + 2, action="set", argument="strategy.passive.reference=median"))
    (note,) = [one for one in outputs.facts if isinstance(one, facts.Noted)]
    assert note.kind == "warn"
    outputs = core.process(OperatorAction(ts=START + 3, action="undo"))
    assert core.strategy.describe() == "passive 2.0–6.0 bps × 3"


def test_what_was_dropped_leaves_a_record_and_the_strategy_is_not_even_asked() -> None:
    rig = Rig()
    rig.quoting(B, A)
    asked = rig.strategy.asked
    rig.act("drop", "min_spread_bps 2 → 3\nreference mid → vwap")
    assert rig.strategy.asked == asked
    assert not rig.take()
    assert rig.said(facts.Noted)[-1].text == "dropped unsent: min_spread_bps 2 → 3, reference mid → vwap"


def test_setting_what_is_set_already_changes_nothing() -> None:
    core = passive_core()
    outputs = core.process(OperatorAction(ts=START + 1, action="set", argument="orders_per_side=3"))
    assert [one.text for one in outputs.facts if isinstance(one, facts.Noted)] == ["nothing to change"]
    assert not outputs.commands


def test_widening_moves_the_orders_and_undo_moves_them_back() -> None:
    core = passive_core()
    wide = core.process(OperatorAction(ts=START + 1, action="widen"))
    prices = [one.price for one in wide.facts if isinstance(one, facts.QuoteDecided) and one.side is BUY]
    back = core.process(OperatorAction(ts=START + 2, action="undo"))
    again = [one.price for one in back.facts if isinstance(one, facts.QuoteDecided) and one.side is BUY]
    assert prices[0] < again[0]
    nothing = core.process(OperatorAction(ts=START + 3, action="undo"))
    assert [one.text for one in nothing.facts if isinstance(one, facts.Noted)] == ["nothing to change"]


def test_pause_cancels_all_and_keeps_the_position() -> None:
    rig = Rig()
    (order, _) = rig.quoting(B, A)
    rig.fill(order, 40)
    rig.take()
    rig.act("pause")
    assert rig.take() == [cmd.CancelAll(ts=rig.ts)]
    assert (rig.state, rig.core.reason) == ("paused", "by the operator")
    assert rig.core.account.position_lots == 40
    rig.flow(3)
    rig.canceled(*rig.core.orders.open)
    assert not placed(rig.take())
    rig.act("pause")
    assert rig.state == "quoting"
    assert len(placed(rig.take())) == 2


def test_pull_pauses_and_never_resumes() -> None:
    rig = Rig()
    rig.quoting(B, A)
    for _ in range(2):
        rig.act("pull", "the screen failed")
        assert (rig.state, rig.core.reason) == ("paused", "the screen failed")
        assert rig.take(cmd.CancelAll)


@pytest.mark.parametrize(
    ("action", "side", "words"), [("toggle_bids", BUY, "bids are off"), ("toggle_asks", SELL, "asks are off")]
)
def test_one_side_off_cancels_its_orders_and_leaves_the_other(action: str, side: int, words: str) -> None:
    rig = Rig()
    orders = rig.quoting(B, A)
    rig.act(action)
    assert (rig.state, rig.core.reason) == ("one-sided", words)
    (gone,) = [one for one in orders if one.side == side]
    assert rig.take() == [cmd.CancelOrder(ts=rig.ts, order_id=gone.order_id)]
    rig.canceled(gone)
    rig.flow(1)
    assert not rig.take()
    rig.act(action)
    assert [one.side for one in placed(rig.take())] == [side]


def test_both_sides_off_is_a_pause() -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.act("toggle_bids")
    rig.act("toggle_asks")
    assert (rig.state, rig.core.reason) == ("paused", "bids are off; asks are off")


def test_an_order_on_its_way_in_of_a_side_that_went_off_is_cancelled_once_it_is_known() -> None:
    rig = Rig()
    rig.open_book()
    rig.want(B)
    rig.take()
    rig.act("toggle_bids")
    assert not rig.take()
    rig.accept()
    assert [type(one) for one in rig.take()] == [cmd.CancelOrder]


def test_an_unknown_action_is_noted() -> None:
    rig = Rig()
    rig.open_book()
    rig.act("dance")
    assert rig.said(facts.Noted)[-1].text == "unknown action dance"


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


def test_the_strategy_sees_position_and_balances_as_they_are() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    view = rig.core.view
    assert (view.position, view.base_free, view.quote_free) == (0, 10_000, 600_000_000_000)
    rig.fill(order, 40)
    assert (view.position, view.base_free, view.quote_free) == (40, 10_040, 600_000_000_000 - 40 * B.price)
    assert (view.bid, view.ask, view.bid_quantity, view.ask_quantity) == (BID, ASK, 100, 100)
    assert view.reference2("mid") == BID + ASK


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


def test_pause_while_halted_says_what_to_do_first() -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.act("kill")
    rig.act("pause")
    assert rig.said(facts.Noted)[-1].text == "halted: re-arm first"
    assert not rig.core.conduct.paused


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


@pytest.mark.parametrize("strategy", ["passive", "pure", "avellaneda", "glft"])
def test_what_no_file_may_say_cannot_be_set_either(strategy: str) -> None:
    params = getattr(Strategies(), strategy)
    live = Parameters(strategy, params)
    for field in msgspec.structs.fields(params):
        if not isinstance(getattr(params, field.name), float):
            continue
        for text in ("inf", "-inf", "nan", "1e300", "-1e300", "1e400"):
            assert convert(float(text), field.type)[1]
            with pytest.raises(SettingsError):
                live.set(f"{field.name}={text}", 1)
    assert live.params is params


def test_a_parameter_is_told_with_all_its_digits() -> None:
    live = Parameters("pure", PureParams())
    assert live.set("price_ceiling=61234.56", 1)[0].after == "61234.56"
    (change,) = live.set("price_floor=0.00001234", 2)
    assert (change.before, change.after) == ("None", "0.00001234")
    with pytest.raises(SettingsError, match=r"price_floor 61234.57 is over price_ceiling 61234.56"):
        live.set("price_floor=61234.57", 3)


def test_a_limit_that_is_loosened_as_it_is_printed_is_the_one_that_was_asked_for() -> None:
    rig = Rig()
    rig.open_book()
    rig.act("set", "risk.max_order_value=1234567.8")
    words = rig.said(facts.Noted)[-1].text
    assert words.endswith("to confirm it: loosen risk.max_order_value=1234567.8")
    rig.act("loosen", words.partition("loosen risk")[2].join(("risk", "")))
    assert rig.core.limits.max_order_value == 1234567.8
    assert rig.said(facts.ParameterChanged)[-1].after == "1234567.8"


@pytest.mark.parametrize("text", ["inf", "nan", "1e13", "1e300"])
def test_a_limit_is_a_number_that_means_something(text: str) -> None:
    rig = Rig()
    rig.act("loosen", f"risk.max_order_value={text}")
    assert rig.said(facts.Noted)[-1].text.startswith(f"risk.max_order_value: got {text}")
    assert rig.core.limits == Limits()
