"""One value against the type of its key, in words that a user can act on; and what several keys must hold together."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, get_args, get_origin

import msgspec

from mm_tui.analytics.terms import resolved
from mm_tui.core import variant
from mm_tui.core.variant import LONGEST_NAME
from mm_tui.errors import SettingsError
from mm_tui.model.bounds import ORDERED, Pairs, disordered, unusable
from mm_tui.model.expected import either, must_be
from mm_tui.model.expected import shown as shown  # noqa: PLC0414 - words of this room too
from mm_tui.model.expected import suggestion as suggestion  # noqa: PLC0414 - likewise
from mm_tui.settings.sections import MOST_SHADOWS, Settings, Strategies
from mm_tui.strategy.avellaneda import AvellanedaParams
from mm_tui.strategy.glft import GlftParams

Key = tuple[str, ...]

VENUE: Final = re.compile(r"auto|demo|binance|ccxt:[A-Za-z0-9_]+|file:.+", re.DOTALL)
SYMBOL: Final = re.compile(r"[^\s/]+/[^\s/]+")
_FILE_STRATEGY = re.compile(r"/.+\.py:[A-Za-z_][A-Za-z0-9_]*")
_SECRET = re.compile(r"secret|passw|passphrase|token|api_?key|private_?key|login|two_?fa", re.IGNORECASE)
_USER_INFO = re.compile(r"(?<=://)[^/\s]+(?=@)")
_URLS = (("rest_url", ("https", "http")), ("ws_url", ("wss", "ws")), ("ws_api_url", ("wss", "ws")))
_ORDERED: tuple[tuple[str, Pairs], ...] = (
    ("orders", (("modify_threshold_bps", "max_modify_deviation_bps"),)),
    ("feed", (("reconnect_initial_ms", "reconnect_max_ms"),)),
)
"""Keys of a section of which the first may not be over the second."""
_BAND: Pairs = (("min_spread_bps", "max_spread_bps"),)
"""Likewise in the obligation, once the preset has filled in what is not set."""

HIDDEN = "(hidden)"
"""What stands where a secret would."""


@cache
def keys_of(table: Any) -> dict[str, Any]:
    """Key to type, of a table of the settings, in order; a table of free keys has none."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(table)} if is_table(table) else {}


def is_table(kind: Any) -> bool:
    """Whether the type is a section with keys of its own."""
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def free_values(kind: Any) -> Any | None:
    """The type of the values of a table with free keys; None where the type is no such table."""
    return get_args(kind)[1] if get_origin(kind) is dict else None


def is_text(value: object) -> bool:
    """Whether it can be written down, as a session does; what came in another encoding than UTF-8 cannot."""
    if isinstance(value, list | tuple):
        return all(is_text(item) for item in value)
    return not isinstance(value, str) or value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)


def is_secret(path: Key) -> bool:
    """Whether the value of the key must never be shown."""
    return path[:2] == ("ccxt", "options") and len(path) > 2 and bool(_SECRET.search(path[-1]))  # noqa: PLR2004  # a key below the table


def without_user(text: str) -> str:
    """The text with the user's name and password of each address in it hidden."""
    return _USER_INFO.sub(HIDDEN, text)


def convert(value: object, kind: Any) -> tuple[Any, str]:
    """The value as its type wants it and no words, or nothing and what it must be."""
    try:
        converted = msgspec.convert(value, kind)
    except (msgspec.ValidationError, OverflowError):
        return None, must_be(value, kind)
    problem = unusable(converted)
    if problem:
        return None, f"got {shown(value)}, {problem}"
    return converted, ""


Conflict = tuple[tuple[Key, str], ...]
"""Each key that could give way, with the words for it; the first one that was set is named."""


