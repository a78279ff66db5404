"""The field and the panel in which the racing lanes are chosen, clicked as a user would."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QComboBox, QLabel
from pytestqt.qtbot import QtBot

from app.draw.look import SIGNS
from app.draw.race_charts import RoundChart
from app.places import Places
from app.present.view import RaceView
from app.race.lanes import ADAPTIVE, Contender, LaneKind
from app.race.trace import Record
from app.ui.charts import ChartView
from app.ui.lanes_field import LanesField
from app.ui.lanes_popover import LanesPopover
from app.ui.main_window import MainWindow
from app.ui.race_board import RaceBoard
from app.ui.text_line import TextLine
from app.ui.theme import Theme
from tests.models.ggufs import write_drafter
from tests.ui import synthetic
from tests.ui.windows import built_in, make_board, make_window

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def field(window: MainWindow) -> LanesField:
    return window.race.controls.lanes


@pytest.fixture
def board(qtbot: QtBot, theme: Theme) -> RaceBoard:
    return make_board(theme, qtbot)


def opened(field: LanesField, qtbot: QtBot) -> LanesPopover:
    qtbot.mouseClick(field.plus, LEFT)
    assert field.popover.isVisible()
    return field.popover


def pick(combo: QComboBox, text: str) -> None:
    """Picks an entry as a user does, whose pick is told even if the program could have made it."""
    at = combo.findText(text, Qt.MatchFlag.MatchStartsWith)
    assert at >= 0, [combo.itemText(number) for number in range(combo.count())]
    combo.setCurrentIndex(at)
    combo.activated.emit(at)


def test_at_first_there_is_one_k_and_no_list(window: MainWindow, field: LanesField) -> None:
    request = window.race.controls.request()
    assert request is not None
    assert (request.k, request.contenders) == (3, ())
    assert field.spin.isVisible()
    assert not field.summary.isVisible()


def test_lanes_are_added_up_to_three_and_shown_as_panes(window: MainWindow, field: LanesField, qtbot: QtBot) -> None:
    panel = opened(field, qtbot)
    qtbot.mouseClick(panel.add, LEFT)
    qtbot.mouseClick(panel.add, LEFT)
    assert not panel.add.isEnabled()
    assert field.lanes == (Contender(3), Contender(2), Contender(4))
    assert [pane.spec.id for pane in window.race.board.panes] == ["baseline", "mtp-k3", "mtp-k2", "mtp-k4"]
    assert field.summary.isVisible()
    assert field.summary.text() == "3 \u00b7 2 \u00b7 4"


def test_removing_all_but_one_gives_the_number_back(field: LanesField, qtbot: QtBot) -> None:
    panel = opened(field, qtbot)
    assert not panel.rows[0].remove.isEnabled()
    qtbot.mouseClick(panel.add, LEFT)
    qtbot.mouseClick(panel.rows[0].remove, LEFT)
    assert field.lanes == (Contender(2),)
    assert field.spin.isVisible()
    assert field.spin.value() == 2


def test_k_and_drafter_of_a_lane_are_picked(window: MainWindow, field: LanesField, qtbot: QtBot) -> None:
    panel = opened(field, qtbot)
    pick(panel.rows[0].k, "Adaptive")
    assert field.lanes == (ADAPTIVE,)
    pick(panel.rows[0].drafter, "Prompt lookup")
    pick(panel.rows[0].k, "K = 5")
    assert field.lanes == (Contender(5, kind=LaneKind.LOOKUP),)
    assert field.summary.text() == "Lookup 5"
    assert window.race.board.panes[1].spec.id == "lookup"


def test_the_pairs_drafters_of_other_kinds_are_offered_and_named_in_the_lane(
    window: MainWindow, field: LanesField, qtbot: QtBot, places: Places
) -> None:
    panel = opened(field, qtbot)
    qtbot.mouseClick(panel.add, LEFT)
    qtbot.mouseClick(panel.add, LEFT)
    pick(panel.rows[1].drafter, "EAGLE3")
    pick(panel.rows[2].drafter, "DFlash")
    folder = places.resources / "nano"
    assert [(lane.kind, lane.drafter) for lane in field.lanes] == [
        (LaneKind.MTP, ""),
        (LaneKind.EAGLE3, str(folder / "nano-eagle3.gguf")),
        (LaneKind.DFLASH, str(folder / "nano-dflash.gguf")),
    ]
    assert [pane.spec.id for pane in window.race.board.panes] == ["baseline", "mtp-k3", "eagle3-k2", "dflash-k4"]
    assert field.summary.text() == "3 lanes"


def test_a_file_drafts_as_what_it_is_and_a_wrong_one_is_refused_in_the_panel(
    window: MainWindow, field: LanesField, qtbot: QtBot, places: Places, tmp_path: Path
) -> None:
    opened(field, qtbot)
    target = places.resources / "nano" / "nano-target.gguf"
    window.race.use_drafter(0, target)
    qtbot.waitUntil(lambda: field.lanes[0].kind is LaneKind.DRAFT_MODEL)
    assert field.popover.rows[0].drafter.currentText() == "Model: nano-target.gguf"
    window.race.use_drafter(0, write_drafter(tmp_path / "other.gguf"))
    qtbot.waitUntil(lambda: "cannot draft for" in field.popover.note.text())
    assert field.lanes[0].drafter == str(target)


def test_the_panel_closes_with_escape_and_with_its_button(field: LanesField, qtbot: QtBot) -> None:
    panel = opened(field, qtbot)
    qtbot.keyClick(panel.rows[0].k, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    qtbot.mouseClick(field.plus, LEFT)
    assert panel.isVisible()
    qtbot.mouseClick(field.plus, LEFT)
    assert not panel.isVisible()


def test_the_panel_closes_when_something_else_is_clicked_and_stays_for_its_own_parts(
    window: MainWindow, field: LanesField, qtbot: QtBot
) -> None:
    panel = opened(field, qtbot)
    qtbot.mouseClick(panel, LEFT)
    assert panel.isVisible()
    qtbot.mouseClick(window.race.board.panes[0], LEFT)
    assert not panel.isVisible()


def test_lanes_are_remembered_and_files_that_are_gone_are_left_out(field: LanesField, theme: Theme) -> None:
    gone = Contender(4, kind=LaneKind.DRAFT_MODEL, drafter="/nowhere/gone.gguf")
    field.set_lanes((Contender(2), ADAPTIVE, gone))
    again = LanesField(theme)
    again.recall(field.words)
    assert again.lanes == (Contender(2), ADAPTIVE)
    for damaged in ("", "[]", "{", '[{"k": 99}]', '[{"k": 2, "kind": "baseline"}]'):
        other = LanesField(theme)
        other.recall(damaged)
        assert other.lanes == (Contender(3),)


def test_the_window_remembers_its_lanes(window: MainWindow, qtbot: QtBot, theme: Theme, places: Places) -> None:
    window.race.controls.lanes.set_lanes((Contender(2), ADAPTIVE))
    settings = QSettings(str(places.config / "other.ini"), QSettings.Format.IniFormat)
    window.race.remember(settings)
    again = make_window(theme, places, built_in(places))
    qtbot.addWidget(again)
    again.race.recall(settings)
    assert again.race.controls.lanes.lanes == (Contender(2), ADAPTIVE)
    again.close()


@pytest.mark.real
def test_mtp_lookup_and_adaptive_race_each_other(window: MainWindow, field: LanesField, qtbot: QtBot) -> None:
    panel = opened(field, qtbot)
    qtbot.mouseClick(panel.add, LEFT)
    pick(panel.rows[1].drafter, "Prompt lookup")
    qtbot.mouseClick(panel.add, LEFT)
    pick(panel.rows[2].k, "Adaptive")
    qtbot.mouseClick(panel.done, LEFT)
    window.race.controls.max_tokens.setValue(24)
    with qtbot.waitSignal(window.race.recorded, timeout=60_000):
        qtbot.mouseClick(window.race.controls.go, LEFT)
    view = window.race.view
    assert view is not None
    assert [lane.spec.id for lane in view.lanes] == ["baseline", "mtp-k3", "lookup-k2", "mtp-adaptive"]
    assert [lane.state.count for lane in view.lanes] == [24] * 4
    assert window.race.board.same.sentence.startswith("Tokens identical")


def test_every_part_has_a_name_for_screen_readers(field: LanesField, qtbot: QtBot) -> None:
    field.set_lanes((Contender(2), ADAPTIVE))
    panel = opened(field, qtbot)
    for row in panel.rows:
        for widget in (row.drafter, row.k, row.remove):
            assert widget.accessibleName()
    assert "MTP 2, MTP adaptive" in field.summary.accessibleName()
    assert field.plus.accessibleName()


def text_width(line: TextLine) -> int:
    """Pixels that the whole text needs, in the font that the line paints with."""
    return QFontMetrics(line._font).horizontalAdvance(line.text())


def no_line_is_cut(board: RaceBoard) -> bool:
    """Whether every line in the panes' heads is shown whole."""
    for pane in board.panes:
        for line in pane.findChildren(TextLine):
            assert text_width(line) <= line.width(), line.text()
        title = next(label for label in pane.findChildren(QLabel) if label.text())
        assert title.sizeHint().width() <= title.width(), title.text()
    for line in board.charts.findChildren(TextLine):
        assert text_width(line) <= line.width(), line.text()
    return True


