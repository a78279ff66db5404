"""The main window: tabs, the actions on the race that is shown, shortcuts, and what is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QMenu, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.boundary.log import logger
from app.draw.studio import Studio
from app.models.pairs import Pair
from app.places import Places
from app.race.problems import Problem
from app.ui.icons import icon
from app.ui.race_page import RacePage
from app.ui.race_report import race_json, save_copy, verdict_text
from app.ui.tasks import Tasks
from app.ui.theme import Theme
from app.ui.toast import Toast
from app.ui.widgets import button, show_folder

_END_S: Final = 1.5
"""How long what runs may take to end when the window is closed."""


class MainWindow(QMainWindow):
    """Holds the pages. ``add_page`` adds a tab; pages come in the order of their shortcuts, Ctrl+1 onwards."""

    def __init__(self, theme: Theme, places: Places, settings: QSettings, race: RacePage, studio: Studio) -> None:
        super().__init__()
        self._theme = theme
        self._places = places
        self._settings = settings
        self._studio = studio
        self.race = race
        self.tasks = Tasks(self)
        self.gone = asyncio.Event()
        self._closing: asyncio.Task[None] | None = None
        self._later: dict[QWidget, Callable[[], QWidget]] = {}
        self.setWindowTitle("MTP Race")
        self.setWindowIcon(QIcon(str(theme.resources / "icons" / "app.svg")))
        self.setMinimumSize(960, 640)
        self.setAcceptDrops(True)
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setAccessibleName("Pages")
        self.pages = QStackedWidget()
        self.copy_button = button("Copy", "quiet", tip="Copy a text, the verdict or the result")
        self.save_button = button("Save trace", "quiet", tip="Save a copy of this race's recording (Ctrl+S)")
        self.export_button = button("Export", "quiet", tip="Make a film, a picture or a report of it (Ctrl+E)")
        self._lay_out()
        self.toast = Toast(self.pages)
        self._copy_menu = QMenu(self)
        self.copy_button.clicked.connect(self._open_copy_menu)
        self.save_button.clicked.connect(self.save_trace)
        self.export_button.clicked.connect(self.export)
        self.tabs.currentChanged.connect(self._tab_changed)
        self.add_page("Race", race)
        race.said.connect(self.toast.say)
        race.running_changed.connect(lambda _: self._update_actions())
        race.recorded.connect(lambda _: self._update_actions())
        race.recorder.saved.connect(self._film_saved)
        self._shortcuts()
        theme.changed.connect(self._restyle)
        self._restyle()
        self._update_actions()

    def _lay_out(self) -> None:
        bar = QFrame()
        bar.setProperty("role", "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(20, 4, 14, 0)
        row.setSpacing(4)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(self.copy_button)
        row.addWidget(self.save_button)
        row.addWidget(self.export_button)
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(self.pages, 1)
        self.setCentralWidget(middle)

    def _shortcuts(self) -> None:
        shortcuts = {
            "Ctrl+Return": self._start,
            "Ctrl+Enter": self._start,
            "Esc": self._stop,
            "Ctrl+S": self.save_trace,
            "Ctrl+E": self.export,
            "Ctrl+P": self._edit_prompt,
        }
        for keys, slot in shortcuts.items():
            QShortcut(QKeySequence(keys), self).activated.connect(slot)
        for number in range(4):
            QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self).activated.connect(partial(self.show_page, number))

    def add_page(self, title: str, page: QWidget) -> None:
        """Adds a tab at the end."""
        self.pages.addWidget(page)
        number = self.tabs.addTab(title)
        self.tabs.setTabToolTip(number, f"Ctrl+{number + 1}")
        self.tabs.setVisible(True)

    def add_later(self, title: str, make: Callable[[], QWidget]) -> None:
        """Adds a tab whose page is made after the window's first paint, or when it is first shown."""
        placeholder = QWidget()
        self._later[placeholder] = make
        self.add_page(title, placeholder)

    def make_page(self, number: int) -> None:
        """Makes the page with that number, if it is one that comes later."""
        placeholder = self.pages.widget(number)
        if placeholder is None or (make := self._later.pop(placeholder, None)) is None:
            return
        shown = self.pages.currentIndex()
        page: Any = make()
        if hasattr(page, "recall"):
            page.recall(self._settings)
        self.pages.removeWidget(placeholder)
        self.pages.insertWidget(number, page)
        self.pages.setCurrentIndex(shown)
        placeholder.deleteLater()

    def make_pages(self) -> None:
        """Makes all pages that come later."""
        for number in range(self.pages.count()):
            self.make_page(number)

    def show_page(self, number: int) -> None:
        """Shows the page with that number, from 0; one that does not exist changes nothing."""
        if 0 <= number < self.tabs.count():
            self.tabs.setCurrentIndex(number)

    def set_pairs(self, pairs: Sequence[Pair]) -> None:
        """Tells every page that picks from them which pairs can race now."""
        for page in self._pages_with("set_pairs"):
            page.set_pairs(pairs)

    def open_trace(self, path: Path, lanes: Sequence[str] = ()) -> None:
        """Opens a trace file in the library page, if there is one; all of it, or only these lanes."""
        self.make_pages()
        for number in range(self.pages.count()):
            page = self.pages.widget(number)
            opener = getattr(page, "open_file", None)
            if opener is not None:
                self.show_page(number)
                opener(path, lanes)
                return

    def _tab_changed(self, number: int) -> None:
        self.make_page(number)
        self.pages.setCurrentIndex(number)
        on_race = self.pages.currentWidget() is self.race
        self.copy_button.setVisible(on_race)
        self.save_button.setVisible(on_race)

    def _start(self) -> None:
        page: Any = self.pages.currentWidget()
        if hasattr(page, "start"):  # The Sweep tab starts what it shows.
            page.start()
            return
        self.show_page(0)
        self.race.race()

    def _stop(self) -> None:
        for page in self._pages_with("running"):
            if page.running:
                page.stop()

    def _edit_prompt(self) -> None:
        if not self.race.running:
            self.show_page(0)
            self.race.prompt_bar.open_editor()

    def _update_actions(self) -> None:
        shown = self.race.view is not None or self.race.running
        self.copy_button.setEnabled(shown)
        self.save_button.setEnabled(shown and not self.race.running)

    def _open_copy_menu(self) -> None:
        view = self.race.view
        if view is None:
            return
        self._copy_menu.clear()
        for lane in view.lanes:
            what = f"Text of {lane.title}"
            self._copy_menu.addAction(what, partial(self.copy_text, lane.state.text, what))
        self._copy_menu.addSeparator()
        self._copy_menu.addAction("Verdict", lambda: self.copy_text(verdict_text(view), "The verdict"))
        self._copy_menu.addAction(
            "Result as JSON", lambda: self.copy_text(race_json(view, self.race.trace), "The result")
        )
        at = self.copy_button.mapToGlobal(self.copy_button.rect().bottomLeft())
        self._copy_menu.popup(at)

    def copy_text(self, text: str, what: str) -> None:
        """Puts ``text`` on the clipboard and says so."""
        QGuiApplication.clipboard().setText(text)
        self.toast.say(f"{what} is on the clipboard.")

    def save_trace(self) -> None:
        """Asks where to save a copy of the race that is shown, and saves it."""
        if not self.save_button.isEnabled() or self.race.trace is None:
            self.toast.say("There is no race to save yet.")
            return
        said = save_copy(self, self.race.trace)
        if said:
            self.toast.say(said)

    def export(self) -> None:
        """Opens the Export dialog for the race of the page that is shown, or lets the page export what it shows."""
        page: Any = self.pages.currentWidget()
        if hasattr(page, "export"):
            page.export(self.export_button.mapToGlobal(self.export_button.rect().bottomLeft()))
            return
        path = self.race.trace if page is self.race else getattr(page, "shown_trace", None)
        if path is None or (page is self.race and self.race.running):
            self.toast.say("There is no race to export yet.")
            return
        # Imported here: the dialog is loaded only when it is wanted.
        from app.ui.export.opening import open_export

        open_export(self, self.tasks, self._theme, self._places, self._studio, path, self.toast.say)

    def _film_saved(self, path: Path) -> None:
        self.toast.say(f"Saved {path.name}.", action="Show in folder", act=partial(show_folder, path.parent))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes one local file."""
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Opens what was dropped: a model file or a folder goes to the models, anything else is a trace."""
        event.acceptProposedAction()
        self.open_dropped(Path(event.mimeData().urls()[0].toLocalFile()))

    def open_dropped(self, path: Path) -> None:
        """Opens a file or folder by what it is."""
        if path.is_dir() or path.suffix.lower() in (".gguf", ".safetensors"):
            self.make_pages()
            for number in range(self.pages.count()):
                add = getattr(self.pages.widget(number), "add_local", None)
                if add is not None:
                    self.show_page(number)
                    add(path.parent if path.suffix.lower() == ".safetensors" else path)
                    return
        self.open_trace(path)

    def show_widget(self, page: QWidget) -> None:
        """Shows that page."""
        self.show_page(self.pages.indexOf(page))

    def remember(self) -> None:
        """Writes size, place and choices down."""
        self._settings.setValue("window/geometry", self.saveGeometry())
        self._settings.setValue("window/page", self.tabs.currentIndex())
        for page in self._pages_with("remember"):
            page.remember(self._settings)
        self._settings.sync()

    def recall(self) -> None:
        """Restores size, place and choices."""
        geometry = self._settings.value("window/geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(1440, 900)
        for page in self._pages_with("recall"):
            page.recall(self._settings)

    def _pages_with(self, name: str) -> list[Any]:
        pages = (self.pages.widget(number) for number in range(self.pages.count()))
        return [page for page in pages if hasattr(page, name)]

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remembers the state and ends everything that runs; ``gone`` is set when it has ended."""
        event.accept()
        if self._closing is not None:
            return
        self.remember()
        self.toast.dismiss()
        self.hide()
        self._closing = asyncio.get_running_loop().create_task(self._end())

    async def _end(self) -> None:
        """Ends what pages and dialogs do, all at once and within a bounded time."""
        try:
            for page in self._pages_with("close_down"):
                page.close_down()
            tasks = self.findChildren(Tasks)
            for item in tasks:
                item.close()
            async with asyncio.timeout(_END_S):
                async with asyncio.TaskGroup() as group:
                    for item in tasks:
                        group.create_task(item.ended())
        except TimeoutError:
            logger("ui").warning("Something of the window did not end in time.")
        finally:
            await self.race.runner.close()
            self.gone.set()

    def show_unexpected(self, problem: Problem) -> None:
        """Shows what went wrong anywhere, where the user looks."""
        self.race.show_problem(problem)
        if self.pages.currentWidget() is not self.race:
            self.toast.say(problem.sentence)

    def _restyle(self) -> None:
        self.copy_button.setIcon(icon(self._theme, "copy"))
        self.save_button.setIcon(icon(self._theme, "save"))
        self.setWindowFlag(Qt.WindowType.Window, True)
