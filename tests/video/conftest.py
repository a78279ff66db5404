"""What the tests of films share: a real race recorded with the built-in pair."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QBuffer
from PySide6.QtGui import QColor, QImage, QImageWriter
from PySide6.QtWidgets import QApplication

from app.library.traces import open_trace
from app.places import find_places
from app.race.trace import Trace
from app.sandbox.behaviour import Behaviour, BehaviourVerdict, FigurePair
from app.sandbox.results import RunResult
from tests.video.chromium import Page, browser, find_chromium

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


@pytest.fixture
def behaviour() -> Behaviour:
    """Two programs that printed the same and drew nearly the same."""
    figures = []
    for tone in ("#1f77b4", "#2f77b4"):
        image = QImage(640, 480, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        for number in range(8):
            for x in range(40 + 70 * number, 90 + 70 * number):
                for y in range(440 - 45 * number, 440):
                    image.setPixelColor(x, y, QColor(tone))
        buffer = QBuffer()
        QImageWriter(buffer, b"png").write(image)
        figures.append(bytes(buffer.data().data()))
    lines = "".join(f"fibonacci_memoized({n}) = {n * n}\n" for n in range(30))
    run = RunResult(ended="exited", exit_code=0, stdout=lines, wall_s=0.31)
    return Behaviour(
        verdict=BehaviourVerdict.SAME,
        sentence="Both programs ran to their end and printed the same 30 lines.",
        run_a=run,
        run_b=msgspec.structs.replace(run, wall_s=0.29),
        figures=(FigurePair("plot.png", "plot.png", figures[0], figures[1], "same", "The figures are the same."),),
    )


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page of a real browser, for the tests of one file."""
    program = find_chromium()
    if program is None:
        pytest.skip("Chromium is not installed")
    with browser(program, tmp_path_factory.mktemp("profile")) as page:
        yield page
