"""How sure the result of heats is, in the window. The races are synthetic."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.places import Places
from app.present.view import RaceView
from app.race.heats import Heats
from app.race.trace import Record, TraceWriter
from app.ui.heats_dialog import HeatsDialog
from app.ui.race_board import RaceBoard
from app.ui.theme import Theme
from tests.ui import synthetic
from tests.ui.windows import make_board

HEAD = msgspec.structs.replace(synthetic.header(), format="heats")


def in_heats(*rates: float) -> list[Record]:
    return [
        msgspec.structs.replace(record, heat=heat)
        for heat, rate in enumerate(rates)
        for record in synthetic.records(HEAD, 40, rates=(100.0, rate))
    ]


def on_the_clock(places: Places, *rates: float) -> None:
    folder = places.races
    folder.mkdir(parents=True)
    head = msgspec.structs.replace(HEAD, format="clock")
    for number, rate in enumerate(rates):
        with (folder / f"{number}.ndjson").open("wb") as sink:
            writer = TraceWriter(sink, head)
            for record in synthetic.records(head, 40, rates=(100.0, rate)):
                writer.write(record)
            writer.close()


@pytest.fixture
def board(qtbot: QtBot, theme: Theme, places: Places) -> RaceBoard:
    return make_board(theme, qtbot, places)


def show(board: RaceBoard, records: list[Record]) -> None:
    heats = Heats.of(HEAD, records)
    view = RaceView(HEAD, heats)
    board.set_view(view)
    for record in records:
        if record.heat == heats.shown:
            view.feed(record.lane, record.e)
    board.show_slow()


def opened(board: RaceBoard, qtbot: QtBot) -> str:
    qtbot.waitUntil(lambda: board.winner.sure_button.isVisible())
    qtbot.mouseClick(board.winner.sure_button, Qt.MouseButton.LeftButton)
    dialog = board.window().findChild(HeatsDialog)
    assert dialog is not None
    said = "\n".join(item.text() for item in dialog.findChildren(QLabel))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    return said


def test_a_contradiction_of_the_chess_clock_is_one_of_the_notes(board: RaceBoard, qtbot: QtBot, places: Places) -> None:
    on_the_clock(places, 200.0, 201.0, 199.0)
    show(board, in_heats(*[149.0, 150.0, 151.0] * 2))
    said = opened(board, qtbot)
    assert board.winner.sure_button.text() == "1 note"
    assert "and the heats say 1.46×, which is more than chance" in said
    assert "On the chess clock: " in said
    assert "Each heat: " in said


def test_a_clean_measurement_says_that_nothing_was_noticed(board: RaceBoard, qtbot: QtBot) -> None:
    show(board, in_heats(*[149.0, 150.0, 151.0] * 2))
    said = opened(board, qtbot)
    assert board.winner.sure_button.text() == "How sure?"
    assert "Nothing was noticed." in said
    assert "95 % interval" in said


def test_too_few_heats_are_noted_and_another_race_forgets_them(board: RaceBoard, qtbot: QtBot) -> None:
    show(board, in_heats(150.0, 151.0))
    assert "Only 2 heats" in opened(board, qtbot)
    clock = synthetic.header()
    view = RaceView(clock)
    board.set_view(view)
    assert not board.winner.sure_button.isVisible()
    view.apply(synthetic.records(clock, 40))
    board.show_slow()
    QApplication.processEvents()
    assert not board.winner.sure_button.isVisible()
