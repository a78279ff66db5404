"""The prompt in full, and its inline editor."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.ui.text_line import TextLine
from app.ui.theme import Theme, mono_font
from app.ui.widgets import button, label, set_text


class PromptBar(QFrame):
    """Shows the prompt on a line. Edit opens an editor in its place.

    Signals:
        edited: The user finished editing; carries the new text.
        race_wanted: The user wants to race what was edited.
        prompts_wanted: The user wants to see all prompts.
    """

    edited = Signal(str)
    race_wanted = Signal()
    prompts_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._text = ""
        self.line = TextLine(theme, tabular=False)
        self.edit_button = button("Edit", "quiet", tip="Change the prompt (Ctrl+P)", name="Edit the prompt")
        self.edit_button.clicked.connect(self.open_editor)
        tip = "Your own prompts, with system prompt and earlier turns"
        self.prompts_button = button("My prompts", "quiet", tip=tip)
        self.prompts_button.clicked.connect(self.prompts_wanted)
        self.editor = QPlainTextEdit()
        self.editor.setFont(mono_font(9.75))
        self.editor.setTabChangesFocus(True)
        self.editor.setAccessibleName("Prompt editor")
        self.editor.setPlaceholderText("What should the model do?")
        self.editor.setFixedHeight(112)
        self.editor.installEventFilter(self)
        self.editor.textChanged.connect(self._count)
        self.done_button = button("Use this prompt", tip="Takes it; Ctrl+Return in the editor races it too")
        self.cancel_button = button("Cancel", "quiet", tip="Esc: keeps the prompt as it was")
        self.done_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.close_editor)
        self._size = label("", "note")
        self._line_row, self._edit_area = QWidget(), QWidget()
        self._lay_out()

    def _lay_out(self) -> None:
        line = QHBoxLayout(self._line_row)
        line.setContentsMargins(16, 4, 8, 4)
        line.setSpacing(12)
        line.addWidget(label("PROMPT", "caption"))
        line.addWidget(self.line, 1)
        line.addWidget(self.prompts_button)
        line.addWidget(self.edit_button)
        area = QVBoxLayout(self._edit_area)
        area.setContentsMargins(12, 12, 12, 12)
        area.setSpacing(8)
        area.addWidget(self.editor)
        row = QHBoxLayout()
        row.addWidget(self._size)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.done_button)
        area.addLayout(row)
        self._edit_area.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line_row)
        layout.addWidget(self._edit_area)

    def set_low(self, low: bool) -> None:
        """Takes less of a low window."""
        layout = self._line_row.layout()
        if layout is not None:
            layout.setContentsMargins(16, 0 if low else 4, 8, 0 if low else 4)

    @property
    def editing(self) -> bool:
        """Whether the editor is open."""
        return not self._edit_area.isHidden()

    def set_prompt(self, text: str) -> None:
        """Shows a prompt; an open editor is closed."""
        self._text = text
        self.line.setText(" ".join(text.split()))
        self.line.setToolTip(f"<qt>{_escaped(text)}</qt>")
        self.close_editor()

    def open_editor(self) -> None:
        """Opens the editor on the current prompt."""
        self.editor.setPlainText(self._text)
        self._line_row.hide()
        self._edit_area.show()
        self.editor.setFocus()
        self.editor.selectAll()

    def close_editor(self) -> None:
        """Closes the editor and keeps the prompt as it was."""
        had_focus = self.editor.hasFocus()
        self._edit_area.hide()
        self._line_row.show()
        if had_focus:
            self.edit_button.setFocus()

    def accept(self) -> None:
        """Takes the edited text, if there is any."""
        text = self.editor.toPlainText()
        if text.strip():
            self.close_editor()
            if text != self._text:
                self.edited.emit(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Return takes the text, Escape gives it up."""
        if watched is self.editor and event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if event.key() == Qt.Key.Key_Escape or (ctrl and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)):
                event.accept()
                return True
        if watched is self.editor and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if event.key() == Qt.Key.Key_Escape:
                self.close_editor()
                return True
            if ctrl and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.accept()
                if not self.editing:
                    self.race_wanted.emit()
                return True
        return super().eventFilter(watched, event)

    def _count(self) -> None:
        text = self.editor.toPlainText()
        set_text(self._size, f"{len(text):,} characters" if text.strip() else "The prompt is empty.")
        self.done_button.setEnabled(bool(text.strip()))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
