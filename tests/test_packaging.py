"""What is shipped: the wheel of this checkout holds the program, its themes and its settings, and none of the tests."""

import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from importlib.metadata import version
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
USERS_EXTRAS = ("search", "dask", "parquet", "alerts", "serve")
"""Of which the lock file knows; the others are for developers."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(built) as opened:
        yield opened


def text(wheel: zipfile.ZipFile, ending: str) -> str:
    name = next(name for name in wheel.namelist() if name.endswith(ending))
    return wheel.read(name).decode()


def test_themes_and_settings_are_in_it_word_for_word(wheel: zipfile.ZipFile) -> None:
    shipped = {name for name in wheel.namelist() if name.startswith("mm_tui/themes/")}
    assert shipped == {f"mm_tui/themes/{path.name}" for path in (ROOT / "themes").glob("*.toml")}
    assert len(shipped) >= 5
    assert wheel.read("mm_tui/settings.toml") == (ROOT / "settings.toml").read_bytes()


def test_every_module_is_in_it_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "mm_tui").rglob("*.py")}
    names = set(wheel.namelist())
    assert modules <= names
    others = {name for name in names - modules if not name.startswith(("mm_tui/themes/", "mm_tui-"))}
    assert {Path(name).suffix for name in others} <= {".toml", ".tcss", ".css", ".typed"}


def test_name_version_and_needs_match_the_project(wheel: zipfile.ZipFile) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    metadata = Parser().parsestr(text(wheel, ".dist-info/METADATA"))
    assert (metadata["Name"], metadata["Version"]) == ("mm-tui", project["version"])
    assert version("mm-tui") == project["version"]
    needs = [need for need in metadata.get_all("Requires-Dist", []) if "extra ==" not in need]
    assert len(needs) == len(project["dependencies"])
    assert text(wheel, ".dist-info/licenses/LICENSE").startswith("MIT License")


def test_the_lock_file_holds_every_need_within_its_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(need for name in USERS_EXTRAS for need in extras[name])]
    pins: dict[str, list[str]] = {}
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    for line in lines:
        name, exact, rest = line.partition("==")
        if exact and line[0].isalnum():
            pins.setdefault(canonicalize_name(name), []).append(rest.split()[0])
    for need in map(Requirement, wanted):
        versions = pins.get(canonicalize_name(need.name))
        assert versions, f"requirements.lock has no {need.name}: make it anew, its first lines say how"
        assert all(need.specifier.contains(version) for version in versions), (str(need), versions)
    assert sum("--hash=sha256:" in line for line in lines) >= len(pins)


def test_the_command_and_the_strategies_can_be_found(wheel: zipfile.ZipFile) -> None:
    entry_points = text(wheel, ".dist-info/entry_points.txt")
    assert "mm-tui = mm_tui.cli:main" in entry_points
    assert "[mm_tui.strategies]" in entry_points
