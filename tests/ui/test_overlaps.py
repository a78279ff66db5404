"""No part of the window lies over another: where a part can be seen, a click reaches it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QPaintEvent, QRegion
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from app.present.view import RaceView
from app.ui.lane_marks import ProgressLine
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from app.ui.what_if.dialog import WhatIfDialog
from tests.ui import synthetic

LEFT = Qt.MouseButton.LeftButton
SIZES = [(1440, 900), (1280, 720), (1024, 640), (960, 640)]


@pytest.fixture
def window(window: MainWindow) -> MainWindow:
    window.race.load_slow_parts()
    return window


def show_race(window: MainWindow, lanes: int = 2) -> RaceView:
    head = synthetic.header(lanes=lanes)
    view = RaceView(head)
    window.race.board.set_view(view)
    view.apply(synthetic.records(head, 120, rates=(100.0, 150.0, 130.0, 120.0)))
    while window.race.board.frame():
        pass
    window.race.board.show_slow()
    QApplication.processEvents()
    return view


def settled() -> None:
    """Lets parts within parts find their places."""
    for _ in range(4):
        QApplication.processEvents()


def unreachable(window: QWidget) -> list[str]:
    """The parts to click whose visible middle belongs to another part, or that stand out of the window."""
    kinds = (QAbstractButton, QComboBox, QAbstractSpinBox)
    found = []
    for part in window.findChildren(QWidget):
        if not isinstance(part, kinds) or not part.isVisible() or part.width() < 2:
            continue
        seen = part.visibleRegion().boundingRect()
        at = part.mapTo(window, seen.center())
        hit = window.childAt(at)
        inside = hit is part or (hit is not None and part.isAncestorOf(hit))
        whole = seen.width() >= part.width() and seen.height() >= part.height()
        if not inside or not whole or not window.rect().contains(at):
            found.append(f"{type(part).__name__} {part.accessibleName()}: {hit}")
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lanes", [2, 4])
def test_every_part_to_click_is_reached_where_it_is_seen(window: MainWindow, size: tuple[int, int], lanes: int) -> None:
    window.resize(*size)
    settled()
    assert unreachable(window) == []
    show_race(window, lanes)
    settled()
    assert unreachable(window) == []


def test_what_if_opens_by_a_click_in_its_middle(window: MainWindow, qtbot: QtBot) -> None:
    show_race(window)
    button = window.race.board.why.what_if_button
    assert button.isVisible()
    hit = window.childAt(button.mapTo(window, button.rect().center()))
    assert hit is not None
    qtbot.mouseClick(hit, LEFT)
    dialog = window.findChild(WhatIfDialog)
    assert dialog is not None
    dialog.close()


def test_a_panel_with_another_lane_is_as_high_as_its_rows_and_inside_the_window(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(960, 640)
    field = window.race.controls.lanes
    qtbot.mouseClick(field.plus, LEFT)
    panel = field.popover
    for _ in range(2):
        qtbot.mouseClick(panel.add, LEFT)
        layout = panel.layout()
        assert layout is not None
        assert panel.height() >= layout.minimumSize().height()
        assert window.rect().contains(panel.geometry())
        for before, after in zip(panel.rows, panel.rows[1:], strict=False):
            assert after.y() >= before.geometry().bottom()


def test_a_remark_lies_over_the_page_that_is_shown_next(window: MainWindow) -> None:
    window.toast.say("Saved.")
    for number in (1, 0):
        window.show_page(number)
        QApplication.processEvents()
        hit = window.childAt(window.toast.mapTo(window, window.toast.rect().center()))
        assert hit is not None
        assert hit is window.toast or window.toast.isAncestorOf(hit)


class Painted(QObject):
    """Keeps what of a widget was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.region = QRegion()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region = self.region.united(event.region())
        return False


def test_nothing_of_a_progress_line_stays_behind_after_the_window_was_made_wider(qtbot: QtBot, theme: Theme) -> None:
    line, painted = ProgressLine(theme, 0), Painted()
    qtbot.addWidget(line)
    line.resize(300, 4)
    line.show()
    line.set_share(1.0)
    line.resize(600, 4)
    QApplication.processEvents()
    line.installEventFilter(painted)
    line.set_share(0.0)
    QApplication.processEvents()
    assert painted.region.contains(QPoint(590, 2))


def test_export_and_save_wait_for_a_race(window: MainWindow) -> None:
    assert not window.export_button.isEnabled()
    assert not window.save_button.isEnabled()


def test_a_file_that_hovers_is_taken_as_a_copy_and_marked(window: MainWindow) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/tmp/race.ndjson")])
    both = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    event = QDragEnterEvent(QPoint(50, 50), both, mime, LEFT, Qt.KeyboardModifier.ShiftModifier)
    event.setDropAction(Qt.DropAction.MoveAction)
    window.dragEnterEvent(event)
    assert event.isAccepted()
    assert event.dropAction() is Qt.DropAction.CopyAction
    assert window._drop_mark.isVisible()
    window.dragLeaveEvent(QDragLeaveEvent())
    assert not window._drop_mark.isVisible()
    moved = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.MoveAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    moved.ignore()
    window.dragEnterEvent(moved)
    assert not moved.isAccepted()
