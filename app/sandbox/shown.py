"""Whether a picture shows what its program says that it draws.

A program tells its figure's data itself, and a hostile one could tell those of another figure. So the places at which
lines, points and bars must then be seen are computed here from what was told, and looked for among the pixels: nearly
all of them must have ink, and nearly all of the ink must be accounted for.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from app.sandbox.drawn import DrawnAxes, DrawnFigure, Series
from app.sandbox.pictures import Pixels

_INK = 24  # of 255: what differs so much from the ground was drawn
_NEAR = 4  # pixels: half a wide line, and what a renderer rounds
_SEEN = 0.9  # of the places at which something must be drawn
_UNTOLD = 0.25  # of the ink may be of what was not told
_MARKS = 20_000  # places that are looked at in one pair of axes
_THICK = 9  # pixels about a line or a point that its marker may take
_FOLLOWS = 0.5  # neighbours by value differ in colour by less than this share of what distant ones do
_READ = ("line", "points", "bars", "bars across", "area", "rule across", "rule up")
_FILLED = ("bars", "bars across", "area")

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.float64]


def is_shown(figure: DrawnFigure, picture: Pixels) -> bool:
    """Whether `picture` shows the series of `figure`; False as well where that cannot be told."""
    return figure.whole and all(_axes_shown(axes, picture) for axes in figure.axes)


def _axes_shown(axes: DrawnAxes, picture: Pixels) -> bool:
    if axes.projection == "colour scale":
        return True
    box = _box(axes.box, picture)
    if box is None or axes.projection != "rectilinear" or not axes.series:
        return False
    left, top, right, bottom = box
    part = picture[top:bottom, left:right]
    if [series.kind for series in axes.series] == ["picture"]:
        return _cells_shown(axes.series[0], axes, part)
    if any(series.kind not in _READ for series in axes.series):
        return False
    free = np.ones(part.shape[:2], dtype=np.bool_)
    for covered in axes.covered:
        hidden = _box(covered, picture)
        if hidden is not None:
            free[_cut(hidden, box)] = False
    told = np.zeros_like(free)
    wanted = []
    for series in axes.series:
        places = _places(series, axes, free.shape)
        places = places[free[places[:, 1], places[:, 0]]]
        if not len(places):
            return False
        wanted.append(places)
        told[places[:, 1], places[:, 0]] = True
        if series.kind in _FILLED:
            _fill(told, series, axes)
    told = _grown(told, _THICK)
    ink = _ink(part, ~told & free)
    near = _grown(ink, _NEAR)
    untold = ink & free & ~told & ~_grid(axes, free.shape) & ~_edge(free.shape)
    seen = all(near[places[:, 1], places[:, 0]].mean() >= _SEEN for places in wanted)
    return seen and int(untold.sum()) <= _UNTOLD * max(1, int((ink & free).sum()))


def _cells_shown(series: Series, axes: DrawnAxes, part: Pixels) -> bool:
    """Whether the colours of a picture follow the values of its cells: cells of like values have like colours."""
    shape, place, values = series.x.values, series.y.values, series.more.values
    if len(shape) != 2 or len(place) != 4 or None in (*shape, *place) or len(values) < 6:
        return False
    rows, columns = (int(size or 0) for size in shape)
    left, right, first, last = (float(end or 0.0) for end in place)
    colours, known = [], []
    for at, value in enumerate(values[: rows * columns]):
        x = left + (at % columns + 0.5) * (right - left) / columns
        y = first + (at // columns + 0.5) * (last - first) / rows
        pixel = _pixel((x, y), axes, part.shape)
        if pixel is None or value is None or not (0 <= pixel[0] < part.shape[1] and 0 <= pixel[1] < part.shape[0]):
            return False
        colours.append(part[round(pixel[1]), round(pixel[0])].astype(np.float64))
        known.append(value)
    order = np.argsort(np.array(known), kind="stable")
    found = np.array(colours)
    beside = np.abs(np.diff(found[order], axis=0)).sum(axis=1).mean()
    shuffled = np.abs(found - found[np.roll(order, len(order) // 2)][np.argsort(order)]).sum(axis=1).mean()
    return bool(shuffled > 1.0 and beside < _FOLLOWS * shuffled)


def _box(shares: Sequence[float], picture: Pixels) -> tuple[int, int, int, int] | None:
    """A box of the picture in pixels: left, top, right, bottom; None for none of some size within it."""
    if len(shares) != 4 or not all(math.isfinite(share) for share in shares):
        return None
    high, wide = picture.shape[:2]
    left, right = (min(max(round(share * wide), 0), wide) for share in (shares[0], shares[2]))
    bottom, top = (min(max(round((1 - share) * high), 0), high) for share in (shares[1], shares[3]))
    return (left, top, right, bottom) if right - left > 8 and bottom - top > 8 else None


def _cut(hidden: tuple[int, int, int, int], box: tuple[int, int, int, int]) -> tuple[slice, slice]:
    left, top = box[0], box[1]
    return slice(max(0, hidden[1] - top), max(0, hidden[3] - top)), slice(
        max(0, hidden[0] - left), max(0, hidden[2] - left)
    )


def _ink(part: Pixels, ground: Mask) -> Mask:
    """Where something is drawn: what differs from the most frequent colour of the places where nothing should be."""
    packed = part.astype(np.uint32) @ np.array([65536, 256, 1], dtype=np.uint32)
    colours, counts = np.unique(packed[ground] if ground.any() else packed, return_counts=True)
    paper = int(colours[counts.argmax()])
    parts = np.array([paper >> 16, paper >> 8 & 255, paper & 255], dtype=np.int16)
    return np.asarray(np.abs(part.astype(np.int16) - parts).max(axis=2) > _INK)


def _grown(mask: Mask, reach: int) -> Mask:
    """`mask` and what lies at most `reach` pixels beside it, across or along."""
    grown = mask.copy()
    for axis in (0, 1):
        whole = grown.copy()
        for step in range(1, reach + 1):
            for sign in (step, -step):
                moved = np.roll(whole, sign, axis)
                edge = [slice(None), slice(None)]
                edge[axis] = slice(0, step) if sign > 0 else slice(-step, None)
                moved[tuple(edge)] = False
                grown |= moved
    return grown


def _places(series: Series, axes: DrawnAxes, size: tuple[int, ...]) -> npt.NDArray[np.intp]:
    """Pixels (x, y) at which the series must be seen, within the axes."""
    found = list(_lines(series, axes))
    if not found:
        return np.zeros((0, 2), dtype=np.intp)
    pieces = []
    each = max(2, _MARKS // len(found))
    for start, end in found:
        a, b = _pixel(start, axes, size), _pixel(end, axes, size)
        if a is None or b is None:
            continue
        steps = min(each, 2 + int(max(abs(a[0] - b[0]), abs(a[1] - b[1]))))
        pieces.append(np.linspace(a, b, steps) if start != end else np.array([a]))
    if not pieces:
        return np.zeros((0, 2), dtype=np.intp)
    places = np.rint(np.concatenate(pieces)).astype(np.intp)
    inside = (places >= 0).all(axis=1) & (places[:, 0] < size[1]) & (places[:, 1] < size[0])
    return np.asarray(places[inside])


Point = tuple[float, float]


def _lines(series: Series, axes: DrawnAxes) -> Iterator[tuple[Point, Point]]:
    """What is drawn as stretches from point to point, in data's own numbers."""
    points = list(zip(series.x.values, series.y.values, strict=False))
    if series.kind == "rule across":
        points = [(end, y) for (_, y), end in zip(points, axes.x_ends, strict=False)]
    elif series.kind == "rule up":
        points = [(end, y) for (end, _), y in zip(points, axes.y_ends, strict=False)]
    if series.kind in ("bars", "bars across"):
        for (x, y), base in zip(points, series.more.values, strict=False):
            if x is not None and y is not None and base is not None:
                yield ((x, base), (x, y)) if series.kind == "bars" else ((base, y), (x, y))
    elif series.kind == "points":
        for x, y in points:
            if x is not None and y is not None:
                yield (x, y), (x, y)
    else:
        for (x, y), (x2, y2) in itertools.pairwise(points):
            if x is not None and y is not None and x2 is not None and y2 is not None:
                yield (x, y), (x2, y2)


