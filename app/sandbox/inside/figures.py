"""Reads from a figure of matplotlib what it draws: axes, series and labels, as numbers and texts, without a picture.

Runs in the program's own process, right after a figure was saved. What is told here is bound to the very bytes of that
picture by their digest, and is compared with its pixels outside (app/sandbox/shown.py).
"""

from __future__ import annotations

import hashlib
import math
import os

TYPE_CHECKING = False  # type checkers take it for typing.TYPE_CHECKING; importing typing would cost every run 10 ms
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

VALUES = 2000  # of one series that are told one by one; of the rest count, sum, least and most
SERIES = 60  # of one pair of axes
AXES = 24
TEXTS = 80
CHARS = 200
PICTURE_BYTES = 8 * 1024 * 1024


def digest_of(place: Any) -> str:
    """The sha256 of what was saved at `place`, a path or a file in memory; empty where it cannot be read again."""
    if hasattr(place, "getvalue"):
        data = place.getvalue()
        return hashlib.sha256(data).hexdigest() if isinstance(data, bytes) else ""
    try:
        with open(os.fspath(place), "rb") as file:
            return hashlib.sha256(file.read(PICTURE_BYTES)).hexdigest()
    except (TypeError, ValueError, OSError):
        return ""


def describe(figure: Any, tight: bool, pad: float) -> dict[str, Any]:
    """What `figure` draws. `tight`: the picture was cut to what is drawn, with so many inches around it."""
    frame = picture_frame(figure, tight, pad)
    every = [axes for axes in figure.axes if axes.get_visible()]
    every += [inner for axes in every for inner in getattr(axes, "child_axes", ()) if inner.get_visible()]
    title = getattr(figure, "_suptitle", None)
    own = [text for text in figure.texts if text is not title]
    told = [describe_axes(axes, frame) for axes in every[:AXES]]
    told.sort(key=lambda axes: (-round(axes["box"][3], 2), round(axes["box"][0], 2)))  # as they are read
    others = [*figure.lines, *figure.patches, *figure.images, *getattr(figure, "subfigs", ()), *figure.artists]
    return {
        "title": words(title),
        "axes": told,
        "texts": texts_of(own),
        "unread": len(others) + len(every[AXES:]),
        "style": {"size": rounded([*figure.get_size_inches(), figure.dpi]), "paper": str(figure.get_facecolor())},
    }


def picture_frame(figure: Any, tight: bool, pad: float) -> Any:
    """The part of the figure that the picture shows, in inches: left, bottom, width, height."""
    wide, high = figure.get_size_inches()
    if not tight:
        return 0.0, 0.0, wide, high
    box = figure.get_tightbbox().padded(pad)
    return box.x0, box.y0, box.width, box.height


def describe_axes(axes: Any, frame: Any) -> dict[str, Any]:
    """One pair of axes: words, scales, limits and series. Boxes are left, bottom, right, top, 0..1 of the picture."""
    scale = hasattr(axes, "_colorbar")
    series, unread, styles = ([], 0, {}) if scale else series_of(axes)
    legend = axes.get_legend()
    boxes = [legend.get_window_extent()] if legend is not None and legend.get_visible() else []
    boxes += [text.get_window_extent() for text in axes.texts if text.get_visible() and text.get_text()]
    lines = {name: bool(axis.get_gridlines() and axis.get_gridlines()[0].get_visible()) for name, axis in both(axes)}
    return {
        "projection": "colour scale" if scale else axes.name,
        "title": " ".join(filter(None, (words(axes._left_title), words(axes.title), words(axes._right_title)))),
        "x_label": axes.get_xlabel()[:CHARS],
        "y_label": axes.get_ylabel()[:CHARS],
        "x_scale": axes.get_xscale(),
        "y_scale": axes.get_yscale(),
        "x_ends": numbers(axes.get_xlim()),
        "y_ends": numbers(axes.get_ylim()),
        "x_chosen": not axes.get_autoscalex_on(),
        "y_chosen": not axes.get_autoscaley_on(),
        "x_names": names_on(axes.xaxis),
        "y_names": names_on(axes.yaxis),
        "x_grid": numbers(axes.get_xticks())[:200] if lines["x"] else [],
        "y_grid": numbers(axes.get_yticks())[:200] if lines["y"] else [],
        "legend": texts_of(legend.get_texts()) if boxes and legend is not None else [],
        "texts": texts_of(axes.texts),
        "series": series,
        "unread": unread,
        "box": in_picture(axes.get_window_extent(), axes.figure, frame),
        "covered": [in_picture(box, axes.figure, frame) for box in boxes[:TEXTS]],
        "style": styles | {"grid": str(lines), "ground": str(axes.get_facecolor())},
    }


