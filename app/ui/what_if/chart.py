"""The what-if chart as a widget: hover for the numbers of a K, click to choose it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.draw.axes import Frame
from app.draw.canvas import Canvas
from app.draw.what_if import WhatIfPlot, k_at
from app.race.whatif import Ground
from app.ui.theme import Theme


class WhatIfChart(QWidget):
    """Shows a :class:`Ground` at an acceptance. ``picked`` carries the K that was clicked."""

    picked = Signal(int)

    def __init__(self, theme: Theme, found: Ground) -> None:
        super().__init__()
        self._theme = theme
        self._found = found
        self._acceptance, self._k = found.acceptance, found.k
        self._frame: Frame | None = None
        self.setMinimumHeight(230)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Predicted speedup for each K")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Wide enough for 16 columns."""
        return QSize(860, 360)

    def show_ground(self, found: Ground, acceptance: float, k: int) -> None:
        """Shows these costs at this acceptance, with one K chosen."""
        self._found, self._acceptance, self._k = found, acceptance, k
        told = [f"K = {item.k}: {item.speedup:.2f}" for item in found.curve(acceptance)]
        lanes = [f"{lane.name} measured {lane.speedup:.2f}" for lane in found.lanes]
        self.setAccessibleDescription("; ".join([*told, *lanes]))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the chart."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        canvas = Canvas(painter, self._theme.look)
        plot = WhatIfPlot(canvas, QRectF(self.rect()), self._found, self._acceptance, self._k)
        plot.draw()
        self._frame = plot.frame
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Chooses the K that is clicked."""
        if event.button() == Qt.MouseButton.LeftButton and self._frame is not None:
            self.picked.emit(k_at(self._frame, event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Chooses on while the button is held."""
        if event.buttons() & Qt.MouseButton.LeftButton and self._frame is not None:
            self.picked.emit(k_at(self._frame, event.position().x()))

    def event(self, event: QEvent) -> bool:
        """Tells the figures of the K under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._frame is not None:
            QToolTip.showText(event.globalPos(), self.words_of(k_at(self._frame, event.pos().x())), self)
            return True
        return super().event(event)

    def words_of(self, k: int) -> str:
        """The figures of one K in lines."""
        here = self._found.curve(self._acceptance)[k - 1]
        lines = [
            f"K = {k}: {here.speedup:.2f}× the baseline",
            f"{here.tokens_per_round:.1f} tokens a round, which costs {here.break_even:.1f} single steps",
        ]
        lines += [f"{lane.name} measured {lane.speedup:.2f}×" for lane in self._found.lanes if round(lane.k) == k]
        if not self._found.costs.measured(k):
            lines.append("what this K costs was not measured")
        return "\n".join(lines)
