"""Prompts of a file: which file, what was read of it, and how many of them to take."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.library.suite_files import Suite, read_suite
from app.race.problems import Problem
from app.ui.tasks import Tasks, in_thread
from app.ui.widgets import button, indent_text, label, set_text

_ENDINGS: Final = "Prompts (*.jsonl *.ndjson *.json *.csv *.tsv *.md *.txt);;All files (*)"
_SHOWN: Final = 200


class SuiteDialog(QDialog):
    """Reads a file or a folder of prompts.

    Signals:
        chosen: A :class:`Suite` to race.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Prompts of a file")
        self.suite: Suite | None = None
        self._path: Path | None = None
        self._tasks = Tasks(self)
        self.file_button = button("Choose a file\u2026", "primary", tip="JSONL, JSON, CSV, TSV, Markdown or text")
        self.folder_button = button("Choose a folder\u2026", tip="Each text file in it is a prompt")
        self.sample, self.seed = QSpinBox(), QSpinBox()
        self.told = label("JSONL of chats or prompts, CSV, Markdown, or a folder of texts.", "lead", wrap=True)
        self.notes = label("", "muted", wrap=True)
        self.secrets = label("", "warn", wrap=True)
        self.list = QListWidget()
        self.use_button = button("Race these prompts", "primary")
        self.close_button = button("Cancel", tip="Esc")
        self._lay_out()
        self.file_button.clicked.connect(self._choose_file)
        self.folder_button.clicked.connect(self._choose_folder)
        self.sample.valueChanged.connect(self._read)
        self.seed.valueChanged.connect(self._read)
        self.use_button.clicked.connect(self._use)
        self.close_button.clicked.connect(self.reject)
        self._show(None)

    def _lay_out(self) -> None:
        self.sample.setRange(0, 1000)
        self.sample.setSpecialValueText("all")
        self.sample.setAccessibleName("How many to take")
        self.seed.setRange(0, 1_000_000)
        self.seed.setAccessibleName("Seed of the sample")
        self.seed.setToolTip("The same seed takes the same prompts again.")
        for spin in (self.sample, self.seed):
            indent_text(spin)
        self.list.setAccessibleName("Prompts that were read")
        self.list.setMinimumHeight(160)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.told)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.file_button)
        row.addWidget(self.folder_button)
        row.addStretch(1)
        for name, spin in (("Take at random", self.sample), ("Seed", self.seed)):
            caption = label(name, "field")
            caption.setBuddy(spin)
            spin.setFixedWidth(104)
            row.addWidget(caption)
            row.addWidget(spin)
        layout.addLayout(row)
        layout.addWidget(self.secrets)
        layout.addWidget(self.notes)
        layout.addWidget(self.list, 10)
        layout.addStretch(1)
        last = QHBoxLayout()
        last.setSpacing(8)
        last.addStretch(1)
        last.addWidget(self.close_button)
        last.addWidget(self.use_button)
        layout.addLayout(last)
        parent = self.parentWidget()
        room = parent.window().size() if parent is not None else self.size()
        self.resize(min(760, max(640, room.width() - 80)), min(560, max(400, room.height() - 24)))

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Prompts of a file", str(Path.home()), _ENDINGS)
        if chosen:
            self.open_path(Path(chosen))

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Prompts of a folder", str(Path.home()))
        if chosen:
            self.open_path(Path(chosen))

    def open_path(self, path: Path) -> None:
        """Reads another file or folder."""
        self._path = path
        self._read()

    def _read(self) -> None:
        path, sample, seed = self._path, self.sample.value(), self.seed.value()
        if path is None:
            return
        self.use_button.setEnabled(False)

        async def read() -> None:
            self._show(await in_thread(lambda: read_suite(path, sample, seed)))

        self._tasks.start(read(), name="suite", doing="the prompts were read", failed=self._refused)

    def _refused(self, problem: Problem) -> None:
        self._show(None)
        set_text(self.told, problem.sentence)
        set_text(self.notes, " ".join(part for part in (problem.cause, problem.action) if part))
        self.notes.show()

    def _show(self, suite: Suite | None) -> None:
        self.suite = suite
        self.list.clear()
        self.list.setVisible(suite is not None)
        self.use_button.setEnabled(suite is not None)
        self.seed.setEnabled(self.sample.value() > 0)
        if suite is not None:
            kinds = Counter(prompt.workload for prompt in suite.prompts)
            listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
            set_text(self.told, f"{suite.name}: {len(suite.prompts)} prompts ({listed})")
            self.list.addItems([f"{item.workload}: {item.title}" for item in suite.prompts[:_SHOWN]])
        set_text(self.notes, "\n".join(suite.notes) if suite else "")
        set_text(self.secrets, "\n".join(suite.secrets) if suite else "")
        self.notes.setVisible(bool(self.notes.text()))
        self.secrets.setVisible(bool(self.secrets.text()))

    def _use(self) -> None:
        if self.suite is not None:
            self.chosen.emit(self.suite)
            self.accept()
