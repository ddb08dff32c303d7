"""The documented defaults are the defaults, and every key is documented."""

from pathlib import Path

import tomli

from mm_tui.settings.load import flatten, load
from mm_tui.settings.packaged import packaged
from mm_tui.settings.sections import Settings

FILE = packaged("settings.toml")


def test_the_file_says_exactly_the_defaults() -> None:
    loaded = load(FILE, [], {}, Path("/"))
    assert loaded.settings == Settings()
    unset = {key for key, source in loaded.sources.items() if source == "default"}
    assert unset == {".".join(path) for path, value in flatten(Settings()).items() if value is None or value == {}}


def test_every_key_stands_there_in_order_under_words_of_its_own() -> None:
    rows = FILE.read_text(encoding="utf-8").splitlines()
    table, documented = "", []
    for before, row in zip(["", *rows], rows, strict=False):
        if row.startswith("["):
            table = row.strip("[]")
        elif "=" in row and not row.startswith("# "):
            key = row.lstrip("#").partition("=")[0].strip()
            assert before.startswith("# "), f"{table}.{key} has no words"
            documented.append(f"{table}.{key}")
    wanted = [".".join(path) for path, value in flatten(Settings()).items() if value != {}]
    assert documented == wanted


def test_unset_keys_can_be_set_as_they_are_written() -> None:
    text = "\n".join(
        row.lstrip("#") if row.startswith("#") and not row.startswith("# ") else row
        for row in FILE.read_text().splitlines()
    )
    parsed = tomli.loads(text)
    assert parsed["instrument"] == {"tick_size": 0.01, "step_size": 0.00001, "min_notional": 5.0}
    assert parsed["simulator"]["maker_fee_bps"] == 10.0
