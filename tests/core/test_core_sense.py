"""What a strategy may say, and that nothing it says or does to its view hurts the desk."""

from typing import Any

import pytest
from msgspec.structs import force_setattr
from pure_desk import ASK, BID, START, Rig, ask, bid

from mm_tui.core import sense
from mm_tui.core.sense import nonsense
from mm_tui.model import facts
from mm_tui.model.events import BUY, SELL
from mm_tui.model.waterfall import Step
from mm_tui.model.words import LONGEST
from mm_tui.strategy.api import Quote, Quotes

B, A = bid(BID - 1000), ask(ASK + 1000)


class Mute:
    """Cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")


class Sly(Quotes):  # type: ignore[misc]  # not frozen, that is the point
    """Looks like quotes and raises when it is read."""

    @property  # type: ignore[misc]  # likewise
    def bids(self) -> Any:
        raise ValueError("not now")


def of(quote: Quote) -> Quotes:
    return Quotes((quote,))


@pytest.mark.parametrize(
    ("quotes", "words"),
    [
        (Sly(), "returned Sly, not Quotes"),
        (Quotes(bids=(Mute(),)), "returned what cannot be read: RuntimeError: no words"),  # type: ignore[arg-type]
        (of(Quote(BUY, 0, 10**5000, 1)), "returned what cannot be read: ValueError"),
        (of(Quote(BUY, 0, 1, 10**30)), "must be over 0 and below"),
        (of(Quote(BUY, 10**5000, 1, 1)), "returned what cannot be read: ValueError"),
        (of(Quote(BUY, 0, 1, 1, target=10**30)), "must be a whole number of lots"),
        (of(Quote(BUY, 0, 1, 1, since=-(10**40))), "must be a time in ns that has come"),
        (of(Quote(BUY, 0, 1, 1, reason="x" * 501)), "the reason has 501 characters, at most 500 may be"),
        (of(Quote(BUY, 0, 1, 1, reason="\x1b[31m")), r"the reason '\x1b[31m' must be one line of text"),
        (of(Quote(BUY, 0, 1, 1, reason=b"x")), "must be one line of text"),  # type: ignore[arg-type]
        (of(Quote(BUY, 0, 1, 1, steps=(Step("level", 1.0),) * 33)), "a quote has 33 steps, at most 32 may be"),
        (
            of(Quote(BUY, 0, 1, 1, steps=(Step("level", 1.0, "x" * 121),))),
            "the why of the step level has 121 characters, at most 120 may be",
        ),
        (Quotes(asks=(Quote(SELL, 0, 1, 1),) * 257), "257 asks are wanted, at most 256 may be"),
        (Quotes(reason="x" * 501), "the reason has 501 characters"),
        (Quotes(reason=5), "the reason 5 must be one line"),  # type: ignore[arg-type]
        (Quotes(reference2=float("nan")), "the reference nan must be a number of half ticks or None"),
        (Quotes(reference2="100"), "the reference '100' must be"),  # type: ignore[arg-type]
        (Quotes(reference2=10**400), "returned what cannot be read: OverflowError"),
    ],
)
def test_what_no_desk_needs_is_nonsense_in_one_line(quotes: object, words: str) -> None:
    said = nonsense(quotes, START)
    assert words in said
    assert said.isprintable()
    assert len(said) <= LONGEST
    rig = Rig()
    orders = rig.quoting(B, A)
    rig.strategy.quotes = quotes
    rig.tick()
    assert rig.said(facts.Noted)[-1].text == f"strategy scripted: {said}; that decision is dropped"
    assert (rig.state, rig.take()) == ("quoting", [])
    assert [order.status.value for order in orders] == ["live", "live"]


def test_the_most_that_may_be_said_makes_sense() -> None:
    steps = (Step("level", 2.0 * sense.LARGEST - 1, "x" * sense.LONGEST_WHY),) * sense.MOST_STEPS
    largest = sense.LARGEST - 1
    bids = (Quote(BUY, largest, largest, largest, -largest, "x" * sense.LONGEST_REASON, steps, START),)
    asks = (Quote(SELL, 0, 1, 1, since=0),) * sense.MOST_QUOTES
    assert not nonsense(Quotes(bids * sense.MOST_QUOTES, asks, 2.5, "x" * sense.LONGEST_REASON), START)


def test_quotes_that_change_after_they_were_said_are_wanted_as_they_were() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    said = Quotes((B,))
    rig.strategy.quotes = said
    rig.tick()
    force_setattr(said, "bids", ["all", None])
    rig.act("toggle_asks")
    rig.tick()
    assert (rig.state, rig.take(), order.status.value) == ("one-sided", [], "live")


class Slow:
    """Takes long to be looked at."""

    looked_at = False

    def __repr__(self) -> str:
        self.looked_at = True
        return "slow"


class Watch:
    """A stopwatch that is over once something was looked at."""

    stuck = False

    def __init__(self, slow: Slow) -> None:
        self.slow = slow

    def start(self) -> None:
        """It began."""

    def over(self) -> str:
        return "took too long" if self.slow.looked_at else ""


def test_the_look_at_what_was_said_counts_against_the_strategys_time() -> None:
    rig, slow = Rig(), Slow()
    rig.quoting(B)
    rig.core.quoter.stopwatch = Watch(slow)
    rig.tick()
    assert not rig.said(facts.Noted)
    rig.strategy.quotes = Quotes((slow,))  # type: ignore[arg-type]
    rig.tick()
    assert rig.said(facts.Noted)[-1].text == "strategy scripted: took too long; that decision is dropped"


def test_a_strategy_that_takes_its_name_away_still_fails_under_it() -> None:
    rig = Rig()
    rig.quoting(B)
    rig.strategy.name = None  # type: ignore[assignment]
    rig.strategy.error = ValueError("no")
    rig.tick()
    assert rig.said(facts.Noted)[-1].text.startswith("strategy scripted: ValueError: no")


@pytest.mark.parametrize("said", [float("nan"), float("inf"), 10**400, "x", None])
def test_a_distance_that_is_no_number_is_none(said: object) -> None:
    rig = Rig()
    rig.strategy.nearest_bps = lambda: said  # type: ignore[method-assign,assignment,return-value]
    assert rig.core.quoter.nearest_bps() is None


def test_a_description_is_cut_to_a_line() -> None:
    rig = Rig()
    rig.strategy.describe = lambda: "x" * 6000  # type: ignore[method-assign]
    rig.open_book()
    assert rig.core.reason == "x" * (LONGEST - 1) + "…"


@pytest.mark.parametrize(
    "name", ["instrument", "references", "signals", "account", "bid_cost", "max_position", "completions", "position"]
)
def test_what_the_desk_relies_on_cannot_be_assigned_in_the_view(name: str) -> None:
    rig = Rig()
    with pytest.raises(AttributeError):
        setattr(rig.core.view, name, None)
