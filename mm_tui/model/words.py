"""Words of others in one line: what a plug-in, a file or a venue says is shown printable and cut to a length."""

LONGEST = 200
"""Characters of one line."""


def one_line(text: str, longest: int = LONGEST) -> str:
    """The text as one printable line; what no line can hold becomes a question mark."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return cut if cut.isprintable() else "".join(letter if letter.isprintable() else "?" for letter in cut)


def written(text: str) -> str:
    """The text as UTF-8 can hold it: what a system gave in another encoding keeps a backslash and its number."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def raised(error: BaseException) -> str:
    """What somebody's code raised, in one line; its own words may fail too."""
    try:
        words = str(error)
    except BaseException:  # noqa: BLE001 - a plug-in's exception may do anything
        words = "it does not say why"
    return one_line(f"{type(error).__name__}: {words}")
