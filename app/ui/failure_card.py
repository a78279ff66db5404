"""A failure in its own lane: what happened, why, what to do, and the details to copy."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.race.problems import Problem
from app.ui.theme import Theme
from app.ui.widgets import button, label, set_text


class FailureCard(QFrame):
    """Shows a :class:`Problem`. ``copied`` carries the text for the clipboard."""

    copied = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem: Problem | None = None
        self._sentence = label("", "bad", wrap=True)
        self._cause = label("", "muted", wrap=True)
        self._action = label("", wrap=True)
        self.copy = button("Copy details", "quiet", tip="Copies what happened, with the log, for a report.")
        self.copy.clicked.connect(lambda: self.copied.emit(self.details()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 6, 0)
        layout.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._sentence, 1)
        row.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(row)
        layout.addWidget(self._cause)
        layout.addWidget(self._action)
        layout.addStretch(1)

    def show_problem(self, problem: Problem) -> None:
        """Shows ``problem``."""
        if problem is self._problem:
            return
        self._problem = problem
        set_text(self._sentence, problem.sentence)
        set_text(self._cause, problem.cause)
        set_text(self._action, problem.action)
        self._cause.setVisible(bool(problem.cause))
        self._action.setVisible(bool(problem.action))

    def details(self) -> str:
        """Everything known about the problem, as text."""
        problem = self._problem
        if problem is None:
            return ""
        parts = (f"{problem.kind}: {problem.sentence}", problem.cause, problem.action, problem.details)
        return "\n".join(part for part in parts if part) + "\n"


class FailureArea(QScrollArea):
    """Holds a failure card: as tall as its text needs, and where that is more than there is, it scrolls."""

    def __init__(self, card: FailureCard) -> None:
        super().__init__()
        self._card = card
        self.setWidget(card)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        card.setAutoFillBackground(False)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:
        """What the card needs at this width."""
        return self._card.heightForWidth(width)
