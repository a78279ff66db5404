"""The winner card: who is ahead, how many times faster, and in which format."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.present.figures import about_lines
from app.present.sure import sure_rows
from app.present.view import RaceView
from app.ui.sure_strip import SureStrip
from app.ui.text_line import TextLine
from app.ui.theme import Theme
from app.ui.widgets import button, fit_strip, label, set_text

_USE_HEIGHT = 24
"""Height of the button in pixels: not more than the lines beside it."""


class WinnerCard(QFrame):
    """Shows the ratio of the leading lane. Its frame takes that lane's colour once the race is over.

    Signals:
        sure_wanted: The user wants to know how sure the result of the heats is.
        use_wanted: The user wants to know what to type elsewhere.
    """

    sure_wanted = Signal()
    use_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lane = -1
        self._low = False
        self._lines: list[str] = []
        self._usable = False
        self._over = False
        self.setObjectName("winner")
        self.setAccessibleName("Winner")
        self._head = label("", "plain", wrap=True)
        self._ratio = label("", weight=QFont.Weight.Bold, size=24)
        self._ratio.setFixedHeight(34)
        self._tail = label("", "plain", wrap=True)
        self._about: list[TextLine] = [TextLine(theme, tone="muted", size=8.25, tabular=False) for _ in range(3)]
        tip = "Shows the ratio of each heat, and what makes the result less sure."
        self.sure_button = button("How sure?", "quiet", tip=tip)
        self.sure_button.clicked.connect(self.sure_wanted)
        self.sure_button.hide()
        self.use_button = button("Use it", "quiet", tip="What to type for it in llama-server, vLLM, Ollama and others.")
        self.use_button.clicked.connect(self.use_wanted)
        self.use_button.setFixedHeight(_USE_HEIGHT)
        self.use_button.hide()
        self.sure = SureStrip(theme)
        self.sure.hide()
        self._lay_out()
        self.set_narrow(False)
        theme.changed.connect(self._restyle)
        self.clear("")

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 6, 12, 6)
        layout.setSpacing(0)
        head = QHBoxLayout()
        head.addWidget(self._head, 1)
        head.addWidget(self.sure_button)
        layout.addLayout(head)
        ratio = QHBoxLayout()
        ratio.setSpacing(8)
        ratio.addWidget(self._ratio)
        ratio.addWidget(self._tail, 1)
        layout.addLayout(ratio)
        layout.addWidget(self.sure)
        layout.addStretch(1)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        for line in self._about:
            lines.addWidget(line)
        foot = QHBoxLayout()
        foot.addLayout(lines, 1)
        foot.addWidget(self.use_button, 0, Qt.AlignmentFlag.AlignBottom)
        layout.addLayout(foot)

    def set_narrow(self, narrow: bool) -> None:
        """Takes less room in a narrow window."""
        self.setFixedWidth(188 if narrow else 272)

    def fit(self, lanes: int, low: bool) -> None:
        """Keeps its height; in a low window it says less of what is below."""
        self._low = low
        fit_strip(self, lanes, low)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(16, 6, 12, 6)
            layout.setSpacing(0)
        self._show_about(self._lines)

    def clear(self, format_title: str) -> None:
        """Says that there is no race yet."""
        self._lane, self._over, self._usable = -1, False, False
        self._head.setText("Speedup")
        self._ratio.setText("\u2013")
        self._tail.setText("")
        self.sure.clear()
        self._show_about([format_title])
        self._restyle()

    def _show_about(self, lines: Sequence[str]) -> None:
        """Shows how it was measured, a line each, as many as there is room for."""
        self._lines = list(lines)
        room = (0 if self._low else 2) if self.sure.rows else (1 if self._low else 3)
        for number, line in enumerate(self._about):
            line.setText(lines[number] if number < len(lines) else "")
            line.setToolTip("\n".join(lines))
            line.setVisible(number < room)
        self.use_button.setVisible(self._usable and not self._low and room > 0)

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
        self.sure.show_rows(sure_rows(view))
        self._usable = result.over and result.ratio is not None
        first = [result.foot] if view.heats is not None else []
        self._show_about([*first, *about_lines(view)])
        self._ratio.setToolTip(view.heats_note)
        if not result.phrase:
            return
        if result.ratio is None:
            self._say(result.phrase, "", "")
        else:
            self._say(result.head, result.ratio_text, result.tail)
        state = (result.lane, result.over)
        if state != (self._lane, self._over):
            self._lane, self._over = state
            self._restyle()

    def _say(self, head: str, ratio: str, tail: str) -> None:
        set_text(self._head, head)
        set_text(self._ratio, ratio)
        set_text(self._tail, tail)

    @property
    def sentence(self) -> str:
        """What the card says, in one line."""
        parts = (self._head.text(), self._ratio.text(), self._tail.text(), f"({self._about[0].text()})")
        return " ".join(part for part in parts if part)

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
