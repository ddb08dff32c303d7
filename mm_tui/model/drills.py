"""Fault drills: what may be asked to go wrong, so that one sees beforehand what the desk does then.

::

    gap             the next update of the book is lost
    latency 300     orders take 300 ms longer to the exchange, until `latency 0`
    reject 3        the exchange refuses the next three orders
    jump 2%         the price jumps, up or (−2%) down; on the embedded exchange alone
    stall 5s        nothing comes for so long, then all of it at once
    disconnect      the connection is cut
    burst           ten thousand trades at once; on the embedded exchange alone
"""

import re
from typing import Final, Literal, get_args

import msgspec

from mm_tui.errors import UsageError

Kind = Literal["gap", "latency", "reject", "jump", "stall", "disconnect", "burst"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
AT_THE_VENUE: Final = frozenset({"latency", "reject"})
"""Done by the paper venue, in a replay too; the others by the line, which a recording holds."""
OF_THE_MARKET: Final = frozenset({"jump", "burst"})
"""Only a made-up market can be told to do that."""
CONNECTED: Final = frozenset({"demo", "binance"})
"""Venues whose connection can be cut; a recording has none, and where a market is polled each poll has its own."""
EXAMPLES: Final = ("gap", "latency 300", "reject 3", "jump 2%", "stall 5s", "disconnect", "burst")
USAGE: Final = ", ".join(EXAMPLES)

_RULES: Final[dict[str, tuple[re.Pattern[str], float, float, float | None]]] = {
    "latency": (re.compile(r"([0-9]+(?:\.[0-9]+)?)(?: ?ms)?"), 0, 60_000, None),
    "reject": (re.compile(r"([0-9]+)"), 1, 1000, 1),
    "jump": (re.compile(r"([+\-\u2212]?[0-9]+(?:\.[0-9]+)?) ?%"), -20, 20, None),
    "stall": (re.compile(r"([0-9]+(?:\.[0-9]+)?)(?: ?s)?"), 0.1, 60, None),
}
"""How the amount is written, its bounds, and what stands where it is left out; None where it may not be."""
_BOUNDS: Final = {
    "latency": "0 to 60000 ms",
    "reject": "1 to 1000 orders",
    "jump": "-20% to 20%",
    "stall": "0.1 to 60 s",
}


class Drill(msgspec.Struct, frozen=True):
    """One of them."""

    kind: Kind
    amount: float = 0.0
    """ms, orders, percent or seconds, by its kind."""

    @property
    def words(self) -> str:
        """What is going to happen, in one line."""
        amount = f"{self.amount:g}"
        return {
            "gap": "the next update of the book is lost",
            "latency": f"orders take {amount} ms longer" if self.amount else "orders take as long as ever",
            "reject": "the next order is refused" if self.amount == 1 else f"the next {amount} orders are refused",
            "jump": f"the price jumps by {amount} %",
            "stall": f"nothing comes for {amount} s",
            "disconnect": "the connection is cut",
            "burst": "ten thousand trades at once",
        }[self.kind]


def impossible(kind: Kind, venue: str) -> str:
    """Why a drill cannot be held on this venue; empty where it can."""
    if kind in OF_THE_MARKET and venue != "demo":
        return "this market is real: jump and burst move the embedded exchange alone (mm-tui demo)"
    if kind == "disconnect" and venue not in CONNECTED:
        return f"{venue} has no connection that could be cut: try stall, or disconnect on mm-tui demo"
    return ""


def read_drill(text: str) -> Drill:
    """What was typed behind `inject`; raises UsageError with what may be."""
    word, _, rest = text.strip().partition(" ")
    amount = rest.strip()
    if word not in KINDS:
        raise UsageError(f"no drill {word!r}; there are {USAGE}" if word else f"name a drill: {USAGE}")
    rule = _RULES.get(word)
    if rule is None:
        if amount:
            raise UsageError(f"{word} takes no amount")
        return Drill(word)
    pattern, least, most, missing = rule
    if not amount and missing is not None:
        return Drill(word, missing)
    found = pattern.fullmatch(amount)
    value = float(found[1].replace("\u2212", "-")) if found else None
    if value is None or not least <= value <= most or (word == "jump" and not value):
        raise UsageError(f"{word} takes {_BOUNDS[word]}, for example {EXAMPLES[KINDS.index(word)]}")
    return Drill(word, value)
