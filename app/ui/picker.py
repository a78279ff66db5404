"""A combo box for choices of any length."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

_BUTTON_WIDTH = 46
"""Pixels of a combo box that its arrow and edges take."""


class Picker(QComboBox):
    """A combo box that cuts a long choice with an ellipsis."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the box with what fits of its text."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.width() - _BUTTON_WIDTH
        option.currentText = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
