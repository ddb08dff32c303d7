"""The leaderboard: its columns by what fits, its rows by what they made, and what is said of the selected one."""

import msgspec
import pytest
from hand_frames import desk_frame, shadows
from panel_app import PanelApp, lines_of

from mm_tui.app.widgets.shadows import Shadows, fitting
from mm_tui.views.frames import DeskFrame, ShadowsFrame


async def shown(size: tuple[int, int], frame: DeskFrame | None = None, select: int = 0) -> list[str]:
    panel = Shadows()
    app = PanelApp(panel)
    async with app.run_test(size=size):
        app.show(frame if frame is not None else desk_frame(shadows=shadows()))
        panel.select(select)
        return [line[2:-2].rstrip() for line in lines_of(panel)]


async def test_a_wide_panel_shows_every_figure_with_the_desk_among_its_shadows() -> None:
    lines = await shown((170, 14))
    assert lines[1].split() == [
        "name", "state", "PnL", "band", "vs", "desk", "fills", "1s", "bps", "5s", "bps", "position", "max", "dd",
        "msgs", "fills/1000", "µs", "core", "for",
    ]  # fmt: skip
    wide, desk, fresh, formula, gone = (line.split() for line in lines[2:7])
    assert wide[:8] == ["1", "wide", "quoting", "+2.31", "+1.02", "…", "+3.77", "+0.47"]
    assert wide[8:] == ["12", "+0.4", "+0.9", "−0.00200", "0.35", "402", "29.9", "88", "0.6", "%", "1", "h"]
    assert desk[:5] == ["◆", "passive", "2.0–6.0", "bps", "×"]
    assert desk[-4:] == ["1,204", "30.7", "1", "h"], "nothing is claimed of what the desk itself costs"
    assert " ".join(fresh) == "4 pure bid_spread_bps 2 starting – – – 0 – – 0.00000 0.00 0 – – – 0 s"
    assert "late 2.3 s" in lines[5]
    assert formula[0] == "2"
    assert "–" in formula, "one without a band says so"
    assert lines[6].endswith("dropped: 3 steps took too long, the last 140 ms")
    assert "1.7 % of a core, at most 25 %" in lines[0]
    assert gone[0] == "3"


@pytest.mark.parametrize("width", range(24, 180, 4))
def test_columns_fit_and_the_most_needed_stay_longest(width: int) -> None:
    widths = fitting(width)
    assert widths.name >= 12
    if width >= 54:
        assert {"total", "fills", "five", "position"} <= set(widths.shown)
    if width >= 76:
        assert {"band", "cpu"} <= set(widths.shown)


async def test_the_selected_row_tells_what_has_no_column_and_what_promoting_would_change() -> None:
    lines = await shown((58, 20), select=1)
    text = "\n".join(lines)
    for words in ("band +1.02 … +3.77", "vs desk +0.47", "max dd 0.35", "core 0.6 %", "min_spread_bps 2 → 4"):
        assert words in " ".join(text.split())
    assert "P promote   D drop" in text
    text = " ".join("\n".join(await shown((58, 20), select=2)).split())
    assert "late 2.3 s behind; one-sided: bids are off: 7 buys in a row" in text
    assert "strategy passive → glft risk_factor 0.05 order_amount 0.002" in text
    text = "\n".join(await shown((58, 20), select=3))
    assert "dropped: 3 steps took too long, the last 140 ms" in text
    assert "max dd" not in text


async def test_a_low_panel_keeps_its_rows_and_scrolls_to_the_selected_one() -> None:
    lines = await shown((60, 5))
    assert [line[:1] for line in lines[2:4]] == ["1", "◆"]
    assert lines[-1].endswith("↓ 3 more")
    lines = await shown((60, 5), select=3)
    assert [line[:1] for line in lines[2:4]] == ["2", "3"]
    assert lines[-1].endswith("↑ 3 more")
    assert len(await shown((60, 10))) == 10


async def test_a_click_selects_the_row_it_points_at_in_a_list_that_is_cut() -> None:
    panel = Shadows()
    app = PanelApp(panel)
    async with app.run_test(size=(60, 5)) as pilot:
        app.show(desk_frame(shadows=shadows()))
        panel.select(3)
        await pilot.click(Shadows, offset=(5, 2))
        assert panel.selected is not None
        assert panel.selected.number == 2
        await pilot.click(Shadows, offset=(5, 4))
        assert panel.selected.number == 2, "the edge is no row"


async def test_without_shadows_it_says_how_to_have_one() -> None:
    text = "\n".join(await shown((90, 8), desk_frame()))
    assert "no shadows run" in text
    assert ":shadow add strategy=glft" in text
    assert "of a core" not in text
    none = desk_frame(shadows=ShadowsFrame(word="a replay has none"))
    assert "a replay has none" in "\n".join(await shown((90, 8), none))


async def test_keys_and_mouse_select_and_the_selection_stays_with_its_shadow() -> None:
    panel = Shadows()
    app = PanelApp(panel)
    async with app.run_test(size=(120, 14)) as pilot:
        app.show(desk_frame(shadows=shadows()))
        panel.focus()
        assert panel.selected is None, "the desk itself is no shadow"
        found = []
        for key in ("down", "j", "j", "j", "up", "k", "end", "home", "pagedown", "G", "g"):
            await pilot.press(key)
            found.append(None if panel.selected is None else panel.selected.number)
        assert found == [4, 2, 3, 3, 2, 4, 3, 1, 3, 3, 1]
        await pilot.click(Shadows, offset=(5, 4))
        assert panel.selected is not None
        assert panel.selected.number == 4
        await pilot.click(Shadows, offset=(5, 12))
        assert panel.selected.number == 4
        turned = msgspec.structs.replace(shadows(), rows=tuple(reversed(shadows().rows)))
        app.show(desk_frame(shadows=turned))
        assert panel.selected.number == 4
        app.show(desk_frame(shadows=msgspec.structs.replace(turned, rows=turned.rows[:1])))
        assert panel.selected is None
