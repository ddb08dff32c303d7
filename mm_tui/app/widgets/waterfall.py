"""Why an order stands where it stands: its waterfall, a line a step, and what became of the quote."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from mm_tui.app.widgets.spans import Span, by_priority, width_of
from mm_tui.model.instrument import Instrument
from mm_tui.model.waterfall import Step
from mm_tui.views import fmt
from mm_tui.views.frames import HeldRow, OrderRow

LEAST = 12
"""Lines that are kept for an explanation, so that the list above it stands still while orders come and go."""
_LEAST_FATE = 8
"""Cells of a fate that are worth an ellipsis."""
BRIEF = 3
"""Lines of an explanation in brief."""
_NAME, _BPS = 13, 8
_SHORT_NAME, _SHORT_MOVE = 11, 11
"""Of the columns where there is little room."""
_LEAST_WHY = 12
"""Cells of a why that are worth a column of their own."""
_UNIT = 10_000
_SEEN = 0.005
"""Basis points that are written as more than 0.00."""


def explanation(row: OrderRow, instrument: Instrument, width: int) -> list[list[Span]]:
    """The order in a line, the columns' names, its steps, its fate."""
    lines = [_title(row, instrument, width), *step_lines(row.steps, instrument, width)]
    lines.append([("fate".ljust(_NAME), "dim"), (fmt.clip(_fate(row), max(0, width - _NAME)), "bright")])
    return lines


def whole_explanation(row: OrderRow, instrument: Instrument, width: int) -> list[list[Span]]:
    """The same in as many lines as it takes to leave nothing out."""
    room = max(_LEAST_WHY, width - _NAME)
    first, *more = wrap(_fate(row), room) or [""]
    fate: list[list[Span]] = [[("fate".ljust(_NAME), "dim"), (first, "bright")]]
    fate += [[(" " * _NAME, "text"), (line, "bright")] for line in more]
    return [_title(row, instrument, width), *whole_steps(row.steps, instrument, width), *fate]


def step_lines(steps: Sequence[Step], instrument: Instrument, width: int) -> list[list[Span]]:
    """The columns' names and a line a step; one line where the strategy does not say."""
    if not steps:
        return [[("the strategy does not say how it came to this price", "dim")]]
    price = max(11, len(_price(max(step.price2 for step in steps), instrument)) + 1)
    head = "step".ljust(_NAME) + f"price {instrument.quote}".rjust(price) + "bps".rjust(_BPS) + "   why"
    lines: list[list[Span]] = [[(head, "dim")]]
    before: float | None = None
    for step in steps:
        lines.append(_step(step, before, instrument, price, width))
        before = step.price2
    return lines


def whole_steps(steps: Sequence[Step], instrument: Instrument, width: int) -> list[list[Span]]:
    """A step in as many lines as its why needs; where there is little room, prices give way to what moved them."""
    if not steps:
        return step_lines(steps, instrument, width)
    (head, style), *_ = step_lines(steps, instrument, width)[0]
    at = len(head) - len("why")
    narrow = width - at < _LEAST_WHY
    if narrow:
        head = "step".ljust(_SHORT_NAME) + "by, bps".rjust(_SHORT_MOVE) + "  why"
        at = len(head) - len("why")
    lines: list[list[Span]] = [[(head, style)]]
    before: float | None = None
    for step, full in zip(steps, step_lines(steps, instrument, width)[1:], strict=True):
        first, *more = wrap(step.why, max(8, width - at)) or [""]
        if narrow:
            moved = _price(step.price2, instrument).rstrip() if before is None else _moved(step, before)
            name = step.name.ljust(_SHORT_NAME)
            told: list[Span] = [(name, "text"), (moved.rjust(_SHORT_MOVE), "bright"), ("  ", "text"), (first, "dim")]
        else:
            told = [*full[:-1], ("   " + first, "dim")]
        lines += [told, *([(" " * at, "text"), (rest, "dim")] for rest in more)]
        before = step.price2
    return lines


