"""The axes of a chart, and places for labels that hide nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from app.draw.canvas import SMALL, Canvas
from app.draw.ticks import ticks


@dataclass(frozen=True, slots=True)
class Frame:
    """Where values are: ``area`` in units, from ``left`` to ``right`` and from ``low`` to ``high``."""

    area: QRectF
    left: float
    right: float
    low: float
    high: float

    def x(self, value: float) -> float:
        """Place of a value on the horizontal axis."""
        return self.area.left() + self.area.width() * (value - self.left) / max(1e-9, self.right - self.left)

    def y(self, value: float) -> float:
        """Place of a value on the vertical axis; values outside stay at its ends."""
        share = (value - self.low) / max(1e-9, self.high - self.low)
        return self.area.bottom() - self.area.height() * min(1.0, max(0.0, share))

    def at(self, x: float, y: float) -> QPointF:
        """Place of a point."""
        return QPointF(self.x(x), self.y(y))

    def points(self, xs: Iterable[float], ys: Iterable[float]) -> list[QPointF]:
        """Places of many points, as :meth:`at` gives each: a line that is drawn at every paint has hundreds."""
        low, high, left, bottom = self.low, self.high, self.area.left(), self.area.bottom()
        across = self.area.width() / max(1e-9, self.right - self.left)
        up = self.area.height() / max(1e-9, high - low)
        return [
            QPointF(
                left + across * (x - self.left), bottom - up * ((low if y < low else high if y > high else y) - low)
            )
            for x, y in zip(xs, ys, strict=True)
        ]

    def inside(self, value: float) -> bool:
        """Whether a value is on the vertical axis."""
        return self.low <= value <= self.high

    def grid(self, canvas: Canvas, form: Callable[[float], str], *, marks: Sequence[float] = (), most: int = 0) -> None:
        """Draws horizontal lines with their values: at ``marks``, or else at round numbers, ``most`` of them."""
        look = canvas.look
        for value in marks or ticks(self.low, self.high, most or self.area.height() / 44):
            # On the middle of a row of pixels: a line between two rows is blurred.
            y = math.floor(self.y(value)) + 0.5
            canvas.line(QPointF(self.area.left(), y), QPointF(self.area.right(), y), look.line)
            canvas.text(form(value), QPointF(self.area.left() - 8, y + SMALL * 0.36), tone=look.muted, align=1.0)

    def below(self, canvas: Canvas, labels: Sequence[tuple[float, str]], title: str = "") -> None:
        """Draws the labels and the title of the horizontal axis; labels without room are left out."""
        end = -1e9
        for value, text in labels:
            x, half = self.x(value), canvas.measure(text, SMALL) / 2
            if x - half > end:
                canvas.text(text, QPointF(x, self.area.bottom() + 17), tone=canvas.look.muted, align=0.5)
                end = x + half + 4
        at = QPointF(self.area.center().x(), self.area.bottom() + 34)
        canvas.text(canvas.fit(title, SMALL, self.area.width()), at, tone=canvas.look.muted, align=0.5)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Returns places near ``wanted`` that are ``gap`` apart where there is room, inside ``low`` to ``high``."""
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    gap = min(gap, (high - low) / max(1, len(wanted) - 1)) if len(wanted) > 1 else gap
    places = [min(high, max(low, wanted[number])) for number in order]
    for number in range(1, len(places)):
        places[number] = max(places[number], places[number - 1] + gap)
    over = places[-1] - high if places else 0.0
    if over > 0:
        places[-1] = high
        for number in range(len(places) - 2, -1, -1):
            places[number] = min(places[number], places[number + 1] - gap)
    result = [0.0] * len(wanted)
    for place, number in zip(places, order, strict=True):
        result[number] = place
    return result


def free_place(wanted: Sequence[QRectF], ink: Sequence[QPointF], taken: Sequence[QRectF], area: QRectF) -> QRectF:
    """Returns the place among ``wanted`` that hides the least; of equal ones the first.

    Args:
        ink: Points that should stay visible.
        taken: Labels that are there already.
        area: Where labels belong.
    """

    best, least = wanted[0], float("inf")
    for place in wanted:
        cost = 4 * sum(place.intersects(other) for other in taken) + 8 * (not area.contains(place))
        if cost < least:
            cost += sum(place.contains(point) for point in ink)
        if cost < least:
            best, least = place, cost
        if not least:
            break
    return best
