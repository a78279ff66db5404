"""The board of a race, fed with synthetic records."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.present.view import RaceView
from app.race.events import Failed
from app.race.problems import Problem
from app.race.trace import Record
from app.ui.failure_card import FailureArea, FailureCard
from app.ui.fork_dialog import ForkDialog
from app.ui.race_board import RaceBoard
from app.ui.text_line import TextLine
from app.ui.theme import Theme
from tests.ui import synthetic
from tests.ui.windows import make_board


@pytest.fixture
def board(qtbot: QtBot, theme: Theme) -> RaceBoard:
    return make_board(theme, qtbot)


def settle(board: RaceBoard) -> None:
    while board.frame():
        pass
    board.show_slow()
    QApplication.processEvents()


def texts(board: RaceBoard) -> str:
    labels: list[QLabel | TextLine] = [*board.findChildren(QLabel), *board.findChildren(TextLine)]
    return "\n".join(label.text() for label in labels if label.isVisible())


def test_before_a_race_each_pane_says_what_its_lane_will_do(board: RaceBoard) -> None:
    head = synthetic.header(k=4)
    board.set_lanes(head.lanes, 256, "Chess clock")
    QApplication.processEvents()
    shown = texts(board)
    assert "writes one token" in shown
    assert "guesses the next 4 tokens" in shown
    assert "MTP K=4" in shown


def test_after_a_race_winner_reason_and_verdict_are_told(board: RaceBoard) -> None:
    board.resize(1200, 900)
    head = synthetic.header()
    view = RaceView(head)
    board.set_view(view)
    view.apply(synthetic.records(head, 120))
    settle(board)
    assert board.winner.sentence.startswith("MTP K=3 is 1.")
    assert board.winner.sentence.endswith("(Chess clock)")
    assert board.same.sentence == "Tokens identical, 120 of 120."
    assert "Verifying" in texts(board)
    assert "by position   1:" in texts(board)
    assert board.panes[0].text.toPlainText() == board.panes[1].text.toPlainText() == view.lanes[0].state.text


def test_a_slower_drafter_loses_to_the_baseline(board: RaceBoard) -> None:
    head = synthetic.header()
    view = RaceView(head)
    board.set_view(view)
    view.apply(synthetic.records(head, 80, rates=(150.0, 100.0)))
    settle(board)
    assert board.winner.sentence.startswith("The baseline is 1.")


def test_a_fork_is_told_and_shown_in_both_texts(board: RaceBoard, qtbot: QtBot) -> None:
    head = synthetic.header()
    view = RaceView(head)
    board.set_view(view)
    view.apply(synthetic.records(head, 120, fork_at=50))
    settle(board)
    assert board.same.sentence.startswith("The outputs differ from token 51 on, a near tie")
    assert board.same.mark.tone == "warn"
    qtbot.mouseClick(board.same.show_button, Qt.MouseButton.LeftButton)
    assert all(pane.text.extraSelections() for pane in board.panes)
    assert not board.panes[0].text.following
    dialog = board.window().findChild(ForkDialog)
    assert dialog is not None
    boxes = {box.accessibleName(): box for box in dialog.findChildren(QPlainTextEdit)}
    whole = view.lanes[0].state.text
    ours = boxes["Baseline from token 51 on"].toPlainText()
    assert whole.endswith(ours)
    assert boxes["MTP K=3 from token 51 on"].toPlainText() == ours.upper()
    qtbot.mouseClick(dialog.whole_button, Qt.MouseButton.LeftButton)
    assert dialog.common.toPlainText() + ours == whole
    copy = next(item for item in dialog.findChildren(QPushButton) if item.accessibleName() == "Copy the common text")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() + ours == whole
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_identical_outputs_show_the_closest_calls(board: RaceBoard, qtbot: QtBot) -> None:
    head = synthetic.header()
    view = RaceView(head)
    board.set_view(view)
    view.apply(synthetic.records(head, 120))
    settle(board)
    qtbot.mouseClick(board.same.show_button, Qt.MouseButton.LeftButton)
    dialog = board.window().findChild(ForkDialog)
    assert dialog is not None
    assert "The closest calls" in "\n".join(item.text() for item in dialog.findChildren(QLabel))
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_a_failed_lane_says_so_in_its_own_pane_and_the_other_goes_on(board: RaceBoard, qtbot: QtBot) -> None:
    head = synthetic.header()
    problem = Problem("crashed", "The worker was killed.", "Signal SIGKILL.", "Race again.", "log line")
    items = [item for item in synthetic.records(head, 60) if item.lane == "baseline"]
    view = RaceView(head)
    board.set_view(view)
    view.apply([*items[:10], Record("mtp", 1, Failed(problem)), *items[10:]])
    settle(board)
    shown = texts(board)
    assert "The worker was killed." in shown
    assert "Race again." in shown
    assert view.lanes[0].state.count == 60
    card = board.panes[1].findChild(FailureCard)
    assert card is not None
    qtbot.mouseClick(card.copy, Qt.MouseButton.LeftButton)
    assert "log line" in QApplication.clipboard().text()
    assert "no winner" in board.winner.sentence.lower() or "No result" in board.winner.sentence


@pytest.mark.parametrize(("width", "height"), [(1240, 540), (920, 460), (1400, 720)])
def test_a_failure_can_be_read_in_full_in_a_window_of_any_size(board: RaceBoard, width: int, height: int) -> None:
    head = synthetic.header()
    cause = "It was ended from outside (SIGKILL): by somebody, or by the system because memory ran out."
    problem = Problem("crashed", "The lane's process died while decoding.", cause, "Close other programs, then race.")
    items = synthetic.records(head, 60)
    view = RaceView(head)
    board.resize(width, height)
    board.set_view(view)
    view.apply([*items[:40], Record("mtp", 1, Failed(problem))])
    settle(board)
    area = board.panes[1].findChild(FailureArea)
    assert area is not None
    assert area.isVisible()
    needed = area.heightForWidth(area.viewport().width())
    assert area.viewport().height() + area.verticalScrollBar().maximum() >= needed
    if height > 500:
        assert area.verticalScrollBar().maximum() == 0


@pytest.mark.parametrize("lanes", [1, 3, 4])
def test_any_number_of_lanes_is_laid_out(board: RaceBoard, lanes: int) -> None:
    head = synthetic.header(lanes=lanes)
    view = RaceView(head)
    board.set_view(view)
    view.apply(synthetic.records(head, 60, rates=(100.0, 150.0, 130.0, 120.0)))
    settle(board)
    assert [pane.spec.id for pane in board.panes] == [lane.id for lane in head.lanes]
    assert all(pane.text.toPlainText() for pane in board.panes)


def test_the_theme_can_change_while_a_race_is_shown(board: RaceBoard, theme: Theme) -> None:
    head = synthetic.header()
    view = RaceView(head)
    board.set_view(view)
    view.apply(synthetic.records(head, 60))
    settle(board)
    text = board.panes[1].text.toPlainText()
    theme.force("light")
    settle(board)
    assert board.panes[1].text.toPlainText() == text


def test_the_board_shows_the_same_however_the_records_come(board: RaceBoard) -> None:
    head = synthetic.header()
    items = synthetic.records(head, 100)
    shown = []
    for step in (1, 7, len(items)):
        view = RaceView(head)
        board.set_view(view)
        for at in range(0, len(items), step):
            view.apply(items[at : at + step])
            board.frame()
        settle(board)
        shown.append((texts(board), [pane.text.toPlainText() for pane in board.panes]))
    assert shown[0] == shown[1] == shown[2]


def test_in_a_very_low_window_the_charts_give_way_and_come_back(board: RaceBoard) -> None:
    head = synthetic.header()
    board.set_view(RaceView(head))
    board.resize(900, 330)
    assert not board.charts.isVisible()
    board.resize(900, 600)
    assert board.charts.isVisible()
