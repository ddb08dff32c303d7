"""Microseconds a frame, from the bytes to a decision, on recorded market data; beside `json.loads` and ccxt.pro.

    python bench/live.py [CAPTURE] [--rounds N] [--json] [--check]

All contestants run in one process, round by round in changing order, each over every frame of the capture. A frame is
timed by itself and the cost of the timer taken off. What a frame costs is the median of its times over the rounds, so
that another program's turn on the core is nobody's cost; mean, p50 and p99 are over the frames, `least` is the mean of
each frame's best time. The collector runs as in the desk: what was there before is frozen. The contestants:

- json: `json.loads` of the frame's bytes
- decode: our codec
- book: our codec and the ordered book
- step: the whole desk: codec, book, strategy, order planning, risk gate, paper venue
- journal: the same, and every frame and record written to disk
- band: the whole desk, and the two others of the PnL's band catching up after each frame
- ccxt: the handler of `ccxt.pro.binance`, its own parsing of the text included; it keeps a book and decides nothing
"""

import argparse
import gc
import gzip
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from time import perf_counter_ns
from typing import Any

import msgspec
from ccxt_handler import CcxtHandler

from mm_tui.book.book import Book
from mm_tui.book.sync import BookSync, Outcome
from mm_tui.bus import EventBus
from mm_tui.journal.writer import SessionWriter
from mm_tui.model.events import BookDelta, BookSnapshot, LinkUp
from mm_tui.model.instrument import Instrument
from mm_tui.runtime.assembly import Terms, build_desk, opening
from mm_tui.runtime.desk import Journal
from mm_tui.runtime.followers.band import Band
from mm_tui.settings.sections import Settings
from mm_tui.venues.binance.codec import BinanceCodec
from mm_tui.venues.binance.exchange_info import parse_exchange_info

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
CAPTURE = DATA / "btcusdt_20240808.gz"
EXCHANGE_INFO = "exchangeInfo_20211012.json"
KINDS = ("depth", "trade", "bookTicker")
CONTESTANTS = ("json", "decode", "book", "step", "journal", "band", "ccxt")
DEPTH_REACH = 4.0
"""Decode and ordered book, times `json.loads`, on a depth frame."""
STEP_REACH = 4.0
"""The whole step's frames a second, times those of ccxt.pro's handler."""


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One recorded frame."""

    ts: int
    raw: bytes
    text: str
    """What ccxt's transport hands it: already text."""
    kind: str
    """One of KINDS, or `snapshot`."""


Take = Callable[[Frame], object]


class Contestant(msgspec.Struct):
    """What is timed, made anew for each round."""

    take: Take
    close: Callable[[], object] = lambda: None
    report: Callable[[], dict[str, Any]] = dict


def read(path: Path) -> Iterator[Frame]:
    """The frames of a capture in hftbacktest's format."""
    with path.open("rb") as packed:
        is_packed = packed.read(2) == b"\x1f\x8b"
    with gzip.open(path) if is_packed else path.open("rb") as lines:
        for line in lines:
            ts, raw = line.rstrip().split(b" ", 1)
            stream = json.loads(raw).get("stream", "")
            kind = stream.split("@")[1] if stream else "snapshot"
            yield Frame(int(ts), raw, raw.decode(), kind)


def json_only() -> Contestant:
    """`json.loads`."""
    loads = json.loads
    return Contestant(lambda frame: loads(frame.raw))


def decode_only(instrument: Instrument) -> Contestant:
    """Our codec."""
    decode = BinanceCodec(instrument).decode
    return Contestant(lambda frame: decode(frame.raw, frame.ts))


def decode_and_book(instrument: Instrument) -> Contestant:
    """Our codec and the ordered book."""
    decode = BinanceCodec(instrument).decode
    book = Book()
    sync = BookSync(book)
    lost = [0]

    def take(frame: Frame) -> None:
        event = decode(frame.raw, frame.ts)
        kind = type(event)
        if kind is BookDelta:
            if sync.on_delta(event) is Outcome.GAP:  # type: ignore[arg-type]
                lost[0] += 1
        elif kind is BookSnapshot:
            sync.on_snapshot(event)  # type: ignore[arg-type]

    return Contestant(
        take, report=lambda: {"gaps": lost[0], "bid": book.bids.best(), "ask": book.asks.best(), "live": sync.live}
    )


