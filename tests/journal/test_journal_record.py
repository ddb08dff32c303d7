import typing

import msgspec
import pytest

from mm_tui.errors import DataError
from mm_tui.journal.record import (
    LAST_TIME,
    AnyMessage,
    Entry,
    MarketLine,
    decode,
    encode,
    market_line,
    parse_market_line,
)
from mm_tui.model.commands import CancelOrder, PlaceOrder
from mm_tui.model.events import BookSnapshot, Side, Timer
from mm_tui.model.facts import ParameterChanged


def test_a_record_is_one_json_object_with_its_place_in_the_order() -> None:
    line = encode(7, 130, CancelOrder(ts=5, order_id="mm-3"))
    assert line == b'{"seq":7,"after":130,"type":"CancelOrder","ts":5,"order_id":"mm-3"}\n'


@pytest.mark.parametrize(
    "message",
    [
        PlaceOrder(ts=1, order_id="ä\n", side=Side.SELL, price=2, quantity=3),
        BookSnapshot(ts=1, last_update_id=2, bids=[(3, 4)], asks=[]),
        Timer(ts=LAST_TIME, name="x"),
    ],
)
def test_a_record_comes_back_as_it_was(message: AnyMessage) -> None:
    line = encode(0, 0, message)
    assert line.count(b"\n") == 1
    assert decode(line) == Entry(0, 0, message)


def test_no_two_messages_share_a_tag() -> None:
    kinds = typing.get_args(AnyMessage)
    tags = [kind.__struct_config__.tag for kind in kinds]
    assert len(set(tags)) == len(kinds)


def test_no_message_has_a_key_that_is_the_records_own() -> None:
    for kind in typing.get_args(AnyMessage):
        assert not {"seq", "after", "type"} & set(kind.__struct_encode_fields__), kind


def test_a_changed_parameter_keeps_its_place_in_the_order() -> None:
    change = ParameterChanged(ts=5, name="size_factor", before="1", after="1.25")
    assert decode(encode(7, 130, change)) == Entry(7, 130, change)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b'{"seq":0,"after":0}',
        b'{"seq":0,"after":0,"type":"Unheard","ts":1}',
        b'{"type":"Timer","ts":1,"name":"x"}',
        b"\xff",
        b'{"seq":0,"after":0,"type":"Timer","ts":-1,"name":"x"}',
        b'{"seq":0,"after":0,"type":"Timer","ts":9223372036854775808,"name":"x"}',
        b'{"seq":0,"after":0,"type":"Timer","ts":1%s,"name":"x"}' % (b"0" * 40),
    ],
)
def test_what_is_no_record_is_refused(line: bytes) -> None:
    with pytest.raises(DataError):
        decode(line)


def test_a_market_line_is_its_time_and_its_frame() -> None:
    assert market_line(12, b'{"a":1}') == b'12 {"a":1}\n'
    assert parse_market_line(3, b'12 {"a":1}') == MarketLine(3, 12, b'{"a":1}')


def test_a_frame_of_several_lines_is_brought_onto_one() -> None:
    line = market_line(1, b'{\n "a": 1\n}\n')
    assert line.count(b"\n") == 1
    assert msgspec.json.decode(line[2:]) == {"a": 1}


@pytest.mark.parametrize(
    "line", [b"", b"12", b"12 ", b'{"a":1}', b'x {"a":1}', b"12 nothing", b'12 {"a":1', b"1" * 20 + b" {}"]
)
def test_what_is_no_market_line_is_refused(line: bytes) -> None:
    with pytest.raises(DataError):
        parse_market_line(1, line)
