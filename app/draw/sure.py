"""How sure a race in heats is, as a picture: a row a lane, a dot a heat, a bar for the interval, a line at 1×."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF

from app.draw.axes import Frame
from app.draw.canvas import SMALL, Canvas
from app.draw.look import mix
from app.present.sure import SureRow

ROW: Final = 16.0
"""Height of a lane's row, in units."""
FOOT: Final = 14.0
"""Height of the line that names the ends, in units."""


def draw_sure(canvas: Canvas, area: QRectF, rows: Sequence[SureRow]) -> None:
    """Draws the rows over each other on one axis that holds 1× and every heat."""
    values = [1.0]
    for row in rows:
        values += [*row.ratios, row.low or 1.0, row.high or 1.0]
    low, high = min(values), max(values)
    edge = max(0.02, (high - low) * 0.06)
    frame = Frame(area.adjusted(4, 0, -4, -FOOT), low - edge, high + edge, 0.0, 1.0)
    look, one = canvas.look, frame.x(1.0)
    canvas.line(QPointF(one, area.top()), QPointF(one, frame.area.bottom()), look.muted)
    for number, row in enumerate(rows):
        middle = area.top() + (number + 0.5) * ROW
        tone = look.lane(row.index)
        if row.low is not None and row.high is not None:
            left, right = frame.x(row.low), frame.x(row.high)
            canvas.box(QRectF(left, middle - 5, max(2.0, right - left), 10), mix(tone, look.card, 0.35))
        for ratio in row.ratios:
            canvas.dot(QPointF(frame.x(ratio), middle), row.index, tone, 2.6)
        canvas.line(QPointF(frame.x(row.ratio), middle - 7), QPointF(frame.x(row.ratio), middle + 7), look.text, 2.0)
        canvas.mark(QRectF(area.left(), middle - ROW / 2, area.width(), ROW), row.words)
    _ends(canvas, frame, area.bottom() - 3)


def _ends(canvas: Canvas, frame: Frame, base: float) -> None:
    """Writes where 1× is and where the axis ends, as far as the words do not meet."""
    look = canvas.look
    one, wide = frame.x(1.0), canvas.measure("1×", SMALL)
    middle = min(max(one, frame.area.left() + wide / 2), frame.area.right() - wide / 2)
    canvas.text("1×", QPointF(middle, base), tone=look.muted, align=0.5)
    last = f"{frame.right:.2f}×"
    if frame.area.right() - middle > canvas.measure(last, SMALL) + wide:
        canvas.text(last, QPointF(frame.area.right(), base), tone=look.muted, align=1.0)
    first = f"{frame.left:.2f}×"
    if middle - frame.area.left() > canvas.measure(first, SMALL) + wide:
        canvas.text(first, QPointF(frame.area.left(), base), tone=look.muted)
