"""The page of reliability names tests; they are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_each_test_that_the_page_names_exists() -> None:
    named = NAMED.findall((ROOT / "docs" / "reliability.md").read_text(encoding="utf-8"))
    assert len(named) > 50
    missing = [f"{path}::{name}" for path, name in named if not _has(path, name)]
    assert missing == []


def test_each_row_of_a_table_of_promises_names_a_test() -> None:
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    rows = 0
    for table in re.findall(r"\| driven by \|\n\|[-|]+\|\n((?:\|.*\n)+)", text):
        for row in table.splitlines():
            rows += 1
            assert NAMED.search(row), row
    assert rows > 30


def _has(path: str, name: str) -> bool:
    file = ROOT / path
    return file.exists() and re.search(rf"def {name}\(", file.read_text(encoding="utf-8")) is not None
