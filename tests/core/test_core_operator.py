"""What a person may change while the desk runs."""

import msgspec
import pytest
from pure_desk import ASK, BID, Rig, ask, bid

from mm_tui.core.operator import LEAN_ACTIONS, UNDO_LIMIT, Parameters
from mm_tui.errors import SettingsError
from mm_tui.settings.check import convert
from mm_tui.settings.sections import Strategies
from mm_tui.strategy.api import Leans
from mm_tui.strategy.passive import PassiveParams
from mm_tui.strategy.pure_params import PureParams

B, A = bid(BID - 1000), ask(ASK + 1000)


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


def test_the_strategy_sees_position_and_balances_as_they_are() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    view = rig.core.view
    assert (view.position, view.base_free, view.quote_free) == (0, 10_000, 600_000_000_000)
    rig.fill(order, 40)
    assert (view.position, view.base_free, view.quote_free) == (40, 10_040, 600_000_000_000 - 40 * B.price)
    assert (view.bid, view.ask, view.bid_quantity, view.ask_quantity) == (BID, ASK, 100, 100)
    assert view.reference2("mid") == BID + ASK


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
