"""What stands in the Sweep tab before anything was swept: what it is good for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.present.sweep_figures import SWEEP_GIVES, SWEEP_INTRO, SWEEP_QUESTION
from app.ui.widgets import card, label

_WIDE = 620


class Intro(QWidget):
    """A question, what a sweep does about it, and what it gives."""

    def __init__(self) -> None:
        super().__init__()
        frame, outer = card(SWEEP_QUESTION)
        middle = QWidget()
        middle.setFixedWidth(_WIDE)
        box = QVBoxLayout(middle)
        box.setSpacing(8)
        box.addWidget(_centred(label(SWEEP_QUESTION, size=16, weight=QFont.Weight.DemiBold)))
        box.addWidget(_centred(label(SWEEP_INTRO, wrap=True)))
        box.addSpacing(12)
        for line in SWEEP_GIVES:
            box.addWidget(_centred(label(line, "plain")))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(middle)
        row.addStretch(1)
        outer.addStretch(2)
        outer.addLayout(row)
        outer.addStretch(3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.addWidget(frame)


def _centred(line: QLabel) -> QLabel:
    line.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return line