def _pixel(point: Point, axes: DrawnAxes, size: tuple[int, ...]) -> Point | None:
    """Where a point stands, in pixels from the upper left; None for one that the scale has no place for."""
    shares = []
    for value, ends, scale in zip(point, (axes.x_ends, axes.y_ends), (axes.x_scale, axes.y_scale), strict=True):
        low, high = ends if len(ends) == 2 else (None, None)
        if low is None or high is None or low == high:
            return None
        if scale == "log":
            if min(low, high) <= 0:
                return None
            value, low, high = math.log(max(value, min(low, high) / 10)), math.log(low), math.log(high)
        elif scale != "linear":
            return None
        shares.append(min(max((value - low) / (high - low), -10.0), 10.0))
    return shares[0] * (size[1] - 1), (1 - shares[1]) * (size[0] - 1)


def _fill(told: Mask, series: Series, axes: DrawnAxes) -> None:
    """Marks what is filled: an area, or bars, whose width is of the style: as far as half the way to the next one."""
    image = Image.new("1", (told.shape[1], told.shape[0]))
    draw = ImageDraw.Draw(image)
    for outline in _areas(series) if series.kind == "area" else _bars(series, axes):
        pixels = [pixel for point in outline if (pixel := _pixel(point, axes, told.shape)) is not None]
        if len(pixels) > 2:
            draw.polygon(pixels, fill=1)
    told |= np.asarray(image)


