"""Facts as lines for people."""

from pure_desk import ASK, BID, BTC

from mm_tui.model import facts
from mm_tui.model.events import BUY, SELL
from mm_tui.model.facts import Fact
from mm_tui.views.log import LENGTH, EventLog


def said(*heard: Fact) -> list[tuple[str, str]]:
    log = EventLog(BTC)
    for fact in heard:
        log.hear(fact)
    log.refresh()
    return [(row.kind, row.text) for row in log.rows]


def changed(status: str, reason: str) -> facts.OrderChanged:
    return facts.OrderChanged(
        ts=1, order_id="a", side=BUY, price=BID, quantity=1, filled=0, status=status, level=0, reason=reason
    )


def test_facts_become_lines_with_their_reasons() -> None:
    fill = facts.Filled(
        ts=1, order_id="a", trade_id="t", side=SELL, price=ASK, quantity=200, maker=False, fee=0, fee_in_base=False,
        matched=1, mid2=None, position=0,
    )  # fmt: skip
    assert said(fill) == [("fill", "sold 0.00200 at 61,800.01, as taker")]
    quote = facts.QuoteDecided(ts=1, side=BUY, level=0, price=BID, quantity=5, reason="mid −2.0 bps")
    assert said(quote) == [("quote", "bid 61,800.00: mid −2.0 bps")]
    assert said(changed("live", "")) == []
    assert said(changed("canceled", "replaced")) == []
    assert said(changed("canceled", "expired")) == [("order", "canceled buy 61,800.00: expired")]
    assert said(facts.StateChanged(ts=1, state="paused", reason="why")) == [("state", "paused: why")]
    assert said(facts.StateChanged(ts=1, state="paused", reason="")) == [("state", "paused")]
    assert said(facts.QuotesPulled(ts=1, reason="gap")) == [("state", "quotes pulled: gap")]
    assert said(facts.RiskTripped(ts=1, rule="kill", value="pressed", limit="", action="halt")) == [
        ("risk", "halt: kill pressed")
    ]
    assert said(facts.RiskTripped(ts=1, rule="loss", value="5", limit="4", action="halt")) == [
        ("risk", "halt: loss 5, limit 4")
    ]
    assert said(facts.BookInvalid(ts=1, reason="gap")) == [("book", "book invalid: gap")]
    assert said(facts.BookValid(ts=1, update_id=5)) == [("book", "book valid at update 5")]
    assert said(facts.LinkChanged(ts=1, up=True, reason="x"), facts.LinkChanged(ts=2, up=False, reason="y")) == [
        ("link", "link down: y"),
        ("link", "link up: x"),
    ]
    assert said(facts.ParameterChanged(ts=1, name="a", before="1", after="2")) == [("set", "a: 1 → 2")]
    assert said(facts.Noted(ts=1, kind="warn", text="look")) == [("warn", "look")]
    assert said(Fact(ts=1)) == []


def test_refusals_are_kept_for_the_risk_panel() -> None:
    log = EventLog(BTC)
    log.hear(facts.RiskRefused(ts=1, rule="collar", side=BUY, price=BID, quantity=5, value="70 bps", limit="60 bps"))
    log.hear(facts.RiskRefused(ts=2, rule="order rate", side=None, price=0, quantity=0, value="9", limit="8/s"))
    log.refresh()
    assert log.refusal == "order rate 9, limit 8/s"
    assert [row.text for row in log.rows] == [
        "refused: order rate 9, limit 8/s",
        "refused bid 61,800.00: collar 70 bps, limit 60 bps",
    ]


def test_the_log_is_bounded_and_made_anew_only_when_something_came() -> None:
    log = EventLog(BTC)
    for number in range(LENGTH + 9):
        log.hear(facts.Noted(ts=number, kind="info", text=str(number)))
    log.refresh()
    rows = log.rows
    assert len(rows) == LENGTH
    assert rows[0].text == str(LENGTH + 8)
    log.refresh()
    assert log.rows is rows
