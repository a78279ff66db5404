"""One quiet line: the built-in model cannot answer any prompt, and there is a way to one that can."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.present.words import TINY_NOTE
from app.ui.widgets import button, label


class TinyLine(QFrame):
    """Stands under a prompt of the user's own while the built-in model is picked. ``models``: the way to others."""

    def __init__(self) -> None:
        super().__init__()
        self.models = button("Show models", "quiet", tip="Opens the tab with all models")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(label(TINY_NOTE, "muted", wrap=True), 1)
        row.addWidget(self.models)
        self.hide()
