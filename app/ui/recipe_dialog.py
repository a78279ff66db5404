"""Use it: what to type for the advised K in other programs, ready to copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.present.recipes import RECIPES, MadeRecipe, advised_by_view, make_recipe
from app.present.view import RaceView
from app.race.advised import Advised
from app.race.problems import ProblemError
from app.ui.picker import Picker
from app.ui.theme import mono_font
from app.ui.widgets import button, label, scroll_in, set_text

_LEAST_LINES, _MOST_LINES = 3, 12


class RecipeDialog(QDialog):
    """Shows one program's text at a time.

    Signals:
        copied: A text for the clipboard.
    """

    copied = Signal(str)

    def __init__(self, recipes: Sequence[MadeRecipe], parent: QWidget) -> None:
        super().__init__(parent)
        self._recipes = list(recipes)
        self.setWindowTitle("Use it")
        self.program = Picker()
        self.program.addItems([recipe.title for recipe in recipes])
        self.program.setAccessibleName("Program")
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(mono_font(9.75))
        self.text.setAccessibleName("What to type")
        self.notes = label("", "muted", wrap=True)
        self._word = label("", "note", wrap=True)
        self.copy_button = button("Copy", "primary", tip="Puts the text on the clipboard (Ctrl+C)")
        self.close_button = button("Close", tip="Esc")
        self._lay_out(recipes[0])
        self.program.currentIndexChanged.connect(self._show)
        self.copy_button.clicked.connect(lambda: self.copied.emit(self.text.toPlainText()))
        self.close_button.clicked.connect(self.accept)
        room = parent.window().size()
        self.resize(min(760, max(520, room.width() - 80)), min(400, max(340, room.height() - 24)))
        self._show(0)
        self.copy_button.setFocus()

    def _lay_out(self, first: MadeRecipe) -> None:
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(20, 20, 20, 12)
        layout.setSpacing(12)
        layout.addWidget(label(f"K = {first.k}" if first.k else "Leave the drafter off", "lead"))
        layout.addWidget(label(first.reason, wrap=True))
        row = QHBoxLayout()
        row.setSpacing(8)
        above = label("In", "field")
        above.setBuddy(self.program)
        row.addWidget(above)
        row.addWidget(self.program, 1)
        row.addWidget(self.copy_button)
        layout.addLayout(row)
        layout.addWidget(self.text)
        layout.addWidget(self._word)
        layout.addWidget(self.notes)
        layout.addStretch(1)
        scroll_in(self, inner, self.close_button)

    def _show(self, at: int) -> None:
        recipe = self._recipes[at]
        self.text.setPlainText(recipe.text)
        lines = max(_LEAST_LINES, min(_MOST_LINES, recipe.text.count("\n") + 2))
        self.text.setFixedHeight(lines * (QFontMetrics(mono_font(9.75)).height() + 1) + 28)
        set_text(self._word, f"Its word for K: {recipe.word}")
        set_text(self.notes, "\n".join(recipe.notes))
        self.notes.setVisible(bool(recipe.notes))


def show_advised(advised: Advised, window: QWidget, copy: Callable[[str], None]) -> None:
    """Opens the dialog for what was advised."""
    dialog = RecipeDialog([make_recipe(recipe, advised) for recipe in RECIPES], window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.copied.connect(copy)
    dialog.open()


def open_recipes(view: RaceView, window: QWidget, copy: Callable[[str], None], say: Callable[[str], None]) -> None:
    """Opens the dialog for a race that is over, or says why there is nothing to type."""
    try:
        show_advised(advised_by_view(view), window, copy)
    except ProblemError as error:
        say(f"{error.problem.sentence} {error.problem.action}".strip())
