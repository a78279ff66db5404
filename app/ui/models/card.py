"""One pair in the Models tab, as a row: what it is, whether it fits, what can be done with it; more on demand."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.models.fit.estimate import FitVerdict
from app.models.hub.progress import Progress, progress_text
from app.present.pair_summary import FIT_UNKNOWN, PairSummary
from app.race.problems import Problem
from app.ui.icons import icon
from app.ui.theme import Theme, mono_font
from app.ui.widgets import Chip, CutLabel, button, label, restyle, set_text

_FIT = {
    FitVerdict.FITS.value: ("\u2713 Fits", "good"),
    FitVerdict.TIGHT.value: ("! Tight", "warn"),
    FitVerdict.NO.value: ("\u2715 Does not fit", "wrong"),
    FIT_UNKNOWN: ("? Not known", "muted"),
}
_STATES = {"ready": "Ready", "missing": "Not here", "partial": "Partly here", "damaged": "Damaged"}
_ADDRESS = re.compile(r"https?://[^\s,;]+")
_STEPS = 1000
_BUTTON_WIDTH = 148
ROW_HEIGHT = 72
"""Of a row that shows nothing but the usual, px."""


class ModelCard(QFrame):
    """Shows one pair.

    Signals:
        asked: (what, id) with what = "get", "pause", "resume", "cancel", "remove", "folder", "race", "forecast" or
            "copy".
    """

    asked = Signal(str, str)

    def __init__(self, theme: Theme, summary: PairSummary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._theme = theme
        self.summary = summary
        self._page = ""
        self._running = self._paused = self._forecasting = False
        self.title = CutLabel("lead")
        self.state = label("", "head")
        self.facts = CutLabel("muted")
        self.engine = label("", "muted", wrap=True)
        self.fit = Chip()
        self.fit_text = label("", "muted", wrap=True)
        self.note = label("", "muted", wrap=True)
        self.beside = label("", wrap=True)
        self.sum = label("", "plain")
        self.sum.setFont(mono_font(8.5))
        self.sum.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.progress = label("", "muted")
        self.problem = label("", wrap=True)
        self.open_page = button("Open the page", tip="Opens it in your browser")
        self.race = button("Race now", tip="Goes to the Race tab with this pair")
        self.get = button("Download")
        self.pause = button("Pause")
        self.forecast = button(
            "Will it pay?",
            "quiet",
            tip="Says before a download what MTP brings on this machine: a minute or two, some GB of the disk",
        )
        for wide in (self.race, self.get):
            wide.setMinimumWidth(_BUTTON_WIDTH)  # So that the chips stand below each other.
        self.cancel = button("Cancel", "quiet", tip="Stops it. What a download fetched is kept.")
        self.remove = button("Remove", "quiet", tip="Deletes the downloaded files of this pair")
        self.folder = button("Open folder", "quiet", tip="Shows its files in the file manager")
        self.more = button("", "quiet", tip="More about this model")
        self.more.setCheckable(True)
        self.details, self._wrong = QWidget(), QWidget()
        self.copy = button("Copy details", "quiet", tip="Copies all that is said here")
        self.show_sum = button("Show the sum", "quiet", tip="How the memory estimate is made")
        self.show_sum.setCheckable(True)
        self._lay_out()
        self._connect()
        self.set_summary(summary)

    def _lay_out(self) -> None:
        names = QHBoxLayout()
        names.setSpacing(12)
        names.addWidget(self.title)
        names.addWidget(self.state)
        names.addStretch(1)
        loading = QHBoxLayout()
        loading.setSpacing(12)
        loading.addWidget(self.bar, 1)
        loading.addWidget(self.progress)
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addLayout(names)
        words.addWidget(self.facts)
        words.addLayout(loading)
        head = QWidget()
        head.setFixedHeight(ROW_HEIGHT - 2)  # The frame has a pixel above and below.
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(12)
        row.addLayout(words, 1)
        for widget in (self.fit, self.forecast, self.cancel, self.pause, self.get, self.race, self.more):
            row.addWidget(widget)
        self._lay_out_more()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (head, self._wrong, self.details):
            layout.addWidget(part)
        self._wrong.hide()
        self._unfold(False)

    def _lay_out_more(self) -> None:
        wrong = QHBoxLayout(self._wrong)
        wrong.setContentsMargins(16, 0, 12, 10)
        wrong.setSpacing(12)
        wrong.addWidget(self.problem, 1)
        wrong.addWidget(self.open_page, 0, Qt.AlignmentFlag.AlignTop)
        tools = QHBoxLayout()
        tools.setSpacing(4)
        tools.setContentsMargins(-8, 0, 0, 0)
        for widget in (self.show_sum, self.folder, self.copy, self.remove):
            tools.addWidget(widget)
        tools.addStretch(1)
        more = QVBoxLayout(self.details)
        more.setContentsMargins(16, 0, 12, 8)
        more.setSpacing(6)
        for line in (self.beside, self.fit_text, self.engine, self.note, self.sum):
            more.addWidget(line)
        more.addLayout(tools)

    def _unfold(self, on: bool) -> None:
        self.details.setVisible(on)
        self.more.setIcon(icon(self._theme, "chevron-up" if on else "chevron-down"))
        self.more.setToolTip("Less" if on else "More about this model")

    def _restyle(self) -> None:
        self._unfold(self.more.isChecked())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on the row, beside its buttons, shows more of it or less."""
        if event.button() == Qt.MouseButton.LeftButton and event.position().y() < ROW_HEIGHT:
            self.more.toggle()

    def _connect(self) -> None:
        asks: dict[str, QPushButton] = {
            "race": self.race, "cancel": self.cancel, "remove": self.remove, "folder": self.folder, "copy": self.copy,
            "forecast": self.forecast,
        }  # fmt: skip
        for what, widget in asks.items():
            widget.clicked.connect(lambda _=False, what=what: self.asked.emit(what, self.summary.id))
        self.get.clicked.connect(lambda: self.asked.emit("get", self.summary.id))
        self.pause.clicked.connect(lambda: self.asked.emit("resume" if self._paused else "pause", self.summary.id))
        self.open_page.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(self._page)))
        self.more.toggled.connect(self._unfold)
        self._theme.changed.connect(self._restyle)
        self.show_sum.toggled.connect(self.sum.setVisible)
        self.show_sum.toggled.connect(lambda on: self.show_sum.setText("Hide the sum" if on else "Show the sum"))

    @property
    def page(self) -> str:
        """The page that the problem that is shown speaks of, "" if none."""
        return self._page

    def set_summary(self, summary: PairSummary) -> None:
        """Shows another state of the same pair."""
        self.summary = summary
        self.title.setText(summary.title)
        words = "Built in" if summary.built_in and summary.state == "ready" else _STATES[summary.state]
        self._state(words, {"ready": "good", "damaged": "wrong", "partial": "warn"}.get(summary.state, "muted"))
        self.facts.setText(f"{summary.forecast} \u00b7 {summary.about}" if summary.forecast else summary.about)
        set_text(self.beside, summary.beside)
        self.beside.setVisible(bool(summary.beside))
        set_text(self.engine, f"Needs {summary.engine_text} \u00b7 {summary.licence_text}")
        text, role = _FIT[summary.fit]
        self.fit.say(text, role)
        set_text(self.fit_text, summary.fit_text)
        set_text(self.sum, "\n".join(summary.fit_lines))
        self.show_sum.setVisible(bool(summary.fit_lines))
        self.sum.setVisible(self.show_sum.isChecked() and bool(summary.fit_lines))
        lines = [*([] if summary.state in ("ready", "missing") else [summary.state_text]), *summary.notes]
        set_text(self.note, " ".join(lines))
        self.note.setVisible(bool(lines))
        self.more.setAccessibleName(f"More: {summary.title}")
        for widget in (
            self.race, self.get, self.pause, self.cancel, self.remove, self.folder, self.copy, self.forecast,
        ):  # fmt: skip
            widget.setAccessibleName(f"{widget.text()}: {summary.title}")
        self.setAccessibleName(f"{summary.title}. {words}. {text}. {summary.fit_text}")
        self._buttons()

    def _state(self, words: str, role: str) -> None:
        set_text(self.state, words)
        restyle(self.state, role)

    def _buttons(self) -> None:
        summary = self.summary
        busy = self._running or self._forecasting
        self.race.setVisible(summary.can_race and not busy)
        self.race.setEnabled(summary.engine_here)
        self.race.setToolTip("Goes to the Race tab with this pair" if summary.engine_here else summary.engine_text)
        self.get.setVisible(summary.can_download and not busy)
        self.get.setText(summary.download_text)
        self.get.setAccessibleName(f"{self.get.text()}: {summary.title}")
        self.remove.setVisible(summary.can_remove and not busy)
        self.forecast.setVisible(summary.can_forecast and not busy)
        self.folder.setVisible(summary.folder is not None)
        self.pause.setVisible(self._running)
        for widget in (self.cancel, self.bar, self.progress):
            widget.setVisible(busy)
        self.facts.setVisible(not busy)

    def set_running(self, running: bool, *, paused: bool = False) -> None:
        """A download runs, is paused or is over."""
        if running and not self._running:
            self.bar.setValue(0)
            set_text(self.progress, "Starting")
            self.show_problem(None)
        self._running, self._paused = running, paused
        self.pause.setText("Resume" if paused else "Pause")
        self.pause.setAccessibleName(f"{self.pause.text()}: {self.summary.title}")
        self._buttons()

    def set_forecasting(self, forecasting: bool, words: str = "", share: float = 0.0) -> None:
        """A forecast is made, waits for its turn, or is over.

        Args:
            words: What is done now.
            share: How much of it all is done, 0..1.
        """
        self._forecasting = forecasting
        self.bar.setValue(int(share * _STEPS))
        self.bar.setAccessibleName(f"{self.summary.title}: {words}")
        set_text(self.progress, words)
        self._buttons()

    def show_progress(self, now: Progress) -> None:
        """Moves the bar; it never goes back."""
        if now.fraction is None:
            self.bar.setAccessibleName("Size not known yet")
        else:
            self.bar.setValue(max(self.bar.value(), int(now.fraction * _STEPS)))
        set_text(self.progress, progress_text(now))
        self.bar.setAccessibleName(f"{self.summary.title}: {progress_text(now)}")

    def show_problem(self, problem: Problem | None) -> None:
        """Says why the last download ended, with the page to open if the words name one."""
        words = "" if problem is None else str(problem)
        found = _ADDRESS.findall(problem.action) if problem is not None else []
        # With a token at hand the model's own page is what is wanted; without one, the page that makes tokens.
        self._page = (found[0] if found else "").rstrip(".)")
        set_text(self.problem, words)
        self._wrong.setVisible(bool(words))
        self.open_page.setVisible(bool(self._page))
        self.open_page.setToolTip(self._page)
