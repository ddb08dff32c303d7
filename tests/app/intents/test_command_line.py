"""The command line by its keys: values and bounds while one types, completion, and the lines before."""

from typing import Any

import msgspec
from desk_link import Recorded
from hand_ghost import PURE, tunable
from textual.pilot import Pilot
from textual.widgets import Input, Static

from mm_tui.app.app import DeskApp
from mm_tui.app.intents.command_line import LINES_KEPT


def said(app: DeskApp) -> str:
    return str(app.desk.query_one(".sheet Static", Static).render())


async def typed(pilot: Pilot[None], *keys: str) -> str:
    await pilot.press(*keys)
    await pilot.pause()
    app: Any = pilot.app
    return said(app) if app.desk.sheet is not None else ""


async def test_bounds_are_told_values_completed_and_lines_had_again() -> None:
    link = Recorded(tunable())
    app = DeskApp(link)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await typed(pilot, "colon", *"set strategy.passive.min_s")
        assert "min_spread_bps is 2 bps; > 0, ≤ 10,000" in await typed(pilot, "tab", "3")
        line = app.desk.query_one(Input)
        assert line.value == "set strategy.passive.min_spread_bps 3"
        await typed(pilot, "backspace", "0", "enter")
        assert "min_spread_bps: must be > 0" in said(app)
        assert link.acts == []
        await typed(pilot, "backspace", "4", "enter")
        await typed(pilot, "colon", *"set reference mi")
        assert app.desk.query_one(Input).value == "set reference mi"
        assert "mid" in said(app)
        assert "microprice" in said(app)
        await typed(pilot, "c", "tab", "enter")
        assert link.acts == [
            ("set", "strategy.passive.min_spread_bps=4"), ("set", "reference=microprice"),
        ]  # fmt: skip
        await typed(pilot, "colon", *"the", "up", "up", "up")
        line = app.desk.query_one(Input)
        assert line.value == "set strategy.passive.min_spread_bps 4"
        await typed(pilot, "down")
        assert line.value.startswith("set reference microprice")
        await typed(pilot, "down", "down")
        assert line.value == "the"
        await typed(pilot, "up", "up", "enter")
        await typed(pilot, "colon", "up")
        assert app.desk.query_one(Input).value == "set strategy.passive.min_spread_bps 4"
        await typed(pilot, "escape")
        link.frame = msgspec.structs.replace(link.frame, parameters=PURE)
        assert "on  off" in await typed(pilot, "colon", *"set ping_pong_enabled ")
        await typed(pilot, "o", "n", "enter")
        assert link.acts[-1] == ("set", "ping_pong_enabled=true")
        command_line = app.intents._line
        assert command_line is not None
        assert len(command_line.history) == 3
        command_line.history[:] = [str(at) for at in range(LINES_KEPT)]
        await typed(pilot, "colon", *"theme paper", "enter")
        assert (len(command_line.history), command_line.history[-1]) == (LINES_KEPT, "theme paper")
