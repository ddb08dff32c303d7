import os
from pathlib import Path

import pytest

from mm_tui.errors import SettingsError
from mm_tui.settings.load import Loaded, Named, find_file, flatten, load, load_recorded
from mm_tui.settings.sections import Settings


def from_file(folder: Path, text: str, *overrides: str) -> Loaded:
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    return load(None, overrides, {"XDG_CONFIG_HOME": str(folder)}, folder)


def problems(folder: Path, text: str, *overrides: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        from_file(folder, text, *overrides)
    assert caught.value.exit_code == 78
    return caught.value.problems


def bare(folder: Path, *overrides: str, named: tuple[Named, ...] = (), **environ: str) -> Loaded:
    return load(None, overrides, {"XDG_CONFIG_HOME": str(folder), **environ}, folder, named)


def test_without_any_source_the_defaults_hold(tmp_path: Path) -> None:
    loaded = bare(tmp_path)
    assert loaded.settings == Settings()
    assert loaded.file is None
    assert set(loaded.sources.values()) == {"default"}
    assert set(loaded.sources) == {".".join(path) for path in flatten(Settings())}


def test_the_first_source_wins_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(
        "[risk]\nmax_position = 1\nmax_drawdown = 2\nmax_daily_loss = 3\n[desk]\nvenue = 'binance'\n"
    )
    environ = {"MM_TUI__RISK__MAX_POSITION": "4", "MM_TUI__RISK__MAX_DRAWDOWN": "5.5", "XDG_CONFIG_HOME": "/nowhere"}
    loaded = load(None, ["risk.max_position=6"], environ, tmp_path, [Named("--venue", "desk.venue", "demo")])
    risk = loaded.settings.risk
    assert (risk.max_position, risk.max_drawdown, risk.max_daily_loss) == (6.0, 5.5, 3.0)
    assert loaded.settings.desk.venue == "demo"
    assert loaded.sources["risk.max_position"] == "--set"
    assert loaded.sources["risk.max_drawdown"] == "environment MM_TUI__RISK__MAX_DRAWDOWN"
    assert loaded.sources["risk.max_daily_loss"] == "settings.toml:4"
    assert loaded.sources["desk.venue"] == "--venue"
    assert loaded.sources["risk.max_order_value"] == "default"


def test_which_file_is_read(tmp_path: Path) -> None:
    here, home = tmp_path / "here", tmp_path / "home"
    here.mkdir()
    own = home / "mm-tui" / "settings.toml"
    own.parent.mkdir(parents=True)
    environ = {"XDG_CONFIG_HOME": str(home)}
    assert find_file(None, environ, here) is None
    own.touch()
    assert find_file(None, environ, here) == own
    (here / "settings.toml").touch()
    assert find_file(None, environ, here) == here / "settings.toml"
    assert find_file(Path("x/y.toml"), environ, here) == here / "x/y.toml"


def test_problems_are_told_line_by_line_and_those_from_elsewhere_last(tmp_path: Path) -> None:
    text = '[desk]\nstrategy = "pasive"\n[risk]\nmax_positon = 1\nmax_drawdown = -1\n'
    places = [one.partition(" ")[0] for one in problems(tmp_path, text, "risk.max_daily_loss=-5")]
    assert places == ["settings.toml:2:12", "settings.toml:4:1", "settings.toml:5:16", "--set"]


def test_problems_read_as_promised(tmp_path: Path) -> None:
    text = "\n" * 12 + "[risk]\nmax_positon = 1\nmax_daily_loss=-5\n"
    assert problems(tmp_path, text) == [
        "settings.toml:14:1 risk.max_positon: unknown key (did you mean max_position?)",
        "settings.toml:15:16 risk.max_daily_loss: got -5, must be > 0",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[riks]\nx=1", "settings.toml:1:2 riks: unknown key (did you mean risk?)"),
        ("[strategy.pasive]\n", "settings.toml:1:11 strategy.pasive: unknown key (did you mean passive?)"),
        (
            "[desk]\nmax_position=1",
            "settings.toml:2:1 desk.max_position: unknown key (did you mean risk.max_position?)",
        ),
        ("[desk]\nzzz=1", "settings.toml:2:1 desk.zzz: unknown key (`mm-tui config show` lists the keys)"),
        ("risk=5", "settings.toml:1:6 risk: got 5, must be a table"),
        ("[[risk]]\n", "settings.toml:1:3 risk: got [a table], must be a table"),
        ('[risk]\nmax_position="1"', 'settings.toml:2:14 risk.max_position: got "1", must be a number > 0'),
        ("[risk]\nmax_position=true", "settings.toml:2:14 risk.max_position: got true, must be a number > 0"),
        ("[risk]\nmax_position=inf", "settings.toml:2:14 risk.max_position: got inf, must be a finite number"),
        ("[risk]\nmax_open_orders=0", "settings.toml:2:17 risk.max_open_orders: got 0, must be >= 1"),
        (
            "[risk]\nmax_open_orders=2.5",
            "settings.toml:2:17 risk.max_open_orders: got 2.5, must be a whole number >= 1",
        ),
        ("[ui]\nframes_per_s=99", "settings.toml:2:14 ui.frames_per_s: got 99, must be >= 1 and <= 60"),
        ("[alerts]\nbell=1", "settings.toml:2:6 alerts.bell: got 1, must be true or false"),
        ("[desk]\nsymbol=7", "settings.toml:2:8 desk.symbol: got 7, must be a text in quotes"),
        (
            "[simulator]\nfee_asset=''",
            'settings.toml:2:11 simulator.fee_asset: got "", must be a text in quotes of the form ^[A-Z0-9]{1,20}$',
        ),
        ("[ui.keys]\npause={a=1}", "settings.toml:2:7 ui.keys.pause: got a table, must be a text in quotes"),
        (
            "[simulator]\nqueue_model='powr'",
            (
                'settings.toml:2:13 simulator.queue_model: got "powr", '
                'must be one of "log", "optimistic", "power", "risk_averse" (did you mean power?)'
            ),
        ),
        (
            "[alerts]\non=['fil']",
            (
                'settings.toml:2:4 alerts.on: got ["fil"], '
                'must be a list of "disconnect", "fill", "inventory", "trip" (did you mean fill?)'
            ),
        ),
        (
            "[binance]\ndepth_interval_ms=5",
            "settings.toml:2:19 binance.depth_interval_ms: got 5, must be one of 100, 1000",
        ),
        (
            "[ccxt.options]\nx=[1]",
            (
                "settings.toml:2:3 ccxt.options.x: got [1], "
                "must be a text in quotes, a whole number, a number or true or false"
            ),
        ),
        (
            "[binance]\nws_url='https://x'",
            'settings.toml:2:8 binance.ws_url: got "https://x", must be a URL that begins with wss:// or ws://',
        ),
        ("[desk]\nsymbol='BTCUSDT'", 'settings.toml:2:8 desk.symbol: got "BTCUSDT", must be a pair like BTC/USDT'),
        (
            "[desk]\nvenue='bitmex'",
            (
                'settings.toml:2:7 desk.venue: got "bitmex", '
                "must be auto, demo, binance, ccxt:ID (ccxt:kraken) or file:PATH"
            ),
        ),
        (
            "[strategy.passive]\nmin_spread_bps=7",
            "settings.toml:2:16 strategy.passive.min_spread_bps: got 7.0, must be <= max_spread_bps, which is 6.0",
        ),
        (
            "[strategy.passive]\nmax_spread_bps=1",
            "settings.toml:2:16 strategy.passive.max_spread_bps: got 1.0, must be >= min_spread_bps, which is 2.0",
        ),
        (
            "[obligation]\npreset='seed'\nmax_spread_bps=10",
            "settings.toml:3:16 obligation.max_spread_bps: got 10.0, must be >= min_spread_bps, which is 20.0",
        ),
        ("[desk]\nvenue = auto", "settings.toml:2:9 not TOML: Invalid value"),
    ],
)
def test_each_kind_of_problem_has_its_place_and_words(tmp_path: Path, text: str, problem: str) -> None:
    assert problems(tmp_path, text) == [problem]