def both(axes: Any) -> Any:
    return ("x", axes.xaxis), ("y", axes.yaxis)


def in_picture(box: Any, figure: Any, frame: Any) -> list[float]:
    left, bottom, wide, high = frame
    across = [(x / figure.dpi - left) / wide for x in (box.x0, box.x1)]
    up = [(y / figure.dpi - bottom) / high for y in (box.y0, box.y1)]
    return rounded([across[0], up[0], across[1], up[1]])


def names_on(axis: Any) -> list[str]:
    """The names along an axis whose ticks are words and no numbers."""
    if type(axis.get_major_formatter()).__name__ not in ("StrCategoryFormatter", "FixedFormatter"):
        return []
    return [text.get_text()[:CHARS] for text in axis.get_ticklabels()[:TEXTS]]


def words(text: Any) -> str:
    return "" if text is None or not text.get_visible() else text.get_text()[:CHARS]


def texts_of(texts: Iterable[Any]) -> list[str]:
    return [found for found in (words(text) for text in list(texts)[:TEXTS]) if found]


def series_of(axes: Any) -> tuple[list[dict[str, Any]], int, dict[str, str]]:
    """The series, how many artists are of a kind that is not read, and how all of it looks."""
    found: list[dict[str, Any]] = []
    every: list[tuple[str, dict[str, list[Any]]]] = []
    unread = 0
    bars = [item for item in axes.containers if type(item).__name__ == "BarContainer" and len(item.patches)]
    barred = {id(patch) for container in bars for patch in container.patches}
    rest = [patch for patch in axes.patches if id(patch) not in barred]
    kinds = ((axes.lines, line), (bars, bar), (rest, shape), (axes.collections, collection), (axes.images, picture))
    for artists, read in kinds:
        for artist in artists:
            if hasattr(artist, "get_visible") and not artist.get_visible():
                continue
            if not well_known(artist) or len(found) >= SERIES:
                unread += 1
                continue
            looks: dict[str, list[Any]] = {"colours": [], "lines": [], "markers": []}
            told = read(artist, looks)
            if told is None:
                unread += 1
            else:
                label = str(artist.get_label())
                label = "" if label.startswith("_") else label[:CHARS]
                found.append({"label": label} | told)
                every.append((label, looks))
    unread += len(axes.artists) + len(axes.tables)
    every.sort(key=lambda item: item[0])  # so that the order in which they were drawn is none of the style
    return (
        found,
        unread,
        {name: hashed([looks[name] for _, looks in every]) for name in ("colours", "lines", "markers")},
    )


def well_known(artist: Any) -> bool:
    """Whether it draws as the library's own class does, so that its data are what is seen."""
    kind = type(artist)
    return kind.__module__.split(".")[0] in ("matplotlib", "mpl_toolkits") and "draw" not in vars(artist)


def line(artist: Any, looks: dict[str, list[Any]]) -> dict[str, Any] | None:
    looks["colours"].append(artist.get_color())
    looks["lines"].append((artist.get_linestyle(), artist.get_linewidth()))
    looks["markers"].append((artist.get_marker(), artist.get_markersize()))
    if hasattr(artist, "get_data_3d"):
        x, y, z = artist.get_data_3d()
        return {"kind": "line"} | values_of(x, y, z)
    kind = "line" if artist.get_linestyle() not in ("None", "none", " ", "") else "points"
    data = artist.get_transform().contains_branch_seperately(artist.axes.transData)
    kind = kind if all(data) else "rule up" if data[0] else "rule across" if data[1] else ""
    return {"kind": kind} | values_of(artist.get_xdata(orig=False), artist.get_ydata(orig=False)) if kind else None


