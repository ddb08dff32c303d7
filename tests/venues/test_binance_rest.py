"""One GET against a raw socket: what the answer may be, and what is said of it."""

import asyncio
import contextlib
import errno
import ssl
import urllib.error
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mm_tui.errors import RegionRefused, VenueError
from mm_tui.venues.binance import rest
from mm_tui.venues.binance.rest import TooManyRequestsError, cause, get, is_loopback


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"


def http(status: str, body: bytes = b"", *headers: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
    return head.encode() + b"\r\n\r\n" + body


async def test_a_body_is_handed_over() -> None:
    async with answering(http("200 OK", b'{"a":1}')) as url:
        assert await get(url, 2.0) == b'{"a":1}'


async def test_chunks_are_put_together() -> None:
    async with answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n") as url:
        assert await get(url, 2.0) == b"abc"


@pytest.mark.parametrize(
    ("answer", "kind", "complaint"),
    [
        (http("451 Unavailable"), RegionRefused, "does not serve this region"),
        (http("429 Slow", b"", "Retry-After: 7"), TooManyRequestsError, "too many requests .* asked to wait 7 s"),
        (http("418 Teapot", b"", "Retry-After: soon"), TooManyRequestsError, "banned .* asked to wait 10 s"),
        (
            http("400 Bad", b'{"code":-1121,"msg":"Invalid symbol."}'),
            VenueError,
            r"HTTP 400: Invalid symbol\. \(-1121\)",
        ),
        (http("502 Bad", b"<html>"), VenueError, "HTTP 502$"),
        (b"nonsense\r\n\r\n", VenueError, "127.0.0.1"),
        (b"", VenueError, "127.0.0.1"),
        (http("200 OK", b"abc")[:-1], VenueError, "1 bytes are missing"),
    ],
)
async def test_what_is_no_success_is_told_in_words(answer: bytes, kind: type[VenueError], complaint: str) -> None:
    async with answering(answer) as url:
        with pytest.raises(VenueError, match=complaint) as refusal:
            await get(url, 2.0)
    assert type(refusal.value) is kind


async def test_an_endless_body_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "BODY_LIMIT", 1 << 20)
    async with answering(http("200 OK", b"x" * ((1 << 20) + 1))) as url:
        with pytest.raises(VenueError, match="more than 1 MB"):
            await get(url, 2.0)


@pytest.mark.parametrize("url", ["ftp://host/x", "file:///etc/hostname", "host/x", ""])
async def test_an_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(VenueError, match=r"no http or https address; check rest_url"):
        await get(url, 2.0)


async def test_a_dripping_answer_holds_neither_the_caller_nor_a_thread() -> None:
    gone = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.01)
        writer.close()
        gone.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with server, asyncio.timeout(5):
        with pytest.raises(VenueError, match=r"did not answer within 0.05 s"):
            await get(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x", 0.05)
        await gone.wait()


def test_a_proxy_has_no_business_on_the_loopback() -> None:
    assert is_loopback("ws://127.0.0.1:9/x")
    assert is_loopback("http://localhost")
    assert not is_loopback("https://api.binance.com")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (urllib.error.URLError(ConnectionRefusedError()), "connection refused"),
        (urllib.error.URLError("unknown url type"), "<urlopen error unknown url type>"),
        (TimeoutError(), "no answer in time"),
        (ssl.SSLError(1, "bad certificate"), "TLS failed"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "network is unreachable"),
        (ValueError("odd"), "odd"),
        (ValueError(), "ValueError"),
    ],
)
def test_causes_in_words(error: BaseException, words: str) -> None:
    assert words in cause(error)


@pytest.mark.parametrize(
    ("header", "seconds"), [("inf", 10.0), ("nan", 10.0), ("1e300", 259_200.0), ("-5", 0.0), ("7", 7.0)]
)
def test_a_wait_is_a_number_that_can_be_waited(header: str, seconds: float) -> None:
    error = rest.refusal("host", 429, header, "")
    assert isinstance(error, rest.TooManyRequestsError)
    assert error.retry_after_s == seconds