def test_all_sources_report_at_once(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[risk]\nmax_position = -1\n")
    environ = {"MM_TUI__RISK__MAX_POSITON": "3", "MM_TUI__FEED__STALE_AFTER_MS": "nan", "OTHER": "x"}
    with pytest.raises(SettingsError) as caught:
        load(
            None,
            ["risk.price_collar_bp=3", "nonsense", ".x=1"],
            environ,
            tmp_path,
            [Named("--venue", "desk.venue", "x")],
        )
    assert caught.value.problems == [
        "settings.toml:2:16 risk.max_position: got -1, must be > 0",
        "environment MM_TUI__FEED__STALE_AFTER_MS feed.stale_after_ms: got nan, must be a whole number >= 1",
        (
            "environment MM_TUI__RISK__MAX_POSITON risk.max_positon: unknown key "
            "(did you mean MM_TUI__RISK__MAX_POSITION?)"
        ),
        "--set risk.price_collar_bp: unknown key (did you mean price_collar_bps?)",
        '--set "nonsense": must be KEY=VALUE, for example risk.max_position=0.5',
        '--set ".x=1": must be KEY=VALUE, for example risk.max_position=0.5',
        '--venue desk.venue: got "x", must be auto, demo, binance, ccxt:ID (ccxt:kraken) or file:PATH',
    ]


def test_a_bad_value_under_a_good_one_is_still_told(tmp_path: Path) -> None:
    assert problems(tmp_path, "[risk]\nmax_position=0", "risk.max_position=1") == [
        "settings.toml:2:14 risk.max_position: got 0, must be > 0"
    ]


def test_keys_that_are_wrong_alone_are_not_also_blamed_together(tmp_path: Path) -> None:
    text = "[strategy.passive]\nmin_spread_bps=7\nmax_spread_bps='x'"
    assert problems(tmp_path, text) == [
        'settings.toml:3:16 strategy.passive.max_spread_bps: got "x", must be a number > 0 and <= 10000'
    ]


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("desk.symbol=ETH/USDT", "desk.symbol", "ETH/USDT"),
        ("desk.symbol='ETH/USDT'", "desk.symbol", "ETH/USDT"),
        ("ui.theme=1984", "ui.theme", "1984"),
        ("ui.theme = true ", "ui.theme", "true"),
        ("risk.max_position=2", "risk.max_position", 2.0),
        ("alerts.on=fill,trip", "alerts.on", ("fill", "trip")),
        ('alerts.on=["fill"]', "alerts.on", ("fill",)),
        ("alerts.on=", "alerts.on", ()),
        ("alerts.bell=true", "alerts.bell", True),
        ("simulator.maker_fee_bps=-1", "simulator.maker_fee_bps", -1.0),
        ("ui.keys.pause=space", "ui.keys.pause", "space"),
        ("ccxt.options.recvWindow=5000", "ccxt.options.recvWindow", 5000),
        ("record.dir=a=b", "record.dir", "a=b"),
        ("ui.theme=x\nui.frames_per_s=3", "ui.theme", "x\nui.frames_per_s=3"),
    ],
)
def test_what_is_typed_on_the_command_line(tmp_path: Path, override: str, key: str, value: object) -> None:
    loaded = bare(tmp_path, override)
    assert flatten(loaded.settings)[tuple(key.split("."))] == value
    assert loaded.sources[key] == "--set"


