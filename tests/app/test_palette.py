import pytest
from textual.app import App
from textual.theme import BUILTIN_THEMES

from mm_tui.app.colours import mix
from mm_tui.app.palette import TOKENS, current, needs_ascii, palette_of, plain
from mm_tui.app.themes import load_themes


def test_a_styles_name_is_a_token_and_what_is_done_to_it() -> None:
    look = palette_of(load_themes().themes["graphite"])
    style = look["bid bold reverse on selection"]
    assert style.bold
    assert style.reverse
    assert style.color.name == look.colours["bid"]
    assert style.bgcolor.name == look.colours["selection"]
    assert look["bid bold reverse on selection"] is style
    assert look["text glow3"].color.name == look.colours["accent"]
    assert look["bid soft"].color.name == mix(look.colours["panel"], look.colours["bid"], 0.5)


@pytest.mark.parametrize("name", ["bid blinking", "purple"])
def test_an_unknown_style_is_an_error(name: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        palette_of(load_themes().themes["graphite"])[name]


@pytest.mark.parametrize("name", sorted(BUILTIN_THEMES))
def test_themes_that_are_not_ours_have_a_palette_too(name: str) -> None:
    look = palette_of(BUILTIN_THEMES[name])
    assert set(look.colours) == set(TOKENS)
    assert look["text"].color is not None


def test_plain_text_keeps_its_length_and_has_seven_bits() -> None:
    glyphs = "╭─╮│╰╯█▉▏⠿⠀▲▼●–−·…≥×→ñ漢"
    assert plain(glyphs) == "+-+|++##:. ^v*--.~>x>??"
    assert len(plain(glyphs)) == len(glyphs)


@pytest.mark.parametrize(
    ("environ", "answer"),
    [
        ({"LANG": "en_GB.UTF-8", "TERM": "xterm-256color"}, False),
        ({"LANG": "C.utf8", "TERM": "xterm"}, False),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "C", "TERM": "xterm"}, True),
        ({"TERM": "xterm"}, True),
        ({"LANG": "en_GB.UTF-8", "TERM": "linux"}, True),
        ({"LANG": "en_GB.UTF-8"}, True),
    ],
)
def test_what_a_terminal_can_show_is_told_by_its_locale_and_kind(environ: dict[str, str], answer: object) -> None:
    assert needs_ascii(environ) is answer


async def test_an_app_says_whether_it_keeps_to_ascii() -> None:
    class Plain(App[None]):
        ascii = True

    app = Plain()
    async with app.run_test():
        assert current(app).ascii
        assert current(app).write("▲") == "^"
