"""How much of a core the window takes, and how long its frames take, while a synthetic race streams into it.

    python -m tests.bench.ui_cpu --rate 200 --seconds 10 --out ui_cpu.json

``--rate`` is tokens per second of each lane. The records are fed in real time, as a session would, and the real board
shows them in a real window; run it under a display or Xvfb. CPU time is that of this process, feeding included, until
the last record; what the finish takes (colouring the code) is told apart.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import time
from bisect import bisect_right
from pathlib import Path

os.environ.setdefault("QT_API", "pyside6")

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app.places import find_places
from app.present.view import RaceView
from app.ui.race_board import RaceBoard
from app.ui.race_page import FRAME_MS
from app.ui.theme import Theme
from tests.ui import synthetic


class Feed:
    """Feeds a synthetic race to a board in real time, one call a frame, and keeps the times of the frames."""

    def __init__(self, app: QApplication, board: RaceBoard, rate: float, seconds: float, lanes: int) -> None:
        tokens = int(rate * seconds)
        head = synthetic.header(max_tokens=tokens, lanes=lanes)
        self._items = synthetic.records(head, tokens, rates=(rate,))
        self._times = [item.at / 1e9 for item in self._items]
        self._app = app
        self._board = board
        self._view = RaceView(head)
        self._fed = 0
        self._last = 0.0
        self._origin = 0.0
        self.streamed = (0.0, 0.0)  # Wall and CPU time when the last record was fed.
        self.durations: list[float] = []
        self.intervals: list[float] = []
        board.set_view(self._view)

    @property
    def done(self) -> bool:
        """Whether everything was fed."""
        return self._fed >= len(self._items)

    def begin(self) -> None:
        """Starts the time."""
        self._origin = time.perf_counter()

    def frame(self) -> None:
        """Feeds what is due and shows it."""
        now = time.perf_counter()
        if self._last:
            self.intervals.append(now - self._last)
        self._last = now
        ready = bisect_right(self._times, now - self._origin)
        self._view.apply(self._items[self._fed : ready])
        self._fed = ready
        if self.done and not self.streamed[0]:
            self.streamed = (now, time.process_time())
        moving = self._board.frame()
        self.durations.append(time.perf_counter() - now)
        if self.done and not moving:
            self._app.quit()


def main() -> int:
    """Runs the benchmark and prints its result as JSON."""
    options = _options()
    app = QApplication(sys.argv[:1])
    loop = QEventLoop(app, already_running=True)
    board = RaceBoard(Theme(app, find_places().resources, forced="dark"))
    board.charts.load()
    board.resize(1400, 760)
    board.show()
    feed = Feed(app, board, options.rate, options.seconds, options.lanes)
    for _ in range(20):
        app.processEvents()
    gc.collect()
    gc.freeze()
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(feed.frame)
    QTimer.singleShot(int(options.seconds * 3000) + 5000, app.quit)
    origin, cpu = time.perf_counter(), time.process_time()
    feed.begin()
    timer.start(FRAME_MS)
    app.exec()
    loop.stop()
    end, used = feed.streamed[0] or time.perf_counter(), feed.streamed[1] or time.process_time()
    result = {
        "rate_per_lane": options.rate,
        "lanes": options.lanes,
        "streaming_s": round(end - origin, 2),
        "all_shown": feed.done,
        "cpu_share_of_a_core": round((used - cpu) / (end - origin), 4),
        "finish_cpu_s": round(time.process_time() - used, 3),
        "frames_per_second": round(len(feed.durations) / (time.perf_counter() - origin), 1),
        "frame_work_ms": _spread(feed.durations),
        "frame_interval_ms": _spread(feed.intervals),
    }
    text = json.dumps(result, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    return 0


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(value * 1000 for value in values)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    spread = {name: round(ordered[int(share * (len(ordered) - 1))], 2) for name, share in at.items()}
    return {"mean": round(statistics.fmean(ordered), 2), **spread, "max": round(ordered[-1], 2)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
