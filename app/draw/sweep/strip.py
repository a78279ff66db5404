"""A suite as a strip plot: a dot a prompt in each lane, the median over prompts and its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF

from app.draw.axes import Frame
from app.draw.canvas import NORMAL, SMALL, Canvas
from app.draw.look import mix
from app.draw.sweep.labels import tone_of
from app.present.suite_figures import median_words
from app.present.sweep_figures import cell_words
from app.race.suite import SuiteDot, SuiteLane, lane_short, suite_result
from app.race.sweep_result import Cell, SweepResult, known
from app.race.sweep_words import span_words

_KEY: Final = 20.0
_DOT: Final = 4.0
_MOST_KINDS: Final = 5


def draw_strip(canvas: Canvas, area: QRectF, result: SweepResult) -> None:
    """Draws the chart; each dot is a mark with the cell behind it."""
    suite = suite_result(result)
    lanes = [lane for lane in suite.lanes if lane.dots]
    if not lanes:
        canvas.nothing(area, "A dot for each prompt appears here.")
        return
    kinds = _kinds(lanes)
    _draw_key(canvas, area, kinds)
    inner = area.adjusted(40, _KEY + 10, -10, -58)
    if inner.height() < 40:
        return
    low, high = _range(lanes)
    frame = Frame(inner, -0.5, len(lanes) - 0.5, low, high)
    frame.grid(canvas, lambda value: f"{value:g}×")
    one, look = frame.y(1.0), canvas.look
    canvas.line(QPointF(inner.left(), one), QPointF(inner.right(), one), look.muted, 1.6)
    cells = {(cell.prompt, cell.lane): cell for row in result.prompts for cell in row.cells}
    for at, lane in enumerate(lanes):
        _draw_lane(canvas, frame, result, at, lane, kinds, cells)
        x, bottom = frame.x(at), inner.bottom()
        style = "semibold" if lane.lane == suite.best else "regular"
        canvas.text(lane_short(lane), QPointF(x, bottom + 19), size=NORMAL, style=style, align=0.5)
        span = f" ({span_words(lane.speedup)})" if lane.speedup and known(lane.speedup.high) else ""
        wide = inner.width() / len(lanes) - 4
        words = canvas.fit(f"{median_words(lane)}{span}", SMALL, wide)
        canvas.text(words, QPointF(x, bottom + 35), tone=look.muted, align=0.5)
        lost = f"{lane.losing} of {len(lane.dots)} slower" if lane.losing else "none slower"
        canvas.text(canvas.fit(lost, SMALL, wide), QPointF(x, bottom + 50), tone=look.muted, align=0.5)


def _kinds(lanes: Sequence[SuiteLane]) -> list[str]:
    """The kinds of prompts, those of most prompts first."""
    counts: dict[str, int] = {}
    for dot in lanes[0].dots:
        counts[dot.workload] = counts.get(dot.workload, 0) + 1
    return sorted(counts, key=lambda kind: (-counts[kind], kind))


def _index(kinds: Sequence[str], kind: str) -> int:
    """The number of a kind's colour and shape: the first ones stand for all prompts; rare kinds share the last."""
    return 1 + min(kinds.index(kind) if kind in kinds else _MOST_KINDS, _MOST_KINDS - 1)


def _draw_key(canvas: Canvas, area: QRectF, kinds: Sequence[str]) -> None:
    """Names the kinds in a row; those without room, and rare ones, are told by hovering."""
    left, line = area.left(), area.top() + SMALL
    for kind in kinds[:_MOST_KINDS]:
        name = kind if len(kinds) <= _MOST_KINDS or kind != kinds[_MOST_KINDS - 1] else "others"
        wide = canvas.measure(name, SMALL)
        if left + 13 + wide > area.right():
            return
        index = _index(kinds, kind)
        canvas.dot(QPointF(left + 4, line - SMALL * 0.36), index, tone_of(canvas.look, index), 4.0)
        canvas.text(name, QPointF(left + 13, line), tone=canvas.look.muted)
        left += 13 + wide + 16


def _range(lanes: Sequence[SuiteLane]) -> tuple[float, float]:
    values = [1.0, *(dot.ratio for lane in lanes for dot in lane.dots if known(dot.ratio))]
    low, high = min(values), max(values)
    room = (high - low) * 0.06 + 0.03
    return max(0.0, low - room), high + room


def _draw_lane(
    canvas: Canvas,
    frame: Frame,
    result: SweepResult,
    at: int,
    lane: SuiteLane,
    kinds: Sequence[str],
    cells: dict[tuple[str, str], Cell],
) -> None:
    half = frame.area.width() / max(1, frame.right - frame.left) * 0.38
    _draw_median(canvas, frame, at, lane, half)
    for dot, x in swarm(frame, at, lane.dots, half):
        index = _index(kinds, dot.workload)
        place = QPointF(x, frame.y(dot.ratio))
        canvas.dot(place, index, tone_of(canvas.look, index), _DOT)
        cell = cells.get((dot.prompt, lane.lane))
        canvas.mark(QRectF(x - 6, place.y() - 6, 12, 12), cell_words(result, cell) if cell else dot.title, cell)


def _draw_median(canvas: Canvas, frame: Frame, at: int, lane: SuiteLane, half: float) -> None:
    found, look, x = lane.speedup, canvas.look, frame.x(at)
    if found is None or not known(found.ratio):
        return
    if known(found.low) and known(found.high) and found.low > 0:
        top, bottom = frame.y(found.high), frame.y(found.low)
        canvas.box(QRectF(x - half, top, 2 * half, max(2.0, bottom - top)), mix(look.muted, look.card, 0.28), 3)
    y = frame.y(found.ratio)
    canvas.line(QPointF(x - half, y), QPointF(x + half, y), look.text, 2.0)


def swarm(frame: Frame, at: int, dots: Sequence[SuiteDot], half: float) -> list[tuple[SuiteDot, float]]:
    """Returns a place for each dot beside the middle of its lane, so that none hides another where there is room."""
    step, middle = 2 * _DOT + 1.5, frame.x(at)
    taken: list[QPointF] = []
    placed = []
    for dot in sorted((dot for dot in dots if known(dot.ratio)), key=lambda dot: dot.ratio):
        y = frame.y(dot.ratio)
        near = [other for other in taken if abs(other.y() - y) < step]
        offsets = sorted((side * number * step / 2 for number in range(40) for side in (1, -1)), key=abs)
        x = next(
            (
                middle + aside
                for aside in offsets
                if abs(aside) <= half and all(abs(other.x() - middle - aside) >= step for other in near)
            ),
            middle,
        )
        taken.append(QPointF(x, y))
        placed.append((dot, x))
    return placed
