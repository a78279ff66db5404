"""The Race tab around its board: what is chosen, what is shown, and what steps back. Clicked as a user would."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.present.view import RaceView
from app.present.words import FIRST_RACE, TINY_NOTE
from app.race.events import Done, Finish, Loaded, Reading
from app.race.trace import Record
from app.ui.main_window import MainWindow
from app.ui.race_board import RaceBoard
from app.ui.race_page import RacePage
from app.ui.settings import open_settings
from app.ui.theme import Theme
from tests.ui import synthetic
from tests.ui.windows import make_board

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(window: MainWindow) -> MainWindow:
    window.race.load_slow_parts()
    return window


@pytest.fixture
def board(qtbot: QtBot, theme: Theme) -> RaceBoard:
    return make_board(theme, qtbot, height=900)


def texts(board: RaceBoard) -> str:
    return "\n".join(item.text() for item in board.findChildren(QLabel) if item.isVisible())


def settle(board: RaceBoard) -> None:
    while board.frame():
        pass
    board.show_slow()
    QApplication.processEvents()


def stale(page: RacePage) -> bool:
    return page.board.stale


def heights(board: RaceBoard) -> list[int]:
    for _ in range(4):  # Parts above the board find their places first.
        QApplication.processEvents()
    parts = (*board.panes, board.charts, board.why, board.same, board.winner)
    return [part.height() for part in parts]


def test_at_first_start_one_line_says_what_this_is_and_charts_and_strips_are_folded(window: MainWindow) -> None:
    board = window.race.board
    assert "The same model, twice." in board.line.text()
    assert "multi-token prediction (MTP)" in board.line.text()
    assert not board.charts.isVisible()
    assert not board.strips.isVisible()
    assert window.race.controls.hint.text() == FIRST_RACE
    assert window.race.controls.hint.isVisible()
    assert window.race.controls.go.size().toTuple() == (148, 40)


@pytest.mark.real
def test_an_old_result_steps_back_under_another_choice_and_comes_back_with_it(window: MainWindow, qtbot: QtBot) -> None:
    page, controls = window.race, window.race.controls
    controls.max_tokens.setValue(16)
    with qtbot.waitSignal(page.recorded, timeout=60_000):
        qtbot.mouseClick(controls.go, LEFT)
    assert controls.go.text() == "Race"
    assert not stale(page)
    assert page.board.line.text().startswith("Code: memoized Fibonacci, MTP K=3, Chess clock, ")
    assert not controls.hint.isVisible()
    up = QPoint(controls.k.width() - 8, 8)
    qtbot.mouseClick(controls.k, LEFT, pos=up)
    assert controls.k.value() == 4
    assert stale(page)
    assert controls.go.text() == "Race again"
    assert "MTP K=3" in page.board.line.text()
    controls.k.setValue(3)
    assert not stale(page)
    assert controls.go.text() == "Race"


def test_the_lists_end_in_what_opens_more_and_the_choice_stays(window: MainWindow, qtbot: QtBot) -> None:
    controls = window.race.controls
    before = controls.request()
    assert controls.prompt.itemText(controls.prompt.count() - 1) == "Your own prompt\u2026"
    controls.prompt.setCurrentIndex(controls.prompt.count() - 1)
    assert window.race.prompt_bar.editing
    assert controls.request() == before
    assert controls.pair.itemText(controls.pair.count() - 1) == "More models\u2026"
    with qtbot.waitSignal(window.race.models_wanted):
        controls.pair.setCurrentIndex(controls.pair.count() - 1)
    assert controls.request() == before


def test_the_rest_is_behind_options(window: MainWindow, qtbot: QtBot) -> None:
    controls = window.race.controls
    assert not controls.format.isVisible()
    qtbot.mouseClick(controls.options_button, LEFT)
    assert controls.format.isVisible()
    assert window.rect().contains(controls.options.geometry())
    controls.format.setCurrentIndex(2)
    assert "a show, not a measurement" in controls.options.note.text()
    qtbot.mouseClick(controls.options.done, LEFT)
    assert not controls.format.isVisible()


def test_what_programs_may_fetch_from_is_written_under_options_and_remembered(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    controls = window.race.controls

    def hosts() -> tuple[str, ...]:
        return controls.options.hosts

    assert hosts() == ()
    qtbot.mouseClick(controls.options_button, LEFT)
    field = controls.options.fetch_from
    assert window.rect().contains(controls.options.geometry())
    qtbot.mouseClick(field, LEFT)
    qtbot.keyClicks(field, "Query1.Finance.Yahoo.com, *.example.org 127.0.0.1")
    assert hosts() == ("query1.finance.yahoo.com", "*.example.org")
    assert controls.options.note.text().endswith("127.0.0.1 is not the name of a host.")
    settings = open_settings(tmp_path / "settings.ini")
    controls.remember(settings)
    field.clear()
    assert hosts() == ()
    controls.recall(settings)
    assert hosts() == ("query1.finance.yahoo.com", "*.example.org")


def test_the_built_in_model_says_that_it_is_tiny_beside_a_prompt_of_ones_own(window: MainWindow, qtbot: QtBot) -> None:
    page = window.race
    assert not page.tiny_line.isVisible()
    qtbot.mouseClick(page.prompt_bar.edit_button, LEFT)
    page.prompt_bar.editor.setPlainText("Tell me about whales.")
    qtbot.mouseClick(page.prompt_bar.done_button, LEFT)
    assert page.tiny_line.isVisible()
    assert TINY_NOTE in [item.text() for item in page.tiny_line.findChildren(QLabel)]
    with qtbot.waitSignal(page.models_wanted):
        qtbot.mouseClick(page.tiny_line.models, LEFT)


@pytest.mark.parametrize("lanes", [2, 4])
@pytest.mark.parametrize("size", [(960, 640), (1280, 720), (1440, 900)])
def test_texts_get_their_share_of_any_window_and_nothing_jumps(
    window: MainWindow, size: tuple[int, int], lanes: int
) -> None:
    window.resize(*size)
    board, head = window.race.board, synthetic.header(lanes=lanes)
    view = RaceView(head)
    board.set_view(view)
    first = heights(board)
    records = synthetic.records(head, 120, rates=(100.0, 150.0, 130.0, 120.0))
    for start in range(0, len(records), 40):
        view.apply(records[start : start + 40])
        board.frame()
        board.show_slow()
        assert heights(board) == first
    settle(board)
    assert heights(board) == first
    assert first[0] >= 0.45 * size[1]
    if size[1] < 800:
        assert board.charts.height() == 72


@pytest.mark.parametrize("size", [(960, 640), (1280, 720), (1440, 900)])
def test_no_words_below_the_charts_are_cut(window: MainWindow, size: tuple[int, int]) -> None:
    window.resize(*size)
    board, head = window.race.board, synthetic.header()
    view = RaceView(head)
    board.set_view(view)
    view.apply(synthetic.records(head, 120, fork_at=60))
    settle(board)
    for strip in (board.why, board.same, board.winner):
        for item in strip.findChildren(QLabel):
            if item.isVisible() and item.text():
                wanted = item.heightForWidth(item.width()) if item.wordWrap() else item.sizeHint().height()
                assert item.height() >= min(wanted, 34 if item is board.winner._ratio else wanted), item.text()
                assert item.mapTo(strip, item.rect().bottomLeft()).y() < strip.height(), item.text()


def test_the_lane_that_computes_is_marked_and_the_waiting_one_steps_back(board: RaceBoard) -> None:
    head = msgspec.structs.replace(synthetic.header(), format="heats")
    view = RaceView(head, live=True)
    board.set_view(view)
    records = [item for item in synthetic.records(head, 120) if item.lane == "baseline"]
    for record in records[:-1]:
        view.apply([record])
        board.frame()
    assert [pane.runs for pane in board.panes] == [True, False]
    view = RaceView(synthetic.header())
    board.set_view(view)
    view.apply(synthetic.records(view.header, 120))
    settle(board)
    assert [pane.runs for pane in board.panes] == [None, None]


def test_heats_show_no_order_before_one_is_done_and_then_the_interval_grows(board: RaceBoard) -> None:
    head = msgspec.structs.replace(synthetic.header(), format="heats")
    view = RaceView(head, live=True)
    view.stage, view.turn = "Heat 1 of 5", "Baseline"
    board.set_view(view)
    board.show_slow()
    counts = [pane._count.text() for pane in board.panes]
    assert counts == ["runs now", "waits for its turn"]
    before = heights(board)
    seen = []
    for heat in range(5):
        records = synthetic.records(head, 60, rates=(100.0, 150.0 + heat))
        view.apply(msgspec.structs.replace(item, heat=heat) for item in records)
        board.frame()
        board.show_slow()
        assert heights(board) == before
        seen.append((len(board.winner.sure.rows[0].ratios), board.winner._about[0].text()))
    assert [count for count, _ in seen] == [1, 2, 3, 4, 5]
    assert seen[0][1].startswith("1 heat")
    assert " to " in seen[4][1]
    assert "so far" in board.winner.sentence
    view.finish()
    settle(board)
    assert "so far" not in board.winner.sentence


def test_the_winner_does_not_stand_before_whoever_runs_the_race_says_that_it_is_over(board: RaceBoard) -> None:
    view = RaceView(synthetic.header(), live=True)
    board.set_view(view)
    view.apply(synthetic.records(view.header, 60))
    settle(board)
    assert board.winner.sentence.endswith("as fast as the baseline so far (Chess clock)")
    view.finish()
    settle(board)
    assert "so far" not in board.winner.sentence


def test_a_stopped_race_says_so(board: RaceBoard) -> None:
    view = RaceView(synthetic.header(), live=True)
    board.set_view(view)
    view.apply(item for item in synthetic.records(view.header, 60) if not isinstance(item.e, Done))
    view.apply([Record(lane.spec.id, 10**9, Done(10**9, Finish.STOPPED)) for lane in view.lanes])
    view.finish()
    settle(board)
    assert board.winner.sentence.startswith("Stopped: MTP K=3 is 1.")
    assert board.line.text().endswith("stopped before its end")
    assert "stopped" in board.panes[0]._count.text()


def test_free_for_all_is_a_show(board: RaceBoard) -> None:
    view = RaceView(msgspec.structs.replace(synthetic.header(), format="free"))
    board.set_view(view)
    view.apply(synthetic.records(view.header, 60))
    settle(board)
    assert "a show, not a measurement" in board.winner.sentence


def test_a_long_prompt_is_seen_being_read_with_a_running_clock(board: RaceBoard) -> None:
    view = RaceView(synthetic.header(), live=True)
    board.set_view(view)
    view.apply([Record("mtp", 0, Loaded("e", "m", "d", 1, 8192)), Record("mtp", 1, Reading(2_500_000_000, 1240, 5000))])
    board.show_slow()
    assert board.panes[1]._count.text() == "reading the prompt, 1,240 of 5,000 tokens"
    assert board.panes[1]._clock.text() == "2.50 s"
