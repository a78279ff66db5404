"""The Same? strip: are the outputs the same, token by token and, where programs ran, in what they do."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.present.programs import end_to_end
from app.present.view import RaceView
from app.present.words import TOKEN_TONES
from app.race.verdict import Comparison, TokenVerdict
from app.ui.theme import Theme, color
from app.ui.widgets import button, fit_strip, label, restyle

_DROP = 5
"""Pixels by which a sign and its first line of text stand lower than the button beside them."""


class VerdictMark(QWidget):
    """A sign beside a verdict: a shape and a colour, so that neither stands alone."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.tone = "faint"
        self.setFixedSize(QSize(14, 18 + _DROP))
        theme.changed.connect(self.update)

    def set_tone(self, tone: str) -> None:
        """``tone`` is ``good`` (a disc), ``warn`` (a ring), ``bad`` (a square) or ``faint`` (a small disc)."""
        if tone != self.tone:
            self.tone = tone
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the sign."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(0, _DROP)
        tone = color(getattr(self._theme.look, self.tone))
        if self.tone == "warn":
            pen = painter.pen()
            pen.setColor(tone)
            pen.setWidthF(2.5)
            painter.setPen(pen)
            painter.drawEllipse(2, 5, 8, 8)
        else:
            painter.setPen(tone)
            painter.setBrush(tone)
            if self.tone == "bad":
                painter.drawRect(2, 5, 8, 8)
            elif self.tone == "good":
                painter.drawEllipse(1, 4, 9, 9)
            else:
                painter.drawEllipse(3, 6, 5, 5)
        painter.end()


class ShortLabel(QLabel):
    """A text of at most so many lines; a longer one ends in an ellipsis, and the tool tip has all of it."""

    def __init__(self, role: str = "") -> None:
        super().__init__()
        self.setProperty("role", role or None)
        self._whole, self._lines = "", 3
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_whole(self, text: str) -> None:
        """Shows ``text``, or as much of it as there is room for."""
        self._whole = text
        self._fit()

    @property
    def whole(self) -> str:
        """All of the text."""
        return self._whole

    def set_lines(self, lines: int) -> None:
        """Takes at most so many lines."""
        if lines != self._lines:
            self._lines = lines
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cuts the text anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setToolTip(self._whole)
        shown, words = self._whole, self._whole.split(" ")
        while len(words) > 1 and not self._fits(shown):
            words.pop()
            shown = " ".join(words).rstrip(",.:;") + "\u2026"
        if shown != self.text():
            self.setText(shown)
        margins = self.contentsMargins()
        self.setMinimumHeight(self._height(shown) + margins.top() + margins.bottom() if shown else 0)

    def _fits(self, text: str) -> bool:
        return self._height(text) <= self._lines * self.fontMetrics().lineSpacing() + 2

    def _height(self, text: str) -> int:
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
        room = QRect(0, 0, max(1, self.contentsRect().width()), 10_000)
        return self.fontMetrics().boundingRect(room, flags, text).height()


