"""Charts of the reports: SVG by pygal, without its scripts, in the colours of the page.

The page that shows them defines the colours as CSS variables, so that a chart follows
it into the dark and onto paper. Values appear when the pointer rests on a mark.
"""

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element

import pygal
from markupsafe import Markup
from pygal.style import Style

# Its import hook serves maps, of which there are none here, and is of a kind that
# Python 3.11 warns about at every later import.
sys.meta_path[:] = [
    finder
    for finder in sys.meta_path
    if not isinstance(finder, pygal.PluginImportFixer)
]

Point = tuple[float, float]
MOST_POINTS: Final = 400
"""Of a curve; more would not be seen."""
FEW_POINTS: Final = 30
"""Up to so many, a curve shows its points: a line of one point is nothing."""
_SERIES: Final = 8
"""Colours the page defines; further curves begin again."""
_STYLE: Final = Style(
    background="transparent",
    plot_background="transparent",
    foreground="var(--ink)",
    foreground_strong="var(--ink)",
    foreground_subtle="var(--faint)",
    guide_stroke_color="var(--rule)",
    major_guide_stroke_color="var(--rule)",
    guide_stroke_dasharray="1,0",
    major_guide_stroke_dasharray="1,0",
    font_family="system-ui, sans-serif",
    label_font_size=12,
    major_label_font_size=12,
    legend_font_size=13,
    title_font_size=15,
    no_data_font_size=16,
    opacity=".85",
    stroke_width="2",
    colors=tuple(f"var(--series-{number})" for number in range(_SERIES)) * 3,
    value_colors=("var(--ink)",) * _SERIES * 3,
)
_STEPS: Final = (1, 2, 5)
"""Of each power of ten, the edges of a histogram's classes."""
_TICKS: Final = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
    *(60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400),
)
"""Seconds between the labels of an axis of time."""
_MOST_TICKS: Final = 8
_WIDE: Final = 860
_NOTHING: Final = Markup("<p>{}: no data yet.</p>")


def curves(title: str, series: Mapping[str, Sequence[Point]]) -> Markup:
    """Values over seconds."""
    longest = max((len(points) for points in series.values()), default=0)
    chart = _chart(
        pygal.XY,
        title,
        series,
        show_dots=longest <= FEW_POINTS,
        stroke_style={"width": 2},
        x_value_formatter=duration,
        value_formatter=lambda value: f"{value:,.10g}",
        x_labels=_moments(points for of in series.values() for points in of),
        max_scale=6,
        include_x_axis=True,
        width=600,
        height=300,
    )
    for name, points in series.items():
        chart.add(name, _thinned(points))
    return _render(chart, title)


def bars(
    title: str, labels: Sequence[str], series: Mapping[str, Sequence[float | None]]
) -> Markup:
    """Seconds of each label as horizontal bars on a logarithmic scale."""
    known = [value for values in series.values() for value in values if value]
    low, high = _decades(known)
    chart = _chart(
        pygal.HorizontalBar,
        title,
        series,
        logarithmic=True,
        # A bar as short as the scale's beginning would have no length.
        range=(low, high),
        zero=low,
        y_labels=_powers(low, high),
        value_formatter=duration,
        truncate_label=60,
        width=_WIDE,
        height=110 + len(labels) * (12 + 11 * len(series)),
    )
    chart.x_labels = list(reversed(labels))
    for name, values in series.items():
        chart.add(name, [value or None for value in reversed(values)])
    return _render(chart, title)


def histogram(title: str, series: Mapping[str, Sequence[float]]) -> Markup:
    """How many of the seconds fall into each class of a logarithmic scale."""
    known = [value for values in series.values() for value in values if value]
    edges = _edges(known)
    counts = {name: _counted(values, edges) for name, values in series.items()}
    chart = _chart(
        pygal.Bar,
        title,
        series,
        y_title="blocks",
        truncate_label=-1,
        value_formatter=lambda value: f"{value:,.0f}",
        y_labels=_counts(max(map(max, counts.values()), default=0)),
        width=_WIDE,
        height=320,
    )
    chart.x_labels = [f"≤ {duration(edge)}" for edge in edges]
    for name, numbers in counts.items():
        chart.add(name, [number or None for number in numbers])
    return _render(chart, title)


