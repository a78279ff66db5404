"""Opens the Export dialog for a trace file or a sweep."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.draw.studio import Studio
from app.library.traces import open_trace
from app.places import Places
from app.race.sweep_result import SweepResult
from app.ui.export.dialog import ExportDialog
from app.ui.export.subject import RaceSubject, Subject, SweepSubject
from app.ui.tasks import Tasks, in_thread
from app.ui.theme import Theme


def open_export(
    parent: QWidget,
    tasks: Tasks,
    theme: Theme,
    places: Places,
    studio: Studio,
    path: Path,
    say: Callable[[str], None],
) -> None:
    """Reads ``path`` in the background, then opens the dialog; ``say`` tells what went wrong or was made."""

    async def read() -> None:
        subject = await in_thread(lambda: RaceSubject.of(studio, path, open_trace(path)))
        _open(parent, theme, places, subject, say)

    tasks.start(read(), name="export", doing="the race was read", failed=lambda problem: say(problem.sentence))


def open_sweep_export(
    parent: QWidget,
    theme: Theme,
    places: Places,
    studio: Studio,
    result: SweepResult,
    say: Callable[[str], None],
) -> None:
    """Opens the dialog for a sweep; ``say`` tells what was made."""
    _open(parent, theme, places, SweepSubject(studio, result), say)


def _open(parent: QWidget, theme: Theme, places: Places, subject: Subject, say: Callable[[str], None]) -> None:
    dialog = ExportDialog(theme, places, subject, parent)
    dialog.exported.connect(lambda made: say(f"Exported {made.name}."))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
