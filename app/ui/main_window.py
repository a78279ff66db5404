"""The main window: tabs, the actions on the race that is shown, shortcuts, and what is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.boundary.log import logger
from app.draw.studio import Studio
from app.models.pairs import Pair
from app.places import Places
from app.race.problems import Problem
from app.ui import settings as remembered
from app.ui.drop_mark import DropMark
from app.ui.icons import icon
from app.ui.menus import Menus
from app.ui.notifier import Notifier
from app.ui.options import LEAST_WINDOW, Options, write_options
from app.ui.page import Copy, Page
from app.ui.page_tabs import PageTabs
from app.ui.race_page import RacePage
from app.ui.race_report import save_copy
from app.ui.recent import add_recent
from app.ui.tasks import Tasks
from app.ui.theme import Theme
from app.ui.toast import Toast
from app.ui.widgets import ask_for_trace, button

_END_S: Final = 1.5
_DECLINED: Final = "packages/declined"
"""How long what runs may take to end when the window is closed."""


class MainWindow(QMainWindow):
    """Holds the pages. ``add_page`` adds a tab; pages come in the order of their shortcuts, Ctrl+1 onwards."""

    def __init__(self, theme: Theme, places: Places, settings: QSettings, race: RacePage, studio: Studio) -> None:
        super().__init__()
        self._theme = theme
        self._places = places
        self.settings = settings
        self.options = Options()
        self._studio = studio
        self.race = race
        self.tasks = Tasks(self)
        self.gone = asyncio.Event()
        self._closing: asyncio.Task[None] | None = None
        self._later: dict[QWidget, Callable[[], Page]] = {}
        self.setWindowTitle("MTP Race")
        self.setWindowIcon(QIcon(str(theme.resources / "icons" / "app.svg")))
        self.setMinimumSize(*LEAST_WINDOW)
        self.setAcceptDrops(True)
        self.tabs = PageTabs(theme)
        self.pages, self._middle = QStackedWidget(), QWidget()
        self.copy_button = button("Copy", "quiet", tip="Copy a text, the verdict or the result")
        self.save_button = button("Save trace", "quiet", tip="Save a copy of this race's recording (Ctrl+S)")
        self.export_button = button("Export", "quiet", tip="Make a film, a picture or a report of it (Ctrl+E)")
        self.menu_button = button("", "quiet", tip="Menu: open, preferences, help", name="Menu")
        self._lay_out(race)
        self.toast = Toast(self._middle)  # Not over the pages alone: each that is shown comes to the front.
        self._drop_mark = DropMark(self)
        self._copy_menu = QMenu(self)
        self.notifier = Notifier(self)
        slots: dict[str, Callable[[], object]] = {
            "open": self.choose_trace,
            "save": self.save_trace,
            "export": self.export,
            "preferences": self.show_preferences,
            "help": self.show_help,
            "about": self.show_about,
            "close": self.close,
        }
        self.menus = Menus(self, settings, self.open_path, slots, self.menu_button)
        self.copy_button.clicked.connect(self._open_copy_menu)
        self.save_button.clicked.connect(self.save_trace)
        self.export_button.clicked.connect(self.export)
        self.tabs.currentChanged.connect(self._tab_changed)
        self.add_page(race)
        race.packages.came.connect(self._packages_came)
        race.packages_line.declined.connect(self.decline_packages)
        self._shortcuts()
        theme.changed.connect(self._restyle)
        self._restyle()
        self._update_actions()

    def _lay_out(self, race: RacePage) -> None:
        bar = QFrame()
        bar.setProperty("role", "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(20, 4, 14, 0)
        row.setSpacing(4)
        row.addWidget(self.tabs)
        row.addWidget(race.packages_line, 1)
        row.addWidget(self.copy_button)
        row.addWidget(self.save_button)
        row.addWidget(self.export_button)
        row.addWidget(self.menu_button)
        layout = QVBoxLayout(self._middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(self.pages, 1)
        self.setCentralWidget(self._middle)

    def _shortcuts(self) -> None:
        shortcuts = {
            "Ctrl+Return": self._start,
            "Ctrl+Enter": self._start,
            "Esc": self._stop,
            "Ctrl+P": self._edit_prompt,
        }
        for keys, slot in shortcuts.items():
            QShortcut(QKeySequence(keys), self).activated.connect(slot)
        for number in range(4):
            QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self).activated.connect(partial(self.show_page, number))

    def add_page(self, page: Page) -> None:
        """Adds a tab at the end."""
        self._add_tab(page.title, page)
        self._connect(page)

    def add_later(self, title: str, make: Callable[[], Page]) -> None:
        """Adds a tab whose page is made after the window's first paint, or when it is first shown."""
        placeholder = QWidget()
        self._later[placeholder] = make
        self._add_tab(title, placeholder)

    def _add_tab(self, title: str, widget: QWidget) -> None:
        self.pages.addWidget(widget)
        number = self.tabs.addTab(title)
        self.tabs.setTabToolTip(number, f"Ctrl+{number + 1}")
        self.tabs.setVisible(True)

    def _connect(self, page: Page) -> None:
        page.said.connect(self.toast.say)
        page.offered.connect(lambda said, name, act: self.toast.say(said, action=name, act=act))
        page.changed.connect(self._update_actions)
        page.ended.connect(lambda sentence: self._tell_ended(page, sentence))
        page.package_wanted.connect(lambda name: self.race.packages.bring([name]))
        page.raced.connect(lambda path, name: add_recent(self.settings, path, name))

    def _tell_ended(self, page: Page, sentence: str) -> None:
        """Tells what came of long work, to someone who looks at another page or another program."""
        self.notifier.tell(sentence)
        if page is not self.page:
            self.toast.say(sentence, action="Show", act=lambda: self.show_widget(page))

    def make_page(self, number: int) -> None:
        """Makes the page with that number, if it is one that comes later."""
        placeholder = self.pages.widget(number)
        if placeholder is None or (make := self._later.pop(placeholder, None)) is None:
            return
        shown = self.pages.currentIndex()
        page = make()
        self._connect(page)
        page.recall(self.settings)
        page.use_machine(self.options.threads, self.options.gpu_layers)
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
        """Tells every page which pairs can race now."""
        for page in self.made_pages:
            page.set_pairs(pairs)

    def open_path(self, path: Path, lanes: Sequence[str] = ()) -> None:
        """Opens a file or folder in the page that it is for: a trace (all of it, or only these lanes), a model."""
        self.make_pages()
        for page in self.made_pages:
            if page.opens(path):
                self.show_widget(page)
                page.open_path(path, lanes)
                return
        self.toast.say(f"{path.name} is nothing that can be opened here.")

    @property
    def made_pages(self) -> list[Page]:
        """The pages that exist by now, in the order of their tabs."""
        widgets = [self.pages.widget(number) for number in range(self.pages.count())]
        return [widget for widget in widgets if isinstance(widget, Page)]

    @property
    def page(self) -> Page:
        """The page that is shown."""
        shown = self.pages.currentWidget()
        return shown if isinstance(shown, Page) else self.race

    def _tab_changed(self, number: int) -> None:
        self.make_page(number)
        self.pages.setCurrentIndex(number)
        self._update_actions()
        self.page.activate()

    def _start(self) -> None:
        if not self.page.start():
            self.show_page(0)
            self.race.start()

    def _stop(self) -> None:
        for page in self.made_pages:
            if page.busy:
                page.stop()

    def _edit_prompt(self) -> None:
        if self.race.edit():
            self.show_page(0)

    def _update_actions(self) -> None:
        can = self.page.offers()
        for shown, found in (
            (self.copy_button, can.copy),
            (self.save_button, can.save),
            (self.export_button, can.export),
        ):
            shown.setVisible(found is not None)
            shown.setEnabled(bool(found))
        self.menus.save.setEnabled(bool(can.save))
        self.menus.export.setEnabled(bool(can.export))
        self.tabs.mark(
            frozenset(self.pages.indexOf(page) for page in self.made_pages if page.busy and page is not self.page)
        )

    def use_options(self, options: Options) -> None:
        """Takes what the user prefers, for all pages."""
        if self._theme.forced != options.theme:
            self._theme.force(options.theme)
        more = set(options.package_names) - set(self.options.package_names)
        self.options = options
        if more:
            self.race.packages.bring_missing(options.package_names)
        for page in self.made_pages:
            page.use_machine(options.threads, options.gpu_layers)

    def _packages_came(self) -> None:
        self.toast.say("The packages are there: generated programs can use them.")
        for page in self.made_pages:
            page.packages_came()

    def bring_packages(self) -> None:
        """Brings packages for generated programs in the background, unless the user declined that before."""
        if remembered.one_of(self.settings, _DECLINED, "", ("", "yes")) != "yes":
            self.race.packages.bring_missing(self.options.package_names)

    def decline_packages(self) -> None:
        """Brings no packages by itself any more."""
        self.settings.setValue(_DECLINED, "yes")

    def choose_trace(self) -> None:
        """Asks for a trace file and opens it."""
        chosen = ask_for_trace(self)
        if chosen is not None:
            self.open_path(chosen)

    def show_preferences(self) -> None:
        """Opens Preferences; what is changed there is used and kept at once."""
        from app.ui.preferences import PreferencesDialog  # Dialogs are loaded when they are wanted.

        def change(options: Options) -> None:
            write_options(self.settings, options)
            self.use_options(options)

        self._open_dialog(PreferencesDialog(self._places, self.options, change, self))

    def show_help(self) -> None:
        """Opens the keys and the words."""
        from app.ui.reference import HelpDialog

        self._open_dialog(HelpDialog(self))

    def show_about(self) -> None:
        """Opens what this is and what it is made of."""
        from app.ui.reference import AboutDialog

        self._open_dialog(AboutDialog(self._theme, lambda text: self.copy_text(text, "What this is made of"), self))

    @staticmethod
    def _open_dialog(dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _open_copy_menu(self) -> None:
        self._copy_menu.clear()
        for item in self.page.copies():
            if item is None:
                self._copy_menu.addSeparator()
            else:
                self._copy_menu.addAction(item.name, partial(self._copy, item))
        if not self._copy_menu.isEmpty():
            self._copy_menu.popup(self.copy_button.mapToGlobal(self.copy_button.rect().bottomLeft()))

    def _copy(self, item: Copy) -> None:
        self.copy_text(item.text(), item.said)

    def copy_text(self, text: str, what: str) -> None:
        """Puts ``text`` on the clipboard and says so."""
        QGuiApplication.clipboard().setText(text)
        self.toast.say(f"{what} is on the clipboard.")

    def save_trace(self) -> None:
        """Asks where to save a copy of the race that is shown, and saves it."""
        path = self.page.shown_trace
        if not self.page.offers().save or path is None:
            self.toast.say("There is no race to save yet.")
            return
        said = save_copy(self, path)
        if said:
            self.toast.say(said)

    def export(self) -> None:
        """Opens the Export dialog for the race of the page that is shown, or lets the page export what it shows."""
        page = self.page
        if page.export(self.export_button.mapToGlobal(self.export_button.rect().bottomLeft())):
            return
        path = page.shown_trace
        if path is None:
            self.toast.say("There is no race to export yet.")
            return
        # Imported here: the dialog is loaded only when it is wanted.
        from app.ui.export.opening import open_export

        open_export(self, self.tasks, self._theme, self._places, self._studio, path, self.toast.say)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes one local file."""
        urls = event.mimeData().urls()
        # Never as a move, which lets the file manager delete what was dropped.
        if len(urls) == 1 and urls[0].isLocalFile() and event.possibleActions() & Qt.DropAction.CopyAction:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._drop_mark.show_over()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing is going to be dropped."""
        event.accept()
        self._drop_mark.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Opens what was dropped: a model file or a folder goes to the models, anything else is a trace."""
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._drop_mark.hide()
        self.open_path(Path(event.mimeData().urls()[0].toLocalFile()))

    def show_widget(self, page: QWidget) -> None:
        """Shows that page."""
        self.show_page(self.pages.indexOf(page))

    def remember(self) -> None:
        """Writes size, place and choices down."""
        self.settings.setValue("window/geometry", self.saveGeometry())
        self.settings.setValue("window/page", self.tabs.currentIndex())
        for page in self.made_pages:
            page.remember(self.settings)
        self.settings.sync()

    def recall(self) -> None:
        """Restores size, place and choices."""
        geometry = remembered.data(self.settings, "window/geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(1440, 900)
        for page in self.made_pages:
            page.recall(self.settings)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remembers the state and ends everything that runs; ``gone`` is set when it has ended."""
        event.accept()
        if self._closing is not None:
            return
        self.remember()
        self.toast.dismiss()
        self.hide()
        pages, tasks = self.made_pages, self.findChildren(Tasks)
        for page in pages:
            page.close_down()
        for item in tasks:
            item.close()
        self._closing = asyncio.get_running_loop().create_task(self._end(pages, tasks))

    async def _end(self, pages: Sequence[Page], tasks: Sequence[Tasks]) -> None:
        """Waits until what pages and dialogs did has ended, all of it at once and within a bounded time."""
        try:
            async with asyncio.timeout(_END_S):
                async with asyncio.TaskGroup() as group:
                    for item in tasks:
                        group.create_task(item.ended())
        except TimeoutError:
            logger("ui").warning("Something of the window did not end in time.")
        finally:
            for page in pages:
                await page.end()
            self.gone.set()

    def show_unexpected(self, problem: Problem) -> None:
        """Shows what went wrong anywhere, where the user looks."""
        self.page.show_problem(problem)

    def _restyle(self) -> None:
        self.copy_button.setIcon(icon(self._theme, "copy"))
        self.save_button.setIcon(icon(self._theme, "save"))
        self.menu_button.setIcon(icon(self._theme, "more"))
        self.setWindowFlag(Qt.WindowType.Window, True)