def _areas(series: Series) -> Iterator[list[Point]]:
    outline: list[Point] = []
    for x, y in (*zip(series.x.values, series.y.values, strict=False), (None, None)):
        if x is not None and y is not None:
            outline.append((x, y))
        else:
            yield outline
            outline = []


def _bars(series: Series, axes: DrawnAxes) -> Iterator[list[Point]]:
    stand = series.kind == "bars"
    along, across = (series.x, series.y) if stand else (series.y, series.x)
    ends = axes.x_ends if stand else axes.y_ends
    middles = sorted(value for value in along.values if value is not None)
    gaps = [after - before for before, after in itertools.pairwise(middles) if after > before]
    whole = abs((ends[1] or 0.0) - (ends[0] or 0.0)) if len(ends) == 2 else 0.0
    reach = min(gaps, default=whole) / 2
    for middle, end, base in zip(along.values, across.values, series.more.values, strict=False):
        if middle is not None and end is not None and base is not None:
            low, high = middle - reach, middle + reach
            corners = [(low, base), (low, end), (high, end), (high, base)]
            yield corners if stand else [(y, x) for x, y in corners]


def _grid(axes: DrawnAxes, size: tuple[int, ...]) -> Mask:
    """Where lines of the grid run."""
    mask = np.zeros(size, dtype=np.bool_)
    for value in axes.x_grid:
        x_place = None if value is None else _pixel((value, (axes.y_ends or (1.0,))[0] or 1.0), axes, size)
        if x_place is not None:
            mask[:, max(0, round(x_place[0]) - 2) : max(0, round(x_place[0]) + 3)] = True
    for value in axes.y_grid:
        y_place = None if value is None else _pixel(((axes.x_ends or (1.0,))[0] or 1.0, value), axes, size)
        if y_place is not None:
            mask[max(0, round(y_place[1]) - 2) : max(0, round(y_place[1]) + 3), :] = True
    return mask


def _edge(size: tuple[int, ...]) -> Mask:
    """The frame of the axes, and the ticks that stand inward on it."""
    mask = np.zeros(size, dtype=np.bool_)
    mask[:5], mask[-5:], mask[:, :5], mask[:, -5:] = True, True, True, True
    return mask
