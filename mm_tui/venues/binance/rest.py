"""One HTTPS GET, off the loop, for what Binance gives by REST: a snapshot of the book, the filters of a pair.

urllib knows proxies, redirects and chunks, and needs a thread. The thread is a daemon and not one of the loop's
executor, because the executor is waited for when the loop ends: a server that drips its answer must not keep the desk
from closing.
"""

import asyncio
import ssl
import threading
import time
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPResponse
from math import isfinite
from typing import Final
from urllib.parse import urlsplit

import msgspec

from mm_tui.errors import RegionRefused, VenueError

BODY_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of an answer; exchangeInfo of all symbols has about 15 MB."""
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_ERROR_BODY: Final = 500
_CHUNK: Final = 65_536
_DEFAULT_RETRY_S: Final = 10.0
_LONGEST_RETRY_S: Final = 3 * 86_400.0


class TooManyRequestsError(VenueError):
    """HTTP 429 or 418: too many requests; nothing may be asked for a while."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


def is_loopback(url: str) -> bool:
    """Whether the address is this machine, where no proxy has any business."""
    return urlsplit(url).hostname in _LOOPBACK


async def get(url: str, timeout_s: float) -> bytes:
    """The body of the answer; raises VenueError (RegionRefused, TooManyRequestsError) with the cause in words."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bytes] = loop.create_future()

    def settle(body: bytes, error: Exception | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(body)
        else:
            answer.set_exception(error)

    def work() -> None:
        body, error = b"", None
        try:
            body = _fetch(url, timeout_s)
        except VenueError as refusal:
            error = refusal
        try:
            loop.call_soon_threadsafe(settle, body, error)
        except RuntimeError:
            return  # the loop has ended meanwhile: nobody waits for the answer

    threading.Thread(target=work, name="binance-rest", daemon=True).start()
    try:
        async with asyncio.timeout(timeout_s):
            return await answer
    except TimeoutError as error:
        raise VenueError(f"{host(url)} did not answer within {timeout_s:g} s") from error


def _fetch(url: str, timeout_s: float) -> bytes:
    """Do it, in a thread; every failure comes out as a VenueError."""
    if urlsplit(url).scheme not in {"http", "https"}:
        raise VenueError(f"{url!r} is no http or https address; check rest_url in [binance]")
    proxies = urllib.request.ProxyHandler({} if is_loopback(url) else None)
    opener = urllib.request.build_opener(proxies)
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310 - checked above
    try:
        with opener.open(request, timeout=timeout_s) as response:
            body = _read(response, time.monotonic() + timeout_s)
            missing: int = response.length or 0
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(url, error) from error
    except (OSError, HTTPException, ValueError) as error:
        raise VenueError(f"{host(url)}: {cause(error)}") from error
    if len(body) > BODY_LIMIT:
        raise VenueError(f"{host(url)} answered with more than {BODY_LIMIT >> 20} MB")
    if missing:
        raise VenueError(f"{host(url)}: the answer breaks off, {missing} bytes are missing")
    return body


def _read(response: HTTPResponse, deadline: float) -> bytes:
    """The body, at most a byte over its limit; a server that drips it is left at the deadline."""
    body = bytearray()
    while len(body) <= BODY_LIMIT and (chunk := response.read1(_CHUNK)):
        body += chunk
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(body)


def _refusal(url: str, error: urllib.error.HTTPError) -> VenueError:
    """An HTTP status that is no success, in words."""
    return refusal(
        host(url), error.code, error.headers.get("Retry-After"), _message(error.read(_ERROR_BODY) if error.fp else b"")
    )


def refusal(where: str, status: int, retry_after: str | None, message: str) -> VenueError:
    """What an HTTP status of Binance means; `retry_after` as the header has it, in seconds."""
    said = f": {message}" if message else ""
    match status:
        case 451:
            return RegionRefused(
                f"{where} does not serve this region (HTTP 451); choose --venue ccxt:ID or --venue demo, "
                "or another host in [binance]"
            )
        case 429 | 418:
            try:
                wait = float(retry_after or _DEFAULT_RETRY_S)
            except ValueError:
                wait = _DEFAULT_RETRY_S
            wait = min(max(wait, 0.0), _LONGEST_RETRY_S) if isfinite(wait) else _DEFAULT_RETRY_S
            what = "too many requests" if status == 429 else "banned for too many requests"  # noqa: PLR2004 - as above
            return TooManyRequestsError(f"{where}: {what} (HTTP {status}), asked to wait {wait:g} s", wait)
        case _:
            return VenueError(f"{where} answered HTTP {status}{said}")


def cause(error: BaseException) -> str:
    """Why a connection failed, in words."""
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, BaseException):
        return cause(error.reason)
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({getattr(error, 'reason', None) or error})"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__


class _Complaint(msgspec.Struct):
    code: int = 0
    msg: str = ""


def _message(body: bytes) -> str:
    """Binance's own words out of an error body; empty where there are none."""
    try:
        complaint = msgspec.json.decode(body, type=_Complaint)
    except (msgspec.MsgspecError, ValueError):
        return ""
    return f"{complaint.msg} ({complaint.code})" if complaint.msg else ""


def host(url: str) -> str:
    """Host and port of an address, for words about it; never the user's name or password that it may hold."""
    return urlsplit(url).netloc.rpartition("@")[2] or url
