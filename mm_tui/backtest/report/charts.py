"""Charts as inline SVG, drawn on a square of 1000 by 1000 that the page stretches to the room there is.

Strokes keep their width whatever the stretch, a dot is a stroke of no length with a round cap, and words stand beside
the drawing as HTML. So one drawing is sharp and its words are readable at any width, without a script.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from mm_tui.backtest.report.figures import Bars, ticks
from mm_tui.backtest.report.tracks import Shares, Track
from mm_tui.backtest.report.words import clock_ticks, safe

SIDE: Final = 1000
"""Of the square."""
FINEST: Final = 0.05
"""Less of a difference is not drawn."""
FEW: Final = 5
"""So many words have room below a chart on a phone too."""
MANY: Final = 1000
"""More dots than these are small."""
MARGIN: Final = 0.06
"""Of the range of values, above and below."""


class Line(msgspec.Struct, frozen=True):
    """One series of a chart."""

    name: str
    track: Track
    kind: str
    """Its class in the style sheet."""
    scale: float = 1.0
    """From the track's unit to the axis's."""
    final: str = ""
    """What the legend says of its end."""


class Dots(msgspec.Struct, frozen=True):
    """Marks at times and values."""

    name: str
    points: list[tuple[int, float]]
    kind: str


class Axes(msgspec.Struct, frozen=True):
    """What a square stands for."""

    start: float
    end: float
    low: float
    high: float

    def x(self, value: float) -> float:
        """A place from the left."""
        return SIDE * (value - self.start) / (self.end - self.start)

    def y(self, value: float) -> float:
        """A place from the top."""
        return SIDE * (self.high - value) / (self.high - self.low)


def over_time(
    lines: Sequence[Line],
    span: tuple[int, int],
    label: Callable[[float], str],
    *,
    dots: Sequence[Dots] = (),
    marks: Sequence[tuple[int, str]] = (),
    zero: bool = False,
    fill: bool = False,
    height: int = 260,
) -> str:
    """Lines over the session's time; `marks` are `(time, words)`, `fill` shades from zero to the first line."""
    bounds = [
        (line.scale * low, line.scale * high)
        for line in lines
        for low, high in [line.track.bounds or (None, None)]
        if low is not None and high is not None
    ]
    values = [value for one in dots for _, value in one.points]
    lows, highs = [low for low, _ in bounds] + values, [high for _, high in bounds] + values
    if zero:
        lows.append(0.0)
        highs.append(0.0)
    if not lows:
        return nothing("nothing was known to draw")
    axes = _axes(span, min(lows), max(highs))
    drawn = [*_grid(axes)]
    if zero:
        drawn.append(f'<path class="zero" d="M0 {axes.y(0):.1f}H{SIDE}"/>')
    for line in lines:
        path = _steps(line, axes)
        if fill and line is lines[0] and path:
            drawn.append(f'<path class="area {line.kind}" d="{_area(path, axes)}"/>')
        drawn.append(f'<path class="line {line.kind}" d="{path}"/>')
    size = " many" if sum(len(one.points) for one in dots) > MANY else ""
    drawn += [f'<path class="dots{size} {one.kind}" d="{_points(one, axes)}"/>' for one in dots if one.points]
    drawn += [_mark(axes.x(ts), words) for ts, words in marks]
    legend = [(line.kind, line.name, line.final) for line in lines]
    legend += [(f"dot {one.kind}", one.name, f"{len(one.points):,}") for one in dots]
    legend += _marked(marks)
    return _figure(drawn, axes, label, clock_ticks(*span), legend, height)


def histogram(bars: Bars | None, label: Callable[[float], str], *, zero: bool = False, height: int = 200) -> str:
    """Bars of counts; `zero` draws a line where values change their sign."""
    if bars is None:
        return nothing("no fills")
    end = bars.start + len(bars.counts) * bars.width
    most = max(bars.counts)
    axes = Axes(bars.start, end, 0.0, most * (1 + MARGIN))
    drawn = [*_grid(axes)]
    for at, count in enumerate(bars.counts):
        left, right = axes.x(bars.start + at * bars.width), axes.x(bars.start + (at + 1) * bars.width)
        if count:
            words = f"{label(bars.start + at * bars.width)} to {label(bars.start + (at + 1) * bars.width)}: {count:,}"
            drawn.append(
                f'<rect class="bar" x="{left:.1f}" y="{axes.y(count):.1f}" width="{(right - left) * 0.94:.1f}" '
                f'height="{SIDE - axes.y(count):.1f}"><title>{safe(words)}</title></rect>'
            )
    if zero and bars.start < 0 < end:
        drawn.append(f'<path class="zero" d="M{axes.x(0):.1f} 0V{SIDE}"/>')
    at_x = [(axes.x(value) / SIDE, label(value)) for value in ticks(bars.start, end, 6)]
    beyond = f'<p class="note">The outermost bars also hold {bars.beyond:,} beyond.</p>' if bars.beyond else ""
    return _figure(drawn, axes, lambda count: f"{count:,.0f}", at_x, (), height, whole=True) + beyond


