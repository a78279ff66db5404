"""My prompts: the user's own prompts as a list and a form, and those of the app to copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.library.prompts import (
    all_prompts,
    delete_prompt,
    duplicate_prompt,
    free_name,
    load_prompts,
    own_prompts,
    restore_prompt,
    save_prompt,
)
from app.places import Places
from app.present.naming import first_words
from app.race.problems import Problem, ProblemError
from app.race.prompts import Prompt
from app.ui.prompt_form import PromptForm
from app.ui.widgets import button, label, restyle, set_text

_NEW: Final = Prompt("", "New prompt", "custom", "en", "What should the model do?")


class PromptsDialog(QDialog):
    """Lists, edits, copies and deletes prompts; each is a file in the user's data folder.

    Signals:
        edited: The prompts are others now; carries all of them, the app's first.
        raced: The user wants to race this prompt.
    """

    edited = Signal(object)
    raced = Signal(object)

    def __init__(self, places: Places, parent: QWidget, pick: str = "") -> None:
        super().__init__(parent)
        self._places = places
        self._prompts: list[Prompt] = []
        self._own: set[str] = set()
        self._deleted = ""
        self.setWindowTitle("My prompts")
        self.search, self.list, self.form = QLineEdit(), QListWidget(), PromptForm()
        self.new_button = button("New", tip="Write a new prompt")
        self.copy_button = button("Duplicate", tip="Copy this prompt to a new one of yours")
        self.delete_button = button("Delete", "quiet", tip="Puts this prompt into the bin (Del in the list)")
        self.undo_button = button("Undo", tip="Gets the deleted prompt back")
        self.save_button = button("Save", tip="Ctrl+S")
        self.race_button = button("Race it", "primary", tip="Saves it and races (Ctrl+Return)")
        self.close_button = button("Close", tip="Esc")
        self.told = label("", "muted", wrap=True)
        self._lay_out()
        self._connect()
        self._load(pick)
        self._tell("")

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Search titles and texts")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search prompts")
        self.list.setAccessibleName("Prompts")
        self.list.setFixedWidth(270)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.search.setFixedWidth(270)
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self.search)
        side.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.setSpacing(6)
        for tool in (self.new_button, self.copy_button, self.delete_button):
            row.addWidget(tool)
        side.addLayout(row)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addLayout(side)
        body.addWidget(self.form, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.told, 1)
        for tool in (self.undo_button, self.close_button, self.save_button, self.race_button):
            foot.addWidget(tool)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(body, 1)
        layout.addLayout(foot)
        parent = self.parentWidget()
        room = parent.window().size() if parent is not None else self.size()
        self.resize(min(1040, max(760, room.width() - 80)), min(720, max(480, room.height() - 24)))

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _: self._fill(self._picked_name()))
        self.list.currentRowChanged.connect(self._show)
        self.new_button.clicked.connect(self._new)
        self.copy_button.clicked.connect(self._duplicate)
        self.delete_button.clicked.connect(self._delete)
        self.undo_button.clicked.connect(self._undo)
        self.save_button.clicked.connect(self._save)
        self.race_button.clicked.connect(self._race)
        self.close_button.clicked.connect(self.reject)
        self.form.edited.connect(self._show_actions)
        for keys, act in (("Ctrl+Return", self._race), ("Ctrl+Enter", self._race), ("Ctrl+S", self._save)):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._delete)

    def _load(self, pick: str) -> None:
        """Reads all prompts again and picks one by its name."""
        own, problems = own_prompts(self._places)
        self._own = {prompt.name for prompt in own}
        self._prompts = [*own, *(item for item in load_prompts(self._places) if item.name not in self._own)]
        self._fill(pick)
        if problems:
            self._tell_problem(problems[0])

    def _fill(self, pick: str) -> None:
        wanted = self.search.text().strip().casefold()
        with QSignalBlocker(self.list):
            self.list.clear()
            for prompt in self._prompts:
                if wanted in f"{prompt.title}\n{prompt.workload}\n{prompt.text}".casefold():
                    name = prompt.title if prompt.name in self._own else f"{prompt.title}  \u00b7 app"
                    item = QListWidgetItem(name)
                    item.setData(Qt.ItemDataRole.UserRole, prompt.name)
                    item.setToolTip(prompt.text[:600])
                    self.list.addItem(item)
            names = [self.list.item(at).data(Qt.ItemDataRole.UserRole) for at in range(self.list.count())]
            self.list.setCurrentRow(names.index(pick) if pick in names else min(0, len(names) - 1))
        self._show(self.list.currentRow())

    def _picked_name(self) -> str:
        item = self.list.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""

    @property
    def picked(self) -> Prompt | None:
        """The prompt that is picked in the list, as it is kept."""
        name = self._picked_name()
        return next((prompt for prompt in self._prompts if prompt.name == name), None)

    def _show(self, _row: int) -> None:
        prompt = self.picked
        if prompt is not None:
            own = prompt.name in self._own
            self.form.show_prompt(prompt, editable=own)
            self._tell("" if own else "It comes with the app. Duplicate it to change it.")
        self._show_actions()

    def _show_actions(self) -> None:
        prompt = self.picked
        own = prompt is not None and prompt.name in self._own
        changed = own and prompt is not None and self.form.prompt(prompt) != prompt
        self.form.setEnabled(prompt is not None)
        self.copy_button.setEnabled(prompt is not None)
        self.delete_button.setEnabled(own)
        self.save_button.setEnabled(changed)
        self.race_button.setEnabled(prompt is not None and self.form.usable)
        self.undo_button.setVisible(bool(self._deleted))

    def _new(self) -> None:
        self._keep()
        prompt = msgspec.structs.replace(_NEW, name=free_name(self._places, "prompt"))
        if self._do(lambda: save_prompt(self._places, prompt)):
            self._changed(prompt.name, "")
            self.form.begin()

    def _duplicate(self) -> None:
        prompt = self.picked
        if prompt is None or not self._keep():
            return
        made: list[Prompt] = []
        if self._do(lambda: made.append(duplicate_prompt(self._places, prompt.name))):
            self._changed(made[0].name, f"Copied to \u201c{made[0].title}\u201d.")

    def _delete(self) -> None:
        prompt = self.picked
        if prompt is None or prompt.name not in self._own:
            return
        if self._do(lambda: delete_prompt(self._places, prompt.name)):
            self._deleted = prompt.name
            self._changed("", f"\u201c{prompt.title}\u201d is in the bin.")

    def _undo(self) -> None:
        name, self._deleted = self._deleted, ""
        if name and self._do(lambda: restore_prompt(self._places, name)):
            self._changed(name, "It is back.")

    def _save(self) -> None:
        if self._keep():
            self._tell("Saved.")

    def _keep(self) -> bool:
        """Writes what was edited, if anything was. Returns whether nothing went wrong."""
        prompt = self.picked
        if prompt is None or prompt.name not in self._own:
            return True
        edited = self.form.prompt(prompt)
        if edited == prompt:
            return True
        if edited.title == _NEW.title and edited.text != _NEW.text:
            edited = msgspec.structs.replace(edited, title=first_words(edited.text))
        if not self._do(lambda: save_prompt(self._places, edited, replace=True)):
            return False
        self._changed(prompt.name, "")
        return True

    def _race(self) -> None:
        if self.race_button.isEnabled() and self._keep():
            prompt = self.picked
            if prompt is not None:
                self.raced.emit(prompt)
                self.accept()

    def reject(self) -> None:
        """Closes; what was edited is kept, since each earlier text is in the bin."""
        if not self.form.usable or self._keep():
            super().reject()

    def _changed(self, pick: str, said: str) -> None:
        self._load(pick)
        self._tell(said)
        self.edited.emit(all_prompts(self._places))

    def _do(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except ProblemError as error:
            self._tell_problem(error.problem)
            return False
        return True

    def _tell(self, text: str) -> None:
        restyle(self.told, "muted")
        set_text(self.told, text or "Ctrl+Return races; the Library searches these texts too.")
        self._show_actions()

    def _tell_problem(self, problem: Problem) -> None:
        restyle(self.told, "warn")
        set_text(self.told, " ".join(part for part in (problem.sentence, problem.cause, problem.action) if part))
