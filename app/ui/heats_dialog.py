"""How sure is this: the verdict of a race in heats, the ratio of each heat, and what makes it less sure."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.race.heats import Heats
from app.race.lanes import lane_title
from app.ui.heats_check import notes
from app.ui.same_strip import VerdictMark
from app.ui.theme import Theme
from app.ui.widgets import button, card, label, scroll_in


class HeatsDialog(QDialog):
    """Shows the summary of :func:`app.race.heats.race_heats_summary`."""

    def __init__(self, theme: Theme, heats: Heats, summary: dict[str, Any], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._heats = theme, heats
        self.setWindowTitle("How sure is this?")
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(20, 20, 20, 12)
        layout.setSpacing(12)
        for index, lane in enumerate(heats.header.lanes):
            found = summary["lanes"].get(lane.id)
            if found is not None:
                layout.addWidget(self._lane(index, lane.id, lane_title(lane), found))
        layout.addWidget(self._notes(notes(summary)))
        layout.addStretch(1)
        self.close_button = button("Close", tip="Esc")
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        scroll_in(self, inner, self.close_button)
        room = parent.window().size()
        wanted = 150 + 108 * len(summary["lanes"]) + 40 * max(1, len(notes(summary)))
        self.resize(min(720, max(560, room.width() - 80)), min(wanted, max(400, room.height() - 24)))

    def _lane(self, index: int, lane: str, title: str, found: dict[str, Any]) -> QFrame:
        tone = self._theme.look.lane(index)
        frame, box = card(title)
        frame.setObjectName("side")
        frame.setStyleSheet(f"QFrame#side {{ border-top: 3px solid {tone}; }}")
        box.addWidget(label(found["verdict"], "lead", wrap=True))
        if found["ratios"]:
            told = " \u00b7 ".join(f"{ratio:.2f}" for ratio in found["ratios"])
            line = label(f"Each heat: {told}", wrap=True)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            box.addWidget(line)
        clock = self._heats.clocks.get(lane)
        if clock is not None:
            races = f"{clock.heats} race{'' if clock.heats == 1 else 's'}"
            box.addWidget(label(f"On the chess clock: {clock.ratio:.2f}\u00d7 in {races}", "muted", wrap=True))
        return frame

    def _notes(self, said: list[str]) -> QFrame:
        frame, box = card("Notes")
        box.addWidget(label("What makes it less sure", "head"))
        if not said:
            box.addWidget(label("Nothing was noticed.", "muted"))
        for sentence in said:
            row = QHBoxLayout()
            row.setSpacing(6)
            mark = VerdictMark(self._theme)
            mark.set_tone("warn")
            row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label(sentence, wrap=True), 1)
            box.addLayout(row)
        return frame
