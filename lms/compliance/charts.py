"""Pure: from percentages to the shapes of a chart. Templates draw them as SVG. Imports no Django.

Time runs from left to right and the scale from 0 to 100 in every chart, so that two of them can be compared by eye.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

LEVELS = ((95, "high"), (85, "fair"), (70, "low"), (0, "poor"))  # from that percentage upwards


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    value: float


@dataclass(frozen=True)
class Line:
    """``lines`` are the points of polylines: a value that is missing breaks the line in two."""

    width: int
    height: int
    points: tuple[Point, ...]
    lines: tuple[str, ...]
    grid: tuple[tuple[int, float], ...]

    @property
    def last(self) -> Point | None:
        return self.points[-1] if self.points else None


def line(values: Sequence[float | None], *, width: int, height: int, inset: tuple[int, int, int] = (4, 4, 4)) -> Line:
    """Percentages from the oldest to the newest; ``inset`` is kept free left, right, and above and below."""
    left, right, top = inset
    step = (width - left - right) / max(len(values) - 1, 1)

    def y_of(value: float) -> float:
        return round(height - top - (height - 2 * top) * min(max(value, 0), 100) / 100, 1)

    points: list[Point] = []
    runs: list[list[Point]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        point = Point(round(left + place * step, 1), y_of(value), value)
        points.append(point)
        runs[-1].append(point)
    lines = tuple(" ".join(f"{point.x},{point.y}" for point in run) for run in runs if len(run) > 1)
    return Line(width, height, tuple(points), lines, tuple((value, y_of(value)) for value in (0, 50, 100)))


def slice_path(percent: float, *, radius: float = 6) -> str:
    """The path of a slice of a circle around (radius, radius), from twelve o'clock; empty for none of it."""
    share = min(max(percent, 0), 100) / 100
    if share == 0:
        return ""
    if share == 1:
        return f"M{radius:g},0A{radius:g},{radius:g},0,1,1,{radius - 0.01:g},0Z"
    x, y = radius + radius * sin(2 * pi * share), radius - radius * cos(2 * pi * share)
    return f"M{radius:g},{radius:g}V0A{radius:g},{radius:g},0,{int(share > 0.5)},1,{x:.2f},{y:.2f}Z"


def level(percent: float) -> str:
    """The name of the shade."""
    return next((name for least, name in LEVELS if percent >= least), LEVELS[-1][1])