def test_the_environment_takes_whole_tables_and_free_keys(tmp_path: Path) -> None:
    loaded = bare(
        tmp_path,
        MM_TUI__RISK="{max_position=1, max_drawdown=2}",
        MM_TUI__UI__KEYS__PAUSE="z",
        MM_TUI__CCXT__OPTIONS='{apiKey="k"}',
    )
    assert loaded.settings.risk.max_drawdown == 2.0
    assert loaded.settings.ui.keys == {"pause": "z"}
    assert loaded.settings.ccxt.options == {"apiKey": "k"}
    assert loaded.sources["ui.keys.pause"] == "environment MM_TUI__UI__KEYS__PAUSE"


def test_a_free_key_has_no_parts(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"--set ui\.keys\.pause\.more: unknown key"):
        bare(tmp_path, "ui.keys.pause.more=1")


def test_the_later_of_two_overrides_holds(tmp_path: Path) -> None:
    assert bare(tmp_path, "risk.max_position=1", "risk.max_position=2").settings.risk.max_position == 2.0


def test_a_huge_number_is_refused_in_few_words(tmp_path: Path) -> None:
    assert problems(tmp_path, "[risk]\nmax_position=1" + "0" * 400, "risk.max_drawdown=" + "1" * 5000) == [
        "settings.toml:2:14 risk.max_position: got a huge number, must be a smaller one",
        f'--set risk.max_drawdown: got "{"1" * 77}...", must be a number > 0',
    ]


