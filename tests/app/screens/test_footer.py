"""The last line fits by rank."""

import asyncio
from typing import Any

import msgspec
from desk_link import Recorded
from hand_frames import desk_frame, halted, paused, reducing
from hand_ghost import tunable
from waiting import until

from mm_tui.app.app import DeskApp
from mm_tui.app.screens.footer import fit
from mm_tui.views.frames import EventRow


def test_the_highest_ranks_go_first() -> None:
    items = [(1, "a", "aaa"), (3, "b", "bbb"), (2, "c", "ccc")]
    assert fit(items, 21) == [("a", "aaa"), ("b", "bbb"), ("c", "ccc")]
    assert fit(items, 20) == [("a", "aaa"), ("c", "ccc")]
    assert fit(items, 7) == [("a", "aaa")]
    assert fit(items, 6) == []


async def shown(app: DeskApp) -> list[str]:
    return [f"{key} {label}" for _, key, label in app.desk.footer.items()]


async def test_it_follows_the_state() -> None:
    link = Recorded(desk_frame())
    app = DeskApp(link)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "space pause" in await shown(app)
        assert "a re-arm" not in await shown(app)
        link.frame = paused(desk_frame())
        app.poll()
        assert "space quote" in await shown(app)
        link.frame = halted(desk_frame())
        app.poll()
        assert "a re-arm" in await shown(app)
        assert "r reduce only" not in await shown(app)
        link.frame = reducing(desk_frame())
        app.poll()
        assert "r reduce only" in await shown(app)
        assert "a re-arm" not in await shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert (await shown(app))[0] == "esc desk"


async def test_a_sheet_that_opens_has_its_keys_named_in_place_of_an_earlier_word() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(80, 24)) as pilot:
        app.desk.footer.say("no theme 'nope'", seconds=60)
        await pilot.press("colon")
        await until(pilot, lambda: not app.desk.footer.word)
        app.desk.footer.say("said by the sheet", seconds=60)
        await pilot.press("p", "escape")
        await pilot.pause()
        assert app.desk.footer.word == "said by the sheet"


async def test_a_word_of_an_earlier_key_goes_with_the_next_one() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("x")
        await pilot.pause()
        assert app.desk.footer.word.startswith("no order is selected")
        await pilot.press("z", "2", "j")
        assert app.desk.footer.word, "neither a key without an action nor a list's own is another thing to do"
        await pilot.press("x")
        await pilot.pause()
        assert not app.desk.footer.word


async def test_a_word_takes_the_line_for_a_while() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(80, 24)) as pilot:
        app.desk.footer.say("first", seconds=0.05)
        app.desk.footer.say("second", seconds=60)
        app.desk.footer.say("third", seconds=0.05)
        assert app.desk.footer.word == "third"
        app.desk.footer.say("second", seconds=60)
        gone = asyncio.Event()
        app.desk.footer.set_timer(0.06, gone.set)
        await gone.wait()  # the first and third words' times are over
        assert app.desk.footer.word == "second"
        app.desk.footer.say("fourth", seconds=0.01)
        await until(pilot, lambda: app.desk.footer.word == "")


async def test_a_click_on_a_key_does_what_the_key_does() -> None:
    link = Recorded(desk_frame())
    app = DeskApp(link)
    async with app.run_test(size=(120, 40)) as pilot:

        async def click(text: str) -> None:
            line = "".join(segment.text for segment in app.desk.footer.render_line(0))
            await pilot.click(app.desk.footer, offset=(line.index(text), 0))
            await pilot.pause()

        for text in ("space", "+ -", "- spread", "spread", "] size", "[ ]", "b s", "s sides"):
            await click(text)
        assert [name for name, _ in link.acts] == [
            "pause", "widen", "tighten", "widen", "larger", "smaller", "toggle_bids", "toggle_asks",
        ]  # fmt: skip
        await pilot.click(app.desk.footer, offset=(119, 0))
        await click("help")
        assert app.desk.sheet is not None
        assert await shown(app) == ["K kill"]
        await pilot.click(app.desk.footer, offset=(50, 0))
        assert len(link.acts) == 8
        await click("kill")
        assert link.kills == 1
        await click("killed")
        assert len(link.acts) == 8


async def test_behind_a_sheet_it_names_the_kill_and_what_the_sheet_does_not_tell_itself() -> None:
    app = DeskApp(Recorded(tunable()))
    async with app.run_test(size=(120, 40)) as pilot:
        before = await shown(app)
        for keys, named in (
            (("p",), ["j k choose", "H L ten steps", "0-9 type", "r reset"]),
            (("9",), ["↑ ↓ another row"]),
            (("escape", "escape", "ctrl+p"), ["↑ ↓ choose", "enter do it", "esc leave"]),
            (("escape", "colon"), ["tab complete"]),
            (("escape", "slash"), []),
            (("escape", "t"), []),
            (("escape", "1", "down", "e"), ["pgup pgdn ten prices"]),
        ):
            await pilot.press(*keys)
            app.poll()
            app.desk.show(app.link.frame)
            assert await shown(app) == ["K kill", *named], keys
        await pilot.press("escape")
        await until(pilot, lambda: app.desk.sheet is None)
        assert await shown(app) == before


async def test_on_a_full_screen_it_names_what_is_the_panels_own() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(120, 40)) as pilot:
        for keys, named in (
            (("5", "enter"), ["w window", "W chart"]),
            (("7",), ["/ filter"]),
            (("2",), ["x cancel order", "e explain", "/ filter"]),
            (("escape", "H"), ["w window", "g group"]),
            (("escape", "3", "enter"), []),
        ):
            await pilot.press(*keys)
            await pilot.pause()
            items = await shown(app)
            assert items[0] == "esc desk", keys
            assert items[1 : 1 + len(named)] == named
            assert len(items) == len(set(items))
        await pilot.press("escape", "5", "enter")
        await pilot.pause()
        chart: Any = app.desk.panels["chart"].widget
        line = "".join(segment.text for segment in app.desk.footer.render_line(0))
        await pilot.click(app.desk.footer, offset=(line.index("W chart"), 0))
        await until(pilot, lambda: chart.kind == "pnl")


async def test_the_answer_to_a_key_is_in_the_last_line_whatever_panel_is_seen() -> None:
    link = Recorded(desk_frame())
    app = DeskApp(link)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("u")
        for kind, word in (("info", "nothing to change"), ("quote", "")):
            app.desk.footer.hush()
            row = EventRow(ts=link.frame.ts, kind=kind, text="nothing to change")
            link.frame = msgspec.structs.replace(link.frame, events=(row, *link.frame.events))
            app.poll()
            assert app.desk.footer.word == word
