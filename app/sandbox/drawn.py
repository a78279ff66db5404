"""What a figure draws, as its program's plotting library tells it: axes, series, labels; comparing two of them. Pure.

The numbers come from the program's own process (inside/figures.py), and so are believed only as far as the picture
agrees with them: see shown.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from app.sandbox.plain import plain_line

_NEAR = 1e-6  # relative: float noise of another order of sums
_WORDS = 120


class Row(msgspec.Struct, frozen=True):
    """A row of numbers. `values`: the first of them, None where there is no number; `ends`: least, most, sum of all."""

    count: int = 0
    values: tuple[float | None, ...] = ()
    ends: tuple[float, ...] = ()


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One series: a line, bars, points, a picture.

    `more`: where bars begin, sizes or colours that are data, the cells of a picture, whose `x` is its shape and `y`
    where it lies: left, right, first row, last row. Of a rule across or up, the other numbers are shares of the axes.
    """

    kind: str
    label: str = ""
    x: Row = Row()
    y: Row = Row()
    more: Row = Row()


class DrawnAxes(msgspec.Struct, frozen=True, kw_only=True):
    """One pair of axes. Boxes are left, bottom, right, top as shares of the picture's size."""

    projection: str = "rectilinear"
    title: str = ""
    x_label: str = ""
    y_label: str = ""
    x_scale: str = "linear"
    y_scale: str = "linear"
    x_ends: tuple[float | None, ...] = ()
    y_ends: tuple[float | None, ...] = ()
    x_chosen: bool = False
    y_chosen: bool = False
    x_names: tuple[str, ...] = ()
    y_names: tuple[str, ...] = ()
    x_grid: tuple[float | None, ...] = ()
    y_grid: tuple[float | None, ...] = ()
    legend: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    series: tuple[Series, ...] = ()
    unread: int = 0
    box: tuple[float, ...] = ()
    covered: tuple[tuple[float, ...], ...] = ()
    style: dict[str, str] = {}


