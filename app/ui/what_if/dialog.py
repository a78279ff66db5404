"""Sliders for acceptance and K over the costs of a race, the curve that follows from them, and what it says."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from app.race.lanes import MAX_K
from app.race.whatif import Ground, cost_sentence, ground_words, prediction_words
from app.ui.theme import Theme
from app.ui.what_if.chart import WhatIfChart
from app.ui.widgets import button, card, label, set_text


class WhatIfDialog(QDialog):
    """Tries out another acceptance and another K on a :class:`Ground`."""

    def __init__(self, theme: Theme, found: Ground, title: str, pair: str, parent: QWidget, policies: str = "") -> None:
        """``policies``: what policies would do on this text, as a sentence."""
        super().__init__(parent)
        self._found, self._pair, self._policies = found, pair, policies
        self.setWindowTitle("What if")
        room = parent.window().size()
        self.resize(min(960, max(640, room.width() - 80)), min(700, max(440, room.height() - 24)))
        self.chart = WhatIfChart(theme, found)
        self.acceptance = _slider(0, 100, 5, "Acceptance per token")
        self.k = _slider(1, MAX_K, 2, "K, draft tokens a round")
        self.sentence = label("", "lead", wrap=True)
        self.sentence.setMinimumHeight(2 * self.sentence.fontMetrics().height() + 12)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.cost = label("", wrap=True)
        self.note = label("", "muted", wrap=True)
        self._title = label(title, "muted")
        self._acceptance_told, self._k_told = label("", "head"), label("", "head")
        self._acceptance_was, self._k_was = label("", "muted"), label("", "muted")
        self.reset_button = button("Reset to measured", tip="Back to the acceptance and the K of the race")
        self.close_button = button("Close", tip="Esc")
        self.close_button.setDefault(True)
        self._lay_out()
        self.acceptance.valueChanged.connect(self._show)
        self.k.valueChanged.connect(self._show)
        self.chart.picked.connect(self.k.setValue)
        self.reset_button.clicked.connect(self.reset)
        self.close_button.clicked.connect(self.accept)
        self.reset()
        self._show()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(self._title)
        layout.addWidget(self.sentence)
        frame, box = card("Predicted speedup")
        box.addWidget(self.chart, 1)
        layout.addWidget(frame, 1)
        sliders, inside = card("What to try")
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        rows = (
            ("&Acceptance per token", self.acceptance, self._acceptance_told, self._acceptance_was),
            ("&K, draft tokens a round", self.k, self._k_told, self._k_was),
        )
        for row, (name, slider, told, was) in enumerate(rows):
            caption = QLabel(name)
            caption.setBuddy(slider)
            told.setMinimumWidth(44)
            told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, widget in enumerate((caption, slider, told, was)):
                grid.addWidget(widget, row, column)
        inside.addLayout(grid)
        inside.addWidget(self.cost)
        inside.addWidget(self.note)
        layout.addWidget(sliders)
        foot = QHBoxLayout()
        foot.addWidget(self.reset_button)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        layout.addLayout(foot)

    def showEvent(self, event: QShowEvent) -> None:
        """Gives the keyboard to the first slider: the arrow keys try things out at once."""
        super().showEvent(event)
        self.acceptance.setFocus()

    def show_ground(self, found: Ground, policies: str = "") -> None:
        """Shows other costs of the same race; the sliders stay where they are."""
        self._found, self._policies = found, policies
        self._show()

    def reset(self) -> None:
        """Goes back to what was measured."""
        self.acceptance.setValue(self._measured_share)
        self.k.setValue(self._found.k)

    @property
    def _measured_share(self) -> int:
        return round(100 * self._found.acceptance)

    @property
    def _tried(self) -> float:
        """The acceptance; where the slider stands at what was measured, exactly that."""
        share = self.acceptance.value()
        return self._found.acceptance if share == self._measured_share else share / 100

    def _show(self) -> None:
        found, tried, k = self._found, self._tried, self.k.value()
        self.chart.show_ground(found, tried, k)
        set_text(self.sentence, prediction_words(found, tried, k))
        set_text(self.cost, cost_sentence(found.costs, k))
        set_text(self.note, " ".join(filter(None, (self._policies, ground_words(found, self._pair)))))
        set_text(self._acceptance_told, f"{self.acceptance.value()}%")
        set_text(self._k_told, str(k))
        set_text(self._acceptance_was, f"measured {self._measured_share}%")
        set_text(self._k_was, f"raced {found.k}")
        moved = self.acceptance.value() != self._measured_share or k != found.k
        self.reset_button.setEnabled(moved)


def _slider(low: int, high: int, page: int, name: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(low, high)
    slider.setPageStep(page)
    slider.setAccessibleName(name)
    return slider
