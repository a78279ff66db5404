"""The Export dialog."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.draw.studio import Cancelled
from app.places import Places
from app.race.problems import Problem
from app.ui.export.choices import recall_choices, remember_choices
from app.ui.export.form import ExportForm
from app.ui.export.preview import Preview
from app.ui.export.subject import Subject
from app.ui.tasks import Tasks, in_thread
from app.ui.theme import Theme
from app.ui.widgets import button, label, set_text


class ExportDialog(QDialog):
    """Makes a film, a picture or a report of one race or sweep.

    Signals:
        exported: The path of what was made.
    """

    exported = Signal(object)

    def __init__(self, theme: Theme, places: Places, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.resize(1080, 680)
        self._subject = subject
        self._tasks = Tasks(self)
        self._stop: threading.Event | None = None
        self._started = 0.0
        self._places = places
        self.form = ExportForm(subject, dark=theme.look.dark)
        self.form.use(recall_choices(places, subject.scenes))
        self.preview = Preview(subject.export)
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress of the export")
        self.said = label(subject.note, "muted", wrap=True)
        self.export_button = button("Export", "primary", tip="Choose a file and make it")
        self.cancel_button = button("Close", tip="Stop the export, or close")
        self._lay_out()
        self.form.changed.connect(self._changed)
        self.preview.failed.connect(self._say_problem)
        self.export_button.clicked.connect(self._ask)
        self.cancel_button.clicked.connect(self.reject)
        self._changed()

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        side.addWidget(self.form)
        side.addStretch(1)
        side.addWidget(self.said)
        side.addWidget(self.progress)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.export_button)
        side.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setSpacing(20)
        layout.addWidget(self.preview, 1)
        panel = QWidget()
        panel.setLayout(side)
        panel.setFixedWidth(340)
        layout.addWidget(panel)
        self.progress.hide()

    @property
    def running(self) -> bool:
        """Whether something is being made."""
        return self._stop is not None

    def _changed(self) -> None:
        problem = self.form.problem()
        self.export_button.setEnabled(not problem and not self.running)
        if problem:
            set_text(self.said, problem)
            return
        set_text(self.said, self._subject.note)
        self.preview.show_options(self.form.options())

    def _ask(self) -> None:
        encoder = self.form.encoder
        ending = encoder.endings[0]
        if ending == "/":
            chosen = QFileDialog.getExistingDirectory(self, "Export into an empty folder", str(Path.home()))
            target = f"{chosen}/" if chosen else ""
        else:
            start = str(Path.home() / f"{self._subject.stem}{ending}")
            target, _ = QFileDialog.getSaveFileName(self, "Export", start, f"{encoder.title} (*{ending})")
            if target and Path(target).suffix.lower() not in encoder.endings:
                target += ending
        if target:
            self.start(target)

    def start(self, target: str) -> None:
        """Makes ``target`` in the background, and remembers how."""
        remember_choices(self._places, self.form.choices(), self._subject.scenes)
        stop = self._stop = threading.Event()
        self._started = time.monotonic()
        subject, options = self._subject, self.form.options()
        told = self._tasks.told(self._progressed)

        def tell(done: int, total: int) -> None:
            if stop.is_set():
                raise Cancelled
            told(done, total)

        def work() -> Path | None:
            try:
                return subject.export(options).write(target, tell)
            except Cancelled:
                return None

        self.form.setEnabled(False)
        self.export_button.setEnabled(False)
        self.cancel_button.setText("Cancel")
        self.progress.setRange(0, 0)
        self.progress.show()
        self._tasks.start(self._make(work, stop), name="export", doing="it was made", failed=self._failed)

    async def _make(self, work: Callable[[], Path | None], stop: threading.Event) -> None:
        self._done(await in_thread(work, stop=stop.set))

    def _progressed(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        left = (time.monotonic() - self._started) / max(1, done) * (total - done)
        set_text(self.said, f"About {left:.0f} s left." if done > 10 else "")

    def _done(self, path: Path | None) -> None:
        self._end()
        if path is None:
            set_text(self.said, "Stopped. Nothing was left behind.")
            return
        set_text(self.said, f"Made {path.name}.")
        self.exported.emit(path)

    def _failed(self, problem: Problem) -> None:
        self._end()
        self._say_problem(problem)

    def _end(self) -> None:
        self._stop = None
        self.progress.hide()
        self.form.setEnabled(True)
        self.export_button.setEnabled(True)
        self.cancel_button.setText("Close")

    def _say_problem(self, problem: Problem) -> None:
        set_text(self.said, str(problem))

    def reject(self) -> None:
        """Stops the export; without one, closes."""
        if self._stop is not None:
            self._stop.set()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the window stops the export too."""
        if self._stop is not None:
            self._stop.set()
        super().closeEvent(event)
