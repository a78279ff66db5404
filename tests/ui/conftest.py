"""A window for tests: real widgets, offscreen, with folders of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_API", "pyside6")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication

from app.places import Places, find_places
from app.ui.theme import Theme


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    """The app's theme, dark."""
    return Theme(qapp, find_places().resources, forced="dark")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """The app's own resources, and user folders that nobody else uses."""
    return find_places({"MTP_RACE_HOME": str(tmp_path)})


@pytest.fixture(autouse=True)
def _dark(theme: Theme) -> Iterator[None]:
    yield
    theme.force("dark")
