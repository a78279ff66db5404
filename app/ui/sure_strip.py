"""The picture of how sure the heats are, as a widget; it grows while heats are run."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.draw.canvas import Canvas
from app.draw.sure import FOOT, ROW, draw_sure
from app.present.sure import SureRow
from app.ui.theme import Theme


class SureStrip(QWidget):
    """Shows rows of heats; hidden while there are none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: list[SureRow] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("How sure the heats are")
        theme.changed.connect(self.update)

    def clear(self) -> None:
        """Shows nothing."""
        self.show_rows([])

    def show_rows(self, rows: Sequence[SureRow]) -> None:
        """Shows ``rows``; paints only if there is something new."""
        if list(rows) == self.rows:
            return
        self.rows = list(rows)
        told = "\n".join(row.words for row in rows)
        self.setAccessibleDescription(told)
        self.setToolTip(told)
        self.setFixedHeight(round(ROW * len(rows) + FOOT))
        self.setVisible(bool(rows))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_sure(Canvas(painter, self._theme.look), QRectF(self.rect()), self.rows)
        painter.end()
