"""Playback of captures: what comes out, when, and what is said of files that are not whole."""

import asyncio
import gzip
from collections import Counter
from contextlib import closing
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from mm_tui.errors import DataError
from mm_tui.model.events import BookDelta, BookSnapshot, FrameRefused, LinkUp, TopOfBook, Trade
from mm_tui.model.instrument import Instrument
from mm_tui.settings.sections import InstrumentOverride
from mm_tui.venues.api import Frame
from mm_tui.venues.capture import NO_ANSWER, CaptureFeed
from mm_tui.venues.capture_file import CaptureFile

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
CAPTURE = DATA / "btcusdt_20240808.gz"


def trade(number: int, price: str = "100.50", quantity: str = "0.12000000", symbol: str = "BTCUSDT") -> bytes:
    return (
        f'{{"stream":"{symbol.lower()}@trade","data":{{"e":"trade","E":1,"s":"{symbol}","t":{number},"p":"{price}",'
        f'"q":"{quantity}","T":1,"m":true,"M":true}}}}'
    ).encode()


def lines(*frames: bytes, start: int = 1_000, step: int = 1_000) -> bytes:
    return b"".join(b"%d %s\n" % (start + index * step, frame) for index, frame in enumerate(frames))


class Box:
    def __init__(self) -> None:
        self.frames: list[Frame] = []

    def now(self) -> int:
        raise AssertionError("a file's events carry the file's own times")

    async def put(self, frame: Frame) -> None:
        self.frames.append(frame)


async def play(path: Path, **options: object) -> tuple[CaptureFeed, list[Frame]]:
    feed = CaptureFeed(path, **{"speed": None, **options})
    box = Box()
    await feed.run(box)
    return feed, box.frames


@pytest.mark.untraced
@pytest.mark.skipif(not CAPTURE.exists(), reason="the captured data lies beside the project only where it is developed")
async def test_the_real_capture_decodes_to_the_last_line() -> None:
    feed, frames = await play(CAPTURE)
    kinds = Counter(type(frame.event) for frame in frames)
    assert kinds == {LinkUp: 1, TopOfBook: 28_040, Trade: 9_757, BookDelta: 3_451, BookSnapshot: 1}
    instrument = await feed.instrument()
    assert (instrument.tick_size, instrument.step_size) == (Decimal("0.01"), Decimal("0.00001"))
    assert (instrument.symbol, instrument.origin) == ("BTC/USDT", "inferred")
    deltas = [frame.event for frame in frames if type(frame.event) is BookDelta]
    assert all(after.first_id == before.final_id + 1 for before, after in pairwise(deltas))
    traded = sum(frame.event.quantity for frame in frames if type(frame.event) is Trade)
    assert round(instrument.quantity(traded), 2) == Decimal("212.03")
    assert feed.note == ""
    assert feed.status.link == "ended"


