"""Every drill on a live desk: what fails is noticed as if it were none, and the session runs again the same."""

from pathlib import Path

from wire_desk import Record, WireDesk, back, of, state

from mm_tui.backtest.recording import Changes, RecordedSession
from mm_tui.backtest.runner import Job, run
from mm_tui.backtest.verify import verify

MS = 1_000_000
SAME = ("market", "orders", "fills", "position", "pnl", "ended_ns", "digest")


def waits(records: list[Record]) -> list[float]:
    """From leaving to the word that it rests, milliseconds, of each order."""
    left: dict[str, int] = {}
    found = []
    for record in records:
        if record["type"] in ("PlaceOrder", "ReplaceOrder"):
            left[record.get("new_order_id", record["order_id"])] = record["ts"]
        elif record["type"] == "OrderChanged" and record["status"] == "live" and record["order_id"] in left:
            found.append((record["ts"] - left.pop(record["order_id"])) / MS)
    return found


async def test_all_of_them(tmp_path: Path) -> None:
    async with WireDesk(tmp_path, "strategy.passive.min_spread_bps=4") as desk:

        async def drill(text: str) -> int:
            at = await desk.mark()
            desk.control.act("inject", text)
            await desk.until(lambda records: of(records, "Noted"), at)
            return at

        at = await drill("latency 300")
        desk.control.act("widen")
        records = await desk.until(lambda records: len(waits(records)) >= 6, at)
        assert min(waits(records)) >= 300
        assert of(records, "Noted")[0]["text"] == "drill: orders take 300 ms longer"

        at = await drill("latency 0")
        desk.control.act("widen")
        records = await desk.until(lambda records: len(waits(records)) >= 6, at)
        assert max(waits(records)) < 300

        at = await drill("reject 2")
        desk.control.act("widen")
        records = await desk.until(
            lambda records: sum(one["status"] == "rejected" for one in of(records, "OrderChanged")) >= 2, at
        )
        refused = [one for one in of(records, "OrderChanged") if one["status"] == "rejected"]
        assert all("on purpose" in one["reason"] for one in refused)

        at = await drill("gap")
        records = await desk.until(back, at)
        assert len(of(records, "BookInvalid")) == 1

        at = await drill("stall 1s")
        await desk.until(lambda records: state(records) == "stale", at)
        await desk.until(back, at)

        at = await drill("disconnect")
        records = await desk.until(back, at)
        assert [one["up"] for one in of(records, "LinkChanged")] == [False, True]
        assert of(records, "LinkChanged")[0]["reason"] == "connection lost"

        await drill("burst")
        at = await drill("jump -2%")
        records = await desk.until(lambda records: of(records, "RiskTripped"), at)
        assert of(records, "RiskTripped")[0]["rule"] == "price change"

        desk.control.act("inject", "nothing")
        records = await desk.until(lambda records: any("no drill" in one["text"] for one in of(records, "Noted")), at)
        assert [one["action"] for one in of(records, "RiskTripped")] == ["pull"], "one jump counts once"
    assert desk.outcome is not None
    assert desk.outcome.folder is not None
    assert verify(desk.outcome.folder).identical
    again = run(RecordedSession(desk.outcome.folder, Changes()), Job())
    assert {name: again[name] for name in SAME} == {name: desk.outcome.summary[name] for name in SAME}
