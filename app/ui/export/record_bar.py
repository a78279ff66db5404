"""The quiet line of a film that is made by itself: how far it is, Cancel, and what went wrong."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from app.race.problems import Problem
from app.ui.export.recorder import FilmRecorder
from app.ui.widgets import button, label, set_text


class RecordBar(QWidget):
    """Shows what a recorder does; hidden while it does nothing."""

    def __init__(self, recorder: FilmRecorder) -> None:
        super().__init__()
        self._recorder = recorder
        self._problem: Problem | None = None
        self._counted = False
        self.said = label("", "muted")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(220)
        self.progress.setAccessibleName("Progress of the film")
        self.cancel_button = button("Cancel", "quiet", tip="Make no film of this race")
        self.cancel_button.clicked.connect(self._pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.said, 1)
        row.addWidget(self.progress)
        row.addWidget(self.cancel_button)
        recorder.changed.connect(self._show)
        recorder.progressed.connect(self._progressed)
        recorder.failed.connect(self._failed)
        self.hide()

    def forget(self) -> None:
        """Takes away what went wrong before."""
        self._problem = None
        self._show()

    def _show(self) -> None:
        trace = self._recorder.trace
        if trace is None:
            self._counted = False
        if trace is not None:
            self._problem = None
        self.setVisible(trace is not None or self._problem is not None)
        self.progress.setVisible(trace is not None and not self._recorder.held)
        self.cancel_button.setText("Close" if trace is None else "Cancel")
        self.cancel_button.setAccessibleName("Close this message" if trace is None else "Cancel the film")
        if self._problem is not None:
            set_text(self.said, f"No film was saved. {self._problem}")
        elif trace is not None and self._recorder.held:
            set_text(self.said, f"The film of {trace.stem} waits: nothing runs beside a measurement.")
        elif trace is not None:
            set_text(self.said, f"Saving a film of {trace.stem}")
        self.said.setToolTip(self.said.text())
        if not self._counted:
            self.progress.setRange(0, 0)

    def _progressed(self, done: int, total: int) -> None:
        if self._recorder.trace is None:
            return
        self._counted = total > 0 and done < total
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def _failed(self, problem: Problem) -> None:
        self._problem = problem
        self._show()

    def _pressed(self) -> None:
        if self._recorder.trace is None:
            self.forget()
        else:
            self._recorder.cancel()
