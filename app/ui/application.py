"""Starts the window: ``run`` returns its exit status when it was closed."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

os.environ.setdefault("QT_API", "pyside6")

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app.boundary.log import logger
from app.draw.studio import Studio
from app.interrupts import Interrupts
from app.library.prompts import all_prompts
from app.models.pairs import Pair
from app.models.registry.reader import load_registry
from app.models.shelf.availability import Ready, availability
from app.places import Places
from app.race.problems import ProblemError
from app.race.prompts import Prompt
from app.race.sweep_result import SweepResult
from app.ui import settings as remembered
from app.ui.main_window import MainWindow
from app.ui.options import read_options, scaled
from app.ui.page import Page
from app.ui.race_page import RacePage
from app.ui.surface import Surface, wake_for_signals
from app.ui.tasks import after, join_threads
from app.ui.theme import Theme
from app.worker.pool import WorkerPool

PACKAGES_VARIABLE: Final = "MTP_RACE_PACKAGES"
"""Set to ``off``, no packages are brought by themselves."""
_PACKAGES_S: Final = 4.0
"""How long after the window is there packages for generated programs are looked for, s."""
_THREADS_S: Final = 0.5
"""How long threads that cannot be asked to end are waited for; what they do then is lost with the process."""


def run(
    arguments: Sequence[str],
    places: Places,
    studio: Studio,
    trace: Path | None = None,
    interrupts: Interrupts | None = None,
) -> int:
    """Opens the window and runs until it is closed.

    Args:
        arguments: For Qt, such as ``["-platform", "offscreen"]``.
        studio: Makes films, pictures and reports.
        trace: A trace to open in the library.
        interrupts: What hears this process's signals, entered.
    """
    with scaled(read_options(open_settings(places))):
        app = make_application(arguments)
    app.setQuitOnLastWindowClosed(False)  # What the window ends is waited for.
    with QEventLoop(app) as loop:
        loop.run_until_complete(_live(app, places, studio, trace, interrupts or Interrupts()))
    if not join_threads(_THREADS_S):
        # A file or a server does not answer. The interpreter would wait for it, however long it takes.
        logger("ui").warning("What did not end in time was left behind.")
        os._exit(0)
    return 0


async def _live(app: QApplication, places: Places, studio: Studio, trace: Path | None, interrupts: Interrupts) -> None:
    """The window's life, from its first moment to the end of everything that it began."""
    with Surface() as surface, wake_for_signals():
        window = build_window(app, places, WorkerPool(), studio)
        surface.arrived.connect(window.show_unexpected, Qt.ConnectionType.QueuedConnection)
        window.recall()
        window.use_options(read_options(window.settings))
        room = app.primaryScreen().availableSize()
        window.setMinimumSize(window.minimumSize().boundedTo(room))  # Large text on a small screen must fit too.
        window.resize(window.size().boundedTo(room))
        window.race.controls.go.setFocus()
        window.show()
        if trace is not None:
            window.open_path(trace)
        if os.environ.get(PACKAGES_VARIABLE) != "off":
            window.tasks.start(
                after(_PACKAGES_S, window.bring_packages), name="packages", doing="packages were brought"
            )
        # Ctrl+C in the terminal closes the window as its button does.
        with interrupts.calls(lambda: QTimer.singleShot(0, window.close), every=True):
            await window.gone.wait()


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """Returns the application object with its names set."""
    app = QApplication([sys.argv[0], *arguments])
    app.setApplicationName("mtp-race")
    app.setApplicationDisplayName("MTP Race")
    app.setDesktopFileName("mtp-race")
    return app


def open_settings(places: Places) -> QSettings:
    """The file in which the window remembers its state."""
    return remembered.open_settings(places.config / "window.ini")


def make_models_page(window: MainWindow, theme: Theme, places: Places) -> Page:
    """Returns the Models tab's page; it reads nothing before it is shown."""
    from app.ui.models.page import ModelsPage

    page = ModelsPage(theme, places)
    page.ready_changed.connect(window.set_pairs)
    page.race_runs = lambda: any(other.busy for other in window.made_pages if other is not page)
    page.measuring_changed.connect(lambda on: window.race.hold("A forecast is being made." if on else ""))

    def race(pair: Pair) -> None:
        pairs = [item for item in load_registry(places=places).pairs if isinstance(availability(item, places), Ready)]
        window.set_pairs(pairs)
        window.race.set_pairs(pairs, pair.id)
        window.show_widget(window.race)

    page.race_wanted.connect(race)
    return page


def make_sweep_page(
    window: MainWindow,
    theme: Theme,
    places: Places,
    pool: WorkerPool,
    pairs: Sequence[Pair],
    prompts: Sequence[Prompt],
    studio: Studio,
) -> Page:
    """Returns the Sweep tab's page. A race and a sweep never run at once: neither would measure anything."""
    from app.ui.sweep.page import SweepPage

    page = SweepPage(theme, places, pool, pairs, prompts)
    page.race_runs = lambda: window.race.running
    page.running_changed.connect(lambda running: window.race.hold("A sweep is running." if running else ""))
    page.race_wanted.connect(window.open_path)
    window.race.prompts_changed.connect(page.controls.set_prompts)

    def film(result: SweepResult) -> None:
        from app.ui.export.opening import open_sweep_export

        open_sweep_export(window, theme, places, studio, result, window.toast.say)

    page.film_wanted.connect(film)
    return page


def build_window(app: QApplication, places: Places, pool: WorkerPool, studio: Studio) -> MainWindow:
    """Builds the window; nothing is shown or started yet."""
    settings = open_settings(places)
    theme = Theme(app, places.resources, forced=read_options(settings).theme)
    registry = load_registry(places=places)
    pairs = [pair for pair in registry.pairs if isinstance(availability(pair, places), Ready)]
    problem = None
    try:
        prompts = list(all_prompts(places))
    except ProblemError as error:
        prompts, problem = [], error.problem
    race = RacePage(theme, places, pool, pairs, prompts, studio)
    window = MainWindow(theme, places, settings, race, studio)

    def make_library() -> Page:
        from app.ui.library_page import LibraryPage

        library = LibraryPage(theme, places, prompts, window.toast)
        race.recorded.connect(lambda _: library.refresh())
        return library

    window.add_later("Sweep", lambda: make_sweep_page(window, theme, places, pool, pairs, prompts, studio))
    window.add_later("Library", make_library)
    window.add_later("Models", lambda: make_models_page(window, theme, places))
    race.models_wanted.connect(partial(window.show_page, window.tabs.count() - 1))
    if problem is not None:
        race.show_problem(problem)
    window.tasks.start(_load_slow_parts(window), name="slow parts", doing="the window was completed")
    return window


async def _load_slow_parts(window: MainWindow) -> None:
    """Loads what takes longer than the window takes to show: the models, the plotting library, the other pages."""
    await asyncio.sleep(0.03)  # The window is painted first.
    gc.enable()
    window.race.load_slow_parts()
    await asyncio.sleep(0.2)
    window.make_pages()
    await asyncio.sleep(1.8)
    # What the start made is taken out of the garbage collector's rounds, so that none of them costs a frame.
    gc.collect()
    gc.freeze()
