"""The parameters beside the ladder: chosen, stepped, typed, sent in one action, dropped on record, taken back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from desk_link import Recorded
from hand_frames import desk_frame, formula
from hand_ghost import PASSIVE, PURE, ghost, rows_of, tunable
from panel_app import lines_of
from textual.pilot import Pilot
from waiting import until

from mm_tui.app.app import DeskApp
from mm_tui.app.screens.parameters import Parameters
from mm_tui.app.widgets.ladder.ladder import Ladder
from mm_tui.strategy.avellaneda import AvellanedaParams
from mm_tui.views.frames import DeskFrame

PREFIX = "strategy.passive."


class Opened:
    """An app with the parameters open."""

    def __init__(self, app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        self.app, self.link, self.pilot = app, link, pilot

    @property
    def sheet(self) -> Parameters:
        sheet = self.app.desk.sheet
        assert isinstance(sheet, Parameters)
        return sheet

    @property
    def text(self) -> str:
        return "\n".join(lines_of(self.sheet.tuner))

    @property
    def drafts(self) -> list[str]:
        """What the desk was asked to preview, without repeats."""
        drafts = [look.draft for look in self.link.looks]
        return [draft for at, draft in enumerate(drafts) if at == 0 or draft != drafts[at - 1]]

    async def press(self, *keys: str) -> str:
        await self.pilot.press(*keys)
        await self.pilot.pause()
        return self.text if self.app.desk.sheet is not None else ""

    def show(self, **changes: Any) -> str:
        self.link.frame = msgspec.structs.replace(self.link.frame, **changes)
        self.app.poll()
        return self.text


@asynccontextmanager
async def opened(frame: DeskFrame, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Opened]:
    link = Recorded(frame)
    app = DeskApp(link)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("p")
        await pilot.pause()
        yield Opened(app, link, pilot)


async def test_values_are_stepped_typed_and_sent_in_one_action() -> None:
    async with opened(tunable()) as on:
        assert "▸ min_spread_bps" in on.text
        assert "Distance of the nearest quote from the reference." in on.text
        assert "> 0, ≤ 10,000  default 2  step 0.1" in on.text
        assert "spread" not in on.text.splitlines()[1][:12]
        assert "2 → 2.2 bps" in await on.press("right", "l")
        assert on.drafts[-1] == PREFIX + "min_spread_bps=2.2"
        assert "1 not sent" in on.text
        assert "enter send   esc drop   ←→ step   u undo" in on.text
        await on.press("down", "j", "4")
        assert "4▏" in on.text
        await on.press("up", "up", "down", "down", "enter")
        assert on.link.acts == [("set", f"{PREFIX}min_spread_bps=2.2\n{PREFIX}orders_per_side=4")]
        assert on.drafts[-1] == ""
        assert "not sent" not in on.text
        await on.press("enter", "escape")
        assert on.app.desk.sheet is None
        assert len(on.link.acts) == 1


async def test_what_is_wrong_says_why_in_place_and_is_not_sent() -> None:
    async with opened(tunable()) as on:
        await on.press("0")
        assert "must be > 0, ≤ 10,000" in on.text
        assert "cannot be sent  min_spread_bps: must be > 0" in on.text
        await on.press("enter")
        assert on.link.acts == []
        assert "not sent: min_spread_bps: must be > 0" in on.app.desk.footer.word
        await on.press("7", "up")
        assert "2 → 7 bps" in on.text
        assert "cannot be sent  min_spread_bps 7 is over" in on.text
        assert on.drafts == [""]
        await on.press("r")
        assert "nothing is changed" in on.text
        await on.press("3", "full_stop", "x", "escape")
        assert on.link.acts == []
        await on.press("3", "full_stop", "x", "backspace", "5", "escape")
        assert "3.5" not in on.text
        assert on.link.acts.pop() == ("drop", "min_spread_bps 2 → 3.5")
        await on.press("end", "delete", "enter")
        assert "type a value: 0 … 0.5" in on.text
        assert on.link.acts == []
        await on.press("escape", "tab", "backspace", "minus", "6", "down")
        assert on.drafts[-1] == ""


async def test_what_is_dropped_leaves_a_record_and_a_drop_of_nothing_none() -> None:
    async with opened(tunable()) as on:
        await on.press("right", "G", "k", "k", "k", "k", "right", "escape")
        assert on.app.desk.sheet is None
        assert on.link.acts == [("drop", "min_spread_bps 2 → 2.1\ndrift_threshold_bps 2 → 2.1")]
        assert on.drafts[-1] == ""
        await on.press("p", "q")
        assert len(on.link.acts) == 1


async def test_undo_takes_the_last_change_back_and_the_kill_works() -> None:
    async with opened(tunable()) as on:
        await on.press("u", "plus", "minus", "K")
        assert on.link.acts == [("undo", "")]
        assert on.link.kills == 1


async def test_words_switches_and_choices() -> None:
    async with opened(desk_frame(parameters=PURE), (200, 55)) as on:
        names = [row.name for row in on.sheet.tuner.rows]
        for name, key, words in (
            ("ping_pong_enabled", "space", "off → on"),
            ("price_type", "left", "mid_price → hybrid"),
            ("price_ceiling", "5", "none → 5"),
            ("price_ceiling", "n", "> 0, or none"),
        ):
            on.sheet.tuner.at, on.sheet.tuner.typing = names.index(name), False
            assert words in await on.press(key)
        assert on.drafts[-1] == "strategy.pure.ping_pong_enabled=true\nstrategy.pure.price_type=hybrid"
        assert "n none" in on.text


async def test_the_preview_is_told_and_what_the_desk_refuses_is_not_sent() -> None:
    async with opened(tunable()) as on:
        await on.press("right", "right", "right")
        assert "…" in on.text
        text = on.show(ghost=ghost())
        assert "would quote passive 2.3–6.0 bps × 3" in text
        assert "messages    4  2 replaces, 2 amends" in text
        assert "queue lost  2 orders  0.00254 BTC, 0.412 BTC behind" in text
        assert "order rate  5 of 8/s" in text
        assert "3 now, 1 later: paced: 6 a second" in text
        ladder = on.app.desk.panels["ladder"].widget
        assert isinstance(ladder, Ladder)
        drawn = "\n".join(lines_of(ladder))
        assert "0.00200◌" in drawn
        assert "0.00200×" in drawn
        assert "all at once" in on.show(ghost=ghost(at_once=4))
        assert "queue lost  none" in on.show(ghost=ghost(leaving=frozenset(), replaces=0, amends=0, at_once=0))
        assert "no order moves" in on.text
        assert "nothing is sent now: paused: by the operator" in on.show(ghost=ghost(idle="paused: by the operator"))
        assert "1 order  0.00254 BTC, – BTC behind" in on.show(ghost=ghost(leaving=frozenset("a"), lost_behind=None))
        assert "no preview  the strategy cannot be copied" in on.show(
            ghost=ghost(problem="the strategy cannot be copied: TypeError: a lock of its own")
        )
        refused = ghost(draft=on.drafts[-1], problem="ValueError: that is too much", refused=True)
        assert "cannot be sent  ValueError" in on.show(ghost=refused)
        await on.press("enter")
        assert on.link.acts == []
        assert on.app.desk.footer.word == "not sent: ValueError: that is too much"


async def test_mouse_and_a_long_list() -> None:
    rows = tuple(msgspec.structs.replace(PASSIVE[1], name=f"parameter_{at:02}") for at in range(40))
    async with opened(tunable(rows), (80, 24)) as on:
        assert "1 of 40" in on.text
        assert "parameter_21" in await on.press("pagedown", "pagedown", "down")
        assert "22 of 40" in on.text
        await until(on.pilot, lambda: on.sheet.tuner.region.area)
        await on.pilot.click(on.sheet.tuner, offset=(5, 1))
        await on.pilot.pause()
        assert on.sheet.tuner.at == 16
        on.sheet.tuner.post_message(on.sheet.tuner.Chosen(by=-1))
        await on.pilot.pause()
        assert on.sheet.tuner.at == 15
        on.show(parameters=rows[:3])
        assert on.sheet.tuner.at == 2
        assert "this strategy has no parameters" in on.show(parameters=())
        await on.press("right", "5", "enter")
        assert on.link.acts == []


async def test_what_the_formula_is_fed_with_stands_above_its_parameters() -> None:
    frame = formula(desk_frame())
    frame = msgspec.structs.replace(frame, parameters=rows_of(AvellanedaParams(), "avellaneda"))
    async with opened(frame) as on:
        assert "σ 1.24 bps/√s  κ 0.61 /bp  A 3.18 /s  R² 0.94" in on.text
        assert frame.estimates is not None
        assert "σ 2.50 bps/√s" in on.show(estimates=msgspec.structs.replace(frame.estimates, volatility=2.5))
        await until(on.pilot, lambda: on.sheet.tuner.region.area)
        await on.pilot.click(on.sheet.tuner, offset=(5, 3))
        await on.pilot.pause()
        assert on.sheet.tuner.at == 1


async def test_the_ladder_is_seen_beside_it_at_every_size_and_all_is_as_before_afterwards() -> None:
    async with opened(tunable(), (80, 24)) as on:
        for size in ((80, 24), (120, 40), (160, 30), (200, 55)):
            await on.pilot.resize_terminal(*size)
            await on.pilot.pause()
            ladder, tuner = on.app.desk.panels["ladder"].widget, on.sheet.tuner
            assert ladder.display
            assert ladder.size.width >= 34
            assert ladder.size.height >= 17
            assert not ladder.region.overlaps(tuner.region)
            for guarded in on.app.desk.panels.values():
                if guarded.widget.display and guarded.widget.size:
                    assert not guarded.widget.region.overlaps(tuner.region), guarded.name
        await on.pilot.resize_terminal(40, 10)
        await on.pilot.pause()
        assert on.sheet.tuner.size.width == 40
        await on.pilot.resize_terminal(120, 40)
        await on.press("escape")
        assert on.app.desk.panels["orders"].widget.display


@pytest.mark.parametrize(("size", "least"), [((60, 18), 3), ((40, 10), 3), ((80, 24), 8)])
async def test_a_low_panel_keeps_a_few_rows_the_bounds_and_what_would_be_quoted(
    size: tuple[int, int], least: int
) -> None:
    app = DeskApp(Recorded(tunable(ghost=ghost())))
    async with app.run_test(size=size) as pilot:
        await pilot.press("p", "right", "right", "right")
        await pilot.pause()
        app.desk.show(app.link.frame)
        rows = ["".join(text for text, _, _ in strip) for strip in app.screen._compositor.render_strips()]
        text = "\n".join(rows)
        listed = [name for name in ("min_spread", "max_spread", "orders_per", "order_amount") if name in text]
        assert len(listed) >= min(least, 4)
        assert "≤ 10,000" in text
        assert "would quote" in text
