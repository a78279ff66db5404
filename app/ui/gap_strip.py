"""A small drawing of how clear each token was: the top-2 gaps of both lanes around one token."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.race.fork import GapPoint
from app.ui.theme import Theme, color, ui_font

_TALL = 76
_FOOT = 18


class GapStrip(QWidget):
    """Two thin bars a token, in the lane colours; a line at the noise floor, a mark at the token that matters."""

    def __init__(
        self, theme: Theme, points: Sequence[GapPoint], at: int, floor: float, lanes: tuple[int, int] = (0, 1)
    ) -> None:
        super().__init__()
        self._theme = theme
        self._points = list(points)
        self._at = at
        self._floor = floor
        self._lanes = lanes
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Lead of each token over the second choice")
        self.setAccessibleDescription("; ".join(describe(point) for point in self._points))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """One row of bars and its labels."""
        return QSize(320, _TALL + _FOOT)

    @property
    def _top(self) -> float:
        told = [gap for point in self._points for gap in (point.baseline, point.lane) if gap is not None]
        return max([*told, self._floor * 2, 0.1])

    @property
    def _pitch(self) -> float:
        return self.width() / max(1, len(self._points))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look, pitch, top = self._theme.look, self._pitch, self._top
        bar = max(2.0, min(12.0, pitch * 0.32))
        for number, point in enumerate(self._points):
            middle = (number + 0.5) * pitch
            if point.at == self._at:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color(look.hover))
                painter.drawRoundedRect(QRectF(number * pitch + 1, 0, pitch - 2, _TALL), 4, 4)
            painter.setPen(Qt.PenStyle.NoPen)
            for place, gap in enumerate((point.baseline, point.lane)):
                if gap is not None:
                    tall = max(2.0, gap / top * (_TALL - 4))
                    painter.setBrush(color(look.lane(self._lanes[place])))
                    left = middle - bar - 0.5 if place == 0 else middle + 0.5
                    painter.drawRoundedRect(QRectF(left, _TALL - tall, bar, tall), 1.5, 1.5)
        self._lines(painter)
        painter.end()

    def _lines(self, painter: QPainter) -> None:
        look = self._theme.look
        painter.setPen(QPen(color(look.line), 1))
        painter.drawLine(QPointF(0, _TALL + 0.5), QPointF(self.width(), _TALL + 0.5))
        if self._floor > 0:
            height = _TALL - self._floor / self._top * (_TALL - 4)
            painter.setPen(QPen(color(look.warn), 1.2, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(0, height), QPointF(self.width(), height))
        painter.setFont(ui_font(8.25))
        painter.setPen(color(look.muted))
        foot = QRectF(0, _TALL + 2, self.width(), _FOOT)
        if self._points:
            painter.drawText(foot, int(Qt.AlignmentFlag.AlignLeft), f"{self._points[0].at + 1}")
            painter.drawText(foot, int(Qt.AlignmentFlag.AlignRight), f"{self._points[-1].at + 1}")
        number = next((number for number, point in enumerate(self._points) if point.at == self._at), None)
        if number is not None:
            painter.setPen(color(look.text))
            place = QRectF((number + 0.5) * self._pitch - 60, _TALL + 2, 120, _FOOT)
            place.moveLeft(min(max(0.0, place.left()), self.width() - 120))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignHCenter), f"token {self._at + 1}")

    def event(self, event: QEvent) -> bool:
        """Tells the figures of the token under the pointer."""
        if isinstance(event, QHelpEvent):
            number = int(event.pos().x() / self._pitch)
            if 0 <= number < len(self._points):
                QToolTip.showText(event.globalPos(), describe(self._points[number]), self)
            return True
        return super().event(event)


def describe(point: GapPoint) -> str:
    """A token's gaps in words."""
    told = [
        f"{name} {gap:.2f}"
        for name, gap in (("baseline", point.baseline), ("drafting lane", point.lane))
        if gap is not None
    ]
    return f"token {point.at + 1}: " + (", ".join(told) + " logits" if told else "no logits reported")
