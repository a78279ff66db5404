"""What both programs did, side by side: what was compared, what they printed, the figures they made."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.sandbox.behaviour import Aspect, Behaviour
from app.sandbox.results import RunResult
from app.ui.same_strip import VerdictMark
from app.ui.theme import Theme, mono_font
from app.ui.widgets import button, card, label, scroll_in

_TONES = {"same": "good", "different": "bad", "unclear": "faint"}
_FIGURE_WIDTH = 420
_LEAST_LINES, _MOST_LINES = 3, 10


class BehaviourDialog(QDialog):
    """Shows a :class:`Behaviour`; ``names`` are those of the two lanes."""

    def __init__(self, theme: Theme, behaviour: Behaviour, names: tuple[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle("What the programs did")
        room = parent.window().size()
        self.resize(min(960, max(640, room.width() - 80)), min(800, max(440, room.height() - 24)))
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(20, 20, 20, 12)
        layout.setSpacing(12)
        layout.addWidget(label(behaviour.sentence, "lead", wrap=True))
        if behaviour.action:
            layout.addWidget(label(behaviour.action, "muted", wrap=True))
        layout.addWidget(self._aspects(behaviour.aspects))
        layout.addLayout(self._runs(behaviour, names))
        layout.addLayout(self._figures(behaviour, names))
        self._counterexamples(layout, behaviour, names)
        layout.addStretch(1)
        close = button("Close", tip="Esc")
        close.clicked.connect(self.accept)
        scroll_in(self, inner, close)

    def _aspects(self, aspects: tuple[Aspect, ...]) -> QFrame:
        frame, box = card("What was compared")
        for aspect in aspects:
            row = QHBoxLayout()
            row.setSpacing(6)
            mark = VerdictMark(self._theme)
            mark.set_tone(_TONES[aspect.verdict])
            row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label(aspect.sentence, wrap=True), 1)
            box.addLayout(row)
        return frame

    def _runs(self, behaviour: Behaviour, names: tuple[str, str]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        for name, run in zip(names, (behaviour.run_a, behaviour.run_b), strict=True):
            frame, box = card(name)
            box.addWidget(label(name, "head"))
            if run is not None:
                box.addWidget(label(f"{run.sentence()}, {run.wall_s:.2f} s", "muted", wrap=True))
            box.addWidget(self._printed(name, run))
            box.addStretch(1)
            row.addWidget(frame, 1)
        return row

    def _printed(self, name: str, run: RunResult | None) -> QPlainTextEdit:
        text = QPlainTextEdit()
        text.setReadOnly(True)
        text.setFont(mono_font(9.75))
        text.setTabChangesFocus(True)
        text.setAccessibleName(f"Output of {name}")
        parts = (run.stdout, run.stderr) if run is not None else ()
        text.setPlainText("\n".join(part for part in parts if part).rstrip("\n") or "(nothing was printed)")
        # As tall as what was printed, within reason, so that figures come into sight.
        lines = min(_MOST_LINES, max(_LEAST_LINES, text.blockCount()))
        text.setFixedHeight(lines * (QFontMetrics(mono_font(9.75)).height() + 1) + 28)
        return text

    def _figures(self, behaviour: Behaviour, names: tuple[str, str]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for column in range(2):
            grid.setColumnStretch(column, 1)
        for number, pair in enumerate(behaviour.figures):
            told = label(f"Figure {number + 1}: {pair.sentence}", "muted", wrap=True)
            grid.addWidget(told, 2 * number, 0, 1, 2)
            for column, data in enumerate((pair.a, pair.b)):
                picture = label("")
                pixmap = QPixmap()
                if data is not None and pixmap.loadFromData(data):
                    picture.setPixmap(
                        pixmap.scaledToWidth(
                            min(_FIGURE_WIDTH, pixmap.width()), Qt.TransformationMode.SmoothTransformation
                        )
                    )
                else:
                    picture.setText("no figure")
                picture.setAccessibleName(f"Figure {number + 1} of {names[column]}")
                grid.addWidget(picture, 2 * number + 1, column)
        return grid

    def _counterexamples(self, layout: QVBoxLayout, behaviour: Behaviour, names: tuple[str, str]) -> None:
        for example in behaviour.counterexamples:
            frame, box = card("Counterexample")
            for text in (example.call_a, f"{names[0]}: {example.a}", f"{names[1]}: {example.b}"):
                line = label(text, wrap=True)
                line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                box.addWidget(line)
            layout.addWidget(frame)
