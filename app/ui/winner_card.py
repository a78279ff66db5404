"""The winner card: who is ahead, how many times faster, and in which format."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.present.view import RaceView
from app.ui.theme import Theme
from app.ui.widgets import button, label, set_text


class WinnerCard(QFrame):
    """Shows the ratio of the leading lane. Its frame takes that lane's colour once the race is over.

    Signals:
        sure_wanted: The user wants to know how sure the result of the heats is.
    """

    sure_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lane = -1
        self._over = False
        self.setObjectName("winner")
        self.setAccessibleName("Winner")
        self._head = label("", "muted")
        self._ratio = label("", weight=QFont.Weight.Bold, size=27)
        self._foot = label("", "note", wrap=False)
        tip = "Shows the ratio of each heat, and what makes the result less sure."
        self.sure_button = button("How sure?", "quiet", tip=tip)
        self.sure_button.clicked.connect(self.sure_wanted)
        self.sure_button.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 12)
        layout.setSpacing(0)
        layout.addStretch(1)
        for widget in (self._head, self._ratio, self._foot):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(widget)
        layout.addWidget(self.sure_button, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(1)
        self.set_narrow(False)
        theme.changed.connect(self._restyle)
        self.clear("")

    def set_narrow(self, narrow: bool) -> None:
        """Takes less room in a narrow window."""
        self.setMinimumWidth(128 if narrow else 176)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(8 if narrow else 20, 12, 8 if narrow else 20, 12)

    def clear(self, format_title: str) -> None:
        """Says that there is no race yet."""
        self._lane, self._over = -1, False
        self._head.setText("Speedup")
        self._ratio.setText("\u2013")
        self._foot.setText(format_title)
        self._restyle()

    def set_notes(self, count: int | None) -> None:
        """Offers to tell how sure the result of the heats is, with the number of notes; None offers nothing."""
        if count is not None:
            text = "How sure?" if not count else f"{count} note{'' if count == 1 else 's'}"
            self.sure_button.setText(text)
            self.sure_button.setAccessibleName("How sure is the result" if not count else f"How sure, {text}")
        self.sure_button.setVisible(count is not None)

    def show_view(self, view: RaceView) -> None:
        """Shows who is ahead, or who won."""
        result = view.result
        set_text(self._foot, result.foot)
        self._foot.setToolTip(view.heats_note)
        if not result.phrase:
            return
        set_text(self._head, result.phrase)
        set_text(self._ratio, result.ratio_text)
        state = (result.lane, result.over)
        if state != (self._lane, self._over):
            self._lane, self._over = state
            self._restyle()

    @property
    def sentence(self) -> str:
        """What the card says, in one line."""
        return f"{self._head.text()} {self._ratio.text()} ({self._foot.text()})"

    def _restyle(self) -> None:
        look = self._theme.look
        tone = look.lane(self._lane) if self._lane >= 0 else look.muted
        edge = tone if self._over and self._lane >= 0 else look.line
        self.setStyleSheet(
            f"QFrame#winner {{ background: {look.card}; border: {2 if edge == tone else 1}px solid {edge};"
            " border-radius: 8px; }"
        )
        ink = look.ink(self._lane) if self._lane >= 0 else tone
        self._ratio.setStyleSheet(f"color: {ink}; font-size: {self._ratio.font().pixelSize()}px; font-weight: 700;")
