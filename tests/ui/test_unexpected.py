"""Mistakes of the app itself: wherever one is raised, the user reads a sentence, and Race works again.

The mistakes are put in by the tests; all else is real.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer, qWarning
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from app.boundary.log import close_log, open_log
from app.places import Places
from app.race.formats import FORMATS
from app.race.problems import Problem
from app.ui.library_page import LibraryPage
from app.ui.main_window import MainWindow
from app.ui.surface import Surface
from app.ui.theme import Theme
from tests.ui.windows import built_in, make_window, shown


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, places: Places) -> Iterator[MainWindow]:
    open_log(places.log)
    with shown(make_window(theme, places, built_in(places)), qtbot) as made:
        made.race.controls.max_tokens.setValue(16)
        yield made
    qtbot.waitUntil(made.gone.is_set, timeout=10_000)
    close_log()


def broken(*_: object, **__: object) -> Any:
    raise ValueError("the tests broke it")


def race(window: MainWindow, qtbot: QtBot) -> None:
    """Presses Race and waits for the end."""
    qtbot.mouseClick(window.race.controls.go, Qt.MouseButton.LeftButton)
    assert window.race.running
    qtbot.waitUntil(lambda: not window.race.running, timeout=60_000)


def races_again(window: MainWindow, qtbot: QtBot) -> None:
    """Race works: both lanes come to their end."""
    race(window, qtbot)
    assert window.race.view is not None
    assert [lane.state.count for lane in window.race.view.lanes] == [16, 16]
    assert not window.race.failure.isVisible()


def told(window: MainWindow) -> str:
    """What the Race page says is wrong."""
    assert window.race.failure.isVisible()
    return window.race.failure.details()


@pytest.mark.real
@pytest.mark.parametrize("part", ["app.ui.race_runner.start_race", "app.present.view.RaceView.apply"])
def test_a_race_that_cannot_be_started_or_shown_ends_with_a_sentence_and_race_works_again(
    window: MainWindow, qtbot: QtBot, places: Places, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(part, broken)
        race(window, qtbot)
        assert "Something went wrong while the race was run." in told(window)
        assert "ValueError: the tests broke it" in told(window)
    assert "ValueError: the tests broke it" in places.log.read_text()
    races_again(window, qtbot)


@pytest.mark.real
def test_a_mistake_in_the_sessions_thread_is_told_in_its_lanes_and_race_works_again(
    window: MainWindow, qtbot: QtBot, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(type(FORMATS["clock"]), "grants", broken)
        race(window, qtbot)
        assert "ValueError: the tests broke it" in told(window)
        view = window.race.view
        assert view is not None
        assert all(lane.state.problem is not None for lane in view.lanes)
    assert "ValueError: the tests broke it" in places.log.read_text()
    races_again(window, qtbot)


def test_a_mistake_in_a_slot_is_told_on_the_page_that_is_shown_and_logged(
    window: MainWindow, qtbot: QtBot, places: Places
) -> None:
    library = window.pages.widget(1)
    assert isinstance(library, LibraryPage)
    with capture_exceptions(), Surface() as surface:
        surface.arrived.connect(window.show_unexpected, Qt.ConnectionType.QueuedConnection)
        QTimer.singleShot(0, broken)
        qtbot.waitUntil(lambda: window.race.failure.isVisible())
        assert "Something went wrong." in told(window)
        window.show_page(1)
        library.search.textChanged.connect(lambda text: {}[text])
        library.search.setText("x")
        qtbot.waitUntil(lambda: "KeyError" in library.failure.details())
        assert library.failure.isVisible()
    text = places.log.read_text()
    assert "ERROR mtp_race.ui" in text
    assert "in broken" in text


def test_a_background_task_that_fails_is_told_and_the_page_goes_on(
    window: MainWindow, qtbot: QtBot, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = window.pages.widget(1)
    assert isinstance(library, LibraryPage)
    with monkeypatch.context() as patch:
        patch.setattr("app.ui.library_page.scan_all", broken)
        window.show_page(1)
        qtbot.waitUntil(lambda: "Something went wrong while the library was read." in window.toast.text)
    assert "ValueError: the tests broke it" in places.log.read_text()
    library.refresh()
    qtbot.waitUntil(lambda: library.model.rowCount() > 0)


def test_what_qt_says_is_logged(window: MainWindow, places: Places) -> None:
    with capture_exceptions(), Surface():
        qWarning("a widget is where it should not be")
    assert "WARNING mtp_race.qt: default: a widget is where it should not be" in places.log.read_text()


def test_what_fails_in_every_frame_is_told_once_and_does_not_flood_the_log(
    window: MainWindow, qtbot: QtBot, places: Places
) -> None:
    shown_problems: list[Problem] = []
    with capture_exceptions(), Surface() as surface:
        surface.arrived.connect(shown_problems.append, Qt.ConnectionType.QueuedConnection)
        timer, ticks = QTimer(), []
        timer.timeout.connect(lambda: ticks.append(time.monotonic()))
        timer.timeout.connect(broken)
        timer.start(1)
        qtbot.waitUntil(lambda: len(ticks) > 100)
        timer.stop()
    assert len(shown_problems) <= 1 + (ticks[-1] - ticks[0]) / 1.0
    assert places.log.read_text().count("Something went wrong") <= 2
