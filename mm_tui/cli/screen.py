"""Settings that only the screen can judge, judged without loading it: keys of actions, and the theme's name."""

import os
from collections.abc import Iterator
from pathlib import Path

from mm_tui.settings.load import Refused
from mm_tui.settings.sections import Settings, Ui


def problems(settings: Settings, file: Path | None) -> Iterator[Refused]:
    """What the screen would refuse: the key of the settings, and words; `file` is the settings file that was read."""
    ui = settings.ui
    if ui.keys:
        yield from _keys(ui)
    if ui.theme != Ui().theme:
        names, broken = themes(file)
        known = {*names, *(path.stem for path in broken)}  # a file that is no TOML is told, and the default stands in
        if ui.theme not in known:
            yield Refused(("ui", "theme"), f"no theme {ui.theme!r}; there are {', '.join(sorted(names))}")


def themes(file: Path | None) -> tuple[set[str], dict[Path, str]]:
    """Names of the themes that come with the desk or lie beside the settings, and what is wrong with other files."""
    import tomli  # noqa: PLC0415  # only where another theme than the default is wanted

    from mm_tui.settings.packaged import packaged  # noqa: PLC0415  # likewise
    from mm_tui.settings.places import config_file  # noqa: PLC0415  # likewise

    names: set[str] = set()
    broken: dict[Path, str] = {}
    for folder in (packaged("themes"), (file or config_file(os.environ)).parent / "themes"):
        for theme in folder.glob("*.toml"):
            try:
                names.add(str(tomli.loads(theme.read_text(encoding="utf-8")).get("name", theme.stem)))
            except (OSError, ValueError, RecursionError) as error:
                broken[theme] = str(error)
    return names, broken


def _keys(ui: Ui) -> Iterator[Refused]:
    from mm_tui.app.actions import DESK, resolve  # noqa: PLC0415  # only where keys were remapped
    from mm_tui.app.replay_actions import REPLAY, other_ids  # noqa: PLC0415  # likewise

    told: set[str] = set()
    for table in (DESK, REPLAY):
        for line in resolve(ui.keys, table, other_ids(table))[1]:
            name = next(name for name in ui.keys if line.startswith(f"ui.keys.{name}: "))
            if name not in told:
                told.add(name)
                words = line.removeprefix(f"ui.keys.{name}: ")
                yield Refused(("ui", "keys", name), words, value=not words.startswith("unknown"))