class DrawnFigure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure whose picture has the digest `sha256`. `unread`: how much of it is of kinds that are not read."""

    sha256: str
    title: str = ""
    axes: tuple[DrawnAxes, ...] = ()
    texts: tuple[str, ...] = ()
    unread: int = 0
    style: dict[str, str | tuple[float, ...]] = {}

    @property
    def whole(self) -> bool:
        """Whether all that it draws was read."""
        return bool(self.axes) and not self.unread and not any(axes.unread for axes in self.axes)


def difference(a: DrawnFigure, b: DrawnFigure) -> str:
    """What the second figure draws otherwise than the first, as a part of a sentence; empty if nothing that is read."""
    if len(a.axes) != len(b.axes):
        return f"the first has {_plots(len(a.axes))}, the second {_plots(len(b.axes))}"
    found = _words("the title above all", a.title, b.title)
    for number, (left, right) in enumerate(zip(a.axes, b.axes, strict=True), 1):
        found = found or _axes(left, right)
        if found:
            if len(a.axes) > 1 and _moved(a.axes, b.axes):
                return "the same plots stand in another order"
            return f"in plot {number}, {found}" if len(a.axes) > 1 else found
    return found or ("other texts stand in it" if sorted(a.texts) != sorted(b.texts) else "")


def style_words(a: DrawnFigure, b: DrawnFigure) -> str:
    """In which parts of the style two figures differ, as words; empty if in none that is read."""
    named = [_STYLE[name] for name in _STYLE if _looks(a, name) != _looks(b, name)]
    return ", ".join(named)


_STYLE = {
    "colours": "colours",
    "lines": "line width or style",
    "markers": "markers",
    "grid": "grid",
    "size": "size",
    "ground": "background",
    "paper": "background of the page",
    "legend": "where things stand",
}


def _looks(figure: DrawnFigure, name: str) -> list[object]:
    if name == "legend":
        return [(axes.box, axes.covered) for axes in figure.axes]
    return [figure.style.get(name), *(axes.style.get(name) for axes in figure.axes)]


def _plots(count: int) -> str:
    return "one plot" if count == 1 else f"{count} plots" if count else "no plot"


def _moved(a: Sequence[DrawnAxes], b: Sequence[DrawnAxes]) -> bool:
    """Whether `b` has the very axes of `a` in another order."""
    rest = list(b)
    for axes in a:
        found = next((other for other in rest if not _axes(axes, other)), None)
        if found is None:
            return False
        rest.remove(found)
    return True


def _axes(a: DrawnAxes, b: DrawnAxes) -> str:
    """What differs between two pairs of axes: what is drawn first, then its words."""
    if a.projection != b.projection:
        kinds = [plain_line(axes.projection, 30) for axes in (a, b)]
        return f"the axes are {kinds[0]} in the first and {kinds[1]} in the second"
    found = _all_series(a.series, b.series)
    for axis in ("x", "y"):
        scales = getattr(a, f"{axis}_scale"), getattr(b, f"{axis}_scale")
        if scales[0] != scales[1]:
            words = [_SCALES.get(scale, plain_line(scale, 30)) for scale in scales]
            found = found or f"the {axis} axis is {words[0]} in the first and {words[1]} in the second"
    for name, words_for in (("title", "the title"), ("x_label", "the x label"), ("y_label", "the y label")):
        found = found or _words(words_for, getattr(a, name), getattr(b, name))
    if bool(a.legend) != bool(b.legend):
        found = found or f"only the {'first' if a.legend else 'second'} has a legend"
    found = found or ("the legends name other things" if sorted(a.legend) != sorted(b.legend) else "")
    for axis in ("x", "y"):
        names = getattr(a, f"{axis}_names"), getattr(b, f"{axis}_names")
        found = found or ("" if names[0] == names[1] else f"other names stand along the {axis} axis")
    found = found or _view("x", (a.x_ends, b.x_ends), chosen=a.x_chosen or b.x_chosen)
    found = found or _view("y", (a.y_ends, b.y_ends), chosen=a.y_chosen or b.y_chosen)
    return found or ("other texts stand in it" if sorted(a.texts) != sorted(b.texts) else "")


_SCALES = {"linear": "linear", "log": "logarithmic", "symlog": "logarithmic on both sides"}


Ends = tuple[float | None, ...]


def _view(axis: str, ends: tuple[Ends, Ends], *, chosen: bool) -> str:
    """Whether an axis shows another part where a program chose it, or runs the other way."""
    if _turned(ends[0]) != _turned(ends[1]):
        return f"the {axis} axis runs the other way"
    if chosen and not _near_all(*ends, 0.02):
        texts = [" to ".join(_number(value) for value in one) for one in ends]
        return f"the {axis} axis shows {texts[0]} in the first and {texts[1]} in the second"
    return ""


def _turned(ends: Sequence[float | None]) -> bool:
    return len(ends) == 2 and ends[0] is not None and ends[1] is not None and ends[0] > ends[1]


def _words(name: str, a: str, b: str) -> str:
    if " ".join(a.split()) == " ".join(b.split()):
        return ""
    texts = [f'"{plain_line(" ".join(text.split()), _WORDS)}"' if text.strip() else "missing" for text in (a, b)]
    return f"{name} is {texts[0]} in the first and {texts[1]} in the second"


def _all_series(a: Sequence[Series], b: Sequence[Series]) -> str:
    if len(a) != len(b):
        return f"the first draws {_count(a)}, the second {_count(b)}"
    found = _pairwise(a, b)
    # The order in which they were drawn is no difference, if all of them are there.
    return found and (_pairwise(sorted(a, key=_order), sorted(b, key=_order)) and found)


def _pairwise(a: Sequence[Series], b: Sequence[Series]) -> str:
    """The first difference between series in the order in which they stand."""
    pairs = enumerate(zip(a, b, strict=True), 1)
    return next((found for at, pair in pairs if (found := _series(*pair, at if len(a) > 1 else 0))), "")


def _order(series: Series) -> tuple[object, ...]:
    """An order of series that does not depend on which was drawn first."""
    ends = tuple(float(f"{value:.5g}") for row in (series.x, series.y) for value in row.ends)
    return series.label, series.kind, series.y.count, ends


def _count(series: Sequence[Series]) -> str:
    kinds = {one.kind for one in series}
    noun = _KINDS.get(next(iter(kinds)), ("series", "series")) if len(kinds) == 1 else ("series", "series")
    return "nothing" if not series else f"one {noun[0]}" if len(series) == 1 else f"{len(series)} {noun[1]}"


_KINDS = {
    "line": ("line", "lines"),
    "bars": ("row of bars", "rows of bars"),
    "bars across": ("row of bars", "rows of bars"),
    "points": ("cloud of points", "clouds of points"),
    "picture": ("picture", "pictures"),
    "area": ("area", "areas"),
    "wedge": ("wedge", "wedges"),
    "rule across": ("line across", "lines across"),
    "rule up": ("line from below to above", "lines from below to above"),
}
_DRAWS = {
    "line": "a line",
    "bars": "bars",
    "bars across": "bars that lie",
    "points": "points",
    "picture": "a picture",
    "area": "an area",
    "wedge": "a wedge",
    "rule across": "a line across",
    "rule up": "a line from below to above",
}


def _series(a: Series, b: Series, number: int) -> str:
    """What differs between two series; `number`: which of several it is, 0 for the only one."""
    if a.kind != b.kind:
        draws = [_DRAWS.get(kind, "something else") for kind in (a.kind, b.kind)]
        return f"the first draws {draws[0]}, the second {draws[1]}"
    named = plain_line(a.label, _WORDS)
    name = f'series "{named}"' if named else f"series {number}" if number else "the series"
    if a.label != b.label:
        texts = [f'"{plain_line(text, _WORDS)}"' if text else "nothing" for text in (a.label, b.label)]
        which = f"series {number}" if number else "the series"
        return f"{which} is called {texts[0]} in the first and {texts[1]} in the second"
    if _near_row(a.x, b.x) and _near_row(a.y, b.y):
        return "" if _near_row(a.more, b.more) else f"{name} differs in what its points carry"
    if _near_row(a.x, b.y) and _near_row(a.y, b.x) and a.y.count:
        return "x and y are swapped"
    if a.x.count != b.x.count:
        return f"{name} has {_points(a.x.count)} in the first and {_points(b.x.count)} in the second"
    if a.kind == "picture":
        return f"{name} has other values"
    points = zip(zip(a.x.values, a.y.values, strict=False), zip(b.x.values, b.y.values, strict=False), strict=False)
    for place, (one, other) in enumerate(points, 1):
        if not _near_all(one, other, _NEAR):
            texts = [f"({', '.join(_number(value) for value in point)})" for point in (one, other)]
            return f"{name} differs: point {place} is {texts[0]} in the first and {texts[1]} in the second"
    return f"{name} differs in its later points"


def _points(count: int) -> str:
    return "one point" if count == 1 else f"{count} points"


def _number(value: float | None) -> str:
    return "no number" if value is None else f"{value:.6g}"


def _near_row(a: Row, b: Row) -> bool:
    return a.count == b.count and _near_all(a.values, b.values, _NEAR) and _near_all(a.ends, b.ends, _NEAR)


def _near_all(a: Sequence[float | None], b: Sequence[float | None], share: float) -> bool:
    """Whether two rows are the same but for a share of the largest number in them."""
    if len(a) != len(b):
        return False
    scale = max((abs(value) for value in (*a, *b) if value is not None), default=0.0)
    for one, other in zip(a, b, strict=True):
        if one is None or other is None:
            if one is not other:
                return False
        elif not math.isclose(one, other, rel_tol=share, abs_tol=share * scale * 1e-3):
            return False
    return True


def plain_figure(figure: DrawnFigure) -> DrawnFigure:
    """The figure with every word of it made plain."""

    def plain(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(plain_line(word, 200) for word in words)

    axes = tuple(
        msgspec.structs.replace(
            item,
            title=plain_line(item.title, 200),
            x_label=plain_line(item.x_label, 200),
            y_label=plain_line(item.y_label, 200),
            x_names=plain(item.x_names),
            y_names=plain(item.y_names),
            legend=plain(item.legend),
            texts=plain(item.texts),
            series=tuple(
                msgspec.structs.replace(series, kind=plain_line(series.kind, 30), label=plain_line(series.label, 200))
                for series in item.series
            ),
        )
        for item in figure.axes
    )
    return msgspec.structs.replace(figure, title=plain_line(figure.title, 200), texts=plain(figure.texts), axes=axes)
