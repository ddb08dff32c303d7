"""Everything that reads bytes from outside, as functions of bytes that must not fail but in words of ours.

Each target has samples to begin with. A decoder that is handed anything answers, or raises the one error that its
docstring names; whatever else comes out of it is a defect.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click
import msgspec
from pure_desk import BTC, START

from mm_tui.app.actions import DESK, resolve
from mm_tui.app.command import language
from mm_tui.app.replay_actions import REPLAY
from mm_tui.app.themes import read_theme
from mm_tui.book.book import Book
from mm_tui.book.sync import BookSync
from mm_tui.cli.program import cli
from mm_tui.errors import DataError, FrameError, SettingsError, VenueError
from mm_tui.journal import meta
from mm_tui.journal.index import FILE as INDEX
from mm_tui.journal.index import read_index
from mm_tui.journal.reader import SessionReader
from mm_tui.journal.record import decode as decode_record
from mm_tui.journal.record import parse_market_line
from mm_tui.model.events import BookDelta, BookSnapshot
from mm_tui.settings.load import load
from mm_tui.venues.binance.codec import BinanceCodec
from mm_tui.venues.binance.exchange_info import parse_exchange_info
from mm_tui.venues.ccxt.codec import CcxtCodec
from mm_tui.views.limits import loosening

HOME = Path(tempfile.mkdtemp(prefix="mm-tui-fuzz-"))
"""Where targets that read files have theirs; one process, one folder."""
ROOT = Path(__file__).parents[2]

DIFF = (
    b'{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161253000,"s":"BTCUSDT","U":1,"u":2,'
    b'"b":[["61800.00","1.0"],["61799.99","0"]],"a":[["61800.01","0.5"]]}}'
)
FRAMES = (
    DIFF,
    b'{"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"61800.00","q":"0.1","T":1,"m":true}}',
    b'{"stream":"btcusdt@bookTicker","data":{"u":3,"s":"BTCUSDT","b":"61800.00","B":"1.0","a":"61800.01","A":"1.0"}}',
    b'{"lastUpdateId":100,"bids":[["61800.00","1.0"]],"asks":[["61800.01","1.0"]]}',
    b'{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}',
    b'{"result":null,"id":1}',
)
CCXT = (
    b'{"stream":"ccxt:orderbook","data":{"bids":[[61800.0,1.0]],"asks":[[61800.01,1.0]],"timestamp":1,"nonce":2}}',
    b'{"stream":"ccxt:trades","data":[{"id":"1","timestamp":1,"price":61800.0,"amount":0.1,"side":"buy"}]}',
)
FILTERS = (
    b'{"symbols":[{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","filters":['
    b'{"filterType":"PRICE_FILTER","minPrice":"0.01","maxPrice":"1000000.00","tickSize":"0.01000000"},'
    b'{"filterType":"LOT_SIZE","minQty":"0.00001","maxQty":"9000.0","stepSize":"0.00001"}]}]}'
)
RECORDS = (
    b'{"seq":7,"after":130,"type":"CancelOrder","ts":1723161253000000000,"order_id":"mm-3"}\n',
    b'{"seq":0,"after":0,"type":"OperatorAction","ts":1,"action":"widen","argument":""}\n',
    b'1723161253000000000 {"a":1}',
)
LINES = (b"set risk.max_position 0.5", b"theme paper", b"goto 14:02:10", b"branch a.b=1 c=2", b"explain mm-3", b"q")
ARGUMENTS = (
    b"run\0--venue\0demo\0--speed\0max",
    b"sweep\0last\0--grid\0a=1:2:0.5",
    b"--help",
    b"config\0show\0--set\0a.b=1",
)

_binance, _ccxt = BinanceCodec(BTC), CcxtCodec(BTC)


def binance(data: bytes) -> None:
    """A frame of Binance's, and into the book with what it says."""
    with suppress(FrameError):
        event = _binance.decode(data, START)
        sync = BookSync(Book())
        if isinstance(event, BookSnapshot):
            sync.on_snapshot(event)
        elif isinstance(event, BookDelta):
            sync.on_snapshot(BookSnapshot(ts=START, last_update_id=event.first_id - 1, bids=[], asks=[]))
            sync.on_delta(event)


