"""A secret planted in the settings, and every byte searched that the program prints, draws or leaves behind."""

import gzip
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import Terminal
from terminal import environ as own_folders

CANARY = "tweety-7f3a91c2"
LOCAL = "sylvester-0c44e1"
"""What a strategy holds in a local variable when it fails."""
STRATEGY = f'''
from mm_tui.strategy.passive import Passive


class Fails(Passive):
    """Quotes once in a while, and fails with a secret at hand."""

    def quote(self, view):
        password = "{LOCAL}"
        if view.ts % 2:
            raise LookupError(len(password))
        return super().quote(view)
'''

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither mode bits nor this terminal")


class User:
    """Somebody with secrets in a settings file and in the environment, on a machine without a mask."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.strategy = f"{home / 'fails.py'}:Fails"
        self.printed: list[bytes] = []
        (home / "fails.py").write_text(STRATEGY)
        (home / "fails.py").chmod(0o600)
        settings = home / "config/mm-tui/settings.toml"
        settings.parent.mkdir(parents=True, mode=0o700)
        settings.write_text(f'[ccxt.options]\napiKey = "{CANARY}"\nsecret = "{CANARY}"\n')
        settings.chmod(0o600)
        self.environ = own_folders(home) | {
            "MM_TUI__CCXT__OPTIONS__PASSWORD": CANARY,
            "XDG_CACHE_HOME": str(home / "cache"),
        }

    def run(self, *arguments: str) -> int:
        """A command to its end."""
        done = subprocess.run(  # noqa: S603 - the program under test
            [sys.executable, "-m", "mm_tui", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            cwd=self.home,
            env={**os.environ, **self.environ},
            umask=0,
            timeout=60,
        )
        self.printed += [done.stdout, done.stderr]
        return done.returncode

    def left(self) -> Iterator[tuple[Path, bytes]]:
        """Every file but those that hold the secret by the user's own hand, unpacked."""
        for path in self.home.rglob("*"):
            if path.is_file() and path.name not in {"settings.toml", "fails.py"} and path.suffix != ".pyc":
                yield path, gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def test_a_planted_secret_is_in_no_byte_of_output(user: User) -> None:
    previous = os.umask(0)
    try:
        command = [sys.executable, "-m", "mm_tui", "demo", "--strategy", user.strategy, "--log-level", "debug"]
        with Terminal(command, 120, 40, {**user.environ, "MM_TUI__DEMO__SPEED": "5"}) as desk:
            desk.shows("the strategy failed")
            desk.type(":")
            desk.shows("Command")
            desk.type(f"set ccxt.options.secret {CANARY[:3]}\r")
            desk.until(lambda text: "Command" not in text, "the desk alone")
            desk.type("7")
            desk.shows("LookupError")
            desk.type("q")
            desk.ended()
            user.printed.append(desk.raw.encode())
    finally:
        os.umask(previous)
    out = str(user.home / "results")
    named = ("--strategy", user.strategy)
    for arguments in (
        ("config", "show"), ("config", "show", "--json"), ("config", "validate"), ("sessions", "--json"),
        ("doctor", "--json", "--set", "desk.venue=demo"), ("report", "last", *named, "--html", f"{out}.html"),
        ("backtest", "last", *named, "--json", "--out", out), ("export", "last", "--to", "csv", "--out", f"{out}-csv"),
        ("replay", "last", *named, "--headless", "--verify"),
    ):  # fmt: skip
        assert user.run(*arguments) == 0, (arguments, user.printed[-2:])
    user.environ["MM_TUI__CCXT__OPTIONS"] = f'{{secret = ["{CANARY}"]}}'
    assert user.run("config", "validate") == 78
    assert any(b"(hidden)" in words for words in user.printed)
    assert all(CANARY.encode() not in words and LOCAL.encode() not in words for words in user.printed)
    files = dict(user.left())
    assert {"journal.jsonl", "session.json", "app.log", "market.log.gz"} <= {path.name for path in files}
    assert any(b"LookupError" in text for path, text in files.items() if path.name == "app.log")
    assert [path for path, text in files.items() if CANARY.encode() in text or LOCAL.encode() in text] == []


def test_what_is_left_behind_is_its_owners_alone_without_any_mask(user: User) -> None:
    session = ("run", "--venue", "demo", "--headless", "--duration", "1")
    assert user.run(*session) == 0
    assert user.run("sweep", "last", "--grid", "strategy.passive.min_spread_bps=1,2", "--jobs", "1") == 0
    assert user.run("config", "init", "--config", str(user.home / "new/settings.toml")) == 0
    kept = [path for top in ("state", "cache", "new") for path in (user.home / top).rglob("*")]
    modes = {path.relative_to(user.home): stat.S_IMODE(path.stat().st_mode) for path in kept}
    assert {path.name for path in modes} >= {"journal.jsonl", "market.log.gz", "obligation.csv", "sweep.csv"}
    others = {str(path): f"{mode:03o}" for path, mode in modes.items() if mode & 0o077}
    assert others == {}
