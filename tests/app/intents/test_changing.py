"""Another market from the screen: found by a few letters, asked about, opened, refused, gone back to."""

import msgspec
from desk_link import Recorded
from hand_frames import desk_frame
from textual import events
from textual.widgets import Input
from waiting import until

from mm_tui.app.app import DeskApp
from mm_tui.app.intents.markets import Markets
from mm_tui.app.screens.market import MarketPicker
from mm_tui.app.screens.questions import Refused
from mm_tui.errors import VenueError
from mm_tui.runtime.control import Control, Refusal
from mm_tui.settings.market import Market
from mm_tui.settings.sections import Settings
from mm_tui.views.frames import DeskFrame, HeaderFrame

DEMO = Market("demo", "BTC/USDT")
PAIRS = ("ETH/BTC", "BTC/USDT", "ETH/USDT", "SOL/USDT", *(f"C{at}/USDT" for at in range(40)))


class Desk(Control):
    """A handle that notes what it is asked, with a frame that the test sets."""

    def __init__(self) -> None:
        super().__init__(DEMO)
        self.show(desk_frame())
        self.wanted: list[Market] = []

    def change(self, market: Market) -> None:
        self.wanted.append(market)


def fetch(venue: str, _: Settings) -> tuple[str, ...]:
    if venue == "binance":
        raise VenueError("binance is not to be reached")
    if venue == "auto":
        raise KeyError("markets")
    return PAIRS if venue == "demo" else ()


def desk() -> tuple[DeskApp, Desk]:
    control = Desk()
    return DeskApp(control, markets=Markets(control, Settings(), fetch)), control


def said(app: DeskApp) -> str:
    sheet = app.desk.sheet
    assert sheet is not None
    if isinstance(sheet, MarketPicker):
        return f"{sheet.border_title}\n{sheet._list()}\n{sheet._foot()}"
    return f"{sheet.border_title}\n" + "\n".join(line.plain for line in sheet.lines())


async def test_a_pair_is_found_by_letters_and_asked_about() -> None:
    app, control = desk()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("v")
        assert "▸ demo" in said(app)
        assert "now: BTC/USDT on demo" in said(app)
        await pilot.press("enter")
        await until(pilot, lambda: "44 pairs" in said(app))
        assert said(app).splitlines()[1:3] == ["▸ BTC/USDT              now", "  ETH/USDT              "]
        await pilot.press("pagedown", "pagedown", "pagedown", "pagedown", "pagedown", "up")
        assert "▸ C39/USDT" in said(app)
        await pilot.press("e", "t", "h")
        await pilot.pause()
        assert said(app).splitlines()[1:3] == ["▸ ETH/USDT              ", "  ETH/BTC               "]
        await pilot.press("ctrl+j", "ctrl+k", "ctrl+k", "enter")
        await pilot.pause()
        assert "Go to ETH/BTC on demo" in said(app), "the cursor goes round"
        assert "is not closed: it ends with this session's" in said(app)
        await pilot.press("n")
        assert control.wanted == []
        await pilot.press("v", "enter", *"xrp/eur")
        await pilot.pause()
        assert "▸ XRP/EUR               as typed" in said(app)
        await pilot.press("enter", "y")
        await pilot.pause()
        assert control.wanted == [Market("demo", "XRP/EUR")]
        assert app.desk.sheet is None


async def test_the_way_back_and_what_cannot_be_had() -> None:
    app, control = desk()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("v", *"binance", "enter")
        await until(pilot, lambda: "is not to be reached" in said(app))
        assert "A pair can be typed" in said(app)
        await pilot.press("escape", *"auto", "enter")
        await until(pilot, lambda: "KeyError" in said(app))
        await pilot.press("escape", *"ccxt:kraken", "enter")
        await until(pilot, lambda: "lists no pairs" in said(app))
        await pilot.press("escape", *"zzz")
        await pilot.pause()
        assert "nothing matches" in said(app)
        await pilot.press("enter", "escape")
        assert app.desk.sheet is None
        await pilot.press("v", *"file:/x y.gz", "enter")
        await pilot.pause()
        assert "Go to BTC/USDT on file:/x y.gz" in said(app)
        await pilot.press("y", "v", *"ccxt:mine")
        await pilot.pause()
        assert "▸ ccxt:mine" in said(app)
        await pilot.press("escape")
        assert control.wanted == [Market("file:/x y.gz", "BTC/USDT")]


