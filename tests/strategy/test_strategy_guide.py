"""The strategy that the guide prints is one: it is cut out of the page, loaded from a file and run in the core."""

import re
from pathlib import Path
from typing import Any

from pure_desk import BTC, MID2, START, snapshot

from mm_tui.core.config import CoreConfig
from mm_tui.core.engine import Core
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.risk.gate import Approved
from mm_tui.strategy.registry import make

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "strategies.md"


def test_the_guides_own_strategy_is_short_and_places_its_orders(tmp_path: Path) -> None:
    (source,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(source.splitlines()) < 40
    path = tmp_path / "steady.py"
    path.write_text(source, encoding="utf-8")
    path.chmod(0o600)
    params: Any = make(f"{path}:Steady", None, 1).params
    core = Core(CoreConfig(), BTC, params, lambda params: make(f"{path}:Steady", params, 1))
    core.process(ev.SessionStarted(ts=START, base=10_000, quote=10**11))
    core.process(ev.LinkUp(ts=START, venue="test", resync=True))
    outputs = core.process(snapshot(START))
    approved = [one for one in outputs.commands if isinstance(one, Approved)]
    orders = [one.command for one in approved if isinstance(one.command, cmd.PlaceOrder)]
    assert [order.side.word for order in orders] == ["buy", "sell"]
    assert [round((2 * order.price / MID2 - 1) * 1e4, 1) for order in orders] == [-3.0, 3.0]
    assert core.reason == "steady 3 bps"
