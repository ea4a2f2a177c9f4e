"""Curves over time as SVG, without scripts."""

from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH: Final = 560
HEIGHT: Final = 260
_LEFT: Final = 64
_RIGHT: Final = 12
_TOP: Final = 30
_BOTTOM: Final = 44
_MOST_POINTS: Final = 400
_HOUR: Final = 3600
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of one target."""

    name: str
    colour: str
    points: list[tuple[float, float]]
    """Seconds and values."""


def draw(title: str, curves: list[Curve]) -> str:
    """A chart with axes, a legend and all curves."""
    longest = max((x for curve in curves for x, _ in curve.points), default=0) or 1
    highest = max((y for curve in curves for _, y in curve.points), default=0) or 1
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        f'<text x="{_LEFT}" y="18" font-size="14" font-weight="600">',
        f"{escape(title)}</text>",
        *_axes(longest, highest),
    ]
    for number, curve in enumerate(curves):
        parts.append(_line(curve, longest, highest))
        parts.append(_label(curve, number))
    return "".join([*parts, "</svg>"])


def _place(x: float, y: float, longest: float, highest: float) -> tuple[float, float]:
    wide, high = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    return _LEFT + x / longest * wide, HEIGHT - _BOTTOM - y / highest * high


def _line(curve: Curve, longest: float, highest: float) -> str:
    step = max(1, len(curve.points) // _MOST_POINTS)
    chosen = curve.points[::step] + curve.points[-1:]
    places = (_place(x, y, longest, highest) for x, y in chosen)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    style = f'fill="none" stroke="{curve.colour}" stroke-width="2"'
    return f'<polyline points="{path}" {style}/>'


def _label(curve: Curve, number: int) -> str:
    x = _LEFT + 150 * (number % 3)
    y = HEIGHT - 18 + 13 * (number // 3)
    return (
        f'<rect x="{x}" y="{y - 8}" width="9" height="9" fill="{curve.colour}"/>'
        f'<text x="{x + 13}" y="{y}" font-size="11">{escape(curve.name)}</text>'
    )


def _axes(longest: float, highest: float) -> list[str]:
    parts = []
    for share in (0.0, 0.5, 1.0):
        left, y = _place(0, share * highest, longest, highest)
        parts.append(
            f'<line x1="{left}" x2="{WIDTH - _RIGHT}" y1="{y}" y2="{y}" '
            'stroke="#d8dee4"/>'
            f'<text x="{left - 6}" y="{y + 4}" font-size="11" text-anchor="end">'
            f"{share * highest:,.0f}</text>"
        )
        x, bottom = _place(share * longest, 0, longest, highest)
        parts.append(
            f'<text x="{x}" y="{bottom + 14}" font-size="11" text-anchor="middle">'
            f"{_duration(share * longest)}</text>"
        )
    return parts


def _duration(seconds: float) -> str:
    if seconds >= _HOUR:
        return f"{seconds / _HOUR:.1f} h"
    if seconds >= _MINUTE:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds:.0f} s"
