"""Runs races for the window: loads workers ahead, starts and stops sessions, hands their records to a view."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Signal

from app.places import Places
from app.present.view import RaceView
from app.race.problems import Problem
from app.ui.background import in_background
from app.worker.pool import WorkerPool
from app.worker.request import RaceRequest
from app.worker.setup import StartedRace, prepare, start_race


class RaceRunner(QObject):
    """At most one race at a time.

    Signals:
        started: A race runs; carries its :class:`RaceView`.
        finished: It is over and every record of it is in the view.
        refused: A race could not be started; carries the :class:`Problem`.
        preparing: Something slow is done before a race can start; carries a sentence.
    """

    started = Signal(object)
    finished = Signal()
    refused = Signal(object)
    preparing = Signal(str)

    def __init__(self, places: Places, pool: WorkerPool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places = places
        self._pool = pool
        self._race: StartedRace | None = None
        self._starting = False
        self._stop_wanted = False
        self._closed = False
        self._trace: Path | None = None
        self._view: RaceView | None = None

    @property
    def running(self) -> bool:
        """Whether a race was begun and is not over."""
        return self._starting or self._race is not None

    def warm_up(self, choice: RaceRequest) -> None:
        """Loads the workers that ``choice`` needs, so that a race of it starts at once."""
        if self.running or self._closed:
            return
        # What cannot be loaded is told when the user asks for a race of it.
        in_background(self, lambda: prepare(choice, self._places, self._pool), lambda _: None, lambda _: None)

    def start(self, choice: RaceRequest) -> None:
        """Starts a race; ``started`` or ``refused`` follows."""
        if self.running or self._closed:
            return
        self._starting, self._stop_wanted = True, False
        tell = self.preparing.emit
        places, pool = self._places, self._pool
        in_background(self, lambda: start_race(choice, places, pool, tell=tell), self._started, self._refused)

    def stop(self) -> None:
        """Stops the race; ``finished`` follows."""
        self._stop_wanted = True
        if self._race is not None:
            self._race.session.stop()

    def poll(self) -> None:
        """Moves new records into the view. Called once a frame."""
        race, view = self._race, self._view
        if race is None or view is None:
            return
        over = race.session.over
        view.apply(race.session.drain())
        stage = race.session.stage
        if stage is not None and not over:
            view.stage = stage.short
        if over:
            view.finish()
            self._race = None
            self._trace = race.trace
            race.finish()
            if race.session.trace_problem is not None:
                self.refused.emit(race.session.trace_problem)
            self.finished.emit()

    @property
    def trace(self) -> Path | None:
        """Where the race that runs, or the last one, is recorded."""
        return self._race.trace if self._race else self._trace

    def close(self) -> None:
        """Stops everything and ends the workers."""
        self._closed = True
        self.stop()
        QThreadPool.globalInstance().waitForDone(3000)
        if self._race is not None:
            self._race.session.join(2.0)
            self._race.finish()
            self._race = None
        self._pool.close()

    def _started(self, race: StartedRace) -> None:
        self._starting = False
        self._race = race
        self._view = RaceView(race.header, live=True)
        if self._stop_wanted or self._closed:
            race.session.stop()
        self.started.emit(self._view)

    def _refused(self, problem: Problem) -> None:
        self._starting = False
        self.refused.emit(problem)