def duration(seconds: float) -> str:
    """A time with the unit that suits it."""
    if not seconds:
        return "0"
    for limit, unit, name in (
        (1e-3, 1e-6, "µs"),
        (1.0, 1e-3, "ms"),
        (120.0, 1.0, "s"),
        (7200.0, 60.0, "min"),
    ):
        if seconds < limit:
            return f"{seconds / unit:.3g}\N{NO-BREAK SPACE}{name}"
    return f"{seconds / 3600:.3g}\N{NO-BREAK SPACE}h"


def _chart(
    kind: Callable[..., Any], title: str, series: Mapping[str, Any], **settings: Any
) -> Any:
    chart = kind(
        title=title,
        style=_STYLE,
        js=[],
        disable_xml_declaration=True,
        legend_at_bottom=True,
        legend_at_bottom_columns=min(len(series), 3) or None,
        truncate_legend=-1,
        show_legend=bool(series),
        **settings,
    )
    chart.add_xml_filter(_without_scripts)
    return chart


def _render(chart: Any, title: str) -> Markup:
    if not any(values for values, _ in chart.raw_series):
        return _NOTHING.format(title)
    chart.uuid = "".join(letter if letter.isalnum() else "-" for letter in title)
    return Markup(chart.render())


def _without_scripts(root: Element) -> Element:
    """Leave no script and no address, and let the browser show values itself."""
    root.attrib.pop("xmlns", None)  # within HTML it says nothing
    for parent in list(root.iter()):
        for child in list(parent):
            if callable(child.tag) or child.tag == "script":
                parent.remove(child)
            elif child.tag == "desc" and child.get("class") == "value":
                child.tag = "title"
            elif child.tag == "desc":
                parent.remove(child)
    return root


def _thinned(points: Sequence[Point]) -> list[Point]:
    step = max(1, len(points) // MOST_POINTS)
    return [*points[::step], *points[-1:]]


def _moments(points: Iterable[Point]) -> list[float]:
    """Round times from the beginning to the last point."""
    longest = max((seconds for seconds, _ in points), default=0.0)
    step = next((tick for tick in _TICKS if longest / tick <= _MOST_TICKS), _TICKS[-1])
    return [float(step * number) for number in range(int(longest / step) + 1)]


def _decades(values: Sequence[float]) -> tuple[float, float]:
    """Powers of ten, the first below and the last not below all values."""
    low = math.floor(math.log10(min(values, default=0.001)) - 0.1)
    high = math.ceil(math.log10(max(values, default=1.0)))
    return 10.0**low, 10.0 ** max(high, low + 1)


def _powers(low: float, high: float) -> list[float]:
    first, last = round(math.log10(low)), round(math.log10(high))
    return [10.0**power for power in range(first, last + 1)]


def _edges(values: Sequence[float]) -> list[float]:
    low, high = _decades(values)
    edges = [step * power for power in _powers(low, high) for step in _STEPS]
    first = _class_of(min(values, default=low), edges)
    last = _class_of(max(values, default=high), edges)
    return edges[first : last + 1]


def _counted(values: Sequence[float], edges: Sequence[float]) -> list[int]:
    found = Counter(_class_of(value, edges) for value in values if value)
    return [found[index] for index in range(len(edges))]


def _counts(most: int) -> list[int]:
    """Whole numbers for an axis."""
    step = max(1, -(-most // _MOST_TICKS))
    return list(range(0, most + step, step))


def _class_of(value: float, edges: Sequence[float]) -> int:
    return next(index for index, edge in enumerate(edges) if value <= edge)
