"""A combo box for choices of any length, and a button with a menu that looks like one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QMenu,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QStylePainter,
)

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


class TickMenu(QMenu):
    """A menu of things to tick: it stays open, so that several can be ticked, by the mouse or by Space."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ticks what is under the pointer."""
        action = self.actionAt(event.position().toPoint())
        if action is not None and action.isCheckable() and action.isEnabled():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ticks what is picked with the arrow keys."""
        action = self.activeAction()
        if event.key() == Qt.Key.Key_Space and action is not None and action.isCheckable():
            action.trigger()
        else:
            super().keyPressEvent(event)


class ListPicker(Picker):
    """A picker whose last entry is no choice but opens something, such as "More models\u2026".

    Signals:
        picked: Another choice was made. last_wanted: The last entry was picked; the choice stays as it was.
    """

    picked = Signal()
    last_wanted = Signal()

    def __init__(self, last: str) -> None:
        super().__init__()
        self._last = last
        self._at = -1
        self.currentIndexChanged.connect(self._moved)

    def set_choices(self, choices: Sequence[str], at: int) -> None:
        """Offers other choices and picks one of them, without a signal."""
        with QSignalBlocker(self):
            self.clear()
            self.addItems([*choices, self._last])
            self.insertSeparator(len(choices))
            self._at = at
            self.setCurrentIndex(at)

    @property
    def choices(self) -> int:
        """How many choices there are."""
        return max(0, self.count() - 2)

    def _moved(self, at: int) -> None:
        if at < self.choices:
            if at != self._at:
                self._at = at
                self.picked.emit()
            return
        with QSignalBlocker(self):
            self.setCurrentIndex(self._at)
        self.last_wanted.emit()


class MenuButton(QPushButton):
    """A button with a menu whose text keeps its distance from the edge: Qt forgets that for buttons with menus."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "menu")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the button, then its text as that of a button without a menu, cut with an ellipsis."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        option.features &= ~QStyleOptionButton.ButtonFeature.HasMenu
        option.rect = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        room = self.width() - _BUTTON_WIDTH
        option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonLabel, option)
