"""Speedup against a condition: one series a lane, intervals, and below each value what it rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF

from app.draw.axes import Frame, spread
from app.draw.canvas import NORMAL, SMALL, Canvas
from app.draw.look import readable
from app.draw.sweep.labels import tone_of
from app.draw.sweep.speedup import measured
from app.present.axis_figures import axis_head, axis_rows
from app.present.sweep_figures import cell_name, cell_words
from app.race.axes import AXES
from app.race.axis_report import axis_lanes, axis_prompts
from app.race.sweep_result import Cell, SweepResult, known

_ROW: Final = 16.0
_MOST_SERIES: Final = 5
_TITLE: Final = 26.0


@dataclass(frozen=True, slots=True)
class _Series:
    """One lane on one prompt: its name, its colour's number, and the cells by the number of the condition."""

    name: str
    index: int
    cells: tuple[tuple[int, Cell], ...]


def draw_conditions(canvas: Canvas, area: QRectF, result: SweepResult, progress: float = 1.0) -> None:
    """Draws the chart; at a progress below 1 only as far to the right."""
    series = _series(result) if result.axis else []
    if not series:
        canvas.nothing(area, "The speedup under each condition appears here after the first heat.")
        return
    look, words = canvas.look, list(dict.fromkeys(row.condition for row in result.prompts))
    head, rows = axis_head(result), axis_rows(result)
    labels = max((canvas.measure(name, SMALL) for name, _ in rows), default=0.0)
    names = min(max(canvas.measure(item.name, NORMAL, "semibold") for item in series), area.width() * 0.22)
    foot = 24 + _TITLE + (_ROW * (len(rows) + 1) if rows else 0)
    inner = area.adjusted(max(44.0, labels + 14), 8, -names - 16, -foot)
    if inner.height() < 60 or inner.width() < 120:
        return
    low, high = _range(series)
    frame = Frame(inner, -0.5, len(words) - 0.5, low, high)
    frame.grid(canvas, lambda value: f"{value:g}×")
    one = frame.y(1.0)
    canvas.line(QPointF(inner.left(), one), QPointF(inner.right(), one), look.muted, 1.6)
    facts = AXES.get(result.axis)
    for at, word in enumerate(words):
        canvas.text(word, QPointF(frame.x(at), inner.bottom() + 19), size=NORMAL, style="semibold", align=0.5)
    title = canvas.fit(facts.unit if facts else result.axis, SMALL, inner.width())
    canvas.text(title, QPointF(inner.center().x(), inner.bottom() + 38), tone=look.muted, align=0.5)
    _table(canvas, frame, area, head, rows)
    reach = inner.left() + inner.width() * min(1.0, max(0.0, progress))
    for number, item in enumerate(series):
        _draw_series(canvas, frame, result, item, (number - (len(series) - 1) / 2) * 7, reach)
    if progress >= 1:
        _names(canvas, frame, series, names)
        said = canvas.fit("as fast as the baseline", SMALL, inner.width() / len(words) - 16)
        canvas.text(said, QPointF(frame.x(min(0.5, len(words) - 1)), one - 5), tone=look.muted, align=0.5)


def _series(result: SweepResult) -> list[_Series]:
    """The lanes of each prompt; of several prompts only the lane that gains most."""
    prompts, lanes = axis_prompts(result), axis_lanes(result)
    words = list(dict.fromkeys(row.condition for row in result.prompts))
    found: list[_Series] = []
    for rows in prompts.values():
        for lane in lanes[:_MOST_SERIES] if len(prompts) == 1 else lanes[:1]:
            cells = tuple(
                (words.index(row.condition), cell)
                for row in rows
                for cell in row.cells
                if cell.lane == lane and measured(cell)
            )
            if cells:
                name = cell_name(cells[0][1]) if len(prompts) == 1 else rows[0].title.partition(",")[0]
                found.append(_Series(name, len(found) + 1, cells))
    return found