def whole_step(
    instrument: Instrument, first_ts: int, journal: Journal | None = None, *, banded: bool = False
) -> Contestant:
    """The desk as a session builds it, at the default settings but for one breaker, so that it quotes to the end."""
    settings = Settings()
    limits = msgspec.structs.replace(settings.risk, max_same_side_fills=1_000_000)
    terms = Terms(
        settings=msgspec.structs.replace(settings, risk=limits),
        instrument=instrument,
        strategy=settings.desk.strategy,
        maker_bps=0.0,
        taker_bps=5.0,
        stale_after_ms=settings.feed.stale_after_ms,
    )
    desk = build_desk(terms, EventBus(perf_counter_ns), journal)
    core = desk.core
    band = Band(desk, terms)
    for event in (opening(terms, first_ts), LinkUp(ts=first_ts, venue="file")):
        desk.step(event)
        band.take(event)
    decode = BinanceCodec(instrument).decode

    def take(frame: Frame) -> None:
        event = decode(frame.raw, frame.ts)
        if event is not None:
            desk.step(event, frame.raw)

    def take_all(frame: Frame) -> None:
        event = decode(frame.raw, frame.ts)
        if event is not None:
            desk.step(event, frame.raw)
            band.take(event)
            band.catch_up(desk.ts)

    def report() -> dict[str, Any]:
        orders, account = core.orders, core.account
        return {
            "gaps": core.market.gaps,
            "state": str(core.state),
            "placed": orders.placed,
            "fills": account.fills,
            "bid": core.book.bids.best(),
            "ask": core.book.asks.best(),
            **({"band": [str(figure) for figure in band.figures()]} if banded else {}),
        }

    return Contestant(take_all if banded else take, report=report)


def journalled_step(instrument: Instrument, first_ts: int) -> Contestant:
    """The desk with its recorder."""
    folder = tempfile.TemporaryDirectory(prefix="mm-tui-bench-")
    writer = SessionWriter(Path(folder.name))
    contestant = whole_step(instrument, first_ts, writer)

    def close() -> None:
        writer.close()
        folder.cleanup()

    contestant.close = close
    return contestant


def ccxt_handler(exchange_info: Path) -> Contestant:
    """ccxt.pro's handler."""
    handler = CcxtHandler(exchange_info)

    def take(frame: Frame) -> None:
        if frame.kind == "snapshot":
            handler.snapshot(frame.raw)
        else:
            handler.feed(frame.text)

    def report() -> dict[str, Any]:
        bid, ask = handler.top()
        trades, quoted = handler.counts()
        return {"bid": bid, "ask": ask, "trades": trades, "quoted": quoted}

    return Contestant(take, handler.close, report)


def timer_cost() -> int:
    """What two looks at the clock cost, ns."""
    marks = [perf_counter_ns() for _ in range(20_001)]
    return int(statistics.median(after - before for before, after in pairwise(marks)))


def run_round(frames: list[Frame], contestant: Contestant, overhead: int) -> list[int]:
    """Nanoseconds of every frame."""
    times = []
    take, clock = contestant.take, perf_counter_ns
    gc.collect()
    gc.freeze()
    for frame in frames:
        before = clock()
        take(frame)
        after = clock()
        times.append(max(0, after - before - overhead))
    gc.unfreeze()
    return times