def brief(row: OrderRow, instrument: Instrument, width: int) -> list[list[Span]]:
    """The same in `BRIEF` lines: where it began, what each step moved it by in bps, its fate."""
    words = [part for part in _moves(row, instrument) if part[1]]
    fate: list[Span] = [("   " if words else "", "text"), (_fate(row), "bright")]
    lines: list[list[Span]] = [_title(row, instrument, width), [], []]
    at, room = 1, width
    for name, moved in words:
        cells = len(name) + len(moved) + 3
        if cells > room and at < BRIEF - 1:
            at, room = at + 1, width
        lines[at] += [(f"{name} ", "dim"), (f"{moved}  ", "text")]
        room -= cells
    if room < width_of(fate) and at < BRIEF - 1:
        at, room = at + 1, width
    if lines[at]:
        room -= len(fate[0][0])
    told = (fmt.clip(_fate(row), room) if room >= _LEAST_FATE else _fate(row), "bright")
    lines[at] += [fate[0], told] if lines[at] else [told]
    return lines


def _moves(row: OrderRow, instrument: Instrument) -> Iterator[tuple[str, str]]:
    """Each step's name and what it did to the price; empty where it did nothing."""
    before: float | None = None
    for step in row.steps:
        if before is None:
            yield step.name, _price(step.price2, instrument)
        else:
            moved = (step.price2 / before - 1) * _UNIT
            yield step.name, fmt.number(moved, 2, signed=True) if abs(moved) >= _SEEN else ""
        before = step.price2


def _title(row: OrderRow, instrument: Instrument, width: int) -> list[Span]:
    size, price = fmt.steps(row.quantity, instrument.step_size), fmt.steps(row.price, instrument.tick_size)
    told = by_priority(
        [
            (0, [("── ", "border"), (f"{row.side.word} {size} {instrument.base} at ", "text"), (price, "own bold")]),
            (1, [(f"level {row.level}", "text")]),
            (2, [(row.order_id, "dim")]),
        ],
        width,
    )
    return [*told, (" " + "─" * width, "border")]


def _fate(row: OrderRow) -> str:
    return row.fate or f"{row.status.replace('_', ' ')} for {fmt.duration(row.age_s)}"


def held_line(row: HeldRow, mid2: int | None, instrument: Instrument, widths: tuple[int, int, int]) -> list[Span]:
    """A quote without an order in the columns of the orders, and why it has none."""
    price_width, left_width, width = widths
    bps = None if not mid2 else (2 * row.price / mid2 - 1) * _UNIT
    spans: list[Span] = [
        (row.side.word.ljust(5), "dim"),
        (fmt.steps(row.price, instrument.tick_size).rjust(price_width), "dim"),
        (fmt.bps(bps).rjust(7), "dim"),
        (fmt.steps(row.quantity, instrument.step_size).rjust(left_width), "dim"),
    ]
    room = width - sum(len(text) for text, _ in spans) - 2
    if room < len(row.why):
        spans = spans[:2]
        room = width - sum(len(text) for text, _ in spans) - 2
    return [*spans, ("  " + fmt.clip(row.why, max(0, room)), "warn")]


def _step(step: Step, before: float | None, instrument: Instrument, price: int, width: int) -> list[Span]:
    moved = None if not before else (step.price2 / before - 1) * _UNIT
    still = moved is not None and abs(moved) < _SEEN
    change = "" if before is None else _moved(step, before)
    return [
        (step.name.ljust(_NAME), "text"),
        (_price(step.price2, instrument).rjust(price), "dim" if still else "bright"),
        (change.rjust(_BPS), "dim" if still else "text"),
        ("   " + fmt.clip(step.why, max(0, width - _NAME - price - _BPS - 3)), "dim"),
    ]


def _moved(step: Step, before: float) -> str:
    """What it did to the price, basis points."""
    return fmt.number((step.price2 / before - 1) * _UNIT if before else None, 2, signed=True)


def _price(price2: float, instrument: Instrument) -> str:
    """Half ticks in quote with a digit more than a tick needs, blank where it is none."""
    text = fmt.number(price2 * float(instrument.tick_size) / 2, instrument.price_decimals + 1)
    return text[:-1] + " " if text.endswith("0") else text
