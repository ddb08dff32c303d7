import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from demo_client import get, listen, receive

from mm_tui.errors import DataError
from mm_tui.venues.demo.pair import Pair
from mm_tui.venues.demo.replay_source import ReplaySource, read_capture
from mm_tui.venues.demo.server import LoopbackServer

CAPTURE = Path(__file__).parents[3] / "shared" / "data" / "btcusdt_20240808.gz"
BEGIN_NS = 1_723_161_253_000_000_000


def diff(number: int, first: int, last: int, bid: str, lots: str) -> str:
    data = {"e": "depthUpdate", "E": 1, "s": "ETHUSDC", "U": first, "u": last, "b": [[bid, lots]], "a": []}
    return line(number, {"stream": "ethusdc@depth@100ms", "data": data})


def line(number: int, frame: dict[str, Any]) -> str:
    return f"{BEGIN_NS + number * 100_000_000} {json.dumps(frame, separators=(',', ':'))}\n"


SMALL = [
    diff(0, 1, 4, "2650.10000000", "0.00000000"),
    diff(1, 5, 8, "2650.12000000", "1.50000000"),
    line(2, {"lastUpdateId": 6, "bids": [["2650.11000000", "2.00000000"]], "asks": [["2650.13000000", "0.00010000"]]}),
    diff(3, 9, 12, "2650.11000000", "0.00000000"),
    diff(4, 13, 13, "2650.09000000", "7.00000000"),
]


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "small.txt"
    path.write_text("".join(SMALL))
    return path


@pytest.mark.parametrize("speed", [None, 10.0])
async def test_frames_wait_for_the_snapshot_s_request_and_none_is_lost(capture: Path, speed: float | None) -> None:
    source = ReplaySource(capture, speed)
    assert source.pair == Pair("ETH", "USDC", 2, 4)
    async with LoopbackServer(source) as server:
        asked = asyncio.ensure_future(get(f"{server.rest_url}/api/v3/depth?symbol=ETHUSDC&limit=1000"))
        async with listen(f"{server.ws_url}/ws/ethusdc@depth@100ms") as connection:
            frames = [await receive(connection) for _ in range(4)]
            _, snapshot, _ = await asked
            await source.ended.wait()
            later = (await get(f"{server.rest_url}/api/v3/depth?symbol=ETHUSDC"))[1]
    assert [frame["u"] for frame in frames] == [4, 8, 12, 13]
    assert snapshot["lastUpdateId"] == 6
    assert later == {
        "lastUpdateId": 13,
        "bids": [["2650.12000000", "1.50000000"], ["2650.09000000", "7.00000000"]],
        "asks": [["2650.13000000", "0.00010000"]],
    }


async def test_nothing_behind_the_snapshot_is_sent_before_it_was_asked_for(capture: Path) -> None:
    source = ReplaySource(capture)
    async with LoopbackServer(source) as server, listen(f"{server.ws_url}/ws/ethusdc@depth@100ms") as connection:
        assert [(await receive(connection))["u"] for _ in range(2)] == [4, 8]
        assert source.sent == 2
        assert source.clock_ms() == BEGIN_NS // 1_000_000 + 100
        await get(f"{server.rest_url}/api/v3/depth?symbol=ETHUSDC")
        assert (await receive(connection))["u"] == 12


async def test_only_the_book_is_on_offer(capture: Path) -> None:
    async with LoopbackServer(ReplaySource(capture)) as server:
        assert (await get(f"{server.rest_url}/api/v3/trades?symbol=ETHUSDC"))[0] == 404
        _, info, _ = await get(f"{server.rest_url}/api/v3/exchangeInfo?symbol=ETHUSDC")
        assert info["symbols"][0]["filters"][1]["stepSize"] == "0.00010000"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not a line\n", "line 1: no `<ns> <frame>`"),
        (SMALL[0] + "17 {\n", "line 2: no `<ns> <frame>`"),
        (SMALL[0] + "\n", "line 2: no `<ns> <frame>`"),
        (SMALL[0], "holds no depth snapshot"),
        ("", "holds no depth snapshot"),
        (SMALL[2], "holds no frames"),
    ],
)
def test_what_is_no_capture_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        ReplaySource(path)


def test_gzip_is_read_and_a_broken_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.gz"
    packed = gzip.compress("".join(SMALL * 200).encode())
    path.write_bytes(packed)
    assert len(list(read_capture(path))) == 1000
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(DataError, match="breaks off after line"):
        ReplaySource(path)


@pytest.mark.untraced
async def test_the_whole_capture_arrives_without_a_gap() -> None:
    if not CAPTURE.exists():
        pytest.skip("../shared/data holds no capture")
    source = ReplaySource(CAPTURE)
    counts = dict.fromkeys(source.streams, 0)
    received: list[str] = []
    async with LoopbackServer(source) as server:
        streams = "/".join(f"btcusdt@{suffix}" for suffix in counts)
        async with listen(f"{server.ws_url}/stream?streams={streams}") as connection:
            snapshot = asyncio.ensure_future(get(f"{server.rest_url}/api/v3/depth?symbol=BTCUSDT&limit=5000"))
            while len(received) < 41_248:
                received.append(str(await asyncio.wait_for(connection.recv(), 10)))
            _, book, _ = await snapshot
    last = 0
    for text in received:
        frame = json.loads(text)
        suffix = frame["stream"].removeprefix("btcusdt@")
        counts[suffix] += 1
        if suffix == "depth@100ms":
            assert last in (0, frame["data"]["U"] - 1)
            last = frame["data"]["u"]
    assert counts == {"bookTicker": 28_040, "trade": 9_757, "depth@100ms": 3_451}
    assert (book["lastUpdateId"], len(book["bids"]), len(book["asks"])) == (50093239218, 1000, 1000)
    with gzip.open(CAPTURE, "rt") as lines:
        recorded = [line.split(" ", 1)[1].rstrip() for line in lines if '"stream"' in line]
    assert received == recorded, "byte for byte as the exchange sent them"