def test_a_text_in_another_encoding_is_refused_since_no_session_could_keep_it(tmp_path: Path) -> None:
    wrong = [
        "record.dir=a\udcff",
        "ui.keys.\udcff=x",
        "shadows.desks.a=name=\udcff",
        "alerts.on=\udcff",
        "risk.max_position=\udcff",
    ]
    found = problems(tmp_path, "", *wrong)
    assert [words.rpartition(": ")[2] for words in found] == ["got a text in another encoding, must be UTF-8"] * 5


def test_a_long_list_is_shown_in_short(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, f"[ui]\ntheme = {[10**200, *range(20)]}")
    assert (
        problem == "settings.toml:2:9 ui.theme: got [a huge number, 0, 1, 2, 3, 4, 5, 6, ...], must be a text in quotes"
    )


def test_a_foreign_strategy_is_found_by_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "theirs-1.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[mm_tui.strategies]\ntheirs = theirs:Strategy\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert bare(tmp_path, "desk.strategy=theirs").settings.desk.strategy == "theirs"


def test_strategies_are_known_by_name_or_by_file(tmp_path: Path) -> None:
    assert bare(tmp_path, "desk.strategy=/x/y.py:Mine").settings.desk.strategy == "/x/y.py:Mine"
    with pytest.raises(SettingsError, match=r'got "pasive", must be .*passive.* \(did you mean passive\?\)'):
        bare(tmp_path, "desk.strategy=pasive")
    with pytest.raises(SettingsError, match=r"got \"y.py:Mine\", must be .* or /absolute/file.py:Class"):
        bare(tmp_path, "desk.strategy=y.py:Mine")


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("strategy.passive.order_amount=0.02", "the gate will refuse every order"),
        ("strategy.passive.order_amount=0.0099", "with its jitter reaches 0.010395"),
        ("risk.price_collar_bps=5", "the gate will refuse the farthest orders"),
        ("risk.max_open_orders=5", "the gate will refuse the last ones"),
        ("obligation.max_spread_bps=4", 'changes nothing while obligation.preset is "none"'),
    ],
)
def test_what_is_allowed_and_unlikely_is_noted(tmp_path: Path, override: str, words: str) -> None:
    (note,) = bare(tmp_path, override).notes
    assert words in note


@pytest.mark.parametrize(
    ("strategy", "override", "words"),
    [
        ("avellaneda", "strategy.avellaneda.order_amount=0.02", "strategy.avellaneda.order_amount 0.02 is over"),
        ("glft", "strategy.glft.order_amount=0.02", "the gate will refuse every order"),
        ("glft", "strategy.glft.min_spread_bps=70", "strategy.glft.min_spread_bps 70.0 is over risk.price_collar_bps"),
        ("avellaneda", "strategy.avellaneda.order_levels=7", "the gate will refuse the last ones"),
        ("pure", "strategy.pure.order_amount=0.02", "strategy.pure.order_amount reaches 0.02, over"),
        ("pure", "strategy.pure.order_amount=0.006", "order_amount with its skew reaches 0.012, over"),
        ("pure", "strategy.pure.ask_spread_bps=70", "strategy.pure.ask_spread_bps with its levels reaches 70, over"),
        ("pure", "strategy.pure.order_levels=7", "the gate will refuse the last ones"),
    ],
)
def test_a_model_that_the_gate_would_refuse_is_noted(tmp_path: Path, strategy: str, override: str, words: str) -> None:
    (note,) = bare(tmp_path, f"desk.strategy={strategy}", override).notes
    assert words in note


