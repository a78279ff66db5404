"""What the window loads before it is there."""

from __future__ import annotations

import subprocess
import sys

LATER = ("numpy", "pyqtgraph", "av", "httpx", "llama_cpp", "app.ui.sweep.page", "app.models.fit.estimate")


def test_the_window_starts_without_what_only_later_work_needs() -> None:
    code = f"import sys, app.ui.application, app.ui.main_window; print(*[m for m in {LATER} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
