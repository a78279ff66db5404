"""A window for tests: real widgets, offscreen, with folders of its own."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_API", "pyside6")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QEventLoop as QEventLoopOfQt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from app.places import Places, find_places
from app.ui.library_page import LibraryPage
from app.ui.main_window import MainWindow
from app.ui.tasks import join_threads
from app.ui.theme import Theme
from tests.ui.windows import built_in, make_window, shown


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    """The app's theme, dark."""
    return Theme(qapp, find_places().resources, forced="dark")


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """The app's own resources, and user folders that nobody else uses; the system's bin is one of them."""
    (tmp_path / "share").mkdir(exist_ok=True)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return find_places({"MTP_RACE_HOME": str(tmp_path)})


@pytest.fixture(scope="session")
def _loop(qapp: QApplication) -> Iterator[QEventLoop]:
    made = QEventLoop(qapp, already_running=True)
    asyncio.events._set_running_loop(None)
    yield made
    made.stop()
    made.close()


@pytest.fixture(autouse=True)
def loop(_loop: QEventLoop, qapp: QApplication) -> Iterator[list[dict[str, Any]]]:
    """The window's loop, running: a test waits for conditions (``qtbot.waitUntil``), and tasks go on meanwhile.

    At its end no task and no thread of a task may be left, and what nobody caught fails the test. The list has it.
    """
    mistakes: list[dict[str, Any]] = []
    _loop.set_exception_handler(lambda _, context: mistakes.append(context))
    asyncio.events._set_running_loop(_loop)
    yield mistakes
    end = time.monotonic() + 10
    while (left := asyncio.all_tasks(_loop)) and time.monotonic() < end:
        qapp.processEvents(QEventLoopOfQt.ProcessEventsFlag.AllEvents, 20)
    asyncio.events._set_running_loop(None)
    assert join_threads(5)
    assert not left
    assert not mistakes


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, places: Places) -> Iterator[MainWindow]:
    """The app's window with the built-in pair, shown."""
    with shown(make_window(theme, places, built_in(places)), qtbot) as made:
        yield made


@pytest.fixture
def library(window: MainWindow) -> LibraryPage:
    """Its Library tab."""
    page = window.pages.widget(1)
    assert isinstance(page, LibraryPage)
    return page


@pytest.fixture(autouse=True)
def _dark(theme: Theme) -> Iterator[None]:
    yield
    theme.force("dark")