def bar(container: Any, looks: dict[str, list[Any]]) -> dict[str, Any] | None:
    across = getattr(container, "orientation", "vertical") == "horizontal"
    boxes = [patch.get_bbox() for patch in container.patches]
    looks["colours"] += [patch.get_facecolor() for patch in container.patches[:VALUES]]
    if across:
        x, y, base = [box.x1 for box in boxes], [(box.y0 + box.y1) / 2 for box in boxes], [box.x0 for box in boxes]
        looks["lines"] += [box.height for box in boxes[:VALUES]]
    else:
        x, y, base = [(box.x0 + box.x1) / 2 for box in boxes], [box.y1 for box in boxes], [box.y0 for box in boxes]
        looks["lines"] += [box.width for box in boxes[:VALUES]]
    return {"kind": "bars across" if across else "bars"} | values_of(x, y, base)


def shape(patch: Any, looks: dict[str, list[Any]]) -> dict[str, Any] | None:
    looks["colours"].append(patch.get_facecolor())
    if type(patch).__name__ == "Wedge":
        return {"kind": "wedge"} | values_of([patch.theta1], [patch.theta2])
    path = patch.get_patch_transform().transform_path(patch.get_path()).vertices
    data = patch.get_data_transform().contains_branch(patch.axes.transData)
    return {"kind": "area" if data else "mark"} | values_of(path[:, 0], path[:, 1])


def collection(artist: Any, looks: dict[str, list[Any]]) -> dict[str, Any] | None:
    kind = type(artist).__name__
    looks["colours"] += [tuple(row) for row in list(artist.get_facecolor())[:VALUES]]
    looks["lines"] += [str(artist.get_linewidth())]
    colour = artist.get_array()
    if hasattr(artist, "_offsets3d"):
        x, y, z = artist._offsets3d
        return {"kind": "points"} | values_of(x, y, z)
    if kind == "PathCollection" and len(artist.get_offsets()):
        where = artist.get_offsets()
        looks["markers"].append(rounded(artist.get_sizes()[:1]))
        sizes = artist.get_sizes()
        more = colour if colour is not None else sizes if len(sizes) > 1 else ()
        return {"kind": "points"} | values_of(where[:, 0], where[:, 1], more)
    if kind == "QuadMesh" and colour is not None:
        return {"kind": "picture"} | values_of(colour.shape, (), colour.ravel())
    if kind == "LineCollection":
        pieces = artist.get_segments()
    elif kind in ("PolyCollection", "FillBetweenPolyCollection"):
        pieces = [path.vertices for path in artist.get_paths()]
    else:
        return None
    gap = (math.nan, math.nan)  # between two pieces
    points = [point for piece in pieces for point in (*piece, gap)][:-1]
    kind = "line" if kind == "LineCollection" else "area"
    return {"kind": kind} | values_of([point[0] for point in points], [point[1] for point in points])


def picture(artist: Any, looks: dict[str, list[Any]]) -> dict[str, Any] | None:
    values = artist.get_array()
    looks["colours"].append(artist.get_cmap().name)
    left, right, low, high = artist.get_extent()
    rows = (high, low) if artist.origin == "upper" else (low, high)
    return {"kind": "picture"} | values_of(values.shape, (left, right, *rows), values.ravel())


def values_of(x: Any, y: Any, more: Any = ()) -> dict[str, Any]:
    """Three rows of numbers: places, heights, and what else a kind has. Long ones in short."""
    return {"x": row(x), "y": row(y), "more": row(more)}


def row(values: Any) -> dict[str, Any]:
    kept = numbers(values)
    real = [value for value in kept if value is not None]
    ends = [min(real), max(real), math.fsum(real)] if real else []
    return {"count": len(kept), "values": kept[:VALUES], "ends": ends}


def numbers(values: Any) -> list[float | None]:
    """As plain floats; what is no number is None."""
    found: list[float | None] = []
    for value in list(values)[: 50 * VALUES]:
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        found.append(number if math.isfinite(number) else None)
    return found


def rounded(values: Any) -> list[float]:
    return [round(float(value), 5) for value in values]


def hashed(value: object) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "replace")).hexdigest()[:16]
