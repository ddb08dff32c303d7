"""Arrangements by name, and the file that they are kept in."""

import json
import os
import stat
from pathlib import Path

import pytest

from mm_tui.app.layout.places import View
from mm_tui.app.layout.saved import BUILT_IN, MOST, START, Arrangement, SavedLayouts

ONE = Arrangement(tab="tape", lower="history", panel="orders", seats={"chart": "tape", "tape": "chart"},
                  panels={"ladder": {"columns": "flow", "group": 50}})  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "layouts.json"


def test_what_is_kept_is_there_again(path: Path) -> None:
    saved = SavedLayouts(path)
    assert (saved.names, saved.choices, saved.problem) == ([], [BUILT_IN], "")
    assert saved.save("scalping", ONE) == ""
    assert saved.save(START, Arrangement()) == ""
    again = SavedLayouts(path)
    assert again.names == [START, "scalping"]
    assert again.get("scalping") == ONE
    assert again.get(BUILT_IN) == Arrangement()
    assert again.get("none") is None
    assert again.delete("scalping") == ""
    assert SavedLayouts(path).names == [START]
    assert "no layout 'scalping'" in again.delete("scalping")


def test_what_is_no_file_is_said_and_never_waited_for(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)
    saved = SavedLayouts(path)
    assert "it is no regular file" in saved.problem
    assert saved.save("one", ONE) == ""
    path.unlink()
    path.mkdir()
    assert "Is a directory" in SavedLayouts(path).problem


def test_two_desks_lose_nothing_of_each_other(path: Path) -> None:
    one, other = SavedLayouts(path), SavedLayouts(path)
    assert one.save("a", ONE) == ""
    assert other.save("b", Arrangement()) == ""
    assert one.delete("b") == ""
    assert SavedLayouts(path).names == other.names[:1] == ["a"]
    path.write_text("{")
    assert one.save("c", ONE) == ""
    assert SavedLayouts(path).names == ["a", "c"]


def test_names_that_no_screen_can_show_are_passed_over(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"layouts": {"good": {}, "\\u001b[2J": {}, "\\u202e": {}, "": {}, "a b": {}}}')
    assert SavedLayouts(path).names == ["good"]


def test_the_file_is_the_users_alone_and_nothing_is_left_beside_it(path: Path) -> None:
    SavedLayouts(path).save("one", ONE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["layouts.json"]
    part = path.with_name("layouts.json.part")
    part.write_text("left by a crash")
    part.chmod(0o644)
    SavedLayouts(path).save("two", ONE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not part.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"layouts": 3}',
        b'{"layouts": {"x": {"tab": 1}}}',
        b"\xff",
        b'{"layouts": {"\xff": {}}}',
        b'{"layouts": ' + b'{"x":' * 100_000,
        b" " * (2 << 20),
    ],
    ids=range(9),
)
def test_a_file_that_cannot_be_read_is_said_set_aside_and_replaced(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    saved = SavedLayouts(path)
    assert "the built-in layout is used" in saved.problem
    assert str(path) in saved.problem
    assert saved.names == []
    assert path.read_bytes() == content
    assert saved.save("one", ONE) == ""
    assert saved.problem == ""
    assert path.with_name("layouts.json.bad").read_bytes() == content
    assert SavedLayouts(path).get("one") == ONE


def test_where_nothing_can_be_written_that_is_said_and_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    saved = SavedLayouts(tmp_path / "state" / "layouts.json")
    assert "cannot be read" in saved.problem
    assert "the layout is not kept" in saved.save("one", ONE)
    assert saved.names == []


def test_without_a_path_they_last_as_long_as_the_screen() -> None:
    saved = SavedLayouts()
    assert saved.save("one", ONE) == ""
    assert saved.get("one") == ONE


@pytest.mark.parametrize("name", ["", "a b", "x" * 25, "a/b", BUILT_IN, "\n"])
def test_a_name_that_will_not_do(name: str) -> None:
    assert SavedLayouts().save(name, ONE) != ""


def test_there_is_an_end_to_how_many() -> None:
    saved = SavedLayouts()
    for number in range(MOST):
        assert saved.save(f"n{number}", ONE) == ""
    assert "delete one first" in saved.save("more", ONE)
    assert saved.save("n3", Arrangement()) == ""


def test_names_of_no_panel_and_seats_that_do_not_add_up_mean_what_is_built_in() -> None:
    assert ONE.view == View(tab="tape", lower="history", panel="orders", seats=(("chart", "tape"), ("tape", "chart")))
    assert Arrangement(tab="x", lower="y", panel="z", zoomed="w").view == View()
    assert Arrangement(seats={"chart": "tape"}).view.seats == ()
    assert Arrangement(seats={"chart": "none", "none": "chart"}).view.seats == ()
    assert Arrangement(zoomed="chart").view.zoomed == "chart"


def test_fields_of_a_later_version_are_no_reason_to_fail(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"version": 2, "more": 1, "layouts": {"x": {"tab": "tape", "new": [1]}}}))
    kept = SavedLayouts(path).get("x")
    assert kept is not None
    assert kept.view == View(tab="tape")
