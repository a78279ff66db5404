"""How soon the window is up after the process starts, and how soon the first token comes after the click on Race.

    python -m tests.bench.startup --runs 5 --out startup.json

Each run starts the window as a user does, in a process of its own, with the built-in pair and empty user folders. Up
means: the window was painted for the first time; ``up_cpu`` is the processor time of the process until then, which a
loaded machine changes little. The click comes as soon as the charts are there, so that loading the
workers is still under way; ``--wait`` seconds later otherwise. Run it under a display or Xvfb.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MARK = "mtp-race-bench"


def child(started: float, wait: float) -> int:  # noqa: PLR0915 - one script, read from above
    """Runs the window, presses Race, waits for a token in both lanes, prints the times and leaves."""
    gc.disable()  # as app.cli does
    from PySide6.QtCore import QEvent, QObject, Qt, QTimer
    from PySide6.QtTest import QTest
    from qasync import QEventLoop

    from app.places import find_places
    from app.ui.application import build_window, make_application
    from app.video.studio import FilmStudio
    from app.worker.pool import WorkerPool

    app = make_application()
    app.setQuitOnLastWindowClosed(False)
    loop = QEventLoop(app, already_running=True)
    window = build_window(app, find_places(), WorkerPool(), FilmStudio(find_places().resources))
    window.recall()
    times: dict[str, float] = {}

    def painted() -> None:
        if "up" not in times:
            times["up"], times["up_cpu"] = time.time() - started, time.process_time()

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and "up" not in times:
                QTimer.singleShot(0, painted)
            return False

    watch = Watch()
    window.race.installEventFilter(watch)
    window.show()

    def click() -> None:
        if not window.race.board.charts.loaded:
            QTimer.singleShot(5, click)
            return
        times["clicked"] = time.time() - started
        QTest.mouseClick(window.race.controls.go, Qt.MouseButton.LeftButton)

    def look() -> None:
        view = window.race.view
        if view is not None:
            for lane in view.lanes:
                if lane.state.tokens:
                    times.setdefault(f"first_token_{lane.spec.id}", time.time() - started - times["clicked"])
            if all(lane.state.tokens for lane in view.lanes):
                look_timer.stop()
                print(MARK + json.dumps(times), flush=True)
                window.close()

    look_timer = QTimer()
    look_timer.timeout.connect(look)
    look_timer.start(5)
    QTimer.singleShot(int(wait * 1000), click)
    QTimer.singleShot(60_000, window.close)

    async def leave() -> None:
        await window.gone.wait()
        app.quit()

    leaving = loop.create_task(leave())
    app.exec()
    return 0 if leaving.done() else 1


def one_run(wait: float) -> dict[str, float]:
    """Starts one process and returns its times in seconds."""
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "MTP_RACE_HOME": home, "MTP_RACE_PACKAGES": "off"}
        command = [sys.executable, "-m", "tests.bench.startup", "--child", repr(time.time()), "--wait", str(wait)]
        done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=120, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith(MARK))
    times: dict[str, float] = json.loads(line[len(MARK) :])
    return times


def main() -> int:
    """Runs the benchmark and prints its result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--wait", type=float, default=0.0)
    parser.add_argument("--child", type=float)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.child is not None:
        return child(options.child, options.wait)
    runs = [one_run(options.wait) for _ in range(options.runs)]
    result = {
        "runs": options.runs,
        "wait_s": options.wait,
        "median_s": {name: round(statistics.median(run[name] for run in runs), 3) for name in runs[0]},
        "worst_s": {name: round(max(run[name] for run in runs), 3) for name in runs[0]},
    }
    text = json.dumps(result, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
