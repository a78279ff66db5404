"""What lies over the window while a file hovers over it: it says that letting go opens the file."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.ui.widgets import label


class DropMark(QFrame):
    """A frame around all of the window, and a word. The pointer goes through it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setProperty("role", "drop")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QVBoxLayout(self)
        self.text = label("Drop it here to open it. The file itself stays where it is.", "drop")
        layout.addWidget(self.text, 0, Qt.AlignmentFlag.AlignCenter)
        self.hide()

    def show_over(self) -> None:
        """Covers the window as large as it is now."""
        self.setGeometry(self.window().rect())
        self.show()
        self.raise_()
