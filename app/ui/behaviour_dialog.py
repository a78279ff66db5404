"""What both programs did, side by side: what they printed, the figures they drew, how long it took, the verdicts."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPainterPath, QPaintEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QSizePolicy,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.present.programs import (
    ProgramShown,
    figure_words,
    program_sentences,
    shown_programs,
    time_table,
    versions_sentence,
)
from app.present.view import RaceView
from app.sandbox.behaviour import Aspect, Behaviour
from app.sandbox.gate.words import fetched_lines
from app.ui.same_strip import VerdictMark
from app.ui.theme import Theme, color, mono_font
from app.ui.widgets import button, card, label, scroll_in

_TONES = {"same": "good", "different": "bad", "unclear": "faint"}
_LEAST_LINES, _MOST_LINES = 3, 14
_WIDE, _HIGH = 1320, 920
_MOST_PIXELS = 16_000_000
_MARK = "\u2260 "
"""Stands before a line that the other program did not print."""


class FigurePicture(QWidget):
    """A figure as wide as there is room, on white paper with round corners."""

    def __init__(self, data: bytes | None, name: str) -> None:
        super().__init__()
        self._image = QImage.fromData(data) if data is not None else QImage()
        if self._image.width() * self._image.height() > _MOST_PIXELS:
            self._image = QImage()
        self._scaled = QImage()
        self.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        """As large as the figure itself."""
        return self._image.size()

    def hasHeightForWidth(self) -> bool:
        """Its height follows its width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Returns the height of the whole figure at that width. A small one grows by half at most."""
        if self._image.isNull():
            return 40
        wide = min(width, round(self._image.width() * 1.5))
        return max(1, round(self._image.height() * wide / self._image.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the figure, scaled once for each size."""
        painter = QPainter(self)
        if self._image.isNull():
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "no figure")
            painter.end()
            return
        ratio = self.devicePixelRatioF()
        room = QSize(round(self.width() * ratio), round(self.height() * ratio))
        wanted = self._image.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        if self._scaled.size() != wanted:
            smooth = Qt.TransformationMode.SmoothTransformation
            self._scaled = self._image.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
        place = QRectF(0, 0, wanted.width() / ratio, wanted.height() / ratio)
        place.moveLeft((self.width() - place.width()) / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        corners = QPainterPath()
        corners.addRoundedRect(place, 6, 6)
        painter.setClipPath(corners)
        painter.fillRect(place, Qt.GlobalColor.white)
        painter.drawImage(place, self._scaled)
        painter.end()


class BehaviourDialog(QDialog):
    """Shows what the programs of the race in ``view`` did: text left and right, then figures, then a table."""

    def __init__(self, theme: Theme, view: RaceView, behaviour: Behaviour, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle("What the programs did")
        room = parent.window().size()
        self.resize(min(_WIDE, max(640, room.width() - 80)), min(_HIGH, max(440, room.height() - 24)))
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(20, 20, 20, 12)
        layout.setSpacing(12)
        lead, *more = program_sentences(view) or [behaviour.sentence]
        layout.addWidget(label(lead, "lead", wrap=True))
        for text in (*more, behaviour.action):
            if text:
                layout.addWidget(label(text, "muted", wrap=True))
        shown = shown_programs(view)
        if shown is not None:
            layout.addLayout(self._runs(shown))
            self._figures(layout, behaviour, shown)
            self._times(layout, view, shown)
        if behaviour.aspects:
            layout.addWidget(self._aspects(behaviour.aspects))
        names = ("Baseline", "Drafted") if shown is None else (shown[0].lane.title, shown[1].lane.title)
        self._counterexamples(layout, behaviour, names)
        for text in (*fetched_lines(behaviour.fetched), versions_sentence(behaviour)):
            if text:
                layout.addWidget(label(text, "muted", wrap=True))
        layout.addStretch(1)
        close = button("Close", tip="Esc")
        close.clicked.connect(self.accept)
        scroll_in(self, inner, close)

    def _aspects(self, aspects: tuple[Aspect, ...]) -> QFrame:
        frame, box = card("What was compared")
        box.addWidget(label("What was compared", "head"))
        for aspect in aspects:
            row = QHBoxLayout()
            row.setSpacing(6)
            mark = VerdictMark(self._theme)
            mark.set_tone(_TONES[aspect.verdict])
            row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label(aspect.sentence, wrap=True), 1)
            box.addLayout(row)
        return frame

    def _runs(self, shown: tuple[ProgramShown, ProgramShown]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        lines = min(_MOST_LINES, max(_LEAST_LINES, *(len(one.output) for one in shown)))
        for one in shown:
            frame, box = card(one.lane.title)
            box.addWidget(self._head(one))
            if one.failure:
                told = label(one.failure, "wrong", wrap=True)
                told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                box.addWidget(told)
            box.addWidget(self._printed(one, lines))
            box.addStretch(1)
            row.addWidget(frame, 1)
        return row

    def _head(self, one: ProgramShown) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        name = label(one.lane.title, "head")
        name.setStyleSheet(f"color: {self._theme.look.ink(one.lane.index)};")
        row.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
        ended = label(one.ended, "muted", wrap=True)
        ended.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        row.addWidget(ended, 1)
        return line

    def _printed(self, one: ProgramShown, lines: int) -> QPlainTextEdit:
        """What a program printed; lines that the other did not print have a sign before them and a tint."""
        text = QPlainTextEdit()
        text.setReadOnly(True)
        text.setFont(mono_font(9.75))
        text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        text.setTabChangesFocus(True)
        text.setAccessibleName(f"Output of {one.lane.title}")
        marked = any(line.differs for line in one.output)
        said = [f"{(_MARK if line.differs else '  ') if marked else ''}{line.text}" for line in one.output]
        said += [f"\u2026 and {one.left_out} more lines"] if one.left_out else []
        text.setPlainText("\n".join(said) or "(nothing was printed)")
        tint = color(self._theme.look.warn)
        tint.setAlphaF(0.16)
        tints = []
        for number, line in enumerate(one.output):
            if line.differs:
                part = QTextEdit.ExtraSelection()
                part.format.setBackground(tint)
                part.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
                part.cursor = QTextCursor(text.document().findBlockByNumber(number))
                tints.append(part)
        text.setExtraSelections(tints)
        if tints:
            text.setTextCursor(tints[0].cursor)
            QTimer.singleShot(0, text, text.centerCursor)
        # As tall as what was printed, within reason, so that figures come into sight.
        text.setFixedHeight(lines * (QFontMetrics(mono_font(9.75)).height() + 1) + 28)
        return text

    def _figures(self, layout: QVBoxLayout, behaviour: Behaviour, shown: tuple[ProgramShown, ProgramShown]) -> None:
        for number, (words, pair) in enumerate(figure_words(behaviour), 1):
            frame, box = card(f"Figure {number}")
            row = QHBoxLayout()
            row.setSpacing(6)
            mark = VerdictMark(self._theme)
            mark.set_tone({"same": "good", "different": "bad"}.get(pair.verdict, "faint"))
            row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label(words, wrap=True), 1)
            box.addLayout(row)
            pictures = QHBoxLayout()
            pictures.setSpacing(12)
            for one, data in zip(shown, (pair.a, pair.b), strict=True):
                picture = FigurePicture(data, f"Figure {number} of {one.lane.title}")
                pictures.addWidget(picture, 1, Qt.AlignmentFlag.AlignTop)
            box.addLayout(pictures)
            layout.addWidget(frame)

    def _times(self, layout: QVBoxLayout, view: RaceView, shown: tuple[ProgramShown, ProgramShown]) -> None:
        rows = time_table(view)
        if not rows:
            return
        frame, box = card("Times")
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        for column, one in enumerate(shown, 1):
            head = label(one.lane.title, "head")
            head.setStyleSheet(f"color: {self._theme.look.ink(one.lane.index)};")
            grid.addWidget(head, 0, column, Qt.AlignmentFlag.AlignRight)
        for number, (name, values) in enumerate(rows, 1):
            last = number == len(rows)
            grid.addWidget(label(name, "head" if last else "muted"), number, 0)
            for column, value in enumerate(values, 1):
                grid.addWidget(label(value, "head" if last else ""), number, column, Qt.AlignmentFlag.AlignRight)
        grid.setColumnMinimumWidth(0, 150)
        for column in (1, 2):
            grid.setColumnStretch(column, 1)
        box.addLayout(grid)
        layout.addWidget(frame)

    def _counterexamples(self, layout: QVBoxLayout, behaviour: Behaviour, names: tuple[str, str]) -> None:
        for example in behaviour.counterexamples:
            frame, box = card("Counterexample")
            for text in (example.call_a, f"{names[0]}: {example.a}", f"{names[1]}: {example.b}"):
                line = label(text, wrap=True)
                line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                box.addWidget(line)
            layout.addWidget(frame)
