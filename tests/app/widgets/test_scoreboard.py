"""The obligation's scoreboard: shares, promises, slack."""

import msgspec
import pytest
from hand_frames import desk_frame, obligation, strained
from panel_app import PanelApp, lines_of

from mm_tui.app.palette import palette_of
from mm_tui.app.themes import load_themes
from mm_tui.app.widgets import scoreboard
from mm_tui.app.widgets.workers import Workers
from mm_tui.views.frames import DeskFrame, ObligationFrame, ObligationRow


async def shown(frame: DeskFrame, size: tuple[int, int]) -> list[str]:
    panel = Workers()
    app = PanelApp(panel)
    async with app.run_test(size=size):
        app.show(frame)
        return lines_of(panel)


async def test_a_high_panel_shows_every_term() -> None:
    lines = await shown(desk_frame(), (54, 9))
    assert lines[2].split()[1:-1] == ["obligation", "share", "promised", "slack", "now"]
    assert "bid in band    99.97 %  ≥ 99.80 %  2 m 28    ●" in lines[3]
    assert "two-sided      99.94 %  ≥ 99.90 %    51 s    ○" in lines[5]
    assert "value          99.91 %  ≥ 99.95 %   −12 s    ●" in lines[6]
    assert "uptime bid  99.97 %  ask  99.96 %  excused    12 s" in lines[7]


async def test_a_low_panel_says_it_in_a_line() -> None:
    lines = await shown(desk_frame(), (60, 8))
    assert "two-sided  99.94 %  slack   −12 s  bid  99.97 %" in lines[2]
    without = msgspec.structs.replace(obligation(), rows=())
    lines = await shown(desk_frame(obligation=without), (60, 8))
    assert "two-sided  99.94 %  bid  99.97 %  ask  99.96 %" in lines[2]
    assert "slack" not in "".join(lines)


async def test_an_enlarged_panel_names_every_worker_and_what_was_used_up() -> None:
    lines = await shown(strained(), (80, 20))
    text = "\n".join(lines)
    assert all(name in text for name in ("feed", "strategy", "risk", "simulator", "recorder"))
    assert "allowance used" in text
    assert [line.count("█") for line in lines if "in band" in line or "value" in line][-1] == 26


async def test_before_quoting_nothing_is_claimed() -> None:
    rows = tuple(
        ObligationRow(name=name, share_pct=None, target_pct=99.9, slack_s=None, now=None) for name in ("two-sided", "a")
    )
    lines = await shown(desk_frame(obligation=ObligationFrame(rows=rows)), (60, 9))
    assert lines[3].count("–") == 3
    assert "0" not in lines[3].replace("99.90", "")


@pytest.mark.parametrize(("seconds", "text"), [
    (None, "–"), (0.0, "0 s"), (51.9, "51 s"), (-12.0, "−12 s"), (60.0, "1 m 00"), (724.0, "12 m 04"),
    (9061.0, "2 h 31"), (-3600.0, "−1 h 00"),
])  # fmt: skip
def test_slack_in_words(seconds: float | None, text: str) -> None:
    assert scoreboard.slack(seconds) == text


@pytest.mark.parametrize(("share", "slack", "colour"), [
    (99.95, 40.0, "accent"), (99.85, 21.0, "warn"), (99.85, -3.0, "halt"),
])  # fmt: skip
def test_a_share_that_may_still_be_mended_is_a_warning(share: float, slack: float, colour: str) -> None:
    row = ObligationRow(name="value", share_pct=share, target_pct=99.9, slack_s=slack, now=True)
    look = palette_of(load_themes().themes["graphite"])
    assert scoreboard.line(row, 80, look)[-1][1] == f"{colour} on track"


@pytest.mark.parametrize("width", range(20, 120, 7))
def test_heads_stand_over_their_columns(width: int) -> None:
    head = "".join(text for text, _ in scoreboard.head(width))
    assert (len("obligation") < head.find("share")) == ("share" in head)
    assert ("promised" in head) == (width >= 46)
    assert ("allowance" in head) == (width >= 66)
