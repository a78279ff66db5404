"""Every page and dialog, in both themes, at four sizes: nothing overlaps, no text is cut, all of it can be read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.models.files.local import LocalPair
from app.places import Places
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from tests.ui.walk import SIZES, dialog_of, faults, leave, make_all, scenes, settle
from tests.ui.windows import shown


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, places: Places, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    found: list[LocalPair] = []
    monkeypatch.setattr("app.ui.models.page.find_in_other_apps", lambda: found)  # What else is on this machine.
    with shown(make_all(theme, places), qtbot) as made:
        yield made


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_nothing_overlaps_is_cut_or_is_faint(
    window: MainWindow, places: Places, theme: Theme, qtbot: QtBot, scheme: str
) -> None:
    theme.force(scheme)
    wrong = []
    for scene in scenes(window, places):
        for number, size in enumerate(SIZES):
            window.resize(*size)
            if number == 0 or dialog_of(window) is not None:
                leave(window)  # A dialog takes its size from the window once, when it opens.
                scene.show()
                qtbot.waitUntil(scene.ready)
            settle()
            shown_now = dialog_of(window) or window
            wrong += [f"{scene.name}, {size[0]} x {size[1]}: {fault}" for fault in faults(shown_now)]
        leave(window)
    assert not wrong, "\n".join(wrong)


def test_the_walk_finds_what_overlaps_is_cut_and_is_faint(theme: Theme, qtbot: QtBot) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    root.resize(400, 200)
    one, two = QPushButton("One", root), QPushButton("Two", root)
    one.setGeometry(10, 10, 100, 40)
    two.setGeometry(60, 20, 100, 40)
    cut = QLabel("A text that has no room", root)
    cut.setGeometry(10, 100, 40, 20)
    faint = QLabel("Faint", root)
    faint.setGeometry(200, 100, 100, 20)
    faint.setStyleSheet(f"color: {theme.look.line};")
    wrapped = QLabel("A text of several lines that has room for one of them alone", root)
    wrapped.setWordWrap(True)
    wrapped.setGeometry(200, 140, 100, 20)
    with qtbot.waitExposed(root):
        root.show()
    settle()
    told = "\n".join(faults(root))
    assert 'QPushButton "One" overlaps QPushButton "Two"' in told
    assert 'QLabel "A text that has no room" needs' in told
    assert 'QLabel "Faint" has' in told
    assert 'one of them alone" needs' in told
