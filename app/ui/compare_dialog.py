"""Did it get slower? Two results side by side: what differs, each lane's rate, and the verdict in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.library.results import measured
from app.present.compare_figures import COMPARE_HEAD, compare_rows
from app.race.compare import SideBySide, compare
from app.race.problems import Problem
from app.ui.picker import Picker
from app.ui.tasks import Tasks, in_thread
from app.ui.widgets import button, label, scroll_in, set_text


class CompareDialog(QDialog):
    """Compares one stored result with another that the user picks, which is "before" unless they are swapped.

    Args:
        shown: The result that is looked at, and what it is called.
        others: Those that it can be compared with, the newest first.
    """

    def __init__(self, shown: tuple[Path, str], others: Sequence[tuple[Path, str]], parent: QWidget) -> None:
        super().__init__(parent)
        self._shown, self._others = shown, list(others)
        self.found: SideBySide | None = None
        self._tasks = Tasks(self)
        self.setWindowTitle("Did it get slower?")
        self.other = Picker()
        self.other.addItems([name for _, name in others])
        self.other.setAccessibleName("Compare with")
        self.swap = button("Swap", "quiet", tip="Takes the other one as before")
        self.swap.setCheckable(True)
        self.verdict = label("", "lead", wrap=True)
        self.differs = label("", "muted", wrap=True)
        self._order = label("", "note", wrap=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(8)
        self.close_button = button("Close", tip="Esc")
        self.close_button.clicked.connect(self.accept)
        self._lay_out()
        self.other.currentIndexChanged.connect(self._compare)
        self.swap.toggled.connect(self._compare)
        self._compare()

    def _lay_out(self) -> None:
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(20, 20, 20, 12)
        layout.setSpacing(12)
        row = QHBoxLayout()
        row.setSpacing(8)
        caption = label("Compare with", "field")
        caption.setBuddy(self.other)
        row.addWidget(caption)
        row.addWidget(self.other, 1)
        row.addWidget(self.swap)
        layout.addLayout(row)
        layout.addWidget(self._order)
        layout.addWidget(self.verdict)
        layout.addLayout(self._grid)
        layout.addWidget(self.differs)
        layout.addStretch(1)
        scroll_in(self, inner, self.close_button)
        parent = self.parentWidget()
        room = parent.window().size() if parent is not None else self.size()
        self.resize(min(760, max(600, room.width() - 80)), min(460, max(380, room.height() - 24)))

    def _compare(self) -> None:
        at = self.other.currentIndex()
        if at < 0:
            set_text(self.verdict, "There is nothing else to compare it with yet.")
            return
        pair = [self._others[at], self._shown]
        if self.swap.isChecked():
            pair.reverse()
        before, after = pair
        set_text(self._order, f"Before: {before[1]}\nAfter: {after[1]}")

        async def work() -> None:
            self._show(await in_thread(lambda: compare(measured(before[0]), measured(after[0]))))

        self._tasks.start(work(), name="compare", doing="two results were compared", failed=self._refused)

    def _refused(self, problem: Problem) -> None:
        self.found = None
        self._clear()
        set_text(self.verdict, problem.sentence)
        set_text(self.differs, " ".join(part for part in (problem.cause, problem.action) if part))

    def _clear(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()

    def _show(self, found: SideBySide) -> None:
        self.found = found
        self._clear()
        set_text(self.verdict, found.verdict)
        rows = compare_rows(found)
        for at, row in enumerate([COMPARE_HEAD, *rows] if rows else []):
            for column, text in enumerate(row):
                weight = QFont.Weight.DemiBold if not at else QFont.Weight.Normal
                cell = label(text, size=9.75, weight=weight)
                side = Qt.AlignmentFlag.AlignLeft if not column else Qt.AlignmentFlag.AlignRight
                self._grid.addWidget(cell, at, column, side)
        set_text(self.differs, "\n".join(found.differs) or "Nothing that was recorded differs between the two.")