def together(settings: Settings) -> Iterator[Conflict]:
    """What holds of no single value: keys against each other, spellings, names that must exist."""
    strategies = settings.strategy
    tables = [
        *((("strategy", name), getattr(strategies, name), ORDERED) for name in keys_of(Strategies)),
        *(((name,), getattr(settings, name), pairs) for name, pairs in _ORDERED),
        (("obligation",), resolved(settings.obligation), _BAND),
    ]
    for path, table, pairs in tables:
        for low, high in disordered(table, pairs):
            least, most = shown(getattr(table, low)), shown(getattr(table, high))
            below = f"got {least}, must be <= {high}, which is {most}"
            above = f"got {most}, must be >= {low}, which is {least}"
            yield ((*path, low), below), ((*path, high), above)
    desk = settings.desk
    if not VENUE.fullmatch(desk.venue):
        words = f"got {shown(desk.venue)}, must be auto, demo, binance, ccxt:ID (ccxt:kraken) or file:PATH"
        yield ((("desk", "venue"), words),)
    if not SYMBOL.fullmatch(desk.symbol):
        yield ((("desk", "symbol"), f"got {shown(desk.symbol)}, must be a pair like BTC/USDT"),)
    unknown = _unknown_strategy(desk.strategy)
    if unknown:
        yield ((("desk", "strategy"), unknown),)
    yield from _shadows(settings)
    for key, schemes in _URLS:
        url: str = getattr(settings.binance, key)
        safe = without_user(url)
        if not re.fullmatch(rf"(?:{'|'.join(schemes)})://[^/\s]+\S*", url):
            begin = either([scheme + "://" for scheme in schemes])
            yield ((("binance", key), f"got {shown(safe)}, must be a URL that begins with {begin}"),)
        elif safe != url:
            yield ((("binance", key), f"got {shown(safe)}, must be a URL without a user's name or password"),)


def _shadows(settings: Settings) -> Iterator[Conflict]:
    """What tells each shadow from the desk, as far as it can be looked at without running anyone's code."""
    for number, (name, text) in enumerate(settings.shadows.desks.items(), 1):
        problem = _of_shadow(settings, name, text)
        if number > MOST_SHADOWS:
            problem = f"is one too many, at most {MOST_SHADOWS} shadows run beside the desk"
        if problem:
            yield ((("shadows", "desks", name), problem),)


def _of_shadow(settings: Settings, name: str, text: str) -> str:
    """What is wrong with one; empty where nothing is."""
    if not name.isprintable() or not 0 < len(name) <= LONGEST_NAME:
        return f"the name of a shadow is a line of 1 to {LONGEST_NAME} characters"
    try:
        wanted = variant.read(text)
        strategy = wanted.strategy or settings.desk.strategy
        params = getattr(settings.strategy, strategy, None)
        if params is not None:
            variant.altered(strategy, params, wanted.values)
            return ""
    except SettingsError as error:
        return str(error)
    return _unknown_strategy(strategy)


def _unknown_strategy(name: str) -> str:
    """Why the name is no strategy; empty where it is one."""
    built_in = list(keys_of(Strategies))
    if name in built_in or _FILE_STRATEGY.fullmatch(name):
        return ""
    from importlib.metadata import entry_points  # noqa: PLC0415  # slow, and needed for foreign strategies only

    known = sorted({*built_in, *(point.name for point in entry_points(group="mm_tui.strategies"))})
    if name in known:
        return ""
    close = suggestion(name, known)
    meant = f" (did you mean {close}?)" if close else ""
    return f"got {shown(name)}, must be {either([*known, '/absolute/file.py:Class'])}{meant}"


