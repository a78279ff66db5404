"""Speedup against K for each prompt: measured with intervals, predicted dashed, the line of the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from app.draw.axes import Frame, free_place, spread
from app.draw.canvas import NORMAL, SMALL, Canvas, Mark
from app.draw.look import Look, mix
from app.draw.sweep.labels import ink_of, tone_of
from app.present.sweep_figures import cell_words, crowded_words, lane_word
from app.race.sweep_result import Cell, PromptResult, SweepResult, known

_TINY: Final = 9.5
_AXIS: Final = "K, draft tokens a round"


@dataclass(frozen=True, slots=True)
class Other:
    """A result of another machine, to lie beside.

    ``index`` is the prompt of the same kind, -1 for none; ``text`` says all of it, ``name`` is the machine's.
    """

    k: int
    speedup: float
    index: int
    text: str
    name: str = ""


def draw_speedup(
    painter: QPainter,
    rect: QRectF,
    result: SweepResult,
    look: Look,
    progress: float = 1.0,
    *,
    unit: float = 1.0,
    others: Sequence[Other] = (),
) -> tuple[Mark, ...]:
    """Draws the chart into ``rect`` and returns its marks, in the painter's coordinates.

    Args:
        progress: 0..1; the curves draw themselves from left to right.
        unit: Size of one unit in the painter's coordinates: text is 11 to 12 units high.
        others: Results of other machines, drawn hollow.
    """
    painter.save()
    painter.translate(rect.topLeft())
    painter.scale(unit, unit)
    canvas = Canvas(painter, look)
    area = QRectF(0, 0, rect.width() / unit, rect.height() / unit)
    cells = [cell for prompt in result.prompts for cell in prompt.cells if measured(cell)]
    if cells:
        _Speedup(canvas, area, result, others).draw(progress)
    else:
        canvas.nothing(area, "The speedup of each K appears here after the first heat.")
    painter.restore()
    return tuple(
        Mark(
            QRectF(mark.area.topLeft() * unit + rect.topLeft(), mark.area.size() * unit),
            mark.text,
            mark.cell,
        )
        for mark in canvas.marks
    )


def measured(cell: Cell) -> bool:
    """Whether a cell has a speedup that can be drawn."""
    return cell.speedup is not None and known(cell.speedup.ratio)


class _Speedup:
    def __init__(self, canvas: Canvas, area: QRectF, result: SweepResult, others: Sequence[Other]) -> None:
        self.canvas, self.result, self.others = canvas, result, others
        fixed = {cell.k for prompt in result.prompts for cell in prompt.cells if cell.policy.value == "fixed"}
        fixed |= {other.k for other in others}
        words = dict.fromkeys(
            lane_word(cell) for prompt in result.prompts for cell in prompt.cells if cell.policy.value != "fixed"
        )
        most = max(fixed, default=0)
        step = max(1.0, most / 7)
        self.places: dict[str, float] = {str(k): float(k) for k in sorted(fixed)}
        self.places |= {word: most + step * (1 + number) for number, word in enumerate(words)}
        names = max((canvas.measure(item.title, NORMAL, "semibold") for item in result.prompts), default=0.0)
        self.names = min(names, area.width() * 0.24)
        low, high = self._range()
        inner = area.adjusted(40, 8, -self.names - 14, -54 if others else -42)
        left, right = min(self.places.values()), max(self.places.values())
        margin = max(0.5, (right - left) * 0.06)
        self.frame = Frame(inner, left - margin, right + margin * 0.6, low, high)

    def _range(self) -> tuple[float, float]:
        cells = [cell for prompt in self.result.prompts for cell in prompt.cells if cell.speedup and measured(cell)]
        values = [1.0, *(cell.speedup.ratio for cell in cells if cell.speedup), *(item.speedup for item in self.others)]
        values += [cell.predicted for cell in cells if cell.predicted is not None and known(cell.predicted)]
        low, high = min(values), max(values)
        allow = max(high - low, 0.2) * 0.3
        ends = [end for cell in cells if cell.speedup for end in (cell.speedup.low, cell.speedup.high) if known(end)]
        low = min([low, *(max(end, low - allow) for end in ends if end > 0)])
        high = max([high, *(min(end, high + allow) for end in ends)])
        room = (high - low) * 0.08 + 0.03
        return max(0.0, low - room), high + room

    def draw(self, progress: float) -> None:
        canvas, frame, look = self.canvas, self.frame, self.canvas.look
        frame.grid(canvas, lambda value: f"{value:g}×")
        frame.below(canvas, [(place, word) for word, place in self.places.items()], _AXIS)
        one = frame.y(1.0)
        canvas.line(QPointF(frame.area.left(), one), QPointF(frame.area.right(), one), look.muted, 1.6)
        reach = frame.area.left() + frame.area.width() * min(1.0, max(0.0, progress))
        for index, prompt in enumerate(self.result.prompts):
            self._series(index, prompt, reach)
        self._no_drafter(one)
        if progress >= 1:
            self._others()
        self._names(min(1.0, max(0.0, (progress - 0.85) / 0.15)))

    def _x(self, index: int, cell: Cell) -> float:
        count = len(self.result.prompts)
        return self.frame.x(self.places[lane_word(cell)]) + (index - (count - 1) / 2) * min(5.0, 20 / max(1, count))

    def _series(self, index: int, prompt: PromptResult, reach: float) -> None:
        canvas, look = self.canvas, self.canvas.look
        tone = tone_of(look, index)
        cells = [cell for cell in prompt.cells if measured(cell)]
        fixed = sorted((cell for cell in cells if cell.policy.value == "fixed"), key=lambda cell: cell.k)
        canvas.painter.save()
        canvas.painter.setClipRect(QRectF(0, 0, max(0.0, reach), 1e5))
        guess = [
            QPointF(self._x(index, cell), self.frame.y(cell.predicted))
            for cell in fixed
            if cell.predicted is not None and known(cell.predicted)
        ]
        if len(guess) > 1:
            canvas.path(guess, mix(tone, look.card, 0.6), 1.4, dashed=True)
        line = [QPointF(self._x(index, cell), self.frame.y(cell.speedup.ratio)) for cell in fixed if cell.speedup]
        if len(line) > 1:
            canvas.path(line, tone, 2.2)
        canvas.painter.restore()
        for cell in cells:
            x = self._x(index, cell)
            if cell.speedup and x <= reach:
                self._point(index, cell, x, tone)

    def _point(self, index: int, cell: Cell, x: float, tone: str) -> None:
        found, frame = cell.speedup, self.frame
        assert found is not None
        at = QPointF(x, frame.y(found.ratio))
        sure = known(found.low) and known(found.high) and found.low > 0
        if sure:
            for end in (found.low, found.high):
                y = frame.y(end)
                self.canvas.line(at, QPointF(x, y), tone, 1.6)
                if frame.inside(end):
                    self.canvas.line(QPointF(x - 3, y), QPointF(x + 3, y), tone, 1.6)
                else:  # An arrow: it ends where the chart does, and goes on.
                    back = 4 if end > found.ratio else -4
                    self.canvas.path([QPointF(x - 3, y + back), QPointF(x, y), QPointF(x + 3, y + back)], tone, 1.6)
        self.canvas.dot(at, index, tone, hollow=not sure)
        self.canvas.mark(QRectF(at.x() - 9, at.y() - 9, 18, 18), cell_words(self.result, cell), cell)

    def _others(self) -> None:
        for other in self.others:
            tone = tone_of(self.canvas.look, other.index) if other.index >= 0 else self.canvas.look.muted
            at = self.frame.at(other.k, other.speedup) + QPointF(12, 0)
            self.canvas.dot(at, max(0, other.index), tone, 4.0, hollow=True)
            self.canvas.mark(QRectF(at.x() - 7, at.y() - 7, 14, 14), other.text)
        self._others_names()

    def _others_names(self) -> None:
        """Names the machines beside their marks where there is room, and the rest of them below the chart."""
        canvas, taken = self.canvas, [mark.area for mark in self.canvas.marks]
        crowded: list[tuple[str, int]] = []
        for other in self.others:
            at = self.frame.at(other.k, other.speedup) + QPointF(12, 0)
            name = canvas.fit(other.name, _TINY, 120)
            wide = canvas.measure(name, _TINY)
            wanted = [QRectF(at.x() + 9, at.y() + y, wide, 11) for y in (-6, -15, 4)]
            wanted += [QRectF(at.x() - 9 - wide, at.y() + y, wide, 11) for y in (-6, -15, 4)]
            place = free_place(wanted, (), taken, self.frame.area)
            if name and self.frame.area.contains(place) and not any(place.intersects(area) for area in taken):
                taken.append(place)
                # Lines would run through the letters.
                canvas.box(place.adjusted(-2, 0, 2, 1), canvas.look.card, 2)
                canvas.text(name, QPointF(place.left(), place.bottom() - 2), size=_TINY, tone=canvas.look.muted)
            elif name:
                crowded.append((other.name, other.k))
        if crowded:
            area = self.frame.area
            said = canvas.fit(crowded_words(crowded), _TINY, area.width() + self.names + 8)
            canvas.text(said, QPointF(area.left(), area.bottom() + 49), size=_TINY, tone=canvas.look.muted)

    def _no_drafter(self, one: float) -> None:
        """Names the line of the baseline where nothing else is drawn."""
        text, canvas, area = "as fast as the baseline", self.canvas, self.frame.area
        wide = canvas.measure(text, SMALL)
        taken = [mark.area for mark in canvas.marks]
        best = None
        for y in (one - 6, one + 14):
            for step in range(9):
                left = area.left() + 2 + (area.width() - wide - 4) * step / 8
                place = QRectF(left, y - 10, wide, 13)
                hits = sum(place.adjusted(-8, -4, 8, 4).intersects(item) for item in taken)
                if best is None or hits < best[0]:
                    best = (hits, QPointF(left, y))
        if best is not None:
            canvas.text(text, best[1], tone=canvas.look.muted)

    def _names(self, alpha: float) -> None:
        canvas, frame = self.canvas, self.frame
        shown: list[tuple[int, PromptResult, float]] = []
        for index, prompt in enumerate(self.result.prompts):
            cells = [cell for cell in prompt.cells if measured(cell)]
            if cells:
                last = max(cells, key=lambda cell: self.places[lane_word(cell)])
                shown.append((index, prompt, frame.y(last.speedup.ratio if last.speedup else 1.0)))
        places = spread([item[2] for item in shown], 16, frame.area.top() + 6, frame.area.bottom())
        for (index, prompt, _), y in zip(shown, places, strict=True):
            name = canvas.fit(prompt.title, NORMAL, self.names, "semibold")
            at = QPointF(frame.area.right() + 8, y + NORMAL * 0.36)
            canvas.text(name, at, size=NORMAL, style="semibold", tone=ink_of(canvas.look, index), alpha=alpha)
