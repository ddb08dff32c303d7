"""The risk panel's frame: the state, the limits as they stand now, and gauges that are there where they are on."""

from typing import Any

from pure_desk import ASK, BID, Rig, ask, bid

from mm_tui.core.config import CoreConfig
from mm_tui.risk.limits import Limits
from mm_tui.views.frames import RiskFrame
from mm_tui.views.risk import risk_frame


def quoting(**limits: Any) -> Rig:
    """A desk that holds 100 lots and has quotes out."""
    rig = Rig(CoreConfig(limits=Limits(**limits)))
    order, _ = rig.quoting(bid(BID - 1000), ask(ASK + 1000))
    rig.fill(order, 100)
    rig.accept()
    return rig


def risk(rig: Rig) -> RiskFrame:
    return risk_frame(rig.core, rig.ts, "")


def test_the_state_is_one_of_three() -> None:
    rig = quoting()
    assert risk(rig).state == "running"
    rig.act("reduce_only")
    assert risk(rig).state == "reduce-only"
    rig.act("kill")
    assert risk(rig).state == "halted"


def test_a_desk_that_ends_is_not_halted() -> None:
    rig = quoting()
    rig.act("close")
    assert risk(rig).state == rig.core.risk_state == "running"
    rig.act("kill")
    assert risk(rig).state == rig.core.risk_state == "halted"


def test_limits_are_shown_as_they_stand_now() -> None:
    rig = quoting()
    rig.act("set", "risk.max_open_orders=6")
    rig.act("set", "risk.max_position=0.01")
    frame = risk(rig)
    by_name = {gauge.name: gauge for gauge in frame.gauges}
    assert (by_name["open"].limit, by_name["open"].share) == ("6", 2 / 6)
    assert (by_name["position"].limit, by_name["position"].share) == ("0.01000", 0.1)
    assert dict(frame.limits)["max_open_orders"] == 6
    assert set(dict(frame.limits)) == set(Limits.__struct_fields__)


def test_age_and_messages_are_gauges_where_they_are_limits() -> None:
    assert [gauge.name for gauge in risk(quoting()).gauges] == ["position", "loss", "drawdown", "open", "orders/s"]
    rig = quoting(max_inventory_age_s=60, max_messages_per_day=2000)
    rig.flow(15)
    held, messages = risk(rig).gauges[5:]
    assert (held.name, held.value, held.limit, held.share) == ("held", "15 s", "60 s", 0.25)
    sent = rig.core.gate.messages(rig.ts)
    assert (messages.name, messages.value, messages.limit, messages.share) == (
        "msgs/day",
        str(sent),
        "2,000",
        sent / 2000,
    )


def test_a_flat_position_has_no_age() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_inventory_age_s=60)))
    rig.open_book()
    rig.flow(5)
    assert (risk(rig).gauges[5].value, risk(rig).gauges[5].share) == ("0 s", 0.0)
