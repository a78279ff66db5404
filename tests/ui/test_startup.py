"""What the window and the command line load before they are there."""

from __future__ import annotations

import subprocess
import sys

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
