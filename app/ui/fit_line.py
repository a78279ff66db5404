"""One quiet line under the controls when what is picked does not fit into memory, or only just."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.race.formats import recorded_format
from app.ui.overlay import Overlay
from app.ui.theme import mono_font
from app.ui.widgets import button, label, restyle, set_text
from app.worker.request import RaceRequest

if TYPE_CHECKING:
    from app.models.fit.estimate import Fit

_SIGNS = {
    "fits": ("\u2713 Fits one at a time", "good"),
    "tight": ("! Tight", "warn"),
    "does not fit": ("\u2715 Does not fit", "wrong"),
}


class SumPanel(Overlay):
    """The arithmetic of an estimate, line by line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("The sum")
        self.text = label("", "plain")
        self.text.setFont(mono_font(8.5))
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.advice = label("", "muted", wrap=True)
        self.done = button("Done", "quiet", tip="Esc closes this too")
        self.done.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.done)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 8)
        layout.setSpacing(10)
        layout.addWidget(label("What a race of this takes in memory", "head"))
        layout.addWidget(self.text)
        layout.addWidget(self.advice)
        layout.addLayout(foot)

    def show_fit(self, fit: Fit) -> None:
        """Shows the sum of an estimate."""
        from app.models.fit.estimate import fit_text

        set_text(self.text, "\n".join(fit_text(fit)[:-1]))
        set_text(self.advice, fit.advice)  # In place of the last line: it wraps.
        self.advice.setMinimumHeight(self.advice.heightForWidth(self.text.sizeHint().width()))

    def take_focus(self) -> None:
        """Gives the keyboard to the text, so that it can be read and copied."""
        self.text.setFocus()


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
        self.heats = button("Use heats", "quiet", tip="Race in heats, with one lane\u2019s model loaded at a time")
        self.anyway = button(
            "Race anyway", "quiet", tip="Loads it all the same. The system may slow down badly or stop the app."
        )
        self._sum: SumPanel | None = None
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.sign)
        row.addWidget(self.reason, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for widget in (self.show_sum, self.heats, self.anyway):
            buttons.addWidget(widget)
        row.addLayout(buttons)
        row.setContentsMargins(2, 0, 0, 0)
        self.setLayout(row)
        self.show_sum.clicked.connect(self._toggle_sum)
        self.heats.clicked.connect(self.heats_wanted)
        self.anyway.clicked.connect(self.race_wanted)
        self.hide()

    @property
    def sum(self) -> SumPanel:
        """The panel with the sum; made when it is first wanted."""
        if self._sum is None:
            self._sum = SumPanel(self.window())
        return self._sum

    def _toggle_sum(self) -> None:
        if self.sum.isVisible():
            self.sum.close()
        else:
            self.sum.open_below(self.show_sum)

    def show_fit(self, request: RaceRequest, fit: Fit | None) -> None:
        """Shows the line if the estimate has something to say of the choice; hides it otherwise."""
        if fit is None:
            self.hide()
            return
        from app.models.fit.estimate import (  # Not for the built-in pair, with which the app starts.
            FitVerdict,
            fit_reason,
        )

        if fit.verdict is FitVerdict.FITS:
            self.hide()
            return
        verdict = fit.verdict_alone if request.one_loaded else fit.verdict
        text, role = _SIGNS[verdict.value]
        set_text(self.sign, text)
        restyle(self.sign, role)
        set_text(self.reason, fit_reason(fit, 1 + len(request.drafting), one_loaded=request.one_loaded))
        self.sum.show_fit(fit)
        helps = fit.verdict is FitVerdict.NO and fit.verdict_alone is not FitVerdict.NO and not request.one_loaded
        self.heats.setVisible(helps)
        self.heats.setText("Load one at a time" if recorded_format(request.format).repeats else "Use heats")
        self.heats.setAccessibleName(self.heats.text())
        self.anyway.setVisible(verdict is FitVerdict.NO and not request.load_anyway)
        self.setAccessibleName(f"{text}. {self.reason.text()}")
        self.show()

    def ask(self) -> None:
        """Moves the keyboard to the first thing that can be done."""
        (self.heats if self.heats.isVisible() else self.anyway).setFocus()
