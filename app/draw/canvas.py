"""What a chart draws on: any painter, with the app's colours and fonts; and the places on it that stand for something.

Text is painted as outlines of the bundled fonts, so that a chart is the same on a screen, in a picture, in an SVG file
on a machine without these fonts, and in a film.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from app.draw.look import Look
from app.places import find_places
from app.race.sweep_result import Cell

if TYPE_CHECKING:
    from app.draw.fonts import Fonts

SMALL: Final = 11.0
NORMAL: Final = 12.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on a chart: what it says, and the cell whose races stand behind it, if any."""

    area: QRectF
    text: str
    cell: Cell | None = None


@cache
def shared_fonts() -> Fonts:
    """Returns the bundled fonts, read once."""
    # Here: the shaper takes a moment to load, and a window is shown before anything is written on its charts.
    from app.draw.fonts import Fonts

    return Fonts(find_places().resources)


class Canvas:
    """A painter with the look's colours, and the marks made so far. Sizes are in units of the chart."""

    def __init__(self, painter: QPainter, look: Look, said: list[str] | None = None) -> None:
        """``said``: takes down every text that is drawn, if given."""
        self.painter = painter
        self.look = look
        self.said = said
        self.marks: list[Mark] = []
        self._fonts = shared_fonts()

    def measure(self, text: str, size: float, style: str = "regular") -> float:
        """Returns the width of a line."""
        return float(self._fonts.shape(text, style)[1]) * size

    def fit(self, text: str, size: float, room: float, style: str = "regular") -> str:
        """Returns ``text``, or as much of it as fits into ``room`` with an ellipsis."""
        if self.measure(text, size, style) <= room:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.measure(text[:middle].rstrip() + "…", size, style) <= room:
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + "…" if low else ""

    def wrap(self, text: str, size: float, room: float, style: str = "regular", most: int = 0) -> list[str]:
        """Cuts ``text`` at blanks into lines of ``room``; at most ``most`` of them if given, then an ellipsis."""
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self.measure(longer, size, style) > room:
                lines.append(word)
            else:
                lines[-1] = longer
        if most and len(lines) > most:
            lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
        return [self.fit(line, size, room, style) for line in lines]

    def text(
        self,
        text: str,
        at: QPointF,
        *,
        size: float = SMALL,
        tone: str = "",
        style: str = "regular",
        align: float = 0.0,
        alpha: float = 1.0,
    ) -> None:
        """Draws a line whose baseline goes through ``at``; ``align`` 0 starts there, 0.5 is centred, 1 ends there."""
        if not text or alpha <= 0:
            return
        if self.said is not None:
            self.said.append(text)
        outline, wide = self._fonts.shape(text, style)
        place = QTransform.fromTranslate(at.x() - wide * size * align, at.y()).scale(size, size)
        self.painter.fillPath(place.map(outline), _ink(tone or self.look.text, alpha))

    def line(self, start: QPointF, end: QPointF, tone: str, wide: float = 1.0, *, dashed: bool = False) -> None:
        """Draws a straight line."""
        self.path([start, end], tone, wide, dashed=dashed)

    def path(self, points: Sequence[QPointF], tone: str, wide: float, *, dashed: bool = False) -> None:
        """Draws straight pieces through ``points``."""
        pen = _pen(tone, wide)
        if dashed:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([4 / wide, 3 / wide])
        self.painter.setPen(pen)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawPolyline(QPolygonF(list(points)))

    def pieces(self, points: Sequence[QPointF], tone: str, wide: float) -> None:
        """Draws straight pieces through ``points``, each with round ends, as a film draws a line that grows.

        Qt takes a third of the time for a wide line in pieces that it takes for one whose joints it has to shape.
        """
        self.painter.setPen(_pen(tone, wide))
        self.painter.drawLines([QLineF(start, end) for start, end in itertools.pairwise(points)])

    def box(self, area: QRectF, tone: str, radius: float = 3.0) -> None:
        """Fills a box with round corners."""
        shape = QPainterPath()
        shape.addRoundedRect(area, radius, radius)
        self.painter.fillPath(shape, QColor(tone))

    def block(self, area: QRectF, tone: str) -> None:
        """Fills a box with sharp corners."""
        self.painter.fillRect(area, QColor(tone))

    def dot(self, at: QPointF, index: int, tone: str, size: float = 4.5, *, hollow: bool = False) -> None:
        """Draws a point of a series; its shape tells the series as its colour does."""
        shape = _shape(index, at, size)
        self.painter.setBrush(QColor(self.look.card if hollow else tone))
        self.painter.setPen(QPen(QColor(tone if hollow else self.look.card), 1.5))
        self.painter.drawPath(shape)

    def mark(self, area: QRectF, text: str, cell: Cell | None = None) -> None:
        """Says that ``area`` stands for something."""
        self.marks.append(Mark(area, text, cell))

    def nothing(self, area: QRectF, text: str) -> None:
        """Says in the middle, in as many lines as it takes, why there is nothing to see."""
        lines = self.wrap(text, NORMAL, area.width())
        top = area.center().y() - (len(lines) - 1) * NORMAL * 0.7 + NORMAL * 0.36
        for number, line in enumerate(lines):
            at = QPointF(area.center().x(), top + number * NORMAL * 1.4)
            self.text(self.fit(line, NORMAL, area.width()), at, size=NORMAL, tone=self.look.muted, align=0.5)


def _pen(tone: str, wide: float) -> QPen:
    return QPen(QColor(tone), wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _ink(tone: str, alpha: float) -> QColor:
    color = QColor(tone)
    color.setAlphaF(min(1.0, alpha))
    return color


def _shape(index: int, at: QPointF, size: float) -> QPainterPath:
    path = QPainterPath()
    corners = {1: (4, 45.0), 2: (3, -90.0), 3: (4, 0.0), 4: (3, 90.0), 5: (5, -90.0)}.get(index % 6)
    if corners is None:
        path.addEllipse(at, size, size)
        return path
    count, turn = corners
    angles = [math.radians(turn + 360 * number / count) for number in range(count)]
    path.addPolygon(QPolygonF([at + QPointF(math.cos(angle), math.sin(angle)) * size * 1.2 for angle in angles]))
    path.closeSubpath()
    return path
