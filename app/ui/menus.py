"""The window's menu: a bar where the system has one on top of the screen, else a button with three dots."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QPushButton

from app.ui.recent import forget_recent, recent_races

_Role = QAction.MenuRole


class Menus(QObject):
    """Makes the actions with their keys; they work whether the menu is open or not.

    Attributes:
        button: Opens the menu where there is no bar; None where there is one.
    """

    def __init__(
        self,
        window: QMainWindow,
        settings: QSettings,
        open_path: Callable[[Path], None],
        slots: dict[str, Callable[[], object]],
        button: QPushButton,
        *,
        bar: bool = sys.platform == "darwin",
    ) -> None:
        """``slots`` says what open, save, export, preferences, help, about and close do."""
        super().__init__(window)
        self._window, self._settings, self._open_path = window, settings, open_path
        self._slots = slots
        self.open = self._action("Open trace\u2026", "Ctrl+O", "open")
        self.save = self._action("Save trace\u2026", "Ctrl+S", "save")
        self.export = self._action("Export\u2026", "Ctrl+E", "export")
        self.preferences = self._action("Preferences\u2026", "Ctrl+,", "preferences", _Role.PreferencesRole)
        self.help = self._action("Help", "F1", "help")
        self.about = self._action("About MTP Race", "", "about", _Role.AboutRole)
        self.close = self._action("Close window", "Ctrl+W", "close")
        self.quit = self._action("Quit", "Ctrl+Q", "close", _Role.QuitRole)
        self.recent = QMenu("Recent races", window)
        self.recent.aboutToShow.connect(self.fill_recent)
        self.menu = QMenu(window)
        file = [self.open, self.recent, None, self.save, self.export, None, self.close, self.quit]
        if bar:
            _fill(window.menuBar().addMenu("File"), [*file, self.preferences])
            _fill(window.menuBar().addMenu("Help"), [self.help, self.about])
        else:
            _fill(self.menu, [*file[:6], self.preferences, None, self.help, self.about, None, *file[6:]])
        button.setVisible(not bar)
        button.clicked.connect(lambda: self.menu.popup(button.mapToGlobal(button.rect().bottomLeft())))

    def _action(self, name: str, keys: str, slot: str, role: QAction.MenuRole = _Role.NoRole) -> QAction:
        action = QAction(name, self._window)
        action.setMenuRole(role)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda: self._slots[slot]())
        self._window.addAction(action)
        return action

    def fill_recent(self) -> None:
        """Lists the races whose files are still there."""
        self.recent.clear()
        races = recent_races(self._settings)
        for item in races:
            action = self.recent.addAction(item.name.replace("&", "&&"), partial(self._open_path, Path(item.path)))
            action.setToolTip(item.path)
        if not races:
            self.recent.addAction("None yet").setEnabled(False)
        else:
            self.recent.addSeparator()
            self.recent.addAction("Forget these", partial(forget_recent, self._settings))


def _fill(menu: QMenu, items: list[QAction | QMenu | None]) -> None:
    for item in items:
        if item is None:
            menu.addSeparator()
        elif isinstance(item, QMenu):
            menu.addMenu(item)
        else:
            menu.addAction(item)
