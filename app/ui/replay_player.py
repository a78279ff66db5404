"""Plays a recorded race on a board: play, pause, speed, and any moment by scrubbing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from app.present.view import RaceView
from app.race.fold import NS
from app.race.heats import Heats, heats_of
from app.race.replay import Replay
from app.race.trace import Trace
from app.ui.race_board import RaceBoard

SPEEDS = (1, 2, 4)
FRAME_MS = 16


class ReplayPlayer(QObject):
    """Feeds a board from a trace.

    Signals:
        moved: The moment changed: seconds. playing_changed: It plays or stands.
    """

    moved = Signal(float)
    playing_changed = Signal(bool)

    def __init__(self, board: RaceBoard, clock: Callable[[], int] | None = None, parent: QObject | None = None) -> None:
        """``clock`` returns ns of a steady clock; the system's, if None."""
        super().__init__(parent)
        self._board = board
        self._elapsed = QElapsedTimer()
        self._elapsed.start()
        self._clock = clock or self._elapsed.nsecsElapsed
        self._replay: Replay | None = None
        self._view: RaceView | None = None
        self._heats: Heats | None = None
        self._now_ns = 0
        self._wanted_ns = -1
        self._last_tick = 0
        self._playing = False
        self.speed = 1
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def playing(self) -> bool:
        """Whether time runs."""
        return self._playing

    @property
    def duration(self) -> float:
        """Length of the race in seconds of the slowest lane's clock."""
        return self._replay.duration_ns / NS if self._replay else 0.0

    @property
    def now(self) -> float:
        """The moment that is shown, in seconds."""
        return self._now_ns / NS

    @property
    def view(self) -> RaceView | None:
        """The race at this moment."""
        return self._view

    def open(self, trace: Trace) -> None:
        """Shows a trace at its end, standing, so that its result is seen at once."""
        self.pause()
        self._heats = heats_of(trace)
        self._replay = Replay(trace.header, trace.records, self._heats.shown if self._heats else 0)
        self._view = RaceView(trace.header, self._heats)
        self._board.set_view(self._view)
        self._now_ns = 0
        self._advance(self._replay.duration_ns)
        self._settle()

    def close(self) -> None:
        """Shows nothing any more."""
        self.pause()
        self._timer.stop()
        self._replay = self._view = None

    def play(self) -> None:
        """Lets time run; from the beginning if the end was reached."""
        if self._replay is None:
            return
        if self._now_ns >= self._replay.duration_ns:
            self._go_to(0)
        self._playing = True
        self._last_tick = self._clock()
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stops time."""
        if self._playing:
            self._playing = False
            self.playing_changed.emit(False)
            self._settle()

    def seek(self, seconds: float) -> None:
        """Goes to a moment, with the next frame; many calls between two frames cost no more than one."""
        self._wanted_ns = max(0, round(seconds * NS))
        self._timer.start()

    def _tick(self) -> None:
        replay = self._replay
        if replay is None:
            self._timer.stop()
            return
        now = self._clock()
        passed, self._last_tick = now - self._last_tick, now
        if self._wanted_ns >= 0:
            self._go_to(self._wanted_ns)
            self._wanted_ns = -1
        elif self._playing:
            self._advance(min(replay.duration_ns, self._now_ns + passed * self.speed))
        moving = self._board.frame()
        if self._playing and self._now_ns >= replay.duration_ns:
            self.pause()
        if not self._playing and not moving and self._wanted_ns < 0:
            self._timer.stop()
            self._settle()

    def _advance(self, to_ns: int) -> None:
        if self._replay is not None and self._view is not None:
            for lane, event in self._replay.advance(to_ns):
                self._view.feed(lane, event)
            self._now_ns = to_ns
            self.moved.emit(self.now)

    def _go_to(self, to_ns: int) -> None:
        replay = self._replay
        if replay is None:
            return
        if to_ns < self._now_ns:
            replay.seek(-1)
            self._view = RaceView(replay.header, self._heats)
            self._board.replace_view(self._view)
        self._advance(min(to_ns, replay.duration_ns))

    def _settle(self) -> None:
        self._board.frame()
        self._board.show_slow()
        self._timer.start()