def ccxt(data: bytes) -> None:
    """A line of an exchange that is asked through ccxt."""
    with suppress(FrameError):
        _ccxt.decode(data, START)


def exchange_info(data: bytes) -> None:
    """The venue's filters."""
    with suppress(VenueError):
        parse_exchange_info(data, "BTC/USDT")


def record(data: bytes) -> None:
    """A line of the journal, and one of the market's log."""
    with suppress(DataError):
        decode_record(data)
    with suppress(DataError):
        parse_market_line(1, data)


def settings(data: bytes) -> None:
    """A settings file."""
    file = _written("settings.toml", data)
    with suppress(SettingsError):
        load(file, [], {}, HOME)


def override(data: bytes) -> None:
    """`--set`, and a variable of the environment."""
    text = data.decode(errors="replace").replace("\0", "")
    with suppress(SettingsError):
        load(None, [text], {"MM_TUI__RISK__MAX_POSITION": text, f"MM_TUI__{text[:40]}": "1"}, HOME)


def theme(data: bytes) -> None:
    """A theme."""
    read_theme(_written("theme.toml", data), {}, [])


def session(data: bytes) -> None:
    """A session's metadata, its index, and both of its logs, the first byte saying which."""
    kind, rest = data[:1], data[1:]
    folder = HOME / "session"
    folder.mkdir(exist_ok=True)
    for name in ("market.log", "market.log.gz", "journal.jsonl", INDEX):
        (folder / name).unlink(missing_ok=True)
    (folder / meta.FILE).write_bytes(SESSION)
    names = {b"m": "market.log", b"z": "market.log.gz", b"j": "journal.jsonl", b"i": INDEX, b"s": meta.FILE}
    (folder / names.get(kind, "journal.jsonl")).write_bytes(rest)
    with suppress(DataError):
        found = read_index(folder)
        for number in range(len(found.milestones) if found is not None else 0):
            found.body(number)  # type: ignore[union-attr]  # there is one
        for _ in SessionReader(folder, salvage=kind.isupper()).records():
            pass


def line(data: bytes) -> None:
    """What is typed on the command line of the desk, and a key that is given to an action."""
    text = data.decode(errors="replace")
    for table in (DESK, REPLAY):
        parsed = language.parse(text, table)
        language.complete(text, ["risk.max_position"], ["paper"], ["mm-3"], table)
        if isinstance(parsed, language.Command):
            loosening(parsed.argument, (("max_position", 0.5),))
        resolve({"pause": text, text: "x"}, table)


def arguments(data: bytes) -> None:
    """The command line of the program, understood and not run."""
    words = data.decode(errors="replace").split("\0")
    with suppress(click.ClickException, click.exceptions.Exit, SystemExit):
        context = cli.make_context("mm-tui", words, resilient_parsing=True)
        cli.parse_args(context, words)


def _written(name: str, data: bytes) -> Path:
    path = HOME / name
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(data)
    return path


SESSION = msgspec.json.encode(
    meta.SessionMeta(
        version="0", venue="demo", symbol="BTC/USDT", strategy="passive", instrument=BTC, settings={}, start=START
    )
)

Target = Callable[[bytes], None]
TARGETS: dict[str, tuple[Target, tuple[bytes, ...]]] = {
    "binance": (binance, FRAMES),
    "ccxt": (ccxt, CCXT),
    "exchange_info": (exchange_info, (FILTERS,)),
    "record": (record, RECORDS),
    "settings": (settings, ((ROOT / "settings.toml").read_bytes()[:3000], b"[risk]\nmax_position = 0.5\n")),
    "override": (override, (b"risk.max_position=0.5", b"ccxt.options={a=1}", b"record.dir=x")),
    "theme": (theme, ((ROOT / "themes/graphite.toml").read_bytes(), b'name="x"\n[colours]\nbid="#fff"\n')),
    "session": (session, (b"j" + RECORDS[0], b"m" + RECORDS[2] + b"\n", b"s" + SESSION, b"imm-tui", b"z\x1f\x8b")),
    "line": (line, LINES),
    "arguments": (arguments, ARGUMENTS),
}
DECODERS = ("binance", "ccxt", "exchange_info", "record")
"""Those that see what the venue says, and what was recorded of it."""
