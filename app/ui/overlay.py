"""A small panel that lies over the window, under what opened it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget


class Overlay(QFrame):
    """Closes when something else in the window is clicked, and with Esc."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._anchor: QWidget | None = None
        self.setProperty("role", "popover")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.hide()

    def open_below(self, anchor: QWidget) -> None:
        """Opens under a widget, over the window's other parts. A click on that widget is its own affair."""
        window = anchor.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        self._anchor = anchor
        self.fit_in()
        self.show()
        self.raise_()
        self.take_focus()

    def fit_in(self) -> None:
        """Takes the size that its parts need, and a place where all of it is in the window."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.adjustSize()
        if self._anchor is not None:
            window = self._anchor.window()
            at = self._anchor.mapTo(window, QPoint(0, self._anchor.height() + 4))
            left = min(at.x(), window.width() - self.width() - 8)
            self.move(max(8, left), max(8, min(at.y(), window.height() - self.height() - 8)))

    def take_focus(self) -> None:
        """Gives the keyboard to what is most likely wanted in the panel."""
        self.setFocus()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keeps clicks on its ground for itself: what is behind would take them for clicks elsewhere."""
        event.accept()

    def showEvent(self, event: QShowEvent) -> None:
        """Watches for a click elsewhere."""
        super().showEvent(event)
        if (app := QApplication.instance()) is not None:
            app.installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        """Gives the keyboard back."""
        if (app := QApplication.instance()) is not None:
            app.removeEventFilter(self)
        super().hideEvent(event)
        if self._anchor is not None and self._anchor.isVisible():
            self._anchor.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Closes with Esc, with a click elsewhere in the window, and when the field is hidden or moves."""
        if not isinstance(watched, QWidget) or watched.window() is not self.window():
            return super().eventFilter(watched, event)
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress:
            if watched not in (self, self._anchor) and not self.isAncestorOf(watched):
                self.close()
        elif kind in (QEvent.Type.Hide, QEvent.Type.Move):
            if watched is self._anchor:
                self.close()
        elif isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if kind == QEvent.Type.ShortcutOverride:
                event.accept()  # Esc would stop a race otherwise.
                return True
            if kind == QEvent.Type.KeyPress:
                self.close()
                return True
        return super().eventFilter(watched, event)