class Mean(msgspec.Struct, frozen=True):
    """One point with its error."""

    value: float
    error: float


def means(
    groups: Sequence[tuple[str, str, Sequence[Mean | None]]],
    names: Sequence[str],
    label: Callable[[float], str],
    height: int = 240,
) -> str:
    """Groups of `(name, class, one mean a name)` beside each other, with error bars."""
    known = [mean for _, _, means in groups for mean in means if mean is not None]
    if not known:
        return nothing("no fill has come to its first horizon")
    low = min(0.0, *(mean.value - mean.error for mean in known))
    high = max(0.0, *(mean.value + mean.error for mean in known))
    axes = _axes((0, len(names)), low, high)
    drawn = [*_grid(axes), f'<path class="zero" d="M0 {axes.y(0):.1f}H{SIDE}"/>']
    for at, (_, kind, row) in enumerate(groups):
        shift = 0.5 + (at - (len(groups) - 1) / 2) * 0.16
        points = [(axes.x(place + shift), mean) for place, mean in enumerate(row) if mean is not None]
        path = "".join(f"{'L' if i else 'M'}{x:.1f} {axes.y(mean.value):.1f}" for i, (x, mean) in enumerate(points))
        errors = "".join(
            f"M{x:.1f} {axes.y(mean.value - mean.error):.1f}V{axes.y(mean.value + mean.error):.1f}"
            for x, mean in points
        )
        spots = "".join(f"M{x:.1f} {axes.y(mean.value):.1f}h0" for x, mean in points)
        drawn.append(f'<path class="line faint {kind}" d="{path}"/><path class="line {kind}" d="{errors}"/>')
        drawn.append(f'<path class="dots big {kind}" d="{spots}"/>')
    at_x = [((place + 0.5) / len(names), name) for place, name in enumerate(names)]
    return _figure(drawn, axes, label, at_x, [(kind, name, "") for name, kind, _ in groups], height)


def strip(
    rows: Sequence[tuple[str, Shares, dict[str, str]]], span: tuple[int, int], marks: Sequence[tuple[int, str]] = ()
) -> str:
    """Rows of `(name, shares, class of each way)`: how much of each moment was spent how, over the session's time."""
    axes = Axes(*span, 0.0, float(len(rows)))
    drawn = []
    for at, (_, shares, kinds) in enumerate(rows):
        top, deep = SIDE * (at + 0.12) / len(rows), SIDE * 0.76 / len(rows)
        for start, end, spent in _runs(shares):
            left, wide, y = axes.x(start), axes.x(end) - axes.x(start), top + deep
            whole = sum(spent.values())
            for kind in dict.fromkeys(kinds.values()):
                part = sum(time for name, time in spent.items() if kinds.get(name, "down") == kind) / whole * deep
                if part:
                    y -= part
                    drawn.append(
                        f'<rect class="{kind}" x="{left:.2f}" y="{y:.1f}" width="{wide:.2f}" height="{part:.1f}"/>'
                    )
    if not drawn:
        return nothing("quoting was never switched on")
    drawn += [_mark(axes.x(ts), words) for ts, words in marks]
    legend = {
        (kind, name): ("swatch " + kind, name, "")
        for _, shares, kinds in rows
        for name, kind in kinds.items()
        if any(spent.get(name) for spent in shares.spent)
    }
    at_y = [((at + 0.5) / len(rows), name) for at, (name, _, _) in enumerate(rows)]
    return _figure(drawn, axes, str, clock_ticks(*span), [*legend.values(), *_marked(marks)], 40 * len(rows), at_y=at_y)


def _marked(marks: Sequence[tuple[int, str]]) -> list[tuple[str, str, str]]:
    return [("trip", "risk trips", f"{len(marks):,}")] if marks else []


