"""Words of others in one line."""

import pytest

from mm_tui.model.words import one_line, raised, written


class MuteError(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("as it is", "as it is"),
        ("x" * 10, "x" * 10),
        ("x" * 11, "x" * 9 + "…"),
        ("a\n\x1b\ud800b", "a???b"),
        ("\n" * 5_000_000, "?????????…"),
    ],
)
def test_a_text_is_cut_and_printable(text: str, shown: str) -> None:
    assert one_line(text, 10) == shown


def test_a_name_in_another_encoding_can_be_written_down() -> None:
    assert [written(text) for text in ("plain", "é買", "a\udcff")] == ["plain", "é買", "a\\udcff"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("no"), "ValueError: no"),
        (ValueError("two\nlines"), "ValueError: two?lines"),
        (MuteError(), "MuteError: it does not say why"),
    ],
)
def test_an_exception_in_words(error: BaseException, words: str) -> None:
    assert raised(error) == words
