"""Dialogs to read: Help, with keys and words, and About, with versions and licences."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QIcon, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.present.about import OWN_LICENCE, SUMMARY, TITLE, about_text, parts
from app.present.help import GLOSSARY, SHORTCUTS
from app.ui.theme import Theme
from app.ui.widgets import button, card, label, scroll_in

_SIDE = 24


class ReferenceDialog(QDialog):
    """A dialog with a column of text in ``box``, and a button that closes it."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self.setWindowTitle(title)
        self.inner = QWidget()
        self.box = QVBoxLayout(self.inner)
        self.box.setContentsMargins(_SIDE, 20, _SIDE, 12)
        self.box.setSpacing(16)
        self.close_button = button("Close", tip="Esc")

    def finish(self, width: int) -> None:
        """Lays it out for what it holds, no larger than its window."""
        self.box.addStretch(1)
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        scroll_in(self, self.inner, self.close_button)
        room = self._parent.window().size()
        width = min(width, room.width() - 48)
        high = self.box.totalHeightForWidth(width - 16)
        high = high if self.box.hasHeightForWidth() else self.inner.sizeHint().height()
        self.resize(width, min(high + 72, room.height() - 32))


class HelpDialog(ReferenceDialog):
    """Keys and words."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Help", parent)
        self._table("Keys", [(keys_text(keys), meaning) for keys, meaning in SHORTCUTS], 150)
        self._table("Words", GLOSSARY, 150)
        self.finish(720)

    def _table(self, title: str, rows: tuple[tuple[str, str], ...] | list[tuple[str, str]], wide: int) -> None:
        frame, box = card(title)
        box.addWidget(label(title, "lead"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, wide)
        grid.setColumnStretch(1, 1)
        for at, (term, meaning) in enumerate(rows):
            grid.addWidget(label(term, "head"), at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(meaning, wrap=True), at, 1)
        box.addLayout(grid)
        self.box.addWidget(frame)


class AboutDialog(ReferenceDialog):
    """What this is, and what it is made of."""

    def __init__(self, theme: Theme, copy: Callable[[str], None], parent: QWidget) -> None:
        super().__init__("About MTP Race", parent)
        head = QHBoxLayout()
        head.setSpacing(16)
        sign = QLabel()
        sign.setPixmap(QIcon(str(theme.resources / "icons" / "app.svg")).pixmap(56, 56))
        sign.setFixedWidth(56)
        head.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        names = QVBoxLayout()
        names.setSpacing(4)
        names.addWidget(label(TITLE, weight=QFont.Weight.DemiBold, size=14))
        names.addWidget(label(SUMMARY, wrap=True))
        names.addWidget(label(f"Licence: {OWN_LICENCE}", "muted"))
        head.addLayout(names, 1)
        self.copy_button = button("Copy", tip="Copies the versions and licences, for a report")
        self.copy_button.clicked.connect(lambda: copy(about_text()))
        head.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        self.box.addLayout(head)
        frame, box = card("Made of")
        box.addWidget(label("Made of", "lead"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(2, 1)
        for at, part in enumerate(parts()):
            for column, words in enumerate((part.name, part.version)):
                grid.addWidget(label(words), at, column, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(part.licence, "plain", wrap=True), at, 2)
        box.addLayout(grid)
        self.box.addWidget(frame)
        self.finish(640)


def keys_text(keys: str) -> str:
    """Returns keys as this system writes them: a Mac shows Command's sign."""
    parts = keys.split(" to ")
    return " to ".join(QKeySequence(part).toString(QKeySequence.SequenceFormat.NativeText) for part in parts)