def remarks(settings: Settings) -> Iterator[str]:
    """What is allowed and yet unlikely to be meant."""
    passive, risk = settings.strategy.passive, settings.risk
    promised = settings.obligation
    terms = [name for name, value in msgspec.structs.asdict(promised).items() if name != "preset" and value is not None]
    if promised.preset == "none" and terms:
        yield f'obligation.{terms[0]} changes nothing while obligation.preset is "none": give the terms a name there'
    if settings.desk.strategy in ("avellaneda", "glft"):
        yield from _model_remarks(settings)
    if settings.desk.strategy == "pure":
        yield from _pure_remarks(settings)
    if settings.desk.strategy == "passive":
        largest = passive.order_amount * (1 + passive.quantity_jitter)
        if passive.order_amount > risk.max_order_quantity:
            yield (
                f"strategy.passive.order_amount {passive.order_amount} is over risk.max_order_quantity "
                f"{risk.max_order_quantity}: the gate will refuse every order"
            )
        elif largest > risk.max_order_quantity:
            yield (
                f"strategy.passive.order_amount with its jitter reaches {largest:g}, over risk.max_order_quantity "
                f"{risk.max_order_quantity}: the gate will refuse some orders"
            )
        if passive.max_spread_bps > risk.price_collar_bps:
            yield (
                f"strategy.passive.max_spread_bps {passive.max_spread_bps} is over risk.price_collar_bps "
                f"{risk.price_collar_bps}: the gate will refuse the farthest orders"
            )
        if 2 * passive.orders_per_side > risk.max_open_orders:
            yield (
                f"strategy.passive.orders_per_side {passive.orders_per_side} on two sides is over risk.max_open_orders "
                f"{risk.max_open_orders}: the gate will refuse the last ones"
            )


def _model_remarks(settings: Settings) -> Iterator[str]:
    """Likewise, of the strategies that quote by a formula."""
    name, risk = settings.desk.strategy, settings.risk
    model: AvellanedaParams | GlftParams = getattr(settings.strategy, name)
    if model.order_amount > risk.max_order_quantity:
        yield (
            f"strategy.{name}.order_amount {model.order_amount} is over risk.max_order_quantity "
            f"{risk.max_order_quantity}: the gate will refuse every order"
        )
    if model.min_spread_bps > risk.price_collar_bps:
        yield (
            f"strategy.{name}.min_spread_bps {model.min_spread_bps} is over risk.price_collar_bps "
            f"{risk.price_collar_bps}: the gate will refuse every order"
        )
    if isinstance(model, AvellanedaParams) and 2 * model.order_levels > risk.max_open_orders:
        yield (
            f"strategy.{name}.order_levels {model.order_levels} on two sides is over risk.max_open_orders "
            f"{risk.max_open_orders}: the gate will refuse the last ones"
        )


def _pure_remarks(settings: Settings) -> Iterator[str]:
    """Likewise, of pure market making."""
    pure, risk = settings.strategy.pure, settings.risk
    behind = pure.order_levels - 1
    largest = max(pure.order_amount, pure.order_amount + behind * pure.order_level_amount)
    skewed = largest * (2 if pure.inventory_skew_enabled else 1)
    if largest > risk.max_order_quantity:
        yield (
            f"strategy.pure.order_amount reaches {largest:g}, over risk.max_order_quantity {risk.max_order_quantity}: "
            "the gate will refuse those orders"
        )
    elif skewed > risk.max_order_quantity:
        yield (
            f"strategy.pure.order_amount with its skew reaches {skewed:g}, over risk.max_order_quantity "
            f"{risk.max_order_quantity}: the gate will refuse some orders"
        )
    for key in ("bid_spread_bps", "ask_spread_bps"):
        farthest = getattr(pure, key) + behind * pure.order_level_spread_bps
        if farthest > risk.price_collar_bps:
            yield (
                f"strategy.pure.{key} with its levels reaches {farthest:g}, over risk.price_collar_bps "
                f"{risk.price_collar_bps}: the gate will refuse the farthest orders"
            )
    if 2 * pure.order_levels > risk.max_open_orders:
        yield (
            f"strategy.pure.order_levels {pure.order_levels} on two sides is over risk.max_open_orders "
            f"{risk.max_open_orders}: the gate will refuse the last ones"
        )
