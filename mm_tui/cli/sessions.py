"""`mm-tui sessions` and `mm-tui kill`: what was recorded, and the kill switch from another terminal."""

import os
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mm_tui.cli.common import Globals, PlaceType, global_options, load_settings
from mm_tui.errors import DeskError, UsageError

if TYPE_CHECKING:
    from mm_tui.journal.desks import Desk
    from mm_tui.journal.folder import SessionEntry

_NAMES = 44
"""Of a session's name, at least; a black box's is longer."""
_FOLDER = PlaceType(file_okay=False)


@click.command()
@click.option("--session-dir", type=_FOLDER, metavar="DIR", help="List this folder instead of the usual one.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@global_options
@click.pass_obj
def sessions(chosen: Globals, session_dir: Path | None, *, as_json: bool) -> None:
    """List recorded sessions, the newest first."""
    from mm_tui.journal import folder  # noqa: PLC0415  # the command line starts without it
    from mm_tui.settings.places import boxes_folder, sessions_folder  # noqa: PLC0415  # likewise

    root = sessions_folder(os.environ, session_dir or load_settings(chosen, ()).settings.record.dir)
    found = folder.sessions(root, boxes_folder(os.environ))
    if as_json:
        import msgspec  # noqa: PLC0415  # likewise

        click.echo(msgspec.json.format(msgspec.json.encode([_plain(entry) for entry in found])).decode())
        return
    if not found:
        click.echo(f"no sessions under {root}", err=True)
    width = max([_NAMES, *(len(entry.path.name) for entry in found)])
    for entry in found:
        click.echo(_row(entry, width))


@click.command(short_help="Throw the kill switch of running desks.")
@click.option("--session", type=_FOLDER, metavar="DIR", help="Only the desk that records there.")
@global_options
@click.pass_obj
def kill(_chosen: Globals, session: Path | None) -> None:
    """Throw the kill switch of running desks: they cancel all orders and halt until a person re-arms them."""
    from mm_tui.journal import desks  # noqa: PLC0415  # the command line starts without it
    from mm_tui.settings.places import state_folder  # noqa: PLC0415  # likewise

    found = desks.running(state_folder(os.environ))
    if session is not None:
        found = _recording_in(session, found)
        if not found:
            raise UsageError(f"no desk is recording in {session}; `mm-tui sessions` shows which sessions are running")
    if not found:
        click.echo("no desk of yours is running", err=True)
    failed = []
    for desk in found:
        wrong = desks.kill(desk)
        if wrong:
            failed.append(wrong)
        else:
            click.echo(", ".join(filter(None, (f"killed: pid {desk.pid}", desk.pair, desk.session or "not recorded"))))
    if failed:
        raise DeskError("\n".join(f"not killed: {words}" for words in failed))


def _recording_in(session: Path, found: "list[Desk]") -> "list[Desk]":
    """Desks whose session is this folder or lies in it; also one that only the folder's own lock tells of."""
    from mm_tui.journal import lock  # noqa: PLC0415  # the command line starts without it
    from mm_tui.journal.desks import Desk  # noqa: PLC0415  # likewise

    named = session.resolve()
    there = [desk for desk in found if desk.session and Path(desk.session).is_relative_to(named)]
    pid = lock.holder(named / lock.FILE)
    if pid is not None and all(desk.pid != pid for desk in there):
        there.append(Desk(pid, str(named), "", ""))
    return there


def _state(entry: "SessionEntry") -> str:
    if entry.pid is not None:
        return f"running, pid {entry.pid}"
    if entry.meta is not None and entry.meta.black_box_of is not None:
        return entry.meta.ended or "black box"
    return entry.note or (entry.meta.ended if entry.meta is not None else None) or "ended"


def _seconds(entry: "SessionEntry") -> float | None:
    if entry.meta is None or entry.meta.end is None:
        return None
    return (entry.meta.end - entry.meta.start) / 1e9


def _row(entry: "SessionEntry", width: int) -> str:
    seconds = _seconds(entry)
    lasted = "" if seconds is None else f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"
    strategy = entry.meta.strategy.rpartition("/")[2] if entry.meta is not None else ""
    return (
        f"{entry.path.name:<{width}} {lasted:>8} {entry.size / 1e6:>8.1f} MB  {strategy:<12} {_result(entry):>26}  "
        f"{_state(entry)}"
    )


def _result(entry: "SessionEntry") -> str:
    """Fills and what they made, rounded for people; a dash where it is not known."""
    meta = entry.meta
    if meta is None or meta.result is None:
        return "–"
    try:
        pnl = f"{Decimal(meta.result.pnl or 'unknown'):+,.2f}".replace("-", "\u2212")
    except InvalidOperation:
        pnl = "–"
    fills = meta.result.fills
    return f"{fills:,} {'fill' if fills == 1 else 'fills'} {pnl} {meta.instrument.quote}"


def _plain(entry: "SessionEntry") -> dict[str, Any]:
    from mm_tui.model.words import written  # noqa: PLC0415  # the command line starts without it

    meta = entry.meta
    return {
        "session": written(entry.path.name),
        "path": written(str(entry.path)),
        "venue": meta and meta.venue,
        "symbol": meta and meta.symbol,
        "strategy": meta and meta.strategy,
        "started_ns": meta and meta.start,
        "ended_ns": meta and meta.end,
        "ended": meta and meta.ended,
        "black_box_of": meta and meta.black_box_of,
        "market_lines": meta and meta.market_lines,
        "digest": meta and meta.digest,
        "result": meta and meta.result,
        "bytes": entry.size,
        "pid": entry.pid,
        "note": entry.note and written(entry.note),
    }
