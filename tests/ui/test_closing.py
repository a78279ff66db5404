"""Closing the window with work running: a clean end within a bounded time, and nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from app.places import Places
from app.ui.library_page import LibraryPage
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from tests.ui.synthetic import write_trace
from tests.ui.windows import built_in, make_window, shown


@pytest.fixture
def before() -> list[str]:
    """What earlier tests keep in this process on purpose: the process that renders templates, say."""
    return running()


def running() -> list[str]:
    """The app's threads, and its processes with their command lines."""
    names = ("task", "race", "sweep", "worker")
    threads = [f"{item.ident} {item.name}" for item in threading.enumerate() if item.name.startswith(names)]
    return threads + [command for child in psutil.Process().children() if (command := command_line(child))]


def command_line(child: psutil.Process) -> str:
    """Nothing where the process has ended."""
    try:
        return "" if child.status() == psutil.STATUS_ZOMBIE else f"{child.pid} {' '.join(child.cmdline())}"
    except psutil.NoSuchProcess:
        return ""


@pytest.fixture
def window(before: list[str], qtbot: QtBot, theme: Theme, places: Places) -> Iterator[MainWindow]:
    with shown(make_window(theme, places, built_in(places)), qtbot) as made:
        yield made


@pytest.mark.real
def test_closing_in_the_middle_of_a_race_leaves_no_thread_and_no_process(
    before: list[str], window: MainWindow, qtbot: QtBot
) -> None:
    window.race.controls.max_tokens.setValue(2048)
    qtbot.mouseClick(window.race.controls.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.race.view is not None and window.race.view.lanes[0].state.count > 3, timeout=60_000)
    window.close()
    assert not window.isVisible()
    qtbot.waitUntil(window.gone.is_set, timeout=10_000)
    qtbot.waitUntil(lambda: set(running()) <= set(before), timeout=10_000)


@pytest.mark.real
def test_closing_while_a_race_is_being_started_leaves_nothing(
    before: list[str], window: MainWindow, qtbot: QtBot
) -> None:
    qtbot.mouseClick(window.race.controls.go, Qt.MouseButton.LeftButton)
    window.close()
    qtbot.waitUntil(window.gone.is_set, timeout=10_000)
    qtbot.waitUntil(lambda: set(running()) <= set(before), timeout=10_000)


def test_closing_while_the_library_is_read_is_no_failure(window: MainWindow, qtbot: QtBot) -> None:
    library = window.pages.widget(1)
    assert isinstance(library, LibraryPage)
    window.show_page(1)
    library.open_file(write_trace(library.folder / "one.ndjson"))
    window.close()
    qtbot.waitUntil(window.gone.is_set, timeout=10_000)
    assert not library.failure.isVisible()


def test_the_window_can_be_closed_twice(window: MainWindow, qtbot: QtBot) -> None:
    window.close()
    window.close()
    qtbot.waitUntil(window.gone.is_set, timeout=10_000)
    assert QSignalSpy(window.race.changed).count() == 0


@pytest.mark.real
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("painted", [False, True])
def test_a_signal_ends_the_apps_own_process_cleanly(tmp_path: Path, number: signal.Signals, painted: bool) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    env = {**os.environ, "MTP_RACE_HOME": str(tmp_path / "home"), "TMPDIR": str(scratch), "DISPLAY": ":none"}
    command = [sys.executable, "-X", "importtime", "-m", "app"]
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process:
        told = until_it_ends(process, number, "app.ui.models.page" if painted else "app.cli")
    assert process.returncode == 0
    assert told == []
    assert list(scratch.iterdir()) == []


def until_it_ends(process: subprocess.Popen[str], number: signal.Signals, until: str) -> list[str]:
    """Sends the signal when a module was imported, which Python says; returns what else the process printed."""
    assert process.stderr is not None
    told = []
    for line in process.stderr:
        if not line.startswith("import time:"):
            told.append(line)
        if line.rstrip().endswith(until):
            break
    process.send_signal(number)
    return told + [line for line in process.stderr if not line.startswith("import time:")]


STUCK = """
import sys
from concurrent.futures import ThreadPoolExecutor
from PySide6.QtCore import QTimer
from app.__main__ import main
from app.ui import application
from app.ui.tasks import in_thread

made, pool = application.build_window, ThreadPoolExecutor(1)
fifo = sys.argv.pop()

def build(*parts):
    window = made(*parts)
    async def read():
        await in_thread(lambda: pool.submit(open, fifo).result())
    window.tasks.start(read(), name="stuck")
    QTimer.singleShot(500, window.close)
    return window

application.build_window = build
sys.exit(main())
"""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_file_that_never_answers_does_not_keep_the_process(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    env = {**os.environ, "MTP_RACE_HOME": str(tmp_path / "home")}
    done = subprocess.run([sys.executable, "-c", STUCK, str(fifo)], env=env, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "did not end in time" in (tmp_path / "home" / "data" / "log" / "mtp-race.log").read_text()
