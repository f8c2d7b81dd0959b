"""Small plots as SVG, drawn here so that pages need no script: lines and areas over time, one axis, a few labels.

Colours and strokes are classes of queue.css, which follow light and dark; nothing stands in `style`, which the content
policy forbids. What a plot shows is said in its title and description, and stands as figures beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT = 400, 180
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 10, 24  # around the field
_STEPS = (1, 2, 4, 10)  # a scale ends at one of these times a power of ten, so that its half is a plain number, too

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """One line. A value of None is a gap.

    :ivar look: the class that gives it colour and stroke: first, second, third, or trouble
    :ivar filled: the field below it is filled, too
    :ivar rare: it is drawn only where there is something, not along the bottom all the time
    """

    name: str
    look: str
    values: Sequence[float | None]
    filled: bool = False
    rare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Series over the same moments, which lie equally far apart.

    :ivar code: its id on the page
    :ivar description: what is to be seen, for those who do not see it
    :ivar ends: words under the beginning, the middle and the end of the axis
    :ivar said: a value as it stands at the scale
    """

    code: str
    title: str
    description: str
    series: Sequence[Series]
    ends: tuple[str, str, str]
    said: Callable[[float], str]

    @property
    def top(self) -> float:
        """The end of the scale."""
        return scale_end(max((value for each in self.series for value in each.values if value is not None), default=0))


def scale_end(largest: float) -> float:
    """The next plain number that is not smaller; at least 1."""
    power = 1
    while True:
        for step in _STEPS:
            if step * power >= largest:
                return step * power
        power *= 10


def svg(plot: Plot) -> Markup:
    """The drawing. Texts are escaped."""
    parts = [*_words(plot), *_scale(plot), *_ends(plot)]
    for each in plot.series:
        parts.extend(_drawn(each, plot.top))
    head = Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-description">').format(
        WIDTH, HEIGHT, plot.code, plot.code
    )
    return head + Markup("").join(parts) + Markup("</svg>")


def _words(plot: Plot) -> Iterator[Markup]:
    yield Markup('<title id="{}-title">{}</title>').format(plot.code, plot.title)
    yield Markup('<desc id="{}-description">{}</desc>').format(plot.code, plot.description)


def _scale(plot: Plot) -> Iterator[Markup]:
    """Lines across the field at nothing, the half and the end; a scale that ends at one thing has no half."""
    for value in (0.0, plot.top) if plot.top == 1 else (0.0, plot.top / 2, plot.top):
        y = _y(value, plot.top)
        yield Markup('<line class="grid" x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}"/>').format(LEFT, y, WIDTH - RIGHT, y)
        yield _text(LEFT - 6, y + 4, "end", plot.said(value))


def _ends(plot: Plot) -> Iterator[Markup]:
    places = ((LEFT, "start"), ((LEFT + WIDTH - RIGHT) / 2, "middle"), (WIDTH - RIGHT, "end"))
    for (x, anchor), words in zip(places, plot.ends, strict=True):
        yield _text(x, HEIGHT - 6, anchor, words)


def _text(x: float, y: float, anchor: str, words: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, words)


def _drawn(series: Series, top: float) -> Iterator[Markup]:
    for run in runs(risen(series.values) if series.rare else series.values, top):
        if len(run) == 1:
            yield Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="2.5"/>').format(series.look, *run[0])
            continue
        line = " L".join(f"{x:.1f},{y:.1f}" for x, y in run)
        if series.filled:
            ground = f"M{run[0][0]:.1f},{_y(0, top):.1f} L{line} L{run[-1][0]:.1f},{_y(0, top):.1f} Z"
            yield Markup('<path class="{} field" d="{}"/>').format(series.look, escape(ground))
        yield Markup('<path class="{}" d="M{}"/>').format(series.look, escape(line))


def risen(values: Sequence[float | None]) -> Sequence[float | None]:
    """What is not nothing, with the values before and after it, so that it rises from the bottom and falls back."""
    return [value if any(values[max(0, place - 1) : place + 2]) else None for place, value in enumerate(values)]


def runs(values: Sequence[float | None], top: float) -> Iterator[list[Point]]:
    """The points of a series, cut at its gaps."""
    width = WIDTH - LEFT - RIGHT
    run: list[Point] = []
    for place, value in enumerate(values):
        if value is None:
            if run:
                yield run
            run = []
        else:
            run.append((LEFT + width * place / max(1, len(values) - 1), _y(value, top)))
    if run:
        yield run


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top
