"""What a strategy's parameters say of themselves: bounds, choices, unit, one line each."""

from typing import Annotated, Literal

import msgspec
import pytest
from pure_desk import BTC

from mm_tui.strategy.registry import BUILT_IN
from mm_tui.views.fields import fields_of, shown, unit_words
from mm_tui.views.frames import Field


def found(strategy: str) -> dict[str, Field]:
    return {field.name: field for field in fields_of(BUILT_IN[strategy].Params)}


def test_bounds_units_defaults_and_words_of_the_passive_strategy() -> None:
    fields = found("passive")
    assert list(fields)[:3] == ["min_spread_bps", "max_spread_bps", "orders_per_side"]
    least = fields["min_spread_bps"]
    assert (least.kind, least.unit, least.default, least.bounds) == ("number", "bps", "2", "> 0, ≤ 10,000")
    assert least.doc == "Distance of the nearest quote from the reference."
    assert (fields["orders_per_side"].kind, fields["orders_per_side"].bounds) == ("whole", "1 … 20")
    assert fields["reference"].bounds == "mid, microprice, twap, vwap, ema, hybrid"
    assert (fields["order_amount"].unit, fields["min_order_value"].unit) == ("base", "quote")
    assert (fields["reference_window"].unit, fields["quantity_jitter"].bounds) == ("s", "0 … 0.5")


def test_words_beside_numbers_and_switches() -> None:
    pure, avellaneda = found("pure"), found("avellaneda")
    assert (pure["ping_pong_enabled"].bounds, pure["ping_pong_enabled"].default) == ("on or off", "off")
    assert pure["price_ceiling"].bounds == "> 0, or none"
    assert pure["price_ceiling"].unit == "quote"
    assert avellaneda["execution_timeframe"].bounds == "> 0, or infinite"
    assert avellaneda["execution_timeframe"].kind == "number"
    assert "twice as large, the other none." in pure["inventory_range_multiplier"].doc


@pytest.mark.parametrize("strategy", sorted(BUILT_IN))
def test_every_parameter_of_ours_has_its_line(strategy: str) -> None:
    assert [field.name for field in fields_of(BUILT_IN[strategy].Params) if not field.doc] == []


class Base(msgspec.Struct):
    width: Annotated[float, msgspec.Meta(gt=0, lt=5)]
    """How wide."""


class Odd(Base):
    count: int = 3
    label: str = "x"
    """A name,
    on two lines."""
    mixed: int | str = 1
    either: Literal["b", "a"] | bool = "b"
    least: Annotated[int, msgspec.Meta(ge=-2)] = 0


def test_of_anyones_class_whatever_can_be_said_is() -> None:
    width, count, label, mixed, either, least = fields_of(Odd)
    assert (width.doc, width.default, width.bounds) == ("How wide.", "", "> 0, < 5")
    assert (count.bounds, count.doc) == ("any whole number", "")
    assert (label.kind, label.bounds, label.doc) == ("text", "a text", "A name, on two lines.")
    assert mixed.kind == "text"
    assert (either.kind, either.words) == ("switch", ("b", "a"))
    assert least.bounds == "≥ -2"


def test_a_class_without_source_has_no_lines() -> None:
    made = msgspec.defstruct("made", [("speed_ms", float, 2.5)])
    (field,) = fields_of(made)
    assert (field.name, field.unit, field.doc, field.bounds) == ("speed_ms", "ms", "", "any number")


def test_values_are_shown_as_a_person_would_type_them() -> None:
    assert [shown(value) for value in (True, False, None, 0.05, 100.0, "mid")] == [
        "on", "off", "none", "0.05", "100", "mid",
    ]  # fmt: skip


def test_a_unit_is_written_in_the_markets_own_currencies() -> None:
    fields = found("passive")
    assert unit_words(fields["order_amount"], BTC) == "BTC"
    assert unit_words(fields["min_order_value"], BTC) == "USDT"
    assert unit_words(fields["min_order_value"], None) == ""
    assert unit_words(fields["min_spread_bps"], None) == "bps"
    assert unit_words(None, BTC) == ""