@pytest.mark.parametrize(("floor", "ceiling", "fits"), [("60000", "61000", True), ("61000", "60000", False)])
def test_a_price_floor_may_not_be_over_its_ceiling(tmp_path: Path, floor: str, ceiling: str, *, fits: bool) -> None:
    overrides = (f"strategy.pure.price_floor={floor}", f"strategy.pure.price_ceiling={ceiling}")
    if fits:
        pure = bare(tmp_path, *overrides).settings.strategy.pure
        assert (pure.price_floor, pure.price_ceiling) == (60_000, 61_000)
    else:
        with pytest.raises(SettingsError) as caught:
            bare(tmp_path, *overrides)
        assert "strategy.pure.price_floor: got 61000.0, must be <= price_ceiling" in str(caught.value)
    assert bare(tmp_path, overrides[0]).settings.strategy.pure.price_ceiling is None


def test_another_strategy_has_no_notes_about_passive(tmp_path: Path) -> None:
    assert bare(tmp_path, "risk.max_open_orders=5", "desk.strategy=/x/y.py:Mine").notes == []


def test_secrets_come_from_no_command_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        bare(tmp_path, "ccxt.options.secret=hunter2")
    assert "others can read the command line" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode bits")
def test_a_file_with_a_secret_is_its_owners_alone(tmp_path: Path) -> None:
    text = "[ccxt.options]\napiKey = 'k'\n"
    file = tmp_path / "settings.toml"
    file.touch()
    file.chmod(0o644)
    assert problems(tmp_path, text) == [
        "settings.toml:2:10 ccxt.options.apiKey: a secret in a file that others may read; run: chmod 600 settings.toml"
    ]
    file.chmod(0o600)
    assert from_file(tmp_path, text).settings.ccxt.options == {"apiKey": "k"}


def test_a_wrong_secret_is_not_quoted(tmp_path: Path) -> None:
    found = problems(tmp_path, "[ccxt.options]\npassword = ['hunter2']\n")
    assert found == ["settings.toml:2:12 ccxt.options.password: got (hidden), must be a text"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://me:hunter2@host/x", "must be a URL without a user's name or password"),
        ("https://me:hunt@er2@host", "must be a URL without a user's name or password"),
        ("ftp://me:hunter2@host", "must be a URL that begins with https:// or http://"),
    ],
)
def test_an_address_holds_no_password(tmp_path: Path, url: str, words: str) -> None:
    (found,) = problems(tmp_path, f"[binance]\nrest_url = '{url}'\n")
    assert found.endswith(words)
    assert "(hidden)@host" in found
    assert "er2" not in found


def test_a_file_elsewhere_goes_by_its_whole_name(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[risk]\nmax_position=0\n")
    with pytest.raises(SettingsError) as caught:
        load(file, [], {}, tmp_path / "elsewhere")
    assert caught.value.problems == [f"{file}:2:14 risk.max_position: got 0, must be > 0"]


def test_a_broken_file_does_not_hide_the_other_problems(tmp_path: Path) -> None:
    found = problems(tmp_path, "[risk\n", "risk.max_position=0")
    assert len(found) == 2
    assert found[0].startswith("settings.toml:1:")
    assert found[1] == "--set risk.max_position: got 0, must be > 0"


def test_a_session_of_before_a_key_runs_as_it_ran() -> None:
    old = load_recorded({"strategy": {"passive": {"min_spread_bps": 3.0}}}, "session.json", [])
    assert old.settings.strategy.passive.refill_delay_s == 0
    kept = load_recorded({"strategy": {"passive": {"refill_delay_s": 7.0}}}, "session.json", [])
    assert kept.settings.strategy.passive.refill_delay_s == 7
    other = load_recorded({"risk": {"max_position": 0.5}}, "session.json", [])
    assert other.settings.strategy.passive.refill_delay_s == 15
