import pytest

from mm_tui.errors import UsageError
from mm_tui.model.drills import EXAMPLES, KINDS, Drill, impossible, read_drill


@pytest.mark.parametrize(
    ("text", "kind", "amount", "words"),
    [
        ("gap", "gap", 0, "the next update of the book is lost"),
        ("latency 300", "latency", 300, "orders take 300 ms longer"),
        ("latency 0.5 ms", "latency", 0.5, "orders take 0.5 ms longer"),
        ("latency 0", "latency", 0, "orders take as long as ever"),
        ("reject", "reject", 1, "the next order is refused"),
        ("reject 3", "reject", 3, "the next 3 orders are refused"),
        ("jump 2%", "jump", 2, "the price jumps by 2 %"),
        ("jump -0.5 %", "jump", -0.5, "the price jumps by -0.5 %"),
        ("jump \u22122%", "jump", -2, "the price jumps by -2 %"),
        (" stall  5s ", "stall", 5, "nothing comes for 5 s"),
        ("disconnect", "disconnect", 0, "the connection is cut"),
        ("burst", "burst", 0, "ten thousand trades at once"),
    ],
)
def test_what_is_typed(text: str, kind: str, amount: float, words: str) -> None:
    drill = read_drill(text)
    assert (drill.kind, drill.amount, drill.words) == (kind, amount, words)


def test_every_example_is_one() -> None:
    assert tuple(read_drill(example).kind for example in EXAMPLES) == KINDS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "name a drill: gap, latency 300"),
        ("explode", "no drill 'explode'; there are gap"),
        ("gap 3", "gap takes no amount"),
        ("latency", "latency takes 0 to 60000 ms, for example latency 300"),
        ("latency -1", "latency takes 0 to 60000 ms"),
        ("latency nan", "latency takes 0 to 60000 ms"),
        ("reject 0", "reject takes 1 to 1000 orders, for example reject 3"),
        ("reject 1.5", "reject takes 1 to 1000 orders"),
        ("jump 2", "jump takes -20% to 20%, for example jump 2%"),
        ("jump 0%", "jump takes -20% to 20%"),
        ("jump 50%", "jump takes -20% to 20%"),
        ("stall 3600", "stall takes 0.1 to 60 s, for example stall 5s"),
    ],
)
def test_anything_else_is_answered_with_what_may_be(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_drill(text)
    assert str(caught.value).startswith(words)


def test_drills_are_equal_by_what_they_do() -> None:
    assert read_drill("stall 5s") == read_drill("stall 5.0") == Drill("stall", 5.0)


def test_a_drill_that_a_venue_cannot_hold_says_so() -> None:
    """Else the desk would tell of something that never comes."""
    assert not any(impossible(kind, "demo") for kind in KINDS)
    assert [kind for kind in KINDS if impossible(kind, "binance")] == ["jump", "burst"]
    assert [kind for kind in KINDS if impossible(kind, "file")] == ["jump", "disconnect", "burst"]
    assert impossible("disconnect", "ccxt:kraken").startswith("ccxt:kraken has no connection")
