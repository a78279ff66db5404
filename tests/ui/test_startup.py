"""What the window and the command line load before they are there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LATER = (
    "numpy",
    "av",
    "uharfbuzz",
    "httpx",
    "filelock",
    "llama_cpp",
    "app.ui.sweep.page",
    "app.ui.export.dialog",
    "app.models.fit.estimate",
    "app.video.film",
)


def loaded(code: str, names: tuple[str, ...]) -> list[str]:
    """Which of ``names`` a new process has loaded after running ``code``."""
    told = f"import sys; {code}; print(*[name for name in {names} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_window_starts_without_what_only_later_work_needs() -> None:
    assert loaded("import app.ui.application, app.ui.main_window, app.video.studio", LATER) == []


@pytest.mark.parametrize("code", ["import app.cli", "import app.cli; app.cli.build_parser()"])
def test_the_command_line_is_there_without_any_window_or_film(code: str) -> None:
    assert loaded(code, ("PySide6", "rich", "jinja2", *LATER)) == []


COLLECTED = """
import gc, sys
from PySide6.QtCore import QTimer
from app.__main__ import main
from app.ui import application

made = application.build_window

def build(*parts):
    begun = gc.isenabled()
    window = made(*parts)

    def look():
        if gc.isenabled():
            print(begun)
            window.close()
        else:
            QTimer.singleShot(20, look)

    look()
    return window

application.build_window = build
sys.exit(main())
"""


def test_the_garbage_collector_rests_while_the_window_is_made_and_works_afterwards(tmp_path: Path) -> None:
    env = {**os.environ, "MTP_RACE_HOME": str(tmp_path), "DISPLAY": ":none", "MTP_RACE_PACKAGES": "off"}
    command = [sys.executable, "-c", COLLECTED]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("False\n", "")
