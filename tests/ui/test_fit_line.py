"""The line under the controls about memory, with small model files made here and made-up machines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.models.files.local import LocalPair, as_pair, open_local
from app.models.fit.estimate import Fit, Memory
from app.models.pairs import Pair
from app.places import Places
from app.race.lanes import Contender
from app.ui.main_window import MainWindow
from app.ui.race_page import RacePage
from app.ui.theme import Theme
from tests.models.ggufs import write_drafter, write_target
from tests.ui.windows import built_in, make_window, shown

LEFT = Qt.MouseButton.LeftButton
GB = 10**9
PLENTY = Memory(free=64 * GB, total=64 * GB)
LITTLE = Memory(free=50_000_000, total=8 * GB)


@pytest.fixture
def small(tmp_path: Path) -> Pair:
    """A small pair that is not the built-in one."""
    folder = tmp_path / "models"
    folder.mkdir()
    write_drafter(folder / "small-assistant.gguf")
    found = open_local(write_target(folder / "small.gguf"))
    assert isinstance(found, LocalPair)
    assert found.drafter is not None
    return as_pair(found)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, places: Places, small: Pair) -> Iterator[MainWindow]:
    with shown(make_window(theme, places, [*built_in(places), small]), qtbot) as made:
        yield made


@pytest.fixture
def page(window: MainWindow) -> RacePage:
    window.race.fit._held = lambda: 0  # What is loaded ahead by then would count as free.
    return window.race


def pick_small(page: RacePage, memory: Memory) -> None:
    page.fit.memory = lambda: memory
    page.controls.pair.setCurrentIndex(1)


def between(page: RacePage, qtbot: QtBot) -> Memory:
    """A machine on which one lane of the small pair fits and two do not."""
    pick_small(page, PLENTY)
    request = page.controls.request()
    assert request is not None
    qtbot.waitUntil(lambda: page.fit.knows(request))
    fit = page.fit.fit(request)
    assert isinstance(fit, Fit)
    page.fit.forget()
    return Memory(free=(fit.together + fit.alone) // 2, total=8 * GB)


def test_the_built_in_pair_is_not_looked_at(page: RacePage, qtbot: QtBot) -> None:
    def never() -> Memory:
        raise AssertionError("nobody should look at the memory")

    page.fit.memory = never
    with qtbot.waitSignal(page.fit.judged):
        page.load_slow_parts()
    assert not page.fit_line.isVisible()


def test_what_fits_says_nothing(page: RacePage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.fit.judged):
        pick_small(page, PLENTY)
    assert not page.fit_line.isVisible()


def test_what_does_not_fit_says_why_and_shows_the_sum(page: RacePage, qtbot: QtBot) -> None:
    pick_small(page, LITTLE)
    qtbot.waitUntil(page.fit_line.isVisible)
    assert "Does not fit" in page.fit_line.sign.text()
    assert "Even one lane needs about" in page.fit_line.reason.text()
    assert not page.fit_line.heats.isVisible()
    assert not page.fit_line.sum.isVisible()
    qtbot.mouseClick(page.fit_line.show_sum, LEFT)
    assert page.fit_line.sum.isVisible()
    assert "KV cache" in page.fit_line.sum.text.text()
    qtbot.mouseClick(page.fit_line.show_sum, LEFT)
    assert not page.fit_line.sum.isVisible()
    page.controls.pair.setCurrentIndex(0)
    assert not page.fit_line.isVisible()


@pytest.mark.real
def test_a_race_that_does_not_fit_has_to_be_asked_for_twice(page: RacePage, qtbot: QtBot) -> None:
    pick_small(page, LITTLE)
    with qtbot.waitSignal(page.said):
        qtbot.mouseClick(page.controls.go, LEFT)
    assert not page.running
    page.controls.max_tokens.setValue(16)
    with qtbot.waitSignal(page.runner.finished, timeout=60_000):
        qtbot.mouseClick(page.fit_line.anyway, LEFT)
    assert page.view is not None
    assert page.view.over
    assert page.view.header.lanes[0].options["memory_check"] == "off"


@pytest.mark.real
def test_memory_that_became_free_lets_the_race_start(page: RacePage, qtbot: QtBot) -> None:
    page.controls.max_tokens.setValue(16)
    pick_small(page, LITTLE)
    qtbot.waitUntil(page.fit_line.isVisible)
    page.fit.memory = lambda: PLENTY
    with qtbot.waitSignal(page.runner.finished, timeout=60_000):
        qtbot.mouseClick(page.controls.go, LEFT)
    assert not page.fit_line.isVisible()


def test_heats_are_offered_where_one_lane_fits(page: RacePage, qtbot: QtBot) -> None:
    memory = between(page, qtbot)
    page.controls.pair.setCurrentIndex(0)
    pick_small(page, memory)
    qtbot.waitUntil(page.fit_line.isVisible)
    assert page.fit_line.heats.text() == "Use heats"
    qtbot.mouseClick(page.fit_line.heats, LEFT)
    assert page.controls.format_title == "Heats"
    assert "one lane at a time" in page.fit_line.reason.text()
    assert not page.fit_line.anyway.isVisible()
    request = page.controls.request()
    assert request is not None
    settled = page.fit.settle(request)
    assert settled.one_loaded
    assert not page.fit.blocks(settled)


def test_more_lanes_need_more(page: RacePage, qtbot: QtBot) -> None:
    pick_small(page, LITTLE)
    qtbot.waitUntil(page.fit_line.isVisible)
    page.controls.lanes.set_lanes((Contender(2), Contender(4)))
    qtbot.waitUntil(lambda: "3 lanes" in page.fit_line.sum.text.text())
