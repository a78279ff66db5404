"""What the tests of films share: a real race recorded with the built-in pair."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.models.places import find_places
from app.models.traces import open_trace
from app.race.trace import Trace

DATA = Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def _qt(qapp: QApplication) -> QApplication:
    """The tests of the window run in the same process and need the larger kind of application object."""
    return qapp


@pytest.fixture
def trace_path() -> Path:
    return DATA / "fibonacci.ndjson"


@pytest.fixture
def trace(trace_path: Path) -> Trace:
    return open_trace(trace_path)


@pytest.fixture(scope="session")
def resources() -> Path:
    return find_places().resources
