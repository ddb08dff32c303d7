"""Why an order stands where it stands."""

import msgspec
import pytest
from hand_frames import BTC, MID, desk_frame, strained
from hand_orders import held, orders
from panel_app import PanelApp, lines_of

from mm_tui.app.widgets.orders import Orders
from mm_tui.app.widgets.waterfall import BRIEF, LEAST, brief, explanation, held_line, whole_explanation
from mm_tui.model.waterfall import Step
from mm_tui.views.frames import OrderRow


def words(lines: list[list[tuple[str, str]]]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def order(*steps: Step, fate: str = "") -> OrderRow:
    return msgspec.structs.replace(orders()[0], steps=steps, fate=fate)


def test_a_line_a_step_with_the_price_after_it_the_difference_and_why() -> None:
    row = order(
        Step("reference", 12_000_001.0, "mid"), Step("spread", 12_006_001.0, "5 bps"), Step("size", 12_006_001.0)
    )
    lines = words(explanation(row, BTC, 70))
    assert "sell 0.00200 BTC at 61,858.00  level 2  a3" in lines[0]
    assert lines[2].rstrip() == "reference     60,000.005           mid"
    assert lines[3].rstrip() == "spread        60,030.005   +5.00   5 bps"
    assert lines[4].rstrip() == "size          60,030.005    0.00"
    assert lines[-1] == "fate         live for 12 s"


def test_points_stand_beneath_each_other() -> None:
    for row in orders():
        steps = words(explanation(row, BTC, 80))[2:-1]
        assert len({line.index(".") for line in steps}) == 1


def test_an_order_without_steps_says_so() -> None:
    lines = words(explanation(order(fate="sent 00:01:59"), BTC, 70))
    assert "does not say" in lines[1]
    assert lines[-1] == "fate         sent 00:01:59"
    assert words(brief(order(fate="sent 00:01:59"), BTC, 70))[1] == "sent 00:01:59"


@pytest.mark.parametrize("width", [30, 50, 74, 120])
def test_in_brief_it_names_what_moved_the_price(width: int) -> None:
    lines = words(brief(orders()[1], BTC, width))
    assert len(lines) == BRIEF
    assert lines[1].startswith("reference 61,837.635")
    told = " ".join(lines[1:])
    assert "skew −4.45" in told
    assert "rounding" not in told
    assert "kept: 0.2 bps" in told


def test_a_held_quote_says_why_it_has_no_order() -> None:
    spans = held_line(held()[0], 2 * MID, BTC, (11, 9, 70))
    assert words([spans]) == ["sell   61,869.00   +5.1  0.00200  order rate 9, limit 8/s"]
    narrow = words([held_line(held()[0], None, BTC, (11, 9, 40))])[0]
    assert narrow == "sell   61,869.00  order rate 9, limit 8…"
    assert len(narrow) == 40


async def test_a_high_panel_explains_the_selected_order() -> None:
    panel = Orders()
    app = PanelApp(panel)
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(strained())
        assert "61,858.00  level 2" in "".join(lines_of(panel))
        panel.focus()
        await pilot.press("down", "down")
        assert "61,856.00  level 1" in "".join(lines_of(panel))
        lines = lines_of(panel)
        assert "order rate 9" in lines[8]
        assert "paced: 6 a second" in lines[9]
        assert lines[-1 - LEAST].startswith("│ ── sell")


async def test_the_quotes_next_order_is_explained_after_one_is_gone() -> None:
    panel = Orders()
    app = PanelApp(panel)
    async with app.run_test(size=(80, 24)):
        app.show(desk_frame())
        panel.select("b2")
        heir = msgspec.structs.replace(orders()[4], order_id="b9", price=6_181_100)
        app.show(desk_frame(orders=(*orders()[:4], heir, orders()[5])))
        assert panel.selected_id is None
        assert panel.explained is heir
        app.show(desk_frame(orders=orders()[:2]))
        assert panel.explained == orders()[0]
        app.show(desk_frame(orders=()))
        assert panel.explained is None
        app.show(desk_frame(orders=(), held=held()))
        assert "order rate 9" in "".join(lines_of(panel))


async def test_a_long_list_takes_the_lines_of_the_brief_but_not_for_orders_on_their_way() -> None:
    panel = Orders()
    app = PanelApp(panel)
    async with app.run_test(size=(78, 15)):

        def explains(rows: tuple[OrderRow, ...]) -> bool:
            app.show(desk_frame(orders=rows, held=held()))
            return "reference 61,837.635" in "".join(lines_of(panel))

        def status(word: str) -> tuple[OrderRow, ...]:
            return tuple(msgspec.structs.replace(row, order_id=f"{row.order_id}x", status=word) for row in orders())

        assert explains(orders())
        assert explains((*status("pending_cancel"), *orders()))
        assert not explains((*status("live"), *orders()))
        assert not explains(orders())
        assert explains(orders()[:4])
        assert explains(orders())


@pytest.mark.parametrize("width", [34, 38, 56, 90])
def test_nothing_of_a_whole_explanation_is_left_out_at_any_width(width: int) -> None:
    row = order(
        Step("reference", 12_000_001.0, "mid"),
        Step("spread", 12_006_001.0, "half 2.00, widened by what the volatility of the last minute asks for"),
        fate="sent 00:01:59 in place of mm-117, kept: 0.0 bps off its quote",
    )
    lines = words(whole_explanation(row, BTC, width))
    told = " ".join(" ".join(lines).split())
    assert "60,000.005" in told
    assert "+5.00" in told
    for line in lines[1:]:
        assert len(line.rstrip()) <= width
    said = [word for line in lines[1:] for word in line.split()]
    for word in ("widened", "asks", "for", "mm-117,", "quote"):
        assert word in said
    assert whole_explanation(order(), BTC, width)[1][0][0].startswith("the strategy does not say")
