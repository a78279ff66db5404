"""Small painted widgets of a lane: the progress line, and the drawing that says how the lane decodes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.draw.look import mix
from app.ui.theme import Theme, color, ui_font


class ProgressLine(QWidget):
    """How far a lane is, 0..1, as a thin line in its colour."""

    def __init__(self, theme: Theme, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._index = index
        self._share = 0.0
        self._pixels = 0
        self.setFixedHeight(4)
        # Opaque, so that the card behind it is not painted again and again.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Progress")
        theme.changed.connect(self.update)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Knows where the line ends now, so that the next share takes all of the old one away."""
        super().resizeEvent(event)
        self._pixels = self._end()

    def _end(self) -> int:
        """Where the line ends, in pixels of the screen."""
        return round(self._share * self.width() * self.devicePixelRatioF())

    def set_share(self, share: float) -> None:
        """Shows ``share`` (0..1)."""
        self._share = min(1.0, max(0.0, share))
        pixels = self._end()
        if pixels != self._pixels:
            # Only the stretch between the old end and the new one looks different.
            ends = [round(end / self.devicePixelRatioF()) for end in (self._pixels, pixels)]
            self._pixels = pixels
            self.update(max(0, min(ends) - 6), 0, abs(ends[1] - ends[0]) + 12, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the line."""
        look = self._theme.look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        area = event.rect()
        painter.fillRect(area, color(look.card))
        painter.setBrush(color(look.line))
        painter.drawRoundedRect(QRectF(self.rect()), 2, 2)
        if self._share > 0:
            painter.setBrush(color(look.lane(self._index)))
            painter.drawRoundedRect(QRectF(0, 0, max(4.0, self.width() * self._share), self.height()), 2, 2)
        painter.end()


class StepDrawing(QWidget):
    """What one step of a lane does, as a row of tokens: one at a time, or K drafted ones checked together."""

    _BOX = 32
    _GAP = 6

    def __init__(self, theme: Theme, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._index = index
        self._k = 0
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_k(self, k: int, words: str = "") -> None:
        """Shows a lane that drafts ``k`` tokens a round, or ``words`` of them; 0 drafts none."""
        self._k = k
        self._words = words or str(k)
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the row and its caption."""
        return QSize(240, self._BOX + 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints three steps of the baseline, or one round of a drafting lane."""
        look = self._theme.look
        lane = look.lane(self._index)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(9))
        if self._k == 0:
            for step in range(3):
                left = step * (self._BOX + 34)
                self._box(painter, left, lane, drafted=False)
                self._caption(painter, left, self._BOX, f"step {step + 1}")
                if step < 2:
                    self._arrow(painter, left + self._BOX + 8)
        else:
            pitch = self._BOX + self._GAP
            shown = max(1, min(self._k, (self.width() - self._BOX - 8) // pitch))
            for place in range(shown):
                self._box(painter, place * pitch, lane, drafted=True)
            self._box(painter, shown * pitch + 4, lane, drafted=False)
            self._caption(painter, 0, shown * pitch - self._GAP, f"{self._words} drafted")
            self._caption(painter, shown * pitch + 4, self._BOX, "+ 1")
        painter.end()

    def _box(self, painter: QPainter, left: float, lane: str, *, drafted: bool) -> None:
        look = self._theme.look
        box = QRectF(left + 0.5, 0.5, self._BOX - 1, self._BOX - 1)
        if drafted:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(mix(lane, look.card, look.tint + 0.06)))
            painter.drawRoundedRect(box, 4, 4)
            painter.fillRect(QRectF(left + 3, self._BOX - 5, self._BOX - 6, 1.5), color(lane))
        else:
            painter.setPen(QPen(color(lane), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _arrow(self, painter: QPainter, left: float) -> None:
        middle = self._BOX / 2
        painter.setPen(QPen(color(self._theme.look.faint), 1.4))
        painter.drawLine(int(left), int(middle), int(left + 16), int(middle))
        painter.drawLine(int(left + 12), int(middle - 4), int(left + 16), int(middle))
        painter.drawLine(int(left + 12), int(middle + 4), int(left + 16), int(middle))

    def _caption(self, painter: QPainter, left: float, width: float, text: str) -> None:
        painter.setPen(color(self._theme.look.muted))
        wide = max(width, 60.0)
        area = QRectF(left + width / 2 - wide / 2, self._BOX + 6, wide, 18)
        align = Qt.AlignmentFlag.AlignHCenter
        if area.left() < 0:
            area.moveLeft(0)
            align = Qt.AlignmentFlag.AlignLeft
        painter.drawText(area, int(align | Qt.AlignmentFlag.AlignTop), text)