async def test_times_are_the_files_own_and_never_go_back(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(b"500 %s\n300 %s\n\n700 %s\n" % (trade(1), trade(2), trade(3)))
    _, frames = await play(path)
    assert [frame.event.ts for frame in frames] == [500, 500, 500, 700]
    assert frames[0].event == LinkUp(ts=500, venue="file", resync=True)
    assert frames[1].raw == trade(1)


async def test_a_session_folder_is_read_part_by_part(tmp_path: Path) -> None:
    instrument = Instrument("ETH/USDT", "ETH", "USDT", Decimal("0.05"), Decimal("0.001"), min_notional=Decimal(5))
    session = {"version": "1", "instrument": msgspec.to_builtins(instrument)}
    (tmp_path / "session.json").write_bytes(msgspec.json.encode(session))
    eth = [trade(number, "100.05", "0.120", "ETHUSDT") for number in range(1, 7)]
    (tmp_path / "market.0002.log").write_bytes(lines(eth[4], eth[5], start=30_000))
    (tmp_path / "market.0001.log.gz").write_bytes(gzip.compress(lines(eth[2], eth[3], start=20_000)))
    (tmp_path / "market.log.gz").write_bytes(gzip.compress(lines(eth[0], eth[1], start=10_000))[:-9])
    (tmp_path / "market.log").write_bytes(lines(eth[0], eth[1], start=10_000))
    feed, frames = await play(tmp_path)
    assert await feed.instrument() == instrument
    assert [frame.event.trade_id for frame in frames[1:]] == [1, 2, 3, 4, 5, 6]
    assert frames[1].event.price == 2001


async def test_a_session_json_without_sense_is_named(tmp_path: Path) -> None:
    (tmp_path / "market.log").write_bytes(lines(trade(1)))
    (tmp_path / "session.json").write_bytes(b'{"instrument":{"symbol":"BTC/USDT"}}')
    with pytest.raises(DataError, match=r"session\.json names no instrument"):
        await play(tmp_path)


async def test_settings_override_what_was_inferred(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(lines(trade(1), trade(2, quantity="0.125")))
    feed, frames = await play(path, override=InstrumentOverride(step_size=0.0001, min_notional=5.0))
    instrument = await feed.instrument()
    assert (instrument.tick_size, instrument.step_size) == (Decimal("0.1"), Decimal("0.0001"))
    assert (instrument.min_notional, instrument.origin) == (Decimal("5.0"), "settings")
    assert [frame.event.quantity for frame in frames[1:]] == [1200, 1250]


async def test_a_frame_off_the_grid_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(lines(trade(1), trade(2, price="100.505"), trade(3)))
    _, frames = await play(path, override=InstrumentOverride(tick_size=0.01))
    assert [type(frame.event) for frame in frames] == [LinkUp, Trade, FrameRefused, Trade]
    assert "100.505 of BTC/USDT is no multiple of the tick size 0.01" in frames[2].event.reason
    assert frames[2].raw == b""


@pytest.mark.parametrize("cut", [1, 5, 40, 100])
async def test_a_line_that_breaks_off_ends_the_capture_with_a_note(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "capture"
    whole = lines(trade(1), trade(2))
    path.write_bytes(whole[: -1 - cut])
    feed, frames = await play(path)
    assert [frame.event.trade_id for frame in frames[1:]] == [1]
    assert feed.note == f"capture: line 2 at byte {len(whole) // 2} breaks off; read up to there"
    assert feed.status.detail == feed.note


async def test_a_last_line_without_its_line_break_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(lines(trade(1), trade(2))[:-1])
    feed, frames = await play(path)
    assert len(frames) == 3
    assert feed.note == ""


async def test_a_gzip_stream_that_breaks_off_is_read_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / "capture.gz"
    path.write_bytes(gzip.compress(lines(*(trade(number) for number in range(1, 200))))[:-8])
    feed, frames = await play(path)
    assert len(frames) == 200
    assert feed.note == "capture.gz: its gzip stream breaks off; read up to line 199"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "holds no market data; it is empty"),
        (b"nonsense\n" + lines(trade(1)), "line 1, byte 0: not a time in ns and a JSON object"),
        (lines(trade(1)) + b"12 [1,2]\n", f"line 2, byte {len(lines(trade(1)))}: not a time in ns"),
        (
            lines(trade(1)) + b"12 {broken}\n" + lines(trade(2)),
            f"line 2, byte {len(lines(trade(1)))}: the frame is no JSON",
        ),
        (b"9" * 30 + b" {}\n", "line 1, byte 0: not a time in ns"),
        (b"\x1f\x8b rubbish", "line 1, byte 0: cannot be read"),
        (gzip.compress(lines(trade(1)), mtime=0) + b"tail", "line 2, byte .*: cannot be read"),
        (lines(b'{"result":null,"id":1}'), "tick and step cannot be inferred"),
        (b"1 {", "breaks off"),
    ],
)
async def test_what_is_no_capture_is_refused_with_its_place(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "capture"
    path.write_bytes(content)
    with pytest.raises(DataError, match=complaint):
        await play(path)


async def test_missing_files_and_empty_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        await play(tmp_path / "nothing.gz")
    with pytest.raises(DataError, match=r"holds no market\.log"):
        CaptureFeed(tmp_path)
    folder = tmp_path / "session"
    (folder / "market.log").mkdir(parents=True)
    with pytest.raises(DataError, match="is no file"):
        await play(folder)


async def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mm_tui.venues.capture_file.LINE_LIMIT", 1000)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(lines(trade(1)) + b"1" * 5000))
    with pytest.raises(DataError, match=r"line 2, byte .* longer than"):
        await play(path)


async def test_a_large_capture_is_inferred_from_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mm_tui.venues.capture.INFER_BYTES", 2 * len(trade(1)))
    path = tmp_path / "capture"
    path.write_bytes(lines(trade(1), trade(2), trade(3, price="100.505")))
    feed, frames = await play(path)
    assert (await feed.instrument()).tick_size == Decimal("0.1")
    assert type(frames[-1].event) is FrameRefused


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next timer instead of waiting for it."""

    jumped = 0.0

    def time(self) -> float:
        return super().time() + self.jumped

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:
            self.jumped += max(0.0, self._scheduled[0].when() - self.time())
        super()._run_once()


@pytest.mark.parametrize(("speed", "expected"), [(1.0, 60.0), (2.0, 30.0), (None, 0.0)])
def test_the_pace_is_the_recordings_times_the_speed(tmp_path: Path, speed: float | None, expected: float) -> None:
    path = tmp_path / "capture"
    path.write_bytes(lines(trade(1), trade(2), trade(3), step=30_000_000_000))

    async def played() -> tuple[float, int]:
        loop = asyncio.get_running_loop()
        feed, box = CaptureFeed(path, speed=speed), Box()
        await feed.instrument()
        begun = loop.time()
        await feed.run(box)
        return loop.time() - begun, len(box.frames)

    loop = VirtualLoop()
    with closing(loop):
        taken, count = loop.run_until_complete(played())
    assert count == 4
    assert taken == pytest.approx(expected, abs=0.5)


def test_the_words_name_file_and_speed(tmp_path: Path) -> None:
    assert CaptureFeed(tmp_path / "a.gz").words == "capture a.gz ×1"
    assert CaptureFeed(tmp_path / "a.gz", speed=None).words == "capture a.gz ×max"


async def test_a_recording_that_is_asked_for_a_snapshot_says_that_it_waits_for_its_next_one(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    snapshot = b'{"lastUpdateId":7,"bids":[["100.00","1"]],"asks":[["100.01","1"]]}'
    path.write_bytes(lines(trade(1), trade(2), snapshot, trade(3)))
    feed, said = CaptureFeed(path, speed=None), []

    class Asking(Box):
        async def put(self, frame: Frame) -> None:
            await super().put(frame)
            said.append(feed.status.detail)
            if len(self.frames) == 2:
                feed.request_snapshot()

    box = Asking()
    await feed.run(box)
    kinds = [type(frame.event) for frame in box.frames]
    at = kinds.index(BookSnapshot)
    assert said == [NO_ANSWER if 2 <= number < at else "" for number in range(len(kinds))]


def test_a_capture_may_be_read_twice(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(lines(trade(1), trade(2)))
    file = CaptureFile(path)
    assert list(file) == list(file) == [(1_000, trade(1)), (2_000, trade(2))]


async def test_a_time_that_leaps_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "leap.log"
    path.write_bytes(lines(trade(1)) + b"9000000000000000000 " + trade(2) + b"\n")
    with pytest.raises(DataError, match=r"line 2, byte \d+: its time is over a week after"):
        await play(path)


async def test_blank_lines_without_end_are_no_capture(tmp_path: Path) -> None:
    path = tmp_path / "blank.log"
    path.write_bytes(lines(trade(1)) + b"\n" * 5000)
    with pytest.raises(DataError, match="more than 1000 blank lines"):
        await play(path)