def nothing(words: str) -> str:
    """Where there is nothing to draw."""
    return f'<p class="empty">{safe(words)}</p>'


def _axes(span: tuple[int, int], low: float, high: float) -> Axes:
    room = (high - low) * MARGIN or abs(high) * MARGIN or 1.0
    start, end = span
    return Axes(start, max(end, start + 1), low - room, high + room)


def _grid(axes: Axes) -> Iterable[str]:
    return (f'<path class="grid" d="M0 {axes.y(value):.1f}H{SIDE}"/>' for value in ticks(axes.low, axes.high, 7))


def _steps(line: Line, axes: Axes) -> str:
    """A step line: it holds until it changes, and within a stretch of time it shows how far it went."""
    track, scale = line.track, line.scale
    path: list[str] = []
    held: float | None = None
    for cell in track.cells:
        x = axes.x(track.start + cell.place * track.width)
        low, high = axes.y(cell.low * scale), axes.y(cell.high * scale)
        last = None if cell.last is None else axes.y(cell.last * scale)
        path.append(f"M{x:.1f} {low:.1f}" if held is None else f"H{x:.1f}V{low:.1f}")
        if abs(high - low) >= FINEST:
            path.append(f"V{high:.1f}")
        if last is not None and abs(last - high) >= FINEST:
            path.append(f"V{last:.1f}")
        held = last
    if held is not None:
        path.append(f"H{SIDE}")
    return "".join(path)


def _area(path: str, axes: Axes) -> str:
    """The same line closed along zero, piece by piece."""
    zero = f"{axes.y(0):.1f}"
    return "".join(f"M{piece}V{zero}H{piece.partition(' ')[0]}Z" for piece in path.split("M") if piece)


def _points(dots: Dots, axes: Axes) -> str:
    """Each place once, however many marks lie on it."""
    places = dict.fromkeys((round(axes.x(ts)), round(axes.y(value) / 2) * 2) for ts, value in dots.points)
    return "".join(f"M{x} {y}h0" for x, y in places)


def _mark(x: float, words: str) -> str:
    return f'<path class="trip" d="M{x:.1f} 0V{SIDE}"><title>{safe(words)}</title></path>'


def _runs(shares: Shares) -> Iterable[tuple[int, int, dict[str, int]]]:
    """Stretches of `(start, end, spent)`; neighbours that were spent in one and the same way are one."""
    held: tuple[int, int, dict[str, int]] | None = None
    for place, spent in enumerate(shares.spent):
        if not spent:
            continue
        start = shares.start + place * shares.width
        end = start + (shares.width if place + 1 < len(shares.spent) else sum(spent.values()))
        if held is not None and len(spent) == 1 and spent.keys() == held[2].keys() and held[1] == start:
            held = (held[0], end, spent)
            continue
        if held is not None:
            yield held
        held = (start, end, spent)
    if held is not None:
        yield held


def _figure(  # noqa: PLR0917 - what every chart has, in the order of the page
    drawn: Iterable[str],
    axes: Axes,
    label: Callable[[float], str],
    at_x: Sequence[tuple[float, str]],
    legend: Sequence[tuple[str, str, str]],
    height: int,
    *,
    at_y: Sequence[tuple[float, str]] | None = None,
    whole: bool = False,
) -> str:
    """The drawing between its words."""
    if at_y is None:
        values = [value for value in ticks(axes.low, axes.high, 7) if not whole or value == round(value)]
        at_y = [(axes.y(value) / SIDE, label(value)) for value in values]
    keys = "".join(
        f'<li><i class="key {kind}"></i>{safe(name)}{f" <b>{safe(final)}</b>" if final else ""}</li>'
        for kind, name, final in legend
    )
    return (
        (f'<ul class="legend">{keys}</ul>' if keys else "")
        + f'<div class="plot" style="--h:{height}px"><div class="y">'
        + "".join(f'<span style="top:{100 * at:.2f}%">{safe(words)}</span>' for at, words in at_y)
        + f'</div><svg viewBox="0 0 {SIDE} {SIDE}" preserveAspectRatio="none" aria-hidden="true">{"".join(drawn)}</svg>'
        + f'<div class="x{" many" if len(at_x) > FEW else ""}">'
        + "".join(f'<span style="left:{100 * at:.2f}%">{safe(words)}</span>' for at, words in at_x)
        + "</div></div>"
    )
