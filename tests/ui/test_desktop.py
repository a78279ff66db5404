"""What users of a desktop expect of any program: menu, keys, preferences, help, marks and notifications."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLabel, QMainWindow, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from app.places import Places
from app.present.help import SHORTCUTS
from app.ui.main_window import MainWindow
from app.ui.menus import Menus
from app.ui.notifier import Notifier
from app.ui.options import Options, read_options, scaled, scales_for
from app.ui.preferences import PreferencesDialog
from app.ui.recent import add_recent, recent_races
from app.ui.reference import AboutDialog, HelpDialog
from app.ui.sweep.page import SweepPage
from app.ui.theme import Theme
from app.worker.pool import WorkerPool
from tests.ui.synthetic import write_trace
from tests.ui.windows import built_in

Kind = TypeVar("Kind", bound=QDialog)
LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(window: MainWindow) -> MainWindow:
    window.activateWindow()
    return window


def click(qtbot: QtBot, widget: QWidget) -> None:
    assert widget.isVisible()
    qtbot.mouseClick(widget, LEFT, pos=widget.rect().center())


def opened(window: QWidget, kind: type[Kind], qtbot: QtBot) -> Kind:
    qtbot.waitUntil(lambda: any(item.isVisible() for item in window.findChildren(kind)))
    return next(item for item in window.findChildren(kind) if item.isVisible())


def menu_action(window: MainWindow, qtbot: QtBot, name: str) -> None:
    """Opens the menu by its button and clicks an entry."""
    click(qtbot, window.menu_button)
    menu = window.menus.menu
    qtbot.waitUntil(menu.isVisible)
    action = next(item for item in menu.actions() if item.text().startswith(name))
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def test_preferences_change_the_theme_at_once_and_are_kept(
    window: MainWindow, theme: Theme, places: Places, qtbot: QtBot
) -> None:
    menu_action(window, qtbot, "Preferences")
    dialog = opened(window, PreferencesDialog, qtbot)
    dialog.theme.setFocus()
    qtbot.keyClicks(dialog.theme, "Light")
    assert not theme.look.dark
    dialog.threads.setFocus()
    dialog.threads.selectAll()
    qtbot.keyClicks(dialog.threads, "3")
    dialog.gpu_layers.selectAll()
    qtbot.keyClicks(dialog.gpu_layers, "7")
    request = window.race.controls.request()
    assert request is not None
    assert (request.threads, request.gpu_layers) == (3, 7)
    click(qtbot, dialog.close_button)
    fresh = QSettings(str(places.config / "window.ini"), QSettings.Format.IniFormat)
    assert read_options(fresh) == Options("light", 100, 3, 7)


def test_preferences_show_the_data_folder_and_that_nothing_is_sent(
    window: MainWindow, places: Places, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr("app.ui.preferences.show_folder", asked.append)  # No file manager here.
    qtbot.keyClick(window, Qt.Key.Key_Comma, CTRL)
    dialog = opened(window, PreferencesDialog, qtbot)
    words = [item.text().replace("\u200b", "") for item in dialog.findChildren(QLabel)]
    assert str(places.data) in words
    assert any(text.startswith("None. MTP Race sends nothing") for text in words)
    click(qtbot, next(item for item in dialog.findChildren(QPushButton) if item.accessibleName().endswith("folder")))
    assert asked == [places.data]
    assert places.data.is_dir()
    assert all(item.accessibleName() for kind in (QComboBox, QSpinBox) for item in dialog.findChildren(kind))


def test_settings_that_cannot_be_used_are_ignored_and_named_in_the_log(
    places: Places, caplog: pytest.LogCaptureFixture
) -> None:
    places.config.mkdir(parents=True)
    path = places.config / "window.ini"
    path.write_text("[window]\ntheme=purple\nscale=9000\nrecent={\n[race]\nthreads=-4\ngpu-layers=many\n")
    settings = QSettings(str(path), QSettings.Format.IniFormat)
    with caplog.at_level(logging.WARNING):
        assert read_options(settings) == Options()
        assert recent_races(settings) == []
    for key in ("window/theme", "window/scale", "race/threads", "race/gpu-layers", "window/recent"):
        assert key in caplog.text


def test_the_size_is_told_to_qt_while_the_application_is_made_and_to_no_other_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("QT_SCALE_FACTOR", raising=False)
    with scaled(Options(scale=125)):
        assert os.environ["QT_SCALE_FACTOR"] == "1.25"
    assert "QT_SCALE_FACTOR" not in os.environ
    with scaled(Options()):
        assert "QT_SCALE_FACTOR" not in os.environ
    monkeypatch.setenv("QT_SCALE_FACTOR", "3")
    with scaled(Options(scale=125)):
        assert os.environ["QT_SCALE_FACTOR"] == "3"
    assert os.environ["QT_SCALE_FACTOR"] == "3"


def test_only_sizes_are_offered_at_which_the_window_fits_the_screen() -> None:
    assert scales_for(1366, 768, 100) == [90, 100, 110]
    assert scales_for(1920, 1080, 100) == [90, 100, 110, 125, 150]
    assert scales_for(960, 540, 200) == [90, 100, 110, 125, 150, 200]
    assert scales_for(800, 600, 100) == [90, 100]


def test_f1_opens_the_keys_and_words_and_control_w_closes_them(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    dialog = opened(window, HelpDialog, qtbot)
    words = [item.text() for item in dialog.findChildren(QLabel)]
    assert "break-even" in words
    assert "Preferences" in words
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, Qt.Key.Key_W, CTRL)
    assert window.isVisible()
    qtbot.waitUntil(lambda: not [item for item in window.findChildren(HelpDialog) if item.isVisible()])


def test_every_key_of_help_is_one_of_the_window_or_its_pages(window: MainWindow) -> None:
    keys = {item.key().toString() for item in window.findChildren(QShortcut)}
    keys |= {item.shortcut().toString() for item in window.findChildren(QAction)}
    for told, _ in SHORTCUTS:
        for part in told.split(" to "):
            assert QKeySequence(part).toString() in keys, told


def test_about_names_version_and_licences_and_copies_them(window: MainWindow, qtbot: QtBot) -> None:
    menu_action(window, qtbot, "About")
    dialog = opened(window, AboutDialog, qtbot)
    click(qtbot, dialog.copy_button)
    told = QApplication.clipboard().text()
    assert told.startswith("MTP Race ")
    assert "PySide6-Essentials" in told
    click(qtbot, dialog.close_button)


@pytest.mark.parametrize("key", [Qt.Key.Key_Q, Qt.Key.Key_W])
def test_control_q_and_control_w_end_the_window(window: MainWindow, qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClick(window, key, CTRL)
    qtbot.waitUntil(window.gone.is_set)
    assert not window.isVisible()


def test_a_mac_has_a_menu_bar_and_no_button(qtbot: QtBot, places: Places) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    button = QPushButton(window)
    slots = dict.fromkeys(("open", "save", "export", "preferences", "help", "about", "close"), lambda: None)
    menus = Menus(window, QSettings(), lambda _: None, slots, button, bar=True)  # type: ignore[arg-type]
    assert [item.text() for item in window.menuBar().actions()] == ["File", "Help"]
    assert button.isHidden()
    assert menus.preferences.menuRole() is QAction.MenuRole.PreferencesRole
    assert menus.about.menuRole() is QAction.MenuRole.AboutRole
    assert menus.quit.menuRole() is QAction.MenuRole.QuitRole


def test_recent_races_are_opened_from_the_menu_and_those_that_are_gone_are_left_out(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    gone = tmp_path / "gone.ndjson"
    add_recent(window.settings, gone, "A race that is gone")
    path = write_trace(tmp_path / "elsewhere" / "20260101-000000-nano-code.ndjson")
    window.open_path(path)
    qtbot.waitUntil(lambda: [item.path for item in recent_races(window.settings)] == [str(path)])
    window.show_page(0)
    window.menus.recent.aboutToShow.emit()
    action = window.menus.recent.actions()[0]
    assert action.text().startswith("synthetic · 2 Jan 2026, ")
    action.trigger()
    assert window.tabs.currentIndex() == 1


def test_export_and_save_cannot_be_pressed_without_something_to_export(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    assert not window.export_button.isEnabled()
    assert not window.menus.export.isEnabled()
    grey = window.export_button.palette().buttonText().color()
    window.open_path(write_trace(tmp_path / "one.ndjson"))
    qtbot.waitUntil(window.export_button.isEnabled)
    assert window.export_button.palette().buttonText().color() != grey  # It can be seen which of both it is.
    assert window.menus.export.isEnabled()
    window.show_page(0)
    assert not window.export_button.isEnabled()


@pytest.mark.real
def test_the_race_tab_is_marked_while_a_race_runs_behind_another_page(window: MainWindow, qtbot: QtBot) -> None:
    window.race.controls.max_tokens.setValue(96)
    click(qtbot, window.race.controls.go)
    assert window.tabs.marked == frozenset()
    plain = window.tabs.grab().toImage()
    window.show_page(1)
    qtbot.mouseClick(window.tabs, LEFT, pos=window.tabs.tabRect(1).center())
    assert window.tabs.marked == {0}
    assert "measured there" in window.tabs.tabToolTip(0)
    assert window.tabs.grab().toImage() != plain
    qtbot.waitUntil(lambda: not window.race.running, timeout=60_000)
    assert window.tabs.marked == frozenset()
    assert "wins" in window.toast.text or "No difference" in window.toast.text or window.toast.text
    click(qtbot, window.toast.action_button)
    assert window.tabs.currentIndex() == 0


def test_long_work_that_ends_while_another_window_is_used_is_told_in_the_title(
    window: MainWindow, qtbot: QtBot
) -> None:
    other = QWidget()
    qtbot.addWidget(other)
    with qtbot.waitExposed(other):
        other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: not window.isActiveWindow())
    window.race.ended.emit("MTP K=3 wins: 1.49× as fast.")
    assert window.windowTitle() == "✓ MTP K=3 wins: 1.49× as fast. – MTP Race"
    window.activateWindow()
    qtbot.waitUntil(lambda: window.windowTitle() == "MTP Race")
    window.race.ended.emit("MTP K=3 wins: 1.49× as fast.")
    assert window.windowTitle() == "MTP Race"


def test_where_the_system_shows_notifications_it_is_asked_to(qtbot: QtBot) -> None:
    class Tray:
        """Stands in for the system's tray, which no test machine has."""

        def __init__(self) -> None:
            self.told: list[str] = []

        def show(self) -> None:
            """It is there."""

        def showMessage(self, title: str, text: str, *_: object) -> None:
            self.told.append(f"{title}: {text}")

    tray, window = Tray(), QWidget()
    window.setWindowTitle("MTP Race")
    qtbot.addWidget(window)
    Notifier(window, lambda _: tray).tell("Done.")  # type: ignore[arg-type,return-value]
    assert tray.told == ["MTP Race: Done."]
    assert window.windowTitle() == "MTP Race"


def test_a_sweep_takes_the_threads_and_never_goes_on_with_others(qtbot: QtBot, theme: Theme, places: Places) -> None:
    page = SweepPage(theme, places, WorkerPool(), built_in(places), [])
    qtbot.addWidget(page)
    page.use_machine(2, 0)
    assert page._elsewise
    assert (page.controls.threads, page.controls.gpu_layers) == (2, 0)
    assert page.mapToGlobal(QPoint(0, 0)) is not None
