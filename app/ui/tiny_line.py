"""One quiet line: the built-in model cannot answer any prompt, and there is a way to one that can."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.ui.widgets import button, label


class TinyLine(QFrame):
    """Stands under a prompt that is too much for the built-in model, which is picked. ``models``: the way to others."""

    def __init__(self) -> None:
        super().__init__()
        self.models = button("Show models", "quiet", tip="Opens the tab with all models")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 0, 0)
        row.setSpacing(12)
        self._said = label("", "muted", wrap=True)
        row.addWidget(self._said, 1)
        row.addWidget(self.models)
        self.hide()

    def show_note(self, note: str) -> None:
        """Shows what is to be known; an empty note hides the line."""
        self._said.setText(note)
        self.setVisible(bool(note))
