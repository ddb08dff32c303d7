"""The tour's pictures: the same run gives the same ones, every one is told of, and together they stay small."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TOUR = DOCS / "tour"
MOST_BYTES = 1_500_000


@pytest.mark.untraced
def test_a_run_draws_the_picture_that_is_there(tmp_path: Path) -> None:
    subprocess.run([sys.executable, DOCS / "tour.py", "shadows", "--into", tmp_path], check=True)  # noqa: S603 - our own script
    drawn = (tmp_path / "shadows.svg").read_text()
    assert drawn == (TOUR / "shadows.svg").read_text(), "the screen has changed: run python docs/tour.py"


def test_every_picture_is_there_and_told_of_and_some_are_light() -> None:
    script = (DOCS / "tour.py").read_text()
    names = set(re.findall(r"Shot\(\"([a-z]+)\"", script))
    told = set(re.findall(r"\]\(tour/([a-z]+)\.svg\)", (DOCS / "tour.md").read_text()))
    assert told == names == {path.stem for path in TOUR.glob("*.svg")}
    assert 0 < script.count('"paper"') < len(names)
    for readme in ("README.md", "README.zh-CN.md"):
        assert "(docs/tour/desk.svg)" in (ROOT / readme).read_text()


def test_they_stay_small() -> None:
    assert sum(path.stat().st_size for path in DOCS.rglob("*") if path.is_file()) <= MOST_BYTES


def test_blocks_become_rectangles_and_gaps_part_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    vector = importlib.import_module("vector")
    cells = [(glyph, "#ffffff", "#000000", False) for glyph in "a b  c▀▀▏"]
    assert list(vector._grounds(0, cells, "#000000")) == [
        '<rect x="73.2" y="0" width="24.4" height="12.2" fill="#ffffff"/>',
        '<rect x="97.6" y="0" width="1.5" height="24.4" fill="#ffffff"/>',
    ]
    assert [re.sub(r".*>(.*)<.*", r"\1", text) for text in vector._texts(0, cells, {})] == ["a b", "c"]
