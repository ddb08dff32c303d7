"""Frames reach a slow terminal whole or not at all."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from textual import events
from textual.app import App

from mm_tui.app.terminal import frames
from mm_tui.app.terminal.frames import WholeFrames


async def test_a_terminal_that_is_behind_gets_none_and_one_that_is_not_gets_all_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, done = WholeFrames(), []
    async with app.run_test() as pilot:
        assert not app.behind
        driver = app._driver

        @contextmanager
        def frame() -> Iterator[None]:
            done.append("begins")
            yield
            done.append("ends")

        with monkeypatch.context() as patch:
            patch.setattr(App, "_display", lambda *_: done.append("draws"))
            app._display(app.screen, "x")
            assert done == ["draws"]
            patch.setattr(driver, "congested", True, raising=False)
            patch.setattr(driver, "skip_frame", lambda: done.append("skips"), raising=False)
            patch.setattr(driver, "frame", frame, raising=False)
            assert app.behind
            app._display(app.screen, "x")
            patch.setattr(driver, "congested", False)
            app._display(app.screen, "x")
            assert done == ["draws", "skips", "begins", "draws", "ends"]
        shown = []
        monkeypatch.setattr(app.screen, "refresh", lambda: shown.append("all"))
        app.repaint()
        await pilot.pause()
    app.repaint()
    assert shown == ["all"]


async def test_a_size_that_came_back_draws_everything_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app, shown = WholeFrames(), []
    async with app.run_test() as pilot:
        monkeypatch.setattr(app.screen, "refresh", lambda: shown.append("all"))
        app.post_message(events.Resize(app.size, app.size))
        await pilot.pause()
    assert shown == ["all"]


def test_where_our_driver_cannot_be_textual_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")
    assert frames._driver_class() is None
    monkeypatch.delenv("TEXTUAL_DRIVER")
    ours = frames._driver_class()
    assert ours is not None
    assert ours.__name__ == "DeskDriver"
    monkeypatch.setattr(sys, "platform", "win32")
    assert frames._driver_class() is None
