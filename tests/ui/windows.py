"""Windows and boards for tests: made as the app makes them, and shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.library.prompts import load_prompts
from app.models.pairs import Pair
from app.models.registry.reader import load_registry
from app.places import Places
from app.ui.library_page import LibraryPage
from app.ui.main_window import MainWindow
from app.ui.race_board import RaceBoard
from app.ui.race_page import RacePage
from app.ui.theme import Theme
from app.video.studio import FilmStudio
from app.worker.pool import WorkerPool

Shown = TypeVar("Shown", bound=QWidget)


def built_in(places: Places) -> list[Pair]:
    """The pair that comes with the app."""
    return list(load_registry(places=places).pairs)[:1]


def make_window(theme: Theme, places: Places, pairs: list[Pair]) -> MainWindow:
    """A main window with the pages that races and the library are on."""
    prompts = load_prompts(places)
    settings = QSettings(str(places.config / "window.ini"), QSettings.Format.IniFormat)
    studio = FilmStudio(places.resources)
    race = RacePage(theme, places, WorkerPool(), pairs, prompts, studio)
    window = MainWindow(theme, places, settings, race, studio)
    library = LibraryPage(theme, places, prompts, window.toast)
    window.add_page(library)
    return window


@contextmanager
def shown(made: Shown, qtbot: QtBot, height: int = 720) -> Iterator[Shown]:
    """Shows what was made, as wide as a small screen, and closes it after the test."""
    qtbot.addWidget(made)
    made.resize(1280, height)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()


def make_board(theme: Theme, qtbot: QtBot, places: Places | None = None, height: int = 720) -> RaceBoard:
    """A board of its own, shown, with its charts."""
    board = RaceBoard(theme, places)
    qtbot.addWidget(board)
    board.charts.load()
    board.resize(1200, height)
    board.show()
    return board
