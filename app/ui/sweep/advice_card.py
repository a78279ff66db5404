"""What to use on this machine: one sentence a kind of text, no surer than the intervals are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout

from app.draw.sweep.labels import ink_of
from app.present.advice import advice_rows, advice_warnings
from app.present.sweep_figures import SWEEP_INTRO, SWEEP_QUESTION
from app.race.sweep_result import SweepResult
from app.ui.theme import Theme
from app.ui.widgets import label, set_text


class AdviceCard(QFrame):
    """Shows the advice of a :class:`SweepResult`, and what makes it less sure."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._result = SweepResult()
        self.setProperty("role", "card")
        self.setAccessibleName("What to use on this machine")
        self._about = label("", "note", wrap=True)
        self._warnings = label("", "note", wrap=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self.rows: list[tuple[QLabel, QLabel]] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(10)
        layout.addWidget(label("What to use on this machine", "head"))
        layout.addLayout(self._grid)
        layout.addStretch(1)
        layout.addWidget(self._warnings)
        layout.addWidget(self._about)
        theme.changed.connect(self._restyle)
        self.show_result(self._result)

    def _restyle(self) -> None:
        self.show_result(self._result)

    def show_result(self, result: SweepResult) -> None:
        """Shows another result."""
        self._result = result
        advised = advice_rows(result)
        wanted = max(1, len(advised))
        while len(self.rows) < wanted:
            name, said = label("", weight=QFont.Weight.DemiBold, size=10.5), label("", wrap=True)
            at = len(self.rows)
            self._grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(said, at, 1)
            self.rows.append((name, said))
        for at, (name, said) in enumerate(self.rows):
            for widget in (name, said):
                widget.setVisible(at < wanted)
            if at < len(advised):
                set_text(name, advised[at][0])
                plain = result.suite or result.axis  # There colours stand for something else.
                ink = self._theme.look.text if plain else ink_of(self._theme.look, at)
                name.setStyleSheet(f"color: {ink}; font-size: 14px; font-weight: 600;")
                set_text(said, advised[at][1])
            else:
                set_text(name, "")
                set_text(said, f"{SWEEP_QUESTION} {SWEEP_INTRO}")
        warnings = advice_warnings(result)
        set_text(self._warnings, "\n".join(warnings))
        self._warnings.setVisible(bool(warnings))
        set_text(self._about, _about(result))


def _about(result: SweepResult) -> str:
    if not result.heats:
        return ""
    parts = [result.pair_title, result.engine, result.machine.cpu, f"{result.heats} heats in {result.seconds:.0f} s"]
    return " · ".join(part for part in parts if part)