class SameStrip(QFrame):
    """Shows the token verdict, and the behaviour verdict where there is one.

    Signals:
        show_fork: The user wants to see where a lane parts from the baseline, or came closest to it; carries its id.
        show_behaviour: The user wants to see what the programs did.
        package_wanted: The user wants a package brought that a program lacked.
    """

    show_fork = Signal(str)
    show_behaviour = Signal()
    package_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName("Same output?")
        self._lane = ""
        self._low = self._narrow = False
        self.mark = VerdictMark(theme)
        self._tokens = ShortLabel()
        self.show_button = button(
            "Show",
            "quiet",
            tip="Shows the common text, and where the lanes part or came closest to it.",
            name="Show tokens",
        )
        self.show_button.clicked.connect(self._show_fork)
        self.behaviour_mark = VerdictMark(theme)
        self._behaviour = ShortLabel()
        self.behaviour_button = button("Show", "quiet", tip="Shows what the programs printed.", name="Show programs")
        self.behaviour_button.clicked.connect(self.show_behaviour)
        self.get_button = button("Get it", "quiet", tip="Brings it for the sandbox, and runs both programs again")
        self.get_button.clicked.connect(self._get)
        self._lacks = ""
        self._time = ShortLabel()
        self._time.set_lines(2)
        self._note = ShortLabel("note")
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        rows = (
            (self.mark, self._tokens, self.show_button),
            (self.behaviour_mark, self._behaviour, self.behaviour_button),
        )
        for text in (self._tokens, self._behaviour):
            text.setContentsMargins(0, _DROP, 0, 0)
            text.setAlignment(Qt.AlignmentFlag.AlignTop)
        for row, widgets in enumerate(rows):
            for column, widget in enumerate(widgets):
                grid.addWidget(widget, row, column, Qt.AlignmentFlag.AlignTop if column != 1 else Qt.AlignmentFlag(0))
        grid.addWidget(self._time, len(rows), 1, 1, 2)
        grid.addWidget(self.get_button, 1, 2, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(label("SAME OUTPUT?", "caption"))
        layout.addLayout(head)
        layout.addLayout(grid)
        layout.addWidget(self._note)
        layout.addStretch(1)
        self.clear()

    def clear(self) -> None:
        """Says what will be here."""
        self.restart()
        for widget in (self.behaviour_mark, self._behaviour, self.behaviour_button, self._time, self.get_button):
            widget.hide()

    def set_narrow(self, narrow: bool) -> None:
        """Leaves the note out in a narrow window; the view behind "Show" tells it as well."""
        self._narrow = narrow
        self._note.setVisible(bool(self._note.text()) and not narrow)

    def fit(self, lanes: int, low: bool) -> None:
        """Keeps the height that all strips have, and writes smaller in a low window."""
        fit_strip(self, lanes, low)
        self._low = low
        for text in (self._tokens, self._behaviour, self._time):
            if text.property("role") != "muted":
                restyle(text, "low" if low else "")

    def restart(self) -> None:
        """Forgets the token verdict; the behaviour verdict stays, since the same race is shown from another moment."""
        self._lane = ""
        self.mark.set_tone("faint")
        self._tokens.set_whole("Both lanes should write the same tokens. They are compared as they come.")
        self._tokens.setProperty("role", "muted")
        self._tokens.style().polish(self._tokens)
        self.show_button.hide()
        self._note.set_whole("")

    def show_view(self, view: RaceView) -> None:
        """Shows the token verdict, with several drafting lanes the worst one, and the time to generate and run."""
        time = end_to_end(view)
        self._time.setVisible(time is not None)
        self._behaviour.set_lines(1 if time is not None else 3)
        self._tokens.set_lines(1 if time is not None else 3)
        self._time.set_whole(time.sentence if time is not None else "")
        found = view.worst
        if found is None:
            return
        lane, worst = found
        if worst.verdict is TokenVerdict.UNKNOWN and not worst.compared and not view.over:
            return
        self.mark.set_tone(TOKEN_TONES[worst.verdict])
        restyle(self._tokens, "low" if self._low else "")
        self._tokens.set_whole(view.same_lines[0])
        # Where programs are told of too, there is less room; the view behind "Show" tells the closest call as well.
        closest = _note(worst, over=view.over) if self._behaviour.isHidden() else ""
        self._note.set_lines(3 if self._behaviour.isHidden() else 1)
        self._note.set_whole("\n".join(part for part in (closest, view.heats_note) if part))
        self._note.setVisible(bool(self._note.text()) and not self._narrow)
        self._lane = lane.spec.id
        self.show_button.setVisible(worst.fork_at is not None or (view.over and worst.compared > 0))

    def set_behaviour(self, tone: str, sentence: str, *, details: bool, lacks: str = "") -> None:
        """Shows the behaviour verdict.

        Args:
            details: Offers a button to see more.
            lacks: A package that a program lacked; offers a button that brings it, in place of the other.
        """
        self._lacks = lacks
        self.get_button.setText(f"Get {lacks}")
        self.get_button.setAccessibleName(f"Get {lacks}")
        self.get_button.setVisible(bool(lacks))
        self.behaviour_mark.set_tone(tone)
        self._behaviour.set_whole(sentence)
        self.behaviour_mark.show()
        self._behaviour.show()
        self.behaviour_button.setVisible(details and not lacks)

    @property
    def sentence(self) -> str:
        """The token verdict as shown."""
        return self._tokens.whole

    def _get(self) -> None:
        self.get_button.setEnabled(False)
        self.package_wanted.emit(self._lacks)
        self.get_button.setEnabled(True)

    def _show_fork(self) -> None:
        if self._lane:
            self.show_fork.emit(self._lane)


def _note(result: Comparison, *, over: bool) -> str:
    if result.smallest_gap is None or result.smallest_at is None:
        return ""
    floor = "measured" if result.measured_floor else "assumed"
    if result.measured_floor and result.noise_floor == 0:
        near = "this pair\u2019s logits have no noise (measured)"
    else:
        near = f"near tie below {result.noise_floor:.2g} ({floor})"
    return (
        f"Closest call{'' if over else ' so far'}: {result.smallest_gap:.2f} logits at token {result.smallest_at + 1} "
        f"\u00b7 {near}"
    )
