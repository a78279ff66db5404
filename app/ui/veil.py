"""A veil of the ground's colour over what is not the matter now."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui.theme import VEIL, Theme, color


class Veil(QWidget):
    """Lets what is under it show through at 45 %. The pointer goes through it, so that all of it can still be used."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the veil."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), color(self._theme.look.ground, VEIL))
        painter.end()