@pytest.mark.parametrize("size", [(920, 470), (1240, 590), (1400, 770)])
@pytest.mark.parametrize("lanes", [2, 3, 4])
def test_no_head_line_is_cut(board: RaceBoard, qtbot: QtBot, size: tuple[int, int], lanes: int) -> None:
    board.resize(*size)
    head = synthetic.header(lanes=lanes)
    board.set_lanes(head.lanes, 256, "Chess clock")
    qtbot.waitUntil(lambda: board.panes[-1].width() > 0)
    assert no_line_is_cut(board)
    view = RaceView(head)
    board.set_view(view)
    records: list[Record] = synthetic.records(head, 254, rates=(100.0, 150.0, 120.0, 180.0))
    view.apply(records)
    while board.frame():
        pass
    board.show_slow()
    qtbot.waitUntil(lambda: len({pane.width() for pane in board.panes}) <= 2)
    assert max(pane.width() for pane in board.panes) - min(pane.width() for pane in board.panes) <= 1
    assert no_line_is_cut(board)


def test_several_drafting_lanes_are_told_apart_by_signs_as_their_lines_are(board: RaceBoard, qtbot: QtBot) -> None:
    board.set_lanes(synthetic.header(lanes=4).lanes, 256, "Chess clock")
    shown = [label.text() for label in board.charts.findChildren(QLabel) if label.text() in SIGNS and label.text()]
    assert shown == list(SIGNS[1:4])
    board.set_lanes(synthetic.header(lanes=2).lanes, 256, "Chess clock")

    def names() -> list[str]:
        views = board.charts.findChildren(ChartView)
        return [view.accessibleName() for view in views if isinstance(view.chart, RoundChart)]

    # Those of the lanes before are deleted by the loop.
    qtbot.waitUntil(lambda: names() == ["Accepted draft tokens per round"])
