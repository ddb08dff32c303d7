import re
from pathlib import Path

import msgspec
import pytest
import tomli

from mm_tui.settings.load import Loaded, Named, load
from mm_tui.settings.sections import Binance, Settings
from mm_tui.settings.show import as_json, as_toml, literal, public


def loaded(folder: Path, *overrides: str, named: tuple[Named, ...] = (), **environ: str) -> Loaded:
    return load(None, overrides, {"XDG_CONFIG_HOME": str(folder), **environ}, folder, named)


def test_what_is_shown_is_a_settings_file_that_says_the_same(tmp_path: Path) -> None:
    before = loaded(
        tmp_path, "risk.max_position=0.5", 'ui.theme=a "b"\\', "ui.keys.x-y=z", "alerts.on=fill", "ui.keys.ä b=c"
    )
    (tmp_path / "settings.toml").write_text(as_toml(before), encoding="utf-8")
    after = loaded(tmp_path)
    assert after.settings == before.settings
    assert "max_position = 0.5 " in as_toml(before)
    assert re.search(r"max_position = 0.5 +# --set\n", as_toml(before))
    assert re.search(r"max_drawdown = 30.0 +# default\n", as_toml(before))
    assert "# maker_fee_bps is not set\n" in as_toml(before)


def test_json_holds_values_sources_and_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[risk]\nmax_position = 0.5\n")
    document = msgspec.json.decode(as_json(loaded(tmp_path, "risk.max_open_orders=4")))
    assert document["settings"]["risk"]["max_position"] == 0.5
    assert document["settings"]["simulator"]["maker_fee_bps"] is None
    assert document["sources"]["risk.max_position"] == "settings.toml:2"
    assert document["file"] == str(tmp_path / "settings.toml")
    assert len(document["notes"]) == 1


def test_secrets_are_shown_nowhere(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        MM_TUI__CCXT__OPTIONS='{apiKey="hunter2", secret="hunter2", password="hunter2", defaultType="spot"}',
    )
    for text in (as_toml(found), as_json(found), str(public(found.settings))):
        assert "hunter2" not in text
        assert "(hidden)" in text
        assert "spot" in text
    with_user = Settings(binance=Binance(rest_url="https://me:hunter2@host/x"))
    assert public(with_user)["binance"]["rest_url"] == "https://(hidden)@host/x"


def test_public_settings_read_back_as_settings() -> None:
    assert msgspec.convert(public(Settings()), Settings) == Settings()


@pytest.mark.parametrize("value", [True, 1, 0.1, 1e300, 'a"b\\c\n\x7f\té', ["x", "y"], ("x",)])
def test_literals_are_toml(value: object) -> None:
    expected = list(value) if isinstance(value, tuple) else value
    assert tomli.loads(f"v = {literal(value)}")["v"] == expected
