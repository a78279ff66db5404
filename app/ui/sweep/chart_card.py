"""A chart of a sweep as a card: hover for the numbers, click or Return for the race behind a point."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QToolTip

from app.draw.canvas import Mark
from app.draw.sweep.charts import Chart, paint_chart
from app.draw.sweep.speedup import Other
from app.race.sweep_result import SweepResult
from app.ui.theme import Theme


class ChartCard(QFrame):
    """Shows one chart of a :class:`SweepResult`.

    Signals:
        opened: The user wants to see the race behind a point; carries its Cell.
    """

    opened = Signal(object)

    def __init__(self, theme: Theme, chart: Chart) -> None:
        super().__init__()
        self.chart = chart
        self._theme = theme
        self._result = SweepResult()
        self._others: Sequence[Other] = ()
        self.marks: tuple[Mark, ...] = ()
        self._at = -1
        self.setProperty("role", "card")
        self.setMinimumSize(300, 220)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(chart.title)
        self.setAccessibleDescription("Arrow keys go from point to point; Return opens the race behind it.")
        theme.changed.connect(self.update)

    def show_result(self, result: SweepResult, others: Sequence[Other] = ()) -> None:
        """Shows another result."""
        self._result, self._others = result, others
        self._at = -1
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the chart, and a ring around the point that the keyboard is at."""
        super().paintEvent(event)
        painter = QPainter(self)
        area = QRectF(self.rect())
        self.marks = paint_chart(painter, area, self.chart, self._result, self._theme.look, others=self._others)
        if self.hasFocus() and 0 <= self._at < len(self.marks):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.look.text), 1.5))
            painter.drawRoundedRect(self.marks[self._at].area.adjusted(-3, -3, 3, 3), 4, 4)
        painter.end()

    def _mark_at(self, place: QPointF) -> Mark | None:
        return next((mark for mark in reversed(self.marks) if mark.area.adjusted(-3, -3, 3, 3).contains(place)), None)

    def event(self, event: QEvent) -> bool:
        """Shows the words of the point under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            mark = self._mark_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), mark.text if mark else "", self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shows by the pointer what can be clicked."""
        mark = self._mark_at(event.position())
        clickable = mark is not None and mark.cell is not None and bool(mark.cell.traces)
        self.setCursor(Qt.CursorShape.PointingHandCursor if clickable else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Opens the race behind a point."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._open(self._mark_at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Goes from point to point, and opens the race behind one."""
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(
            Qt.Key(event.key())
        )
        if step and self.marks:
            self._at = max(0, min(len(self.marks) - 1, self._at + step))
            mark = self.marks[self._at]
            self.setAccessibleDescription(mark.text)
            QToolTip.showText(self.mapToGlobal(mark.area.center().toPoint()), mark.text, self)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self._at < len(self.marks):
            self._open(self.marks[self._at])
        else:
            super().keyPressEvent(event)

    def _open(self, mark: Mark | None) -> None:
        if mark is not None and mark.cell is not None and mark.cell.traces:
            self.opened.emit(mark.cell)
