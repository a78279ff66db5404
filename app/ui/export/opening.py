"""Opens the Export dialog for a trace file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.models.places import Places
from app.models.traces import open_trace
from app.race.problems import Problem
from app.race.trace import Trace
from app.ui.background import in_background
from app.ui.export.dialog import ExportDialog
from app.ui.theme import Theme


def open_export(parent: QWidget, theme: Theme, places: Places, path: Path, say: Callable[[str], None]) -> None:
    """Reads ``path`` in the background, then opens the dialog; ``say`` tells what went wrong or was made."""

    def opened(trace: Trace) -> None:
        dialog = ExportDialog(theme, places, path, trace, parent)
        dialog.exported.connect(lambda made: say(f"Exported {made.name}."))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def failed(problem: Problem) -> None:
        say(problem.sentence)

    in_background(parent, lambda: open_trace(path), opened, failed)
