"""Pictures of the whole desk, from hand-built frames."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from desk_link import Recorded
from hand_frames import depth, desk_frame, formula, halted, reducing, shadows, strained
from hand_ghost import PURE, ghost, hand_level, tunable
from hand_orders import held

from mm_tui.app.app import DeskApp
from mm_tui.app.coach import Coach
from mm_tui.app.intents.markets import Markets
from mm_tui.runtime.control import Control, Refusal
from mm_tui.settings.market import Market
from mm_tui.settings.packaged import packaged
from mm_tui.settings.sections import Settings, Ui

Compare = Callable[..., bool]
THEMES = sorted(path.stem for path in packaged("themes").glob("*.toml"))


@pytest.fixture(autouse=True)
def utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.mark.parametrize(
    "size", [(200, 55), (160, 30), (120, 40), (80, 24), (20, 5)], ids=lambda size: f"{size[0]}x{size[1]}"
)
def test_desk(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(DeskApp(Recorded(desk_frame())), terminal_size=size)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_first_start(snap_compare: Compare, size: tuple[int, int], tmp_path: Path) -> None:
    app = DeskApp(Recorded(desk_frame()), coach=Coach(tmp_path / "hints.json"))
    assert snap_compare(app, terminal_size=size)


@pytest.mark.parametrize("size", [(300, 80), (200, 55), (160, 30)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_formula_at_work(snap_compare: Compare, size: tuple[int, int]) -> None:
    frame = formula(desk_frame(held=held()))
    assert snap_compare(DeskApp(Recorded(frame)), terminal_size=size, press=["9"])


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_fills(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(DeskApp(Recorded(desk_frame())), terminal_size=size, press=["9"])


@pytest.mark.parametrize("size", [(200, 55), (160, 45), (120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_shadows(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = DeskApp(Recorded(desk_frame(shadows=shadows())))
    assert snap_compare(app, terminal_size=size, press=["S", "end", "up"])


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_promoting_is_asked_about(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = DeskApp(Recorded(desk_frame(shadows=shadows())))
    assert snap_compare(app, terminal_size=size, press=["S", "up", "P"])


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_an_order_explained(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = DeskApp(Recorded(strained()))
    assert snap_compare(app, terminal_size=size, press=["colon", *"explain b2", "enter"])


@pytest.mark.parametrize("size", [(200, 55), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_reduce_only(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(DeskApp(Recorded(reducing(desk_frame()))), terminal_size=size)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_halted(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(DeskApp(Recorded(halted(desk_frame()))), terminal_size=size)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("help", ["question_mark"]), ("flatten", ["f"]), ("quit", ["q"]), ("theme", ["t"]),
        ("full", ["5", "enter"]), ("scoreboard", ["8", "enter"]),
        ("loosen", ["colon", *"set risk.max_position 0.5", "enter"]),
    ],
)  # fmt: skip
def test_sheets(snap_compare: Compare, name: str, keys: list[str]) -> None:
    assert snap_compare(DeskApp(Recorded(desk_frame())), terminal_size=(80, 24), press=keys)


@pytest.mark.parametrize(
    ("name", "keys"),
    [("venue", ["v"]), ("pair", ["v", "enter", *"et"]), ("asked", ["colon", *"symbol ETH/USDT", "enter"])],
)
def test_another_market(snap_compare: Compare, name: str, keys: list[str]) -> None:
    control = Control(Market("binance", "BTC/USDT"))
    control.show(desk_frame())
    pairs = ("ETH/BTC", "BTC/USDT", "ETH/USDT", "WETH/USDT")
    markets = Markets(control, Settings(), lambda *_: pairs)
    markets.ask = lambda _, told: told(pairs, "")  # type: ignore[method-assign]  # at once
    assert snap_compare(DeskApp(control, markets=markets), terminal_size=(80, 24), press=keys)


def test_a_market_that_is_not_open(snap_compare: Compare) -> None:
    control = Control(Market("binance", "ETH/USDT"))
    refusal = Refusal(
        Market("binance", "ETH/USDT"), "data-api.binance.vision: no answer in time", Market("demo", "BTC/USDT")
    )
    control.refuse(refusal)
    markets = Markets(control, Settings(), lambda *_: ())
    assert snap_compare(DeskApp(control, markets=markets), terminal_size=(120, 40))


@pytest.mark.parametrize("size", [(200, 55), (120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_parameters_that_are_tried(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = DeskApp(Recorded(tunable(ghost=ghost())))
    assert snap_compare(app, terminal_size=size, press=["p", "right", "right", "right", "down"])


def test_parameters_that_are_wrong(snap_compare: Compare) -> None:
    app = DeskApp(Recorded(tunable(PURE)), Ui(theme="paper"))
    assert snap_compare(app, terminal_size=(120, 40), press=["p", "pagedown", "end", "minus", "9", "8", "7", "up", "9"])


@pytest.mark.parametrize("size", [(200, 55), (120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_level_explained(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = DeskApp(Recorded(tunable(level=hand_level())))
    assert snap_compare(app, terminal_size=size, press=["1", "down", "down", "e"])


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme(snap_compare: Compare, theme: str) -> None:
    app = DeskApp(Recorded(strained()), Ui(theme=theme))
    assert snap_compare(app, terminal_size=(110, 30))


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("palette", ["ctrl+p", *"lay"]), ("command", ["colon", *"set strategy."]), ("layouts", ["L"]),
        ("heat map", ["H"]), ("history", ["0"]), ("drill", ["I"]),
    ],
)  # fmt: skip
def test_more_sheets(snap_compare: Compare, name: str, keys: list[str]) -> None:
    app = DeskApp(Recorded(tunable(depth=depth(120))), Ui(theme="paper"))
    assert snap_compare(app, terminal_size=(80, 24), press=keys)


def test_a_person_has_to_turn_the_sides_on(snap_compare: Compare) -> None:
    frame = desk_frame()
    header = msgspec.structs.replace(
        frame.header, state="paused", reason="bids are off: 7 buys in a row; asks are off: 7 sells in a row",
        hint="b s turn both sides on",
    )  # fmt: skip
    assert snap_compare(DeskApp(Recorded(msgspec.structs.replace(frame, header=header))), terminal_size=(80, 24))


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_seven_bits(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    app = DeskApp(Recorded(strained()))
    assert snap_compare(app, terminal_size=size, press=["question_mark"] if size[0] == 80 else [])
