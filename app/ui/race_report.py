"""What leaves the window: the result as JSON, a copy of the trace."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.present.result import summarize
from app.present.view import RaceView


def race_json(view: RaceView, trace: Path | None) -> str:
    """The result as the command line's JSON object."""
    return json.dumps(summarize(view, str(trace) if trace else None), indent=2, ensure_ascii=False)


def save_copy(parent: QWidget, trace: Path) -> str:
    """Asks for a place and copies the trace there; returns what to tell the user, empty if they gave it up."""
    chosen, _ = QFileDialog.getSaveFileName(
        parent, "Save trace", str(Path.home() / trace.name), "Traces (*.ndjson);;All files (*)"
    )
    if not chosen:
        return ""
    try:
        shutil.copyfile(trace, chosen)
    except (OSError, shutil.SameFileError) as error:
        return f"The trace could not be saved: {getattr(error, 'strerror', None) or error}."
    return f"Saved {Path(chosen).name}."
