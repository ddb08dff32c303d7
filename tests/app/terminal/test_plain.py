"""The desk in plain lines."""

import io
from collections.abc import Callable
from decimal import Decimal

import msgspec
import pytest
from desk_link import Recorded
from hand_frames import desk_frame, halted

from mm_tui.app.terminal.plain import compact_lines, one_line, run_lines
from mm_tui.views.frames import DeskFrame


def test_the_most_needed_comes_first() -> None:
    assert compact_lines(desk_frame(), 20, 5) == [
        "QUOTING", "pos +0.00412 BTC", "PnL +1.84 USDT", "K kill", "BTC/USDT binance",
    ]  # fmt: skip


def test_a_single_line_names_the_state_and_the_kill() -> None:
    assert compact_lines(desk_frame(), 20, 1) == ["QUOTING K kill"]
    assert compact_lines(desk_frame(), 1, 1, "F9") == ["Q"]


def test_a_halt_says_why_and_what_to_press() -> None:
    lines = compact_lines(halted(desk_frame()), 50, 12)
    assert "why daily loss 51.20 over 50 USDT" in lines
    assert "do a re-arm" in lines
    assert "61,837.63 / 61,837.64" in lines


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (20, 5), (200, 20)])
@pytest.mark.parametrize("frame", [DeskFrame(), desk_frame()])
def test_lines_fit_any_size(size: tuple[int, int], frame: DeskFrame) -> None:
    lines = compact_lines(frame, *size)
    assert len(lines) == size[1]
    assert all(len(line) <= size[0] for line in lines)


def test_a_line_has_units_and_nothing_held_has_no_sign() -> None:
    frame = desk_frame()
    assert "pos +0.00412 BTC  PnL +1.84 USDT" in one_line(frame)
    flat = msgspec.structs.replace(frame.position, base=Decimal("0.00000"), total=Decimal("-0.001"))
    assert "pos 0.00000 BTC  PnL 0.00 USDT" in one_line(msgspec.structs.replace(frame, position=flat))


def test_what_is_to_be_minded_is_told_without_panels_too() -> None:
    frame = desk_frame()
    demo = msgspec.structs.replace(frame.header, demo_cause="no Binance: refused")
    full = msgspec.structs.replace(demo, problem="recording stopped: no space left")
    for header, words in ((demo, "no Binance: refused"), (full, "recording stopped: no space left")):
        told = msgspec.structs.replace(frame, header=header)
        assert words in one_line(told)
        assert words in compact_lines(told, 60, 12)


def test_what_is_unknown_is_a_dash() -> None:
    assert "pos -" in one_line(DeskFrame())


def typist(*lines: str | None) -> Callable[[float], str | None]:
    typed = iter(lines)
    return lambda _: next(typed)


def test_lines_say_what_changed_and_obey_typed_words() -> None:
    link, out = Recorded(desk_frame()), io.StringIO()

    def read(seconds: float) -> str | None:
        line = pending.pop(0)
        if line is None:
            link.frame = msgspec.structs.replace(halted(link.frame))
        return line

    pending: list[str | None] = ["pause\n", "kill\n", "dance\n", "\n", None, "quit\n"]
    assert run_lines(link, read, out) == 0
    said = out.getvalue()
    assert link.acts == [("pause", "")]
    assert link.kills == 1
    assert "no command 'dance'" in said
    assert said.count("QUOTING") == 1
    assert said.count("HALTED") == 1
    assert "\x1b" not in said


def test_the_end_of_input_ends_it() -> None:
    assert run_lines(Recorded(desk_frame()), typist(None, ""), io.StringIO()) == 0


def test_a_total_has_cents_and_more_digits_where_an_order_is_worth_less() -> None:
    frame = desk_frame()
    position = msgspec.structs.replace(frame.position, total=Decimal("0.0741784512"))
    told = msgspec.structs.replace(frame, position=position)
    assert "PnL +0.07 USDT" in compact_lines(told, 60, 12)
    small = msgspec.structs.replace(frame.instrument, min_notional=Decimal("0.0001"), quote="BTC")
    assert "PnL +0.074178 BTC" in compact_lines(msgspec.structs.replace(told, instrument=small), 60, 12)
