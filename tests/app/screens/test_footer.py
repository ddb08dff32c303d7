"""The last line fits by rank."""

from desk_link import Recorded
from hand_frames import desk_frame, halted, paused, reducing

from mm_tui.app.app import DeskApp
from mm_tui.app.screens.footer import fit


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


async def test_a_word_takes_the_line_for_a_while() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(80, 24)) as pilot:
        app.desk.footer.say("first", seconds=0.05)
        app.desk.footer.say("second", seconds=60)
        await pilot.pause(0.1)
        assert app.desk.footer.word == "second"
        app.desk.footer.say("third", seconds=0.01)
        await pilot.pause(0.1)
        assert app.desk.footer.word == ""


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
        await click("pause")
        assert len(link.acts) == 8
        await click("kill")
        assert link.kills == 1
        await click("killed")
        assert len(link.acts) == 8
