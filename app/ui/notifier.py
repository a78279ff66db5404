"""Tells that long work ended while the user is in another program: by the system, or by the window's title."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

_SHOWN_MS = 8000


def system_tray(window: QWidget) -> QSystemTrayIcon | None:
    """Returns what shows notifications on this system; None where there is nothing that does."""
    if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
        return None
    tray = QSystemTrayIcon(window.windowIcon(), window)
    tray.activated.connect(window.activateWindow)
    return tray


class Notifier(QObject):
    """Watches whether ``window`` is the one that is used; while it is, nothing is told."""

    def __init__(self, window: QWidget, tray: Callable[[QWidget], QSystemTrayIcon | None] = system_tray) -> None:
        super().__init__(window)
        self._window = window
        self._title = window.windowTitle()
        self._make_tray = tray
        self._tray: QSystemTrayIcon | None = None
        window.installEventFilter(self)

    def tell(self, sentence: str) -> None:
        """Tells it if the user is elsewhere."""
        if self._window.isActiveWindow():
            return
        if self._tray is None:
            self._tray = self._make_tray(self._window)
        if self._tray is not None:
            self._tray.show()
            self._tray.showMessage(self._title, sentence, self._window.windowIcon(), _SHOWN_MS)
        else:
            self._window.setWindowTitle(f"\u2713 {sentence} \u2013 {self._title}")
        QApplication.alert(self._window)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Once the user is back there is nothing to tell any more."""
        if event.type() == QEvent.Type.WindowActivate:
            self._window.setWindowTitle(self._title)
            if self._tray is not None:
                self._tray.hide()
        return super().eventFilter(watched, event)
