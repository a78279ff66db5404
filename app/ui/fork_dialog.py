"""Where two lanes part: their common text once, then both continuations side by side, with the evidence."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent, QShowEvent, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.present.words import TOKEN_TONES
from app.race.fork import Candidate, ForkStory, Side, last_lines
from app.ui.gap_strip import GapStrip
from app.ui.same_strip import VerdictMark
from app.ui.theme import Theme, mono_font
from app.ui.widgets import button, card, label, scroll_in

_LINES = 5
_PAGE = 16
_MARGINS = 28
"""Height of a text box without its lines."""


class ForkDialog(QDialog):
    """Shows a :class:`ForkStory`. ``copied`` carries a text for the clipboard."""

    copied = Signal(str)

    def __init__(self, theme: Theme, story: ForkStory, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._story = story
        self._lanes = (story.sides[0].index, story.sides[1].index) if story.sides else (0, 1)
        self.setWindowTitle("Where the outputs differ" if story.sides else "The same output")
        room = parent.window().size()
        self.resize(min(1040, max(640, room.width() - 80)), min(820, max(440, room.height() - 24)))
        self.close_button = button("Close", tip="Esc")
        self.close_button.clicked.connect(self.accept)
        self.close_button.setDefault(True)
        self.common = _text_box(f"Text that both lanes wrote, {story.common_tokens} tokens")
        self.whole_button = button("Show all", "quiet", tip="Shows the common text from its beginning.")
        self.whole_button.setCheckable(True)
        self.whole_button.toggled.connect(self._show_common)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(20, 20, 20, 12)
        layout.setSpacing(12)
        layout.addLayout(self._head())
        layout.addWidget(self._common_card())
        if story.sides:
            layout.addLayout(self._sides())
        else:
            layout.addWidget(self._calls())
        if story.neighbours:
            layout.addWidget(self._gaps())
        layout.addStretch(1)
        scroll_in(self, inner, self.close_button)
        self._show_common(False)

    def showEvent(self, event: QShowEvent) -> None:
        """Shows the end of the common text, which is where the lanes part."""
        super().showEvent(event)
        self.close_button.setFocus()
        QTimer.singleShot(0, self, self._fit_common)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fits the common text: its lines may wrap elsewhere now."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._fit_common)

    def _head(self) -> QLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        mark = VerdictMark(self._theme)
        mark.set_tone(TOKEN_TONES[self._story.verdict])
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label(self._story.sentence, "lead", wrap=True), 1)
        return row

    def _common_card(self) -> QFrame:
        frame, box = card("Common text")
        row = QHBoxLayout()
        count = self._story.common_tokens
        told = f"Both lanes wrote this \u00b7 {count} token{'' if count == 1 else 's'}"
        row.addWidget(label(told if count else "The lanes differ from the first token on", "head"))
        row.addStretch(1)
        row.addWidget(self.whole_button)
        row.addWidget(self._copy("the common text", self._story.common))
        box.addLayout(row)
        box.addWidget(self.common)
        self.common.setVisible(bool(self._story.common))
        return frame

    def _show_common(self, whole: bool) -> None:
        shown, left_out = last_lines(self._story.common, _LINES)
        note = f"\u2026 {left_out} line{'' if left_out == 1 else 's'} before\n" if left_out else ""
        self.common.setPlainText(self._story.common if whole else note + shown)
        self.whole_button.setText("Show the end" if whole else "Show all")
        self._fit_common()

    def _fit_common(self) -> None:
        """Gives the common text the height of its last lines, or of a page of it."""
        whole = self.whole_button.isChecked()
        # The layout of a plain text counts its height in lines, wrapped ones included.
        lines = round(self.common.document().size().height())
        most = _PAGE if whole else _LINES + 1
        shown = min(most, max(1, lines))
        self.common.setFixedHeight(shown * (QFontMetrics(mono_font(9.75)).height() + 1) + _MARGINS)
        self.whole_button.setVisible(whole or lines > most or self._story.common.count("\n") >= _LINES)
        place = QTextCursor.MoveOperation.Start if whole else QTextCursor.MoveOperation.End
        self.common.moveCursor(place)

    def _sides(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        for side in self._story.sides:
            row.addWidget(self._side(side), 1)
        return row

    def _side(self, side: Side) -> QFrame:
        tone = self._theme.look.lane(side.index)
        frame, box = card(side.title)
        frame.setObjectName("side")
        frame.setStyleSheet(f"QFrame#side {{ border-top: 3px solid {tone}; }}")
        row = QHBoxLayout()
        title = label(side.title, "head")
        title.setStyleSheet(f"color: {self._theme.look.ink(side.index)}")
        row.addWidget(title)
        row.addStretch(1)
        row.addWidget(self._copy(f"what {side.title} wrote", side.text))
        box.addLayout(row)
        box.addLayout(self._facts(side))
        text = _text_box(f"{side.title} from token {self._story.at + 1} on")
        text.setPlainText(side.text or "(nothing: this lane had ended)")
        text.setMinimumHeight(130)
        box.addWidget(text, 1)
        return frame

    def _facts(self, side: Side) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        gap = "not reported" if side.gap is None else f"{side.gap:.3g} logits ahead of the runner-up"
        rows = [("Token", _taken(side)), ("Runner-up", side.runner_up.shown), ("Lead", gap), ("From", side.origin)]
        if side.ended:
            rows = rows[:1]
        for number, (name, value) in enumerate(rows):
            grid.addWidget(label(name, "muted"), number, 0)
            shown = label(value, wrap=True)
            if number < 2:
                shown.setFont(mono_font(9.75))
                shown.setStyleSheet(f"font-family: '{mono_font().family()}'")
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(shown, number, 1)
        return grid

    def _calls(self) -> QFrame:
        frame, box = card("Closest calls")
        box.addWidget(label("The closest calls", "head"))
        if not self._story.calls:
            box.addWidget(
                label("This engine does not report logits, so it is not known how close any token was.", "muted")
            )
            return frame
        box.addWidget(
            label(
                "Where another token was nearly chosen. Both lanes chose the same one all the same.", "muted", wrap=True
            )
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(3, 1)
        for column, name in enumerate(("Token", "Lead", "Chosen", "Runner-up")):
            grid.addWidget(label(name, "field"), 0, column)
        for number, call in enumerate(self._story.calls, start=1):
            values = (f"{call.at + 1}", f"{call.gap:.3g} logits", call.took.shown, call.runner_up.shown)
            for column, value in enumerate(values):
                shown = label(value)
                if column > 1:
                    shown.setStyleSheet(f"font-family: '{mono_font().family()}'")
                grid.addWidget(shown, number, column)
        box.addLayout(grid)
        return frame

    def _gaps(self) -> QFrame:
        frame, box = card("Leads around this token")
        box.addWidget(label(f"How clear the tokens around token {self._story.at + 1} were", "head"))
        box.addWidget(
            label(
                "One pair of bars a token: how far the chosen token was ahead of the second choice, in each lane. "
                "Dashed: the noise floor.",
                "muted",
                wrap=True,
            )
        )
        box.addWidget(GapStrip(self._theme, self._story.neighbours, self._story.at, self._story.floor, self._lanes))
        box.addWidget(label(self._story.floor_sentence, "muted", wrap=True))
        return frame

    def _copy(self, what: str, text: str) -> QWidget:
        made = button("Copy", "quiet", tip=f"Copies {what}.", name=f"Copy {what}")
        made.clicked.connect(lambda: self.copied.emit(text))
        made.setEnabled(bool(text))
        return made


def _taken(side: Side) -> str:
    return "none: this lane had ended" if side.ended else Candidate(side.took.id, side.took.text).shown


def _text_box(name: str) -> QPlainTextEdit:
    text = QPlainTextEdit()
    text.setReadOnly(True)
    text.setFont(mono_font(9.75))
    text.setTabChangesFocus(True)
    text.setAccessibleName(name)
    return text
