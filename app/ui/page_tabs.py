"""The tabs of the window, with a mark on those where something is measured out of sight."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QTabBar

from app.ui.theme import Theme, color

_RADIUS = 3.5
_MARGIN = 20
"""Pixels beside each tab's name, as the style sheet leaves them: the mark stands there, so that nothing moves."""


class PageTabs(QTabBar):
    """A tab bar that can mark a tab."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.marked: frozenset[int] = frozenset()
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setUsesScrollButtons(False)
        self.setAccessibleName("Pages")

    def mark(self, numbers: frozenset[int]) -> None:
        """Marks these tabs and no others."""
        if numbers == self.marked:
            return
        self.marked = numbers
        for number in range(self.count()):
            running = " Something is measured there." if number in numbers else ""
            self.setTabToolTip(number, f"Ctrl+{number + 1}{running and '.'}{running}")
            self.setAccessibleTabName(number, f"{self.tabText(number)}{', running' if running else ''}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the tabs, then the marks."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._theme.look.lanes[1]))
        for number in self.marked:
            area = self.tabRect(number)
            painter.drawEllipse(QPointF(area.right() - _MARGIN + 8, area.center().y() - 4), _RADIUS, _RADIUS)
        painter.end()
