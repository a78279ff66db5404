"""The dialog of the programs: text left and right with differences marked, then figures, then a table of times."""

from __future__ import annotations

import io

import msgspec
import pytest
from PIL import Image
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.present.view import RaceView
from app.sandbox.behaviour import FigurePair
from app.sandbox.extract import Program
from app.sandbox.results import Raised
from app.ui.behaviour_dialog import BehaviourDialog, FigurePicture
from app.ui.theme import Theme
from tests.present.races import PROGRAMS, RACES, RAN, programs


def png(colour: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (320, 200), colour).save(written, "PNG")
    return written.getvalue()


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(1440, 900)
    qtbot.addWidget(made)
    return made


def words(dialog: BehaviourDialog) -> list[str]:
    return [item.text() for item in dialog.findChildren(QLabel)]


def test_lines_that_differ_have_a_sign_and_a_tint_in_both_panes(theme: Theme, parent: QWidget) -> None:
    found = programs(RAN, msgspec.structs.replace(RAN, stdout="1\n3\n"))
    view = RaceView.of(RACES["programs"](), behaviour=found)
    dialog = BehaviourDialog(theme, view, found, parent)
    panes = dialog.findChildren(QPlainTextEdit)
    assert [pane.toPlainText() for pane in panes] == ["  1\n\u2260 2", "  1\n\u2260 3"]
    assert all(len(pane.extraSelections()) == 1 for pane in panes)


def test_the_time_to_generate_and_run_stands_in_a_table_for_each_lane(theme: Theme, parent: QWidget) -> None:
    found = PROGRAMS["programs"]
    view = RaceView.of(RACES["programs"](), behaviour=found)
    said = words(BehaviourDialog(theme, view, found, parent))
    assert said[said.index("Generate and run") + 1 :][:2] == ["1.37 s", "0.89 s"]
    assert any("1.54\u00d7 as fast" in text for text in said)


def test_an_exception_stands_with_the_programs_own_line(theme: Theme, parent: QWidget) -> None:
    raised = msgspec.structs.replace(RAN, exit_code=1, error=Raised("KeyError", "'x'", 2), stderr="Traceback\n")
    program = Program("d = {}\nprint(d['x'])\n", "fenced")
    found = msgspec.structs.replace(programs(raised, raised), program_a=program, program_b=program)
    view = RaceView.of(RACES["programs"](), behaviour=found)
    assert words(BehaviourDialog(theme, view, found, parent)).count("KeyError: 'x'\nline 2: print(d['x'])") == 2


def test_figures_stand_side_by_side_as_wide_as_the_dialog_allows(theme: Theme, parent: QWidget, qtbot: QtBot) -> None:
    pair = FigurePair("a.png", "b.png", png("red"), png("blue"), "same", "the same figure in another style: colours.")
    gone = msgspec.structs.replace(pair, b=b"\x89PNG junk")
    found = msgspec.structs.replace(PROGRAMS["programs"], figures=(pair, gone))
    view = RaceView.of(RACES["programs"](), behaviour=found)
    dialog = BehaviourDialog(theme, view, found, parent)
    dialog.show()
    left, right, _, broken = dialog.findChildren(FigurePicture)
    assert left.width() == right.width() > 400
    assert left.height() == left.heightForWidth(left.width())
    assert left.x() < right.x()
    assert left.grab().toImage().pixelColor(left.width() // 2, left.height() // 2).name() == "#ff0000"
    assert broken.height() > 0
    assert "Figure 1: the same figure in another style: colours." in words(dialog)
    dialog.close()
