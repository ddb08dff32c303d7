"""Fills and what they were worth, the scoreboard and the estimates, as frames."""

from decimal import Decimal

from pure_desk import ASK, BID, BTC, SECOND, Rig, ask, bid, delta

from mm_tui.analytics.config import Obligation
from mm_tui.analytics.scores import Scores
from mm_tui.analytics.terms import NO_TERMS, Terms, terms_of
from mm_tui.model.events import BUY, SELL
from mm_tui.strategy.signals import SignalRules
from mm_tui.views.frames import DeskFrame, ObligationFrame, Viewport
from mm_tui.views.log import EventLog
from mm_tui.views.present import Presenter, Vitals
from mm_tui.views.worth import EVERY


class Screen:
    """A rig, its scores, and a presenter behind them."""

    def __init__(self, terms: Terms = NO_TERMS) -> None:
        self.rig = Rig()
        self.scores = Scores(terms, lambda: self.rig.core.gate.max_position)
        self.presenter = Presenter(self.rig.core, self.scores, lambda order_id: None, EventLog(BTC), 10.0)
        self.seen = 0

    def hear(self) -> None:
        """What happened since the last call."""
        core = self.rig.core
        self.scores.after(self.rig.ts, core.mid2, core.book.valid, self.rig.facts[self.seen :])
        self.seen = len(self.rig.facts)

    def frame(self) -> DeskFrame:
        self.hear()
        return self.presenter.present(self.rig.ts, Vitals(), Viewport())

    def wait(self, seconds: float, touch: int = BID) -> None:
        """The market goes on, its best bid from now on this."""
        self.hear()
        self.rig.ts += round(seconds * SECOND)
        self.rig.tick(touch, touch + 1)
        self.hear()


def test_a_desk_without_fills_knows_no_worth() -> None:
    worth = Screen().frame().worth
    assert worth.fills == ()
    assert worth.markouts_buy == worth.markouts_sell == (None,) * 5
    assert worth.break_even_bps is None
    assert worth.fill_ratio_pct is None
    assert worth.at_limit_pct is None


def test_a_fill_shows_at_once_and_its_net_once_five_seconds_are_over() -> None:
    screen = Screen()
    (order, _) = screen.rig.quoting(bid(BID - 1000), ask(ASK + 1000))
    screen.frame()
    screen.rig.fill(order, 60)
    first = screen.frame().worth
    (row,) = first.fills
    assert (row.side, row.price, row.quantity, row.maker) == (BUY, BID - 1000, 60, True)
    assert row.spread == Decimal("0.0006") * Decimal("10.005")
    assert (row.adverse, row.net, row.markouts) == (None, None, (None,) * 5)
    screen.wait(4, BID - 500)
    assert screen.frame().worth.fills[0].adverse is None
    screen.wait(1.1, BID - 500)
    (row,) = screen.frame().worth.fills
    assert row.adverse == Decimal("0.0006") * -5
    assert row.net == row.spread + row.adverse + row.fee  # type: ignore[operator]
    assert row.markouts[2] is not None
    assert row.markouts[3] is None
    worth = screen.frame().worth
    assert worth.markouts_buy[2] == row.markouts[2]
    assert worth.markouts_sell[2] is None
    assert worth.maker_pct == 100.0
    assert worth.break_even_bps == 0.8092
    position = screen.frame().position
    assert (row.spread, row.adverse) == (position.spread_captured, position.adverse_selection)


def test_the_newest_fill_comes_first_and_a_complete_one_stays_the_same_object() -> None:
    screen = Screen()
    (low, high) = screen.rig.quoting(bid(BID - 1000), ask(ASK + 1000))
    screen.rig.fill(low, 60)
    screen.hear()
    screen.wait(61)
    before = screen.frame().worth.fills
    assert None not in before[0].markouts
    screen.rig.fill(high, 60)
    after = screen.frame().worth.fills
    assert [row.side for row in after] == [SELL, BUY]
    assert after[1] is before[0]


def test_a_fill_on_a_book_that_is_not_known_shows_its_fee_alone() -> None:
    screen = Screen()
    (order, _) = screen.rig.quoting(bid(BID - 1000), ask(ASK + 1000))
    screen.frame()
    rig = screen.rig
    rig.ts += 1
    rig.hear(delta(rig.ts, rig.update + 500, rig.update + 501))
    rig.ts += 1
    rig.fill(order, 60)
    (row,) = screen.frame().worth.fills
    assert row.fee == 0
    assert row.spread is row.adverse is row.net is None


def test_what_did_not_change_stays_the_same_object() -> None:
    screen = Screen(terms_of(Obligation(preset="seed"), BTC))
    screen.rig.quoting(bid(BID - 1000), ask(ASK + 1000))
    screen.wait(1)
    first = screen.frame()
    second = screen.frame()
    assert second.worth is first.worth
    assert second.obligation is first.obligation
    screen.rig.ts += EVERY
    third = screen.frame()
    assert third.worth is first.worth
    assert third.obligation is not first.obligation


def test_the_scoreboard_says_share_target_slack_and_now() -> None:
    screen = Screen(terms_of(Obligation(preset="seed"), BTC))
    assert screen.frame().obligation.rows[0].now is None
    screen.rig.quoting(bid(BID - 200_00), ask(ASK + 200_00))
    screen.hear()
    screen.rig.ts += 10 * SECOND
    frame = screen.frame().obligation
    assert (frame.preset, frame.bid_pct, frame.ask_pct, frame.two_sided_pct) == ("seed", 100.0, 100.0, 100.0)
    band = frame.rows[0]
    assert (band.name, band.share_pct, band.target_pct, band.now) == ("bid in band", 100.0, 99.8, True)
    assert band.slack_s is not None
    assert band.slack_s > 0
    screen.wait(1, BID + 300_00)
    after = screen.frame().obligation
    assert [row.now for row in after.rows] == [False, False, True, False]


def test_without_a_promise_the_scoreboard_is_the_uptime() -> None:
    screen = Screen()
    assert screen.frame().obligation == ObligationFrame()
    screen.rig.quoting(bid(BID - 1000))
    screen.hear()
    screen.rig.ts += SECOND
    frame = screen.frame().obligation
    assert (frame.preset, frame.rows, frame.bid_pct, frame.ask_pct) == ("", (), 100.0, 0.0)


def test_estimates_are_what_the_strategy_was_told_last_and_looking_changes_nothing() -> None:
    screen = Screen()
    assert screen.frame().estimates is None
    signals = screen.rig.core.view.signals
    signals.follow(SignalRules(volatility_window=10, intensity_window=10, volatility=1.5, decay=0.5, arrivals=2.0))
    assert screen.frame().estimates is None
    told = signals.estimates(screen.rig.ts)
    screen.rig.ts += 5 * SECOND
    frame = screen.frame().estimates
    assert frame is not None
    assert (frame.volatility, frame.decay, frame.arrivals, frame.fit, frame.seconds) == (1.5, 0.5, 2.0, None, 0)
    assert signals.last is told
    signals.follow(None)
    assert screen.frame().estimates is None
