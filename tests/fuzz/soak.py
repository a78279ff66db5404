"""``python -m tests.fuzz.soak --races 1000``: races in one window, and what it keeps of each.

The app's own window, offscreen unless QT_QPA_PLATFORM says otherwise, with the built-in pair and real worker processes.
Every race is begun by a click on its Race button and is over when the button says so again. A line every 50 races:

* memory of the window and of its workers (their own pages, so that a file that both map is not counted twice),
* open descriptors, threads, child processes, Qt widgets and Python objects of the window.

At the end a straight line is laid through each column, without the first fifth of the races, in which caches fill. The
exit status is 1 if a column grows by more than LIMITS allows in 1,000 races.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")

import psutil
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import cli
from app.draw.studio import Studio
from app.places import Places
from app.ui import application
from app.ui.main_window import MainWindow
from app.worker.pool import WorkerPool

MIB: Final = 1 << 20
COLUMNS: Final = ("window MiB", "workers MiB", "descriptors", "threads", "children", "widgets", "objects")
LIMITS: Final = {
    "window MiB": 40.0,
    "workers MiB": 40.0,
    "descriptors": 3.0,
    "threads": 3.0,
    "children": 1.0,
    "widgets": 20.0,
    "objects": 20_000.0,
}
"""The most that each column may grow in 1,000 races."""
_LOOK_MS: Final = 5


@dataclass
class Soak:
    """A hand that clicks Race again and again, and writes down what it sees.

    Attributes:
        races: How many.
        tokens: The most tokens of each lane.
        every: Races between two lines of the table.
        steps: Wait for a line on standard input before each line of the table, so that a machine can be shared.
    """

    races: int
    tokens: int
    every: int
    steps: bool
    done: int = 0
    rows: list[tuple[int, ...]] = field(default_factory=list)

    def watch(self, window: MainWindow) -> None:
        """Begins with a window that is about to be shown."""
        self._window, self._running = window, False
        self._wait()
        self._timer = QTimer(window)
        self._timer.timeout.connect(self._look)
        self._timer.start(_LOOK_MS)

    def _look(self) -> None:
        page = self._window.race
        if page.running or page.board.behaviour.running or not self._window.isVisible():
            return
        if self._running:
            self._running = False
            self.done += 1
            if self.done % self.every == 0:
                self._row()
            if self.done == self.races:
                self._timer.stop()
                self._window.close()
                return
        if page.controls.max_tokens.value() != self.tokens:
            page.controls.max_tokens.setValue(self.tokens)
        go = page.controls.go
        if go.isEnabled():
            QTest.mouseClick(go, Qt.MouseButton.LeftButton, pos=QPoint(go.width() // 2, go.height() // 2))
            self._running = page.running

    def _row(self) -> None:
        gc.collect()
        values = measure()
        self.rows.append((self.done, *values))
        if len(self.rows) == 1:
            print("| races | s each | " + " | ".join(COLUMNS) + " |\n|" + "---|" * (len(COLUMNS) + 2), flush=True)
        each = (time.monotonic() - self._began) / self.every
        print(f"| {self.done} | {each:.2f} | " + " | ".join(map(str, values)) + " |", flush=True)
        self._wait()

    def _wait(self) -> None:
        if self.steps and self.done < self.races:
            sys.stdin.readline()
        self._began = time.monotonic()


def measure() -> tuple[int, ...]:
    """Returns the values of COLUMNS now."""
    window = psutil.Process()
    children = window.children(recursive=True)
    own = window.memory_full_info().uss
    workers = sum(child.memory_full_info().uss for child in children)
    return (
        own // MIB,
        workers // MIB,
        window.num_fds(),
        window.num_threads(),
        len(children),
        len(QApplication.allWidgets()),
        len(gc.get_objects()),
    )


def growth(rows: list[tuple[int, ...]], column: int) -> float:
    """Returns how much a column grows in 1,000 races: the slope of a line of least squares."""
    late = [row for row in rows if row[0] > rows[-1][0] / 5]
    mean_x, mean_y = (sum(row[at] for row in late) / len(late) for at in (0, column))
    spread = sum((row[0] - mean_x) ** 2 for row in late)
    return 1000 * sum((row[0] - mean_x) * (row[column] - mean_y) for row in late) / spread if spread else 0.0


def judge(rows: list[tuple[int, ...]], tell: Callable[[str], None]) -> bool:
    """Tells the growth of each column; returns whether all are within LIMITS."""
    well = True
    for at, name in enumerate(COLUMNS, 1):
        grows = growth(rows, at)
        fits = grows <= LIMITS[name]
        tell(f"{name}: {grows:+.1f} in 1,000 races, at most {LIMITS[name]:g}{'' if fits else ': GROWS'}")
        well = well and fits
    return well


def main() -> int:
    """Races; returns 1 if something grows, or if the window closed before the last race."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--races", type=int, default=1000)
    parser.add_argument(
        "--tokens", type=int, default=16, help="the most of each lane (default 16, the least that the window takes)"
    )
    parser.add_argument("--every", type=int, default=50, help="races between two lines of the table (default 50)")
    parser.add_argument("--steps", action="store_true", help="wait for a line on standard input before each of them")
    arguments = parser.parse_args()
    soak = Soak(arguments.races, arguments.tokens, arguments.every, arguments.steps)
    build = application.build_window

    def built(app: QApplication, places: Places, pool: WorkerPool, studio: Studio) -> MainWindow:
        window = build(app, places, pool, studio)
        soak.watch(window)
        return window

    application.build_window = built
    status = cli.main(["window"])
    if status or not soak.rows:
        return status
    return 0 if soak.done == soak.races and judge(soak.rows, print) else 1


if __name__ == "__main__":
    sys.exit(main())
