"""What leaves the window: the verdict as text, the result as JSON, a copy of the trace."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.present.result import summarize
from app.present.view import RaceView
from app.race.fold import NS


def verdict_text(view: RaceView) -> str:
    """The result in a few plain lines, with the format named."""
    header = view.header
    lines = [f"{header.pair_title or header.pair}, {header.prompt_name}, {view.format_title.lower()}"]
    for lane in view.lanes:
        state = lane.state
        unit = f"tok/s in all {header.request.concurrency} requests" if state.others else "tok/s"
        line = f"{lane.title}: {state.count} tokens, {state.total_tps:.1f} {unit}, {state.clock_ns / NS:.2f} s"
        mean = state.accepted_per_round
        lines.append(line if mean is None else f"{line}, {mean:.2f} accepted a round")
        if state.problem is not None:
            lines.append(f"{lane.title} failed: {state.problem}")
    for lane in view.contenders:
        ratio, reason, same = view.speedup(lane), view.explanation(lane), view.comparison(lane)
        if ratio is not None:
            lines.append(f"{lane.title} against baseline: {ratio:.2f}\u00d7")
        lines.extend(item.sentence for item in (reason, same) if item is not None)
    return "\n".join(lines) + "\n"


def race_json(view: RaceView, trace: Path | None) -> str:
    """The result as the command line's JSON object."""
    found = summarize(view.header, view.state, str(trace) if trace else None, heats=view.heats)
    return json.dumps(found, indent=2, ensure_ascii=False)


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
