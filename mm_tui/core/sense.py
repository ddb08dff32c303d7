"""What is wrong with what a strategy says: it may be anyone's, so it is looked at whole before anything follows it.

Types are exact, since what is derived from one may do anything when it is read. Numbers and lengths are bounded, so
that neither sums nor journal nor screen have to take what no desk needs.
"""

from math import isfinite
from typing import get_args

from mm_tui.model.events import BUY, SELL
from mm_tui.model.waterfall import Step, StepName
from mm_tui.model.words import one_line, raised
from mm_tui.strategy.api import Quote, Quotes

STEP_NAMES = frozenset(get_args(StepName))
NUMBERS = frozenset({float, int})
LARGEST = 1 << 52
"""No price and no size is as large, ticks and lots."""
LARGEST2 = 2.0 * LARGEST
"""No price is as far from nought, half ticks."""
MOST_QUOTES = 256
"""On a side: 20 levels and as many hanging orders as an exchange lets rest."""
MOST_STEPS = 32
"""Of a waterfall."""
LONGEST_REASON = 500
"""Characters."""
LONGEST_WHY = 120
"""Characters of a step's words."""


def nonsense(quotes: object, ts: int) -> str:
    """What is wrong with what a strategy returned at `ts`, in one line; empty where nothing is."""
    try:
        return one_line(_of_quotes(quotes, ts))
    except BaseException as error:  # noqa: BLE001 - what is no number may raise anything when it is held against one
        return f"returned what cannot be read: {raised(error)}"


def _of_quotes(quotes: object, ts: int) -> str:  # noqa: PLR0911 - one line a rule
    if type(quotes) is not Quotes:
        return f"returned {type(quotes).__name__}, not Quotes"
    for side, wanted in ((BUY, quotes.bids), (SELL, quotes.asks)):
        if type(wanted) is not tuple:
            return f"the {side.book_word}s are not a tuple but {type(wanted).__name__}"
        if len(wanted) > MOST_QUOTES:
            return f"{len(wanted)} {side.book_word}s are wanted, at most {MOST_QUOTES} may be"
        for quote in wanted:
            if type(quote) is not Quote or quote.side is not side:
                return f"a {side.book_word} is {quote!r}"
            problem = _of_quote(quote, ts)
            if problem:
                return problem
    reference2 = quotes.reference2
    if reference2 is not None and (type(reference2) not in NUMBERS or not isfinite(reference2)):
        return f"the reference {reference2!r} must be a number of half ticks or None"
    return _of_words("reason", quotes.reason, LONGEST_REASON)


def _of_quote(quote: Quote, ts: int) -> str:
    if type(quote.price) is not int or type(quote.quantity) is not int:
        return f"price {quote.price!r} and quantity {quote.quantity!r} must be whole numbers"
    if not (0 < quote.price < LARGEST and 0 < quote.quantity < LARGEST):
        return f"price {quote.price} and quantity {quote.quantity} must be over 0 and below {LARGEST}"
    if type(quote.level) is not int or not 0 <= quote.level < LARGEST:
        return f"the level {quote.level!r} must be a whole number from 0 on"
    if type(quote.target) is not int or not -LARGEST < quote.target < LARGEST:
        return f"the target {quote.target!r} must be a whole number of lots"
    if type(quote.since) is not int or not -LARGEST * LARGEST < quote.since <= ts:
        return f"since {quote.since!r} must be a time in ns that has come"
    return _of_words("reason", quote.reason, LONGEST_REASON) or _of_steps(quote.steps)


def _of_steps(steps: object) -> str:
    if type(steps) is not tuple:
        return f"the steps {steps!a} must be a tuple"
    if len(steps) > MOST_STEPS:
        return f"a quote has {len(steps)} steps, at most {MOST_STEPS} may be"
    for step in steps:
        if type(step) is not Step or type(step.name) is not str or step.name not in STEP_NAMES:
            return f"the step {step!a} must be a Step of a known name"
        if type(step.price2) not in NUMBERS or not -LARGEST2 < step.price2 < LARGEST2:
            return f"the price of the step {step!a} must be a number of half ticks"
        problem = _of_words(f"why of the step {step.name}", step.why, LONGEST_WHY)
        if problem:
            return problem
    return ""


def _of_words(what: str, words: object, longest: int) -> str:
    if type(words) is str and len(words) > longest:
        return f"the {what} has {len(words)} characters, at most {longest} may be"
    return "" if type(words) is str and words.isprintable() else f"the {what} {words!a} must be one line of text"
