from pathlib import Path

import pytest
import tomli
from textual.app import App

from mm_tui.app.colours import contrast
from mm_tui.app.palette import SURFACES, TOKENS, palette_of
from mm_tui.app.themes import GROUNDS, READABLE, Themes, load_themes
from mm_tui.settings.packaged import packaged

SHIPPED = sorted(path.stem for path in packaged("themes").glob("*.toml"))
TEXT = [token for token in TOKENS if token not in SURFACES]


def write(folder: Path, name: str, text: str) -> Themes:
    (folder / name).write_text(text)
    return load_themes(folder)


def test_at_least_five_are_shipped_without_a_problem_and_the_default_comes_first() -> None:
    found = load_themes()
    assert found.problems == []
    assert next(iter(found.themes)) == "graphite"
    assert set(found.themes) == set(SHIPPED)
    assert {"graphite", "paper", "deuter", "midnight", "high-contrast"} <= set(SHIPPED)
    assert not found.themes["paper"].dark


@pytest.mark.parametrize("token", TEXT)
@pytest.mark.parametrize("name", SHIPPED)
def test_text_is_readable_on_all_it_is_written_on(name: str, token: str) -> None:
    colours = palette_of(load_themes().themes[name]).colours
    for ground in GROUNDS:
        assert contrast(colours[token], colours[ground]) >= READABLE, ground


@pytest.mark.parametrize("name", SHIPPED)
def test_every_file_gives_every_token(name: str) -> None:
    table = tomli.loads((packaged("themes") / f"{name}.toml").read_text())
    assert set(table["colors"]) == set(TOKENS)
    assert table["name"] == name


@pytest.mark.parametrize("name", ["deuter", "deuter-light"])
def test_colour_blind_themes_part_bids_and_asks_by_blue_against_orange(name: str) -> None:
    colours = palette_of(load_themes().themes[name]).colours
    red, _, blue = (int(colours["bid"][at : at + 2], 16) for at in (1, 3, 5))
    assert blue > red
    red, _, blue = (int(colours["ask"][at : at + 2], 16) for at in (1, 3, 5))
    assert red > blue


def test_a_users_theme_is_found_and_wins_over_a_shipped_one(tmp_path: Path) -> None:
    found = write(tmp_path, "mine.toml", 'name = "graphite"\n[colors]\naccent = "#FFD700"\n')
    assert found.problems == []
    assert palette_of(found.themes["graphite"]).colours["accent"] == "#ffd700"


def test_what_is_not_given_comes_from_the_default_of_the_same_lightness(tmp_path: Path) -> None:
    found = write(tmp_path, "day.toml", 'dark = false\n[colors]\nown = "#6a4800"\n')
    paper = palette_of(load_themes().themes["paper"]).colours
    assert found.problems == []
    assert palette_of(found.themes["day"]).colours == {**paper, "own": "#6a4800"}


def test_a_bad_colour_names_its_line_and_the_default_stands_in(tmp_path: Path) -> None:
    found = write(tmp_path, "mine.toml", 'name = "mine"\n\n[colors]\ntext = "#c3c8ce"\nbid = "greenish"\nask = 7\n')
    graphite = palette_of(load_themes().themes["graphite"]).colours
    assert found.problems == [
        f"{tmp_path}/mine.toml:5: bid = 'greenish': not a colour like #1a2b3c; that of graphite is used",
        f"{tmp_path}/mine.toml:6: ask = 7: not a colour like #1a2b3c; that of graphite is used",
    ]
    assert palette_of(found.themes["mine"]).colours["bid"] == graphite["bid"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[colors\n", ":1:8 not TOML"),
        ("[colors]\naccnt = '#ffffff'\n", ":2: accnt: unknown token (did you mean accent?)"),
        ("[colors]\nzzz = '#ffffff'\n", ":2: zzz: unknown token; known are background"),
        ("colours = 1\n", ":1: colours: unknown key (did you mean colors?)"),
        ("name = 'Mine Own'\n", ":1: name 'Mine Own': must be small letters, digits and hyphens; 'mine' is used"),
        ("name = 3\n", ":1: name 3: must be small letters"),
        ("dark = 'yes'\n", ":1: dark = 'yes': must be true or false"),
        ("\ncolors = 'red'\n", ":2: colors: must be a table"),
        ("[colors]\ndim = '#222222'\n", ":2: dim: contrast 1.1 on its ground, under 4.5: hard to read"),
    ],
)
def test_whatever_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    found = write(tmp_path, "mine.toml", text)
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"{tmp_path}/mine.toml{problem}")
    assert set(SHIPPED) <= set(found.themes)


def test_files_that_cannot_be_read_are_said_and_skipped(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "huge.toml").write_bytes(b"#" * 70_000)
    (tmp_path / "number.toml").write_bytes(b"name = " + b"1" * 5000)
    found = load_themes(tmp_path)
    assert [problem.split(": ", 1)[1][:40] for problem in found.problems] == [
        "not UTF-8 from byte 0; save it as UTF-8",
        "cannot be read: Is a directory",
        "70000 bytes are too many for a theme; at",
        "not TOML: Exceeds the limit (4300 digits",
    ]
    assert set(found.themes) == set(SHIPPED)


def test_an_unnamable_file_still_gets_a_name(tmp_path: Path) -> None:
    found = write(tmp_path, "漢.toml", "")
    assert "user-theme" in found.themes


def test_no_folder_is_no_problem(tmp_path: Path) -> None:
    assert load_themes(tmp_path / "none").problems == []


@pytest.mark.parametrize("name", SHIPPED)
async def test_textual_takes_them(name: str) -> None:
    app = App()
    async with app.run_test():
        app.register_theme(load_themes().themes[name])
        app.theme = name
        assert app.get_css_variables()["mm-own"] == palette_of(app.current_theme).colours["own"]
