"""Packages for generated programs are brought in the background: shown, held, given up, and offered where one lacks.

The bringing itself is a stand-in here; tests/sandbox/test_environment.py tries the real one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.places import Places
from app.race.problems import Problem
from app.sandbox.installing import Bringing
from app.sandbox.interpreter import Interpreter
from app.ui.packages import PackageBringer, PackagesLine
from app.ui.same_strip import SameStrip
from app.ui.theme import Theme
from tests.ui.windows import built_in, make_window, shown


class StandIn:
    """In place of :func:`app.sandbox.environment.setup`: tells a step, then waits until it may end or is stopped."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.go_on = threading.Event()
        self.stopped = False
        self.result: Problem | Interpreter = Interpreter("python")

    def __call__(
        self,
        tell: Callable[[Bringing], None],
        *,
        where: Path,
        more: list[str],
        stop: threading.Event,
        hold: threading.Event,
    ) -> Interpreter | Problem:
        self.asked.append(more)
        tell(Bringing("Downloading pandas", 0.5, 21.0, 53.0))
        while not self.go_on.wait(0.01):
            if stop.is_set():
                self.stopped = True
                return Problem("stopped", "Given up.")
        return self.result


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn()
    monkeypatch.setattr("app.sandbox.environment.setup", made)
    return made


@pytest.fixture
def bringer(places: Places, qtbot: QtBot) -> PackageBringer:
    return PackageBringer(places)


@pytest.fixture
def line(bringer: PackageBringer, theme: Theme, qtbot: QtBot) -> PackagesLine:
    made = PackagesLine(bringer, theme)
    made.resize(1000, 30)
    qtbot.addWidget(made)
    return made


def test_the_line_says_what_comes_and_how_much_and_goes_when_it_is_there(
    bringer: PackageBringer, line: PackagesLine, stand_in: StandIn, qtbot: QtBot
) -> None:
    bringer.bring(["scipy"])
    qtbot.waitUntil(line.isVisible)
    assert "Downloading pandas, 21 of about 53 MB" in line.said.text()
    assert line.progress.value() == 500
    with qtbot.waitSignal(bringer.came):
        stand_in.go_on.set()
    assert line.isHidden()
    assert stand_in.asked == [["scipy"]]


def test_what_is_wanted_while_others_come_is_brought_afterwards(
    bringer: PackageBringer, line: PackagesLine, stand_in: StandIn, qtbot: QtBot
) -> None:
    bringer.bring(["scipy"])
    qtbot.waitUntil(line.isVisible)
    bringer.bring(["requests"])
    stand_in.go_on.set()
    qtbot.waitUntil(lambda: stand_in.asked == [["scipy"], ["scipy", "requests"]] and not bringer.running)


def test_cancel_ends_it_and_remembers_that_it_was_declined(
    bringer: PackageBringer, line: PackagesLine, stand_in: StandIn, qtbot: QtBot
) -> None:
    bringer.bring()
    qtbot.waitUntil(line.isVisible)
    with qtbot.waitSignal(line.declined):
        qtbot.mouseClick(line.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: stand_in.stopped)
    assert line.isHidden()


def test_what_went_wrong_stands_in_the_line_with_a_way_to_try_again(
    bringer: PackageBringer, line: PackagesLine, stand_in: StandIn, qtbot: QtBot
) -> None:
    stand_in.result = Problem("install-failed", "The packages could not be installed.", action="Check the connection.")
    stand_in.go_on.set()
    bringer.bring()
    qtbot.waitUntil(lambda: "could not be installed" in line.said.text())
    assert line.again.isVisible()
    stand_in.result = Interpreter("python")
    with qtbot.waitSignal(bringer.came):
        qtbot.mouseClick(line.again, Qt.MouseButton.LeftButton)
    assert line.isHidden()


def test_nothing_moves_while_something_is_measured(bringer: PackageBringer, line: PackagesLine, qtbot: QtBot) -> None:
    bringer.hold(True)
    line._stepped(Bringing("Downloading pandas", 0.5, 21.0, 53.0))
    assert "waits for the race" in line.said.text()
    bringer.hold(False)
    assert not bringer.held


def test_the_strip_has_a_button_for_what_a_program_lacks(theme: Theme, qtbot: QtBot) -> None:
    strip = SameStrip(theme)
    qtbot.addWidget(strip)
    strip.set_behaviour("warn", "Not comparable: both need pandas.", details=True, lacks="pandas")
    strip.show()
    assert strip.get_button.text() == "Get pandas"
    assert not strip.behaviour_button.isVisible()
    with qtbot.waitSignal(strip.package_wanted) as asked:
        qtbot.mouseClick(strip.get_button, Qt.MouseButton.LeftButton)
    assert asked.args == ["pandas"]
    strip.set_behaviour("good", "Programs behave the same.", details=True)
    assert not strip.get_button.isVisible()
    assert strip.behaviour_button.isVisible()


def test_the_line_stands_beside_the_tabs_and_moves_nothing(
    places: Places, theme: Theme, stand_in: StandIn, qtbot: QtBot
) -> None:
    with shown(make_window(theme, places, built_in(places)), qtbot) as window:
        window.resize(960, 640)

        def places_now() -> list[tuple[QPoint, QSize]]:
            return [(widget.pos(), widget.size()) for widget in (window.race, window.copy_button, window.race.board)]

        window.race.packages.bring(["scipy"])
        qtbot.waitUntil(window.race.packages_line.isVisible)
        QApplication.processEvents()
        assert window.race.packages_line.said.text() == "Packages, 21 of about 53 MB"
        shown_at = places_now()
        qtbot.mouseClick(window.race.packages_line.cancel, Qt.MouseButton.LeftButton)
        QApplication.processEvents()
        assert window.race.packages_line.isHidden()
        assert places_now() == shown_at