async def test_a_click_chooses_and_the_wheel_moves() -> None:
    app, _ = desk()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("v")
        await pilot.pause()
        assert app.desk.sheet is not None
        listed = app.desk.sheet.query_one(".list")
        await until(pilot, lambda: listed.region.area > 0)
        await pilot.click(listed, offset=(3, 0))
        await until(pilot, lambda: "Pair on auto" in said(app))
        await pilot.press("escape")
        await pilot.pause()
        for kind in (events.MouseScrollDown, events.MouseScrollDown, events.MouseScrollUp):
            listed.post_message(kind(listed, 3, 1, 0, 0, 0, shift=False, meta=False, ctrl=False))
        await pilot.pause()
        assert "▸ binance" in said(app)
        await pilot.click(app.desk.sheet, offset=(3, 1))
        assert "Venue" in said(app), "beside the list nothing is chosen"


async def test_lines_of_the_command_line() -> None:
    app, control = desk()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("colon", *"venue bi", "tab")
        await pilot.pause()
        assert app.desk.query_one(Input).value == "venue binance "
        await pilot.press(*"ethusdt", "enter")
        await pilot.pause()
        assert "write it as ETH/USDT" in str(app.desk.query_one(".sheet Static").render())  # type: ignore[attr-defined]
        await pilot.press(*["left"] * 4, "slash", "enter", "y")
        await pilot.pause()
        assert control.wanted == [Market("binance", "ETH/USDT")]
        await pilot.press("colon", *"symbol", "enter")
        await until(pilot, lambda: "44 pairs" in said(app))
        await pilot.press("escape", "colon", *"symbol so", "tab")
        await pilot.pause()
        assert app.desk.query_one(Input).value == "symbol SOL/USDT "
        await pilot.press("enter", "y", "colon", *"venue demo e", "tab", "enter")
        await pilot.pause()
        assert control.wanted[1:] == [Market("demo", "SOL/USDT")]
        assert "─" not in app.desk.footer.word
        await pilot.press("escape", "colon", *"symbol BTC/USDT", "enter")
        await pilot.pause()
        assert app.desk.footer.word == "the desk is on BTC/USDT on demo already"


async def test_panels_forget_and_a_refusal_offers_the_way_back() -> None:
    app, control = desk()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("%", "6", "p")
        await pilot.pause()
        ladder = app.desk.panels["ladder"].widget
        view, unit = app.desk.view, ladder.unit  # type: ignore[attr-defined]
        assert app.desk.sheet is not None
        coming = DeskFrame(header=HeaderFrame(venue="demo", symbol="ETH/USDT", reason="opening it"))
        control.show(coming)
        await until(pilot, lambda: app.desk.panels["ladder"].widget is not ladder)
        await until(pilot, lambda: app.desk.sheet is None)
        fresh = app.desk.panels["ladder"].widget
        await until(pilot, lambda: fresh.unit == unit)  # type: ignore[attr-defined]
        assert app.desk.view == view, "how it is looked at stays"
        refusal = Refusal(Market("demo", "ETH/USDT"), "there is no such thing", DEMO)
        control.market, control.refusal = refusal.market, refusal
        control.show(msgspec.structs.replace(coming, ts=1))
        await until(pilot, lambda: isinstance(app.desk.sheet, Refused))
        assert "there is no such thing" in said(app)
        assert "b back to BTC/USDT on demo" in said(app)
        assert app.desk.panels["ladder"].widget is fresh
        await pilot.press("escape", "enter", "r")
        assert control.wanted == [refusal.market]
        control.refusal = msgspec.structs.replace(refusal, words="still not")
        await until(pilot, lambda: isinstance(app.desk.sheet, Refused) and "still not" in said(app))
        asked = app.desk.sheet
        assert isinstance(asked, Refused)
        await until(pilot, lambda: asked.region.area > 0)
        keys, at = asked.lines()[-1].plain, asked.content_region.offset - asked.region.offset
        await pilot.click(asked, offset=(at.x + keys.index("choose"), at.y + len(asked.lines()) - 1))
        await until(pilot, lambda: isinstance(app.desk.sheet, MarketPicker))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.desk.sheet, Refused))
        await pilot.press("v", *"demo", "enter")
        await until(pilot, lambda: "44 pairs" in said(app))
        await pilot.press(*"sol", "enter")
        await pilot.pause()
        assert control.wanted[1:] == [Market("demo", "SOL/USDT")], "nothing runs, so nothing is asked"
        control.refusal = None
        control.show(desk_frame())
        await until(pilot, lambda: app.desk.panels["ladder"].frame is control.frame)  # type: ignore[attr-defined]
        control.refusal = refusal
        await until(pilot, lambda: isinstance(app.desk.sheet, Refused))
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code in (0, None)


async def test_where_the_market_stays_a_word_says_so() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(120, 40)) as pilot:
        for keys in (["v"], ["colon", *"symbol A/B", "enter"]):
            await pilot.press(*keys)
            await pilot.pause()
            assert app.desk.footer.word.startswith("this market stays")
