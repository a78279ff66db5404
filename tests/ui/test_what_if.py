"""The what-if of a race, by clicks and keys, on a real recorded race."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.library.traces import open_trace
from app.places import Places
from app.present.view import RaceView
from app.race.events import PassCosts
from app.race.lanes import LaneKind
from app.race.trace import Header, Trace
from app.ui.race_board import RaceBoard
from app.ui.theme import Theme
from app.ui.what_if.dialog import WhatIfDialog
from app.worker.pass_costs import PassCostStore
from tests.ui import synthetic
from tests.ui.windows import make_board


@pytest.fixture
def board(qtbot: QtBot, theme: Theme, places: Places) -> RaceBoard:
    return make_board(theme, qtbot, places, height=760)


@pytest.fixture
def trace(places: Places) -> Trace:
    return open_trace(sample(places))


def sample(places: Places) -> Path:
    return places.samples / "H100 transformers K=4.ndjson"


def shown(board: RaceBoard, trace: Trace) -> RaceView:
    view = RaceView(trace.header)
    board.set_view(view)
    view.apply(trace.records)
    while board.frame():
        pass
    board.show_slow()
    QApplication.processEvents()
    return view


def opened(board: RaceBoard, qtbot: QtBot) -> WhatIfDialog:
    qtbot.mouseClick(board.why.what_if_button, Qt.MouseButton.LeftButton)
    dialog = board.window().findChild(WhatIfDialog)
    assert dialog is not None
    return dialog


def drafter_only(header: Header) -> Header:
    lanes = tuple(lane for lane in header.lanes if lane.kind is LaneKind.MTP)
    return msgspec.structs.replace(header, lanes=lanes)


def test_it_is_offered_once_the_race_is_over(board: RaceBoard, trace: Trace) -> None:
    view = RaceView(trace.header)
    board.set_view(view)
    view.apply(trace.records[: len(trace.records) // 2])
    board.frame()
    board.show_slow()
    assert not board.why.what_if_button.isVisible()
    view.apply(trace.records[len(trace.records) // 2 :])
    board.show_slow()
    assert board.why.what_if_button.isVisible()


def test_it_starts_at_what_was_measured_and_comes_back_to_it(board: RaceBoard, trace: Trace, qtbot: QtBot) -> None:
    view = shown(board, trace)
    dialog = opened(board, qtbot)
    found = view.ground()
    assert found is not None
    assert (dialog.acceptance.value(), dialog.k.value()) == (round(100 * found.acceptance), 4)
    first = dialog.sentence.text()
    assert first.startswith("At the acceptance of this race, ")
    assert "A round of K = 4 costs draft" in dialog.cost.text()
    assert not dialog.reset_button.isEnabled()
    assert dialog.focusWidget() is dialog.acceptance
    qtbot.keyClick(dialog.acceptance, Qt.Key.Key_Home)
    assert dialog.sentence.text().startswith("If 0% of the draft tokens were accepted, no K of 1 to 4 would pay")
    qtbot.keyClick(dialog.k, Qt.Key.Key_End)
    assert "A round of K = 16 was not measured and may cost" in dialog.cost.text()
    qtbot.mouseClick(dialog.reset_button, Qt.MouseButton.LeftButton)
    assert dialog.sentence.text() == first
    assert dialog.k.value() == 4
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_more_acceptance_raises_the_whole_curve(board: RaceBoard, trace: Trace, qtbot: QtBot) -> None:
    shown(board, trace)
    dialog = opened(board, qtbot)
    low = dialog.chart.accessibleDescription()
    qtbot.keyClick(dialog.acceptance, Qt.Key.Key_End)
    high = dialog.chart.accessibleDescription()

    def values(text: str) -> list[float]:
        return [float(part.rsplit(" ", 1)[1]) for part in text.split("; ") if part.startswith("K = ")]

    assert len(values(low)) == len(values(high)) == 16
    assert all(after >= before for before, after in zip(values(low), values(high), strict=True))
    assert values(high)[-1] > values(low)[-1]


def test_a_click_into_the_chart_chooses_its_k(board: RaceBoard, trace: Trace, qtbot: QtBot) -> None:
    shown(board, trace)
    dialog = opened(board, qtbot)
    qtbot.waitExposed(dialog)
    dialog.chart.grab()
    middle = dialog.chart.height() // 2
    qtbot.mouseClick(dialog.chart, Qt.MouseButton.LeftButton, pos=QPoint(dialog.chart.width() - 20, middle))
    assert dialog.k.value() == 16
    qtbot.mouseClick(dialog.chart, Qt.MouseButton.LeftButton, pos=QPoint(44, middle))
    assert dialog.k.value() == 1
    assert dialog.chart.words_of(4).startswith("K = 4: ")
    assert "MTP K=4 measured" in dialog.chart.words_of(4)


def test_passes_measured_alone_are_used_where_they_are_kept(
    board: RaceBoard, trace: Trace, places: Places, qtbot: QtBot
) -> None:
    view = shown(board, trace)
    assert "measured for K = 1 to 4;" in opened(board, qtbot).note.text()
    dialog = board.window().findChild(WhatIfDialog)
    assert dialog is not None
    dialog.accept()
    qtbot.waitUntil(lambda: board.window().findChild(WhatIfDialog) is None)
    widths = PassCosts(128, {width: 1_000_000 * width for width in range(1, 18)}, 300_000)
    PassCostStore.of(places).put(drafter_only(view.header), widths)
    dialog = opened(board, qtbot)
    qtbot.waitUntil(lambda: "measured alone after 128 tokens" in dialog.note.text())
    known = view.ground(widths)
    assert known is not None
    assert f"K = 16: {known.curve(known.acceptance)[15].speedup:.2f}" in dialog.chart.accessibleDescription()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_is_painted_in_both_themes(board: RaceBoard, trace: Trace, theme: Theme, qtbot: QtBot, scheme: str) -> None:
    theme.force(scheme)
    shown(board, trace)
    dialog = opened(board, qtbot)
    picture = dialog.chart.grab().toImage()
    tones = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 2) for y in range(picture.height())}
    assert theme.look.lane(1) in tones
    assert theme.look.text in tones


def test_a_race_without_times_of_its_parts_offers_none(board: RaceBoard) -> None:
    head = synthetic.header()
    view = RaceView(head)
    board.set_view(view)
    for record in synthetic.records(head, 60):
        event = record.e
        if hasattr(event, "verify_ns"):
            event = msgspec.structs.replace(event, draft_ns=0, verify_ns=0)
        view.feed(record.lane, event)
    board.show_slow()
    assert not board.why.what_if_button.isVisible()
