from pathlib import Path

import platformdirs

from mm_tui.settings.places import config_file, sessions_folder, state_folder


def test_xdg_variables_come_first() -> None:
    environ = {"XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"}
    assert config_file(environ) == Path("/c/mm-tui/settings.toml")
    assert state_folder(environ) == Path("/s/mm-tui")
    assert sessions_folder(environ) == Path("/s/mm-tui/sessions")


def test_a_chosen_folder_holds() -> None:
    assert sessions_folder({}, "/x") == Path("/x")
    assert sessions_folder({}, Path("y")) == Path("y")
    assert sessions_folder({}, "~/z") == Path.home() / "z"


def test_without_them_the_system_decides() -> None:
    assert state_folder({}) == Path(platformdirs.user_state_dir("mm-tui", appauthor=False))
    assert config_file({"XDG_CONFIG_HOME": "relative"}).name == "settings.toml"
    assert config_file({}).parent == Path(platformdirs.user_config_dir("mm-tui", appauthor=False))
