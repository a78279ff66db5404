"""A failure in its own lane: what happened, why, what to do, and the details to copy."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

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
        self.copy = button("Copy details", tip="Copies what happened, with the log, for a report.")
        self.copy.clicked.connect(lambda: self.copied.emit(self.details()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 6, 8)
        layout.setSpacing(6)
        layout.addWidget(self._sentence)
        layout.addWidget(self._cause)
        layout.addWidget(self._action)
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 0)
        row.addWidget(self.copy)
        row.addStretch(1)
        layout.addLayout(row)
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