def _range(series: list[_Series]) -> tuple[float, float]:
    speedups = [cell.speedup for item in series for _, cell in item.cells if cell.speedup is not None]
    values = [1.0, *(found.ratio for found in speedups)]
    low, high = min(values), max(values)
    allow = max(high - low, 0.2) * 0.4
    ends = [end for found in speedups for end in (found.low, found.high) if known(end) and end > 0]
    low = min([low, *(max(end, low - allow) for end in ends)])
    high = max([high, *(min(end, high + allow) for end in ends)])
    room = (high - low) * 0.08 + 0.03
    return max(0.0, low - room), high + room


def _draw_series(canvas: Canvas, frame: Frame, result: SweepResult, item: _Series, aside: float, reach: float) -> None:
    tone = tone_of(canvas.look, item.index)
    line = [
        QPointF(frame.x(at) + aside, frame.y(cell.speedup.ratio)) for at, cell in item.cells if cell.speedup is not None
    ]
    canvas.painter.save()
    canvas.painter.setClipRect(QRectF(-1e4, -1e4, max(0.0, reach) + 1e4, 2e4))
    if len(line) > 1:
        canvas.path(line, tone, 2.2)
    canvas.painter.restore()
    for place, (_, cell) in zip(line, item.cells, strict=True):
        if place.x() <= reach:
            _point(canvas, frame, result, item, cell, place)


def _point(canvas: Canvas, frame: Frame, result: SweepResult, item: _Series, cell: Cell, place: QPointF) -> None:
    found, tone, look = cell.speedup, tone_of(canvas.look, item.index), canvas.look
    assert found is not None
    sure = known(found.low) and known(found.high) and found.low > 0
    if sure:
        for end in (found.low, found.high):
            y = frame.y(end)
            canvas.line(place, QPointF(place.x(), y), tone, 1.6)
            if frame.inside(end):
                canvas.line(QPointF(place.x() - 3, y), QPointF(place.x() + 3, y), tone, 1.6)
            else:  # An arrow: it ends where the chart does, and goes on.
                back = 4 if end > found.ratio else -4
                x = place.x()
                canvas.path([QPointF(x - 3, y + back), QPointF(x, y), QPointF(x + 3, y + back)], tone, 1.6)
    canvas.dot(place, item.index, tone, hollow=not sure)
    if item.index == 1:
        ink = readable(tone, look.text, (look.card, look.ground))
        at = QPointF(place.x() + 9, place.y() - 6)
        canvas.text(f"{found.ratio:.2f}×", at, size=SMALL, style="semibold", tone=ink)
    canvas.mark(QRectF(place.x() - 9, place.y() - 9, 18, 18), cell_words(result, cell), cell)


def _names(canvas: Canvas, frame: Frame, series: list[_Series], room: float) -> None:
    lasts = [item.cells[-1][1].speedup for item in series]
    wanted = [frame.y(found.ratio if found is not None else math.nan) for found in lasts]
    for item, y in zip(series, spread(wanted, 16, frame.area.top() + 6, frame.area.bottom()), strict=True):
        tone = readable(tone_of(canvas.look, item.index), canvas.look.text, (canvas.look.card, canvas.look.ground))
        name = canvas.fit(item.name, NORMAL, room, "semibold")
        at = QPointF(frame.area.right() + 8, y + NORMAL * 0.36)
        canvas.text(name, at, size=NORMAL, style="semibold", tone=tone)


def _table(canvas: Canvas, frame: Frame, area: QRectF, head: str, rows: list[tuple[str, list[str]]]) -> None:
    """Writes below each value what the speedup rests on."""
    if not rows:
        return
    top = frame.area.bottom() + 24 + _TITLE
    canvas.line(QPointF(area.left(), top - 2), QPointF(frame.area.right(), top - 2), canvas.look.line)
    canvas.text(canvas.fit(head, SMALL, frame.area.right() - area.left(), "semibold"), QPointF(area.left(), top + 12),
                style="semibold", tone=canvas.look.muted)  # fmt: skip
    for number, (name, values) in enumerate(rows):
        y = top + 12 + _ROW * (number + 1)
        canvas.text(name, QPointF(area.left(), y), tone=canvas.look.muted)
        wide = frame.area.width() / max(1, len(values)) - 4
        for at, value in enumerate(values):
            canvas.text(canvas.fit(value, SMALL, wide), QPointF(frame.x(at), y), align=0.5)
