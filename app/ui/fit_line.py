"""One quiet line under the controls when what is picked does not fit into memory, or only just."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.models.fit import Fit, Verdict, fit_reason, fit_text
from app.race.formats import HEATS
from app.ui.theme import mono_font
from app.ui.widgets import button, label, restyle, set_text
from app.worker.setup import Choice, asked_contenders

_SIGNS = {
    Verdict.FITS: ("\u2713 Fits one at a time", "good"),
    Verdict.TIGHT: ("! Tight", "warn"),
    Verdict.NO: ("\u2715 Does not fit", "wrong"),
}


class FitLine(QFrame):
    """Says why, shows the sum, and offers what can be done.

    Signals:
        heats_wanted: Race in heats with one lane loaded at a time. race_wanted: Race anyway.
    """

    heats_wanted = Signal()
    race_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sign = label("", "warn")
        self.reason = label("", "muted", wrap=True)
        self.show_sum = button("Show the sum", "quiet", tip="How the memory estimate is made")
        self.show_sum.setCheckable(True)
        self.heats = button("Use heats", "quiet", tip="Race in heats, with one lane\u2019s model loaded at a time")
        self.anyway = button(
            "Race anyway", "quiet", tip="Loads it all the same. The system may slow down badly or stop the app."
        )
        self.sum = label("", "plain")
        self.sum.setFont(mono_font(8.5))
        self.sum.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.sum.setAccessibleName("The sum")
        self.sum.hide()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.sign)
        row.addWidget(self.reason, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for widget in (self.show_sum, self.heats, self.anyway):
            buttons.addWidget(widget)
        row.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self.sum)
        self.show_sum.toggled.connect(self.sum.setVisible)
        self.show_sum.toggled.connect(lambda on: self.show_sum.setText("Hide the sum" if on else "Show the sum"))
        self.heats.clicked.connect(self.heats_wanted)
        self.anyway.clicked.connect(self.race_wanted)
        self.hide()

    def show_fit(self, choice: Choice, fit: Fit | None) -> None:
        """Shows the line if the estimate has something to say of the choice; hides it otherwise."""
        if fit is None or fit.verdict is Verdict.FITS:
            self.hide()
            return
        verdict = fit.verdict_alone if choice.one_loaded else fit.verdict
        text, role = _SIGNS[verdict]
        set_text(self.sign, text)
        restyle(self.sign, role)
        set_text(self.reason, fit_reason(fit, 1 + len(asked_contenders(choice)), one_loaded=choice.one_loaded))
        set_text(self.sum, "\n".join(fit_text(fit)))
        helps = fit.verdict is Verdict.NO and fit.verdict_alone is not Verdict.NO and not choice.one_loaded
        self.heats.setVisible(helps)
        self.heats.setText("Load one at a time" if choice.format == HEATS else "Use heats")
        self.heats.setAccessibleName(self.heats.text())
        self.anyway.setVisible(verdict is Verdict.NO and not choice.load_anyway)
        self.setAccessibleName(f"{text}. {self.reason.text()}")
        self.show()

    def ask(self) -> None:
        """Moves the keyboard to the first thing that can be done."""
        (self.heats if self.heats.isVisible() else self.anyway).setFocus()
