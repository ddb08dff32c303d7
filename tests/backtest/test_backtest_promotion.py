"""A session in which shadows came, one was promoted and that undone: it verifies, and its backtest is the same."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from small_session import capture, loaded, options

from mm_tui.backtest.recording import Changes, open_recording
from mm_tui.backtest.replay.store import key_of
from mm_tui.backtest.runner import Job, run
from mm_tui.backtest.verify import verify
from mm_tui.core.promotion import written
from mm_tui.errors import UsageError
from mm_tui.model.events import OperatorAction
from mm_tui.runtime.control import Control
from mm_tui.runtime.feeds import choose
from mm_tui.runtime.outcome import Outcome
from mm_tui.runtime.session import run_session
from mm_tui.settings.sections import Settings
from mm_tui.strategy.glft import GlftParams
from mm_tui.strategy.passive import PassiveParams
from mm_tui.venues.api import Frame

FILE = """
from mm_tui.strategy.passive import Passive, PassiveParams
class Params(PassiveParams, frozen=True, kw_only=True):
    pass
class Mine(Passive):
    name = "mine"
    Params = Params
"""
Keys = dict[int, tuple[str, str]]


class Pressed:
    """An inbox on whose way somebody presses keys, before frames of these numbers."""

    def __init__(self, inbox: Any, keys: Keys) -> None:
        self._inbox = inbox
        self._keys = keys
        self._count = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inbox, name)

    async def put(self, frame: Frame) -> None:
        self._count += 1
        if self._count in self._keys:
            action, argument = self._keys[self._count]
            await self._inbox.put(Frame(OperatorAction(ts=frame.event.ts, action=action, argument=argument)))
        await self._inbox.put(frame)


class WithKeys:
    """A feed with such an inbox."""

    def __init__(self, feed: Any, keys: Keys) -> None:
        self._feed = feed
        self._keys = keys

    def __getattr__(self, name: str) -> Any:
        return getattr(self._feed, name)

    async def run(self, inbox: Any) -> None:
        await self._feed.run(Pressed(inbox, self._keys))


async def session(tmp_path: Path, keys: Keys, *overrides: str) -> Outcome:
    wanted = options(tmp_path, f"file:{capture(tmp_path, 30)}")
    settings = loaded(*overrides)
    async with AsyncExitStack() as stack:
        chosen = await choose(wanted, settings.settings, stack)
        chosen = msgspec.structs.replace(chosen, feed=WithKeys(chosen.feed, keys))
        return await run_session(wanted, settings, Control(), screen=False, given=chosen)


async def test_a_promoted_shadow_is_in_the_journal_and_the_session_runs_again_to_the_last_digit(tmp_path: Path) -> None:
    keys = {
        60: ("shadow", "add strategy=glft risk_factor=0.05"),
        200: ("promote", written("glft", GlftParams(risk_factor=0.05))),
        260: ("shadow", "drop 2"),
        350: ("promote", written("passive", PassiveParams(min_spread_bps=4.0, quantity_jitter=0.0))),
        450: ("undo", ""),
    }
    first = 'shadows.desks.near="min_spread_bps=1 max_spread_bps=3"'
    outcome = await session(tmp_path, keys, first)
    folder = outcome.folder
    assert folder is not None
    assert verify(folder).words().startswith("identical: ")
    journal = (folder / "journal.jsonl").read_text()
    assert '"name":"desk.strategy","from":"passive","to":"glft"' in journal
    assert '"action":"shadow","argument":"add strategy=glft risk_factor=0.05"' in journal
    recording = open_recording(folder, Changes(), Settings())
    again = run(recording, Job())
    summary = outcome.summary
    assert again["digest"] == summary["digest"]
    assert {key: again[key] for key in ("orders", "fills", "position", "pnl")} == {
        key: summary[key] for key in ("orders", "fills", "position", "pnl")
    }
    assert summary["fills"]["count"] > 0

    # the shadow of the settings is what a backtest of that variant alone comes to
    (near,) = summary["shadows"]
    changes = Changes(("strategy.passive.min_spread_bps=1", "strategy.passive.max_spread_bps=3"))
    alone = run(open_recording(folder, changes, Settings()), Job(operator=False))
    assert (near["name"], near["pnl"], near["fills"]) == ("near", alone["pnl"]["total"], alone["fills"]["count"])
    assert near["position"] == alone["position"]["base"]
    assert near["markouts_bps"] == {name: alone["markouts_bps"][name] for name in ("1s", "5s")}
    assert near["messages"] == alone["quality"]["messages"]
    band = sorted(float(one) for one in alone["pnl"]["band"].values())
    assert [float(one) for one in near["band"]] == [band[0], band[-1]]

    # nothing of the shadows reaches the desk: without them, and without their actions, the outputs are the same
    other = await session(tmp_path, {at: key for at, key in keys.items() if key[0] != "shadow"})
    assert other.summary["digest"] == summary["digest"]
    assert "shadows" not in other.summary


async def test_a_recorded_promotion_runs_a_file_only_where_the_user_names_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(FILE)
    path.chmod(0o600)
    name = f"{path}:Mine"
    keys = {100: ("promote", f'{{"strategy":"{name}","params":{{"orders_per_side":2}}}}')}
    folder = (await session(tmp_path, keys)).folder
    assert folder is not None
    words = "which would run with your rights; read the file, and if it is to run: --trust"
    with pytest.raises(UsageError, match=words):
        verify(folder)
    with pytest.raises(UsageError, match=words):
        run(open_recording(folder, Changes(), Settings()), Job())
    assert verify(folder, Changes(trusted=[name])).identical
    run(open_recording(folder, Changes(), Settings()), Job(operator=False))
    for _ in open_recording(folder, Changes(), Settings(), runs=False).inputs():
        pass

    # what a replay keeps in the cache of a look that was allowed is found by no look that is not, nor by another file
    mine = Changes(trusted=[name])
    keys_of_looks = [key_of(open_recording(folder, one, Settings())) for one in (Changes(), mine, mine)]
    path.write_text(FILE + "\n")
    keys_of_looks.append(key_of(open_recording(folder, mine, Settings())))
    assert keys_of_looks[1] == keys_of_looks[2]
    assert len(set(keys_of_looks)) == 3
