"""Qt without a display."""

from __future__ import annotations

import os

from PySide6.QtGui import QGuiApplication


def ensure_qt() -> QGuiApplication:
    """Returns the running Qt application, or starts one that needs no display."""
    running = QGuiApplication.instance()
    if isinstance(running, QGuiApplication):
        return running
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return QGuiApplication(["mtp-race"])
