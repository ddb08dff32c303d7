"""The page's address and who may ask for it."""

import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from mm_tui.app.browser import serve
from mm_tui.app.browser.serve import Page, address, is_loopback, serving
from mm_tui.errors import UsageError


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:9000", "127.0.0.1", 9000),
        ("0.0.0.0", "0.0.0.0", 8642),  # noqa: S104 - what somebody may type
        (":0", "127.0.0.1", 0),
        ("[::1]:8000", "::1", 8000),
        ("::1", "::1", 8642),
        ("desk.local:80", "desk.local", 80),
    ],
)
def test_addresses(text: str, host: str, port: int) -> None:
    assert address(text) == (host, port)


@pytest.mark.parametrize("text", ["host:", "host:http", "1.2.3.4:70000", "a:-1", "a:\u00b2", "a:" + "1" * 5000])
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="the port is a number"):
        address(text)


def test_what_only_this_machine_reaches() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost")] == [True] * 4
    assert [is_loopback(host) for host in ("0.0.0.0", "192.168.1.5", "desk.local", "")] == [False] * 4  # noqa: S104 - no listening


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    found = Page("127.0.0.1", 0, ["true"])
    found.open()
    yield found
    found.close()


def ask(page: Page, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(page.url, headers=headers)  # noqa: S310 - our own page
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_page_is_there_under_its_own_names(page: Page) -> None:
    status, text = ask(page)
    assert status == 200
    assert page.url.replace("http", "ws") in text
    port = page.url.rpartition(":")[2]
    assert ask(page, Host=f"localhost:{port}", Origin=f"http://localhost:{port}")[0] == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null"])
def test_a_page_of_others_may_not_look(page: Page, origin: str) -> None:
    assert ask(page, Origin=origin) == (403, "another page may not look at this desk\n")


def test_a_name_of_others_that_leads_here_is_refused(page: Page) -> None:
    status, text = ask(page, Host=f"evil.example:{page.url.rpartition(':')[2]}")
    assert status == 403
    assert text.startswith("this desk is shown under its own address alone; name another")


def test_on_a_network_too_only_addresses_and_the_machine_s_own_name_lead_here() -> None:
    page = Page("0.0.0.0", 8642, ["true"])  # noqa: S104 - it does not listen
    page._port = 8642
    own = ("192.168.1.5:8642", "[fe80::1]:8642", f"{socket.gethostname()}:8642", "localhost:8642", "10.0.0.1")
    assert [page._refusal(named, None) for named in own] == [""] * len(own)
    others = ("evil.example:8642", "evil.example", "", "[", "10.0.0.1.evil.example:8642", "x@10.0.0.1.evil:80")
    assert all(page._refusal(named, None) for named in others)
    named = Page("desk.lan", 8642, ["true"])
    assert named._refusal("desk.lan:8642", "http://desk.lan:8642") == ""
    assert named._refusal("desk.lan:8642", "http://evil.example") != ""


def test_an_address_that_is_taken_is_told() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UsageError, match=r"name another, for example --serve :0"):
            Page("127.0.0.1", other.getsockname()[1], ["true"]).open()


def test_a_name_that_none_can_be_is_told() -> None:
    with pytest.raises(UsageError, match=r"name another, for example --serve :0"):
        Page("\u00e9" * 300, 0, ["true"]).open()


def test_without_a_folder_for_the_socket_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(**_: str) -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(serve.tempfile, "mkdtemp", none)
    with (
        pytest.raises(UsageError, match="No usable temporary directory found; name one that exists in TMPDIR"),
        serving(":0", may_act=False, config=None, theme="paper"),
    ):
        pass


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    monkeypatch.delitem(sys.modules, "mm_tui.app.browser.server", raising=False)
    with pytest.raises(UsageError, match="pip install 'mm-tui\\[serve\\]'"):
        Page("127.0.0.1", 0, ["true"])


def test_the_socket_s_folder_is_private_and_goes_with_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    class Closed(Page):
        def __init__(self, host: str, port: int, command: list[str]) -> None:
            super().__init__(host, port, command)
            commands.append(command)

    monkeypatch.setattr(serve, "Page", Closed)
    with serving(":0", may_act=True, config=Path("mine.toml"), theme="paper") as (path, url):
        assert path.parent.stat().st_mode & 0o077 == 0
        assert url.startswith("http://127.0.0.1:")
    assert not path.parent.exists()
    assert commands[0][1:] == ["-m", "mm_tui", "--config", "mine.toml", "view", str(path), "--theme", "paper", "--act"]