def figures(times: list[float], least: list[int]) -> dict[str, float]:
    """Microseconds: mean, p50, p99 of the frames' times, and the mean of their best ones."""
    ordered = sorted(times)
    return {
        "mean": round(statistics.fmean(ordered) / 1e3, 3),
        "p50": round(ordered[len(ordered) // 2] / 1e3, 3),
        "p99": round(ordered[len(ordered) * 99 // 100] / 1e3, 3),
        "least": round(statistics.fmean(least) / 1e3, 3),
    }


def measure(path: Path, rounds: int) -> dict[str, Any]:
    """Every contestant, every round; what a frame costs, and what each came to."""
    frames = [frame for frame in read(path) if frame.kind in (*KINDS, "snapshot")]
    info = path.parent / EXCHANGE_INFO
    instrument = parse_exchange_info(info.read_bytes(), "BTC/USDT")
    first_ts = frames[0].ts
    makers: dict[str, Callable[[], Contestant]] = {
        "json": json_only,
        "decode": lambda: decode_only(instrument),
        "book": lambda: decode_and_book(instrument),
        "step": lambda: whole_step(instrument, first_ts),
        "journal": lambda: journalled_step(instrument, first_ts),
        "band": lambda: whole_step(instrument, first_ts, banded=True),
        "ccxt": lambda: ccxt_handler(info),
    }
    overhead = timer_cost()
    by_round: dict[str, list[list[int]]] = {name: [] for name in CONTESTANTS}
    reports: dict[str, dict[str, Any]] = {}
    for turn in range(rounds):
        for place in range(len(CONTESTANTS)):
            name = CONTESTANTS[(place + turn) % len(CONTESTANTS)]
            contestant = makers[name]()
            by_round[name].append(run_round(frames, contestant, overhead))
            report = contestant.report()
            contestant.close()
            if reports.setdefault(name, report) != report:
                raise RuntimeError(f"{name} came to {report} in round {turn + 1}, to {reports[name]} before")
    agree(reports, instrument)
    return {
        "capture": path.name,
        "frames": {kind: sum(frame.kind == kind for frame in frames) for kind in KINDS},
        "rounds": rounds,
        "timer_ns": overhead,
        "us": {name: _settled(frames, times) for name, times in by_round.items()},
        "reports": reports,
    }


def agree(reports: dict[str, dict[str, Any]], instrument: Instrument) -> None:
    """All who keep a book must have come to the same touch; raises RuntimeError where they did not."""
    ccxt = reports["ccxt"]
    for name in ("book", "step", "journal", "band"):
        touch = [float(instrument.price(reports[name][side])) for side in ("bid", "ask")]
        if touch != [ccxt["bid"], ccxt["ask"]] or reports[name]["gaps"]:
            raise RuntimeError(f"{name} ended at {reports[name]}, ccxt at {ccxt}")


def _settled(frames: list[Frame], by_round: list[list[int]]) -> dict[str, dict[str, float]]:
    """The figures by kind of frame, and of all; the snapshot counts in neither."""
    usual = [statistics.median(times) for times in zip(*by_round, strict=True)]
    least = [min(times) for times in zip(*by_round, strict=True)]
    settled = {}
    for kind in (*KINDS, "all"):
        places = [n for n, frame in enumerate(frames) if frame.kind == kind or (kind == "all" and frame.kind in KINDS)]
        if places:
            settled[kind] = figures([usual[n] for n in places], [least[n] for n in places])
    return settled


def reach(us: dict[str, Any]) -> dict[str, float]:
    """The two figures that are asked for, and what the band's other desks take of a core, µs a frame."""
    return {
        "depth_book_to_json": round(us["book"]["depth"]["mean"] / us["json"]["depth"]["mean"], 2),
        "step_to_ccxt_frames_per_s": round(us["ccxt"]["all"]["mean"] / us["step"]["all"]["mean"], 2),
        "band_members_us": round(us["band"]["all"]["mean"] - us["step"]["all"]["mean"], 2),
    }


def table(result: dict[str, Any]) -> str:
    """For people."""
    us = result["us"]
    lines = [f"{result['capture']}, {result['rounds']} rounds; µs a frame; ratios are of means"]
    lines.append(f"{'':14}{'':10}{'mean':>9}{'p50':>9}{'p99':>9}{'least':>9}{'× json':>9}{'ccxt ÷ it':>11}")
    for kind in (*KINDS, "all"):
        if kind not in us["json"]:
            continue
        lines.append("")
        for name in CONTESTANTS:
            row = us[name][kind]
            lines.append(
                f"{kind:14}{name:10}{row['mean']:9.2f}{row['p50']:9.2f}{row['p99']:9.2f}{row['least']:9.2f}"
                f"{row['mean'] / us['json'][kind]['mean']:9.2f}{us['ccxt'][kind]['mean'] / row['mean']:11.2f}"
            )
    step, ccxt = us["step"]["all"]["mean"], us["ccxt"]["all"]["mean"]
    reached = reach(us)
    ratio = f"{reached['depth_book_to_json']:.2f} × json.loads (reach: at most {DEPTH_REACH:g})"
    pace = f"whole step {1e6 / step:,.0f} frames/s, ccxt.pro's handler {1e6 / ccxt:,.0f}"
    gain = f"{reached['step_to_ccxt_frames_per_s']:.2f} × (reach: at least {STEP_REACH:g})"
    lines += [
        "",
        f"decode and ordered book on a depth frame: {ratio}",
        f"{pace}: {gain}",
        f"the band's two other desks: {reached['band_members_us']:.2f} µs a frame",
        f"what the desk did: {result['reports']['step']}; ccxt's book: {result['reports']['ccxt']}",
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure, print; with --check say by the exit code whether the reach was met."""
    parser = argparse.ArgumentParser(description="Microseconds a frame, from the bytes to a decision.")
    parser.add_argument("capture", type=Path, nargs="?", default=CAPTURE)
    parser.add_argument("--rounds", type=int, default=5, help="odd, so that a frame has a middle time")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--check", action="store_true", help="exit 1 where the reach is missed")
    options = parser.parse_args()
    for needed in (options.capture, options.capture.parent / EXCHANGE_INFO):
        if not needed.is_file():
            sys.stderr.write(
                f"{needed} is not there; name a capture in hftbacktest's format, with {EXCHANGE_INFO} beside it\n"
            )
            return 65
    result = measure(options.capture, options.rounds)
    result["reach"] = reach(result["us"])
    print(json.dumps(result, indent=1) if options.json else table(result))
    met = (
        result["reach"]["depth_book_to_json"] <= DEPTH_REACH
        and result["reach"]["step_to_ccxt_frames_per_s"] >= STEP_REACH
    )
    return 0 if met or not options.check else 1


if __name__ == "__main__":
    sys.exit(main())
