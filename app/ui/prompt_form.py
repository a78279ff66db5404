"""The form of one prompt: title, kind, language, system prompt, earlier turns, the text, and whether to think."""

from __future__ import annotations

import re
from typing import Final

import msgspec
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.race.lanes import Message
from app.race.prompts import MAX_TURNS, Prompt
from app.ui.theme import mono_font
from app.ui.widgets import button, label

_ROLES: Final = ("user", "assistant")
_WORD: Final = re.compile(r"[a-z-]{1,40}")
_LOW: Final = 64


class _Turn(QWidget):
    """One earlier turn: who speaks, and what is said."""

    def __init__(self, role: str, text: str) -> None:
        super().__init__()
        self.role = QComboBox()
        self.role.addItems(list(_ROLES))
        self.role.setCurrentText(role)
        self.role.setAccessibleName("Who speaks")
        self.text = _box("What was said", _LOW)
        self.text.setPlainText(text)
        self.remove = button("Remove", "quiet", tip="Takes this turn out")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.role)
        row.addWidget(self.text, 1)
        row.addWidget(self.remove)


class PromptForm(QScrollArea):
    """Shows a prompt and gives back what was made of it.

    Signals:
        edited: Something was typed.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._turns: list[_Turn] = []
        self.title, self.kind, self.language = QLineEdit(), QLineEdit(), QLineEdit()
        self.system = _box("System prompt", _LOW)
        self.text = _box("Prompt", 140)
        self.thinking = QCheckBox("Let the model think first")
        self.turn_button = button("Add a turn", "quiet", tip="Something that was said before the prompt")
        self._lay_out()
        for line in (self.title, self.kind, self.language):
            line.textChanged.connect(self.edited)
        for box in (self.system, self.text):
            box.textChanged.connect(self.edited)
        self.thinking.toggled.connect(self.edited)
        self.turn_button.clicked.connect(lambda: self._add("user", "", say=True))

    def _lay_out(self) -> None:
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        inner = QWidget()
        inner.setProperty("role", "list")
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        fields = (
            ("Title", self.title, 4, ""),
            ("Kind", self.kind, 2, "Such as code, english or json; small letters"),
            ("Language", self.language, 1, "Of the answer, such as en, ja or python"),
        )
        for name, field, stretch, tip in fields:
            field.setAccessibleName(name)
            field.setToolTip(tip)
            column = QVBoxLayout()
            column.setSpacing(4)
            above = label(name, "field")
            above.setBuddy(field)
            column.addWidget(above)
            column.addWidget(field)
            head.addLayout(column, stretch)
        layout.addLayout(head)
        layout.addWidget(label("Prompt", "field"))
        layout.addWidget(self.text, 3)
        layout.addWidget(self.thinking)
        layout.addWidget(label("System prompt", "field"))
        layout.addWidget(self.system)
        layout.addWidget(label("What was said before", "field"))
        self._turn_box = QVBoxLayout()
        self._turn_box.setSpacing(6)
        layout.addLayout(self._turn_box)
        row = QHBoxLayout()
        row.addWidget(self.turn_button)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addStretch(1)
        self.setWidget(inner)

    def show_prompt(self, prompt: Prompt, *, editable: bool) -> None:
        """Shows another prompt; one that comes with the app can be read only."""
        with QSignalBlocker(self):
            self.title.setText(prompt.title)
            self.kind.setText(prompt.workload)
            self.language.setText(prompt.language)
            self.text.setPlainText(prompt.text)
            self.system.setPlainText(next((item.text for item in prompt.before if item.role == "system"), ""))
            self.thinking.setChecked(prompt.thinking)
            for turn in list(self._turns):
                self._take(turn)
            for item in prompt.before:
                if item.role in _ROLES:
                    self._add(item.role, item.text)
        for line in (self.title, self.kind, self.language):
            line.setReadOnly(not editable)
        for box in (self.text, self.system, *(turn.text for turn in self._turns)):
            box.setReadOnly(not editable)
        for widget in (self.thinking, self.turn_button, *(turn.role for turn in self._turns)):
            widget.setEnabled(editable)
        for turn in self._turns:
            turn.remove.setEnabled(editable)

    def begin(self) -> None:
        """A new prompt is to be written: its text is selected."""
        self.text.setFocus()
        self.text.selectAll()

    def _add(self, role: str, text: str, *, say: bool = False) -> None:
        if len(self._turns) >= MAX_TURNS:
            return
        turn = _Turn(role, text)
        turn.text.textChanged.connect(self.edited)
        turn.role.currentIndexChanged.connect(self.edited)
        turn.remove.clicked.connect(lambda: self._remove(turn))
        self._turns.append(turn)
        self._turn_box.addWidget(turn)
        if say:
            turn.text.setFocus()
            self.edited.emit()

    def _remove(self, turn: _Turn) -> None:
        self._take(turn)
        self.edited.emit()

    def _take(self, turn: _Turn) -> None:
        self._turns.remove(turn)
        self._turn_box.removeWidget(turn)
        turn.hide()
        turn.deleteLater()

    @property
    def turns(self) -> list[QPlainTextEdit]:
        """The boxes of the earlier turns."""
        return [turn.text for turn in self._turns]

    @property
    def usable(self) -> bool:
        """Whether what stands there can be a prompt."""
        words = (self.kind.text(), self.language.text())
        said = self.text.toPlainText().strip() and self.title.text().strip()
        return bool(said) and all(_WORD.fullmatch(word) for word in words)

    def prompt(self, like: Prompt) -> Prompt:
        """Returns the prompt as it stands; its name is that of ``like``. An empty turn is left out."""
        system = self.system.toPlainText()
        before = [Message("system", system)] if system.strip() else []
        said = [(turn.role.currentText(), turn.text.toPlainText()) for turn in self._turns]
        before += [Message(role, text) for role, text in said if text.strip()]
        return msgspec.structs.replace(
            like,
            title=self.title.text().strip() or like.title,
            workload=self.kind.text().strip() or like.workload,
            language=self.language.text().strip() or like.language,
            text=self.text.toPlainText().strip(),
            before=tuple(before),
            thinking=self.thinking.isChecked(),
        )


def _box(name: str, height: int) -> QPlainTextEdit:
    box = QPlainTextEdit()
    box.setFont(mono_font(9.75))
    box.setTabChangesFocus(True)
    box.setAccessibleName(name)
    box.setMinimumHeight(height)
    if height == _LOW:
        box.setMaximumHeight(_LOW)
    return box
