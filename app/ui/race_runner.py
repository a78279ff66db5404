"""Runs races for the window: loads workers ahead, starts and stops sessions, hands their records to a view."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import QObject, Signal

from app.places import Places
from app.present.view import RaceView
from app.race.problems import Problem
from app.ui.tasks import Tasks, in_thread
from app.worker.pass_costs import first_k, measure_for_auto
from app.worker.pool import WorkerPool
from app.worker.request import RaceRequest
from app.worker.setup import StartedRace, prepare, start_race

_END_S: Final = 2.0
"""How long a race that was given up may take to end."""
_QUIT_S: Final = 0.4
"""How long a worker may take to end by itself."""


class RaceRunner(QObject):
    """At most one race at a time.

    Signals:
        started: A race runs; carries its :class:`RaceView`.
        finished: It is over and every record of it is in the view.
        refused: A race could not be started; carries the :class:`Problem`.
        preparing: Something slow is done before a race can start; carries a sentence.
        chose: What passes cost here speaks for a K, and that is raced; carries the :class:`KChoice`.
    """

    started = Signal(object)
    finished = Signal()
    refused = Signal(object)
    preparing = Signal(str)
    chose = Signal(object)

    def __init__(self, places: Places, pool: WorkerPool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places = places
        self._pool = pool
        self._race: StartedRace | None = None
        self._tasks = Tasks(self)
        self._over: asyncio.Future[None]
        self._starting = False
        self._stop_wanted = threading.Event()
        self._closed = False
        self._trace: Path | None = None
        self._view: RaceView | None = None

    @property
    def running(self) -> bool:
        """Whether a race was begun and is not over."""
        return self._starting or self._race is not None

    @property
    def ended(self) -> bool:
        """Whether the race has shown its last record; ``finished`` follows."""
        return self._race is not None and self._over.done()

    def warm_up(self, request: RaceRequest) -> None:
        """Loads the workers that ``request`` needs, so that a race of it starts at once."""
        if self.running or self._closed:
            return
        # What cannot be loaded is told when the user asks for a race of it.
        self._tasks.start(self._prepare(request), name="warm up", doing="a model was loaded ahead")

    async def _prepare(self, request: RaceRequest) -> None:
        await in_thread(lambda: prepare(request, self._places, self._pool), stop=lambda: None)

    def start(self, request: RaceRequest, *, measure_k: bool = False) -> None:
        """Starts a race; ``started`` or ``refused`` follows.

        Args:
            measure_k: Race the K that passes here speak for; they are measured first where they are not known.
        """
        if self.running or self._closed:
            return
        self._starting, self._stop_wanted = True, threading.Event()
        self._tasks.start(self._run(request, measure_k), name="race", doing="the race was run", failed=self._refused)

    def stop(self) -> None:
        """Stops the race; ``finished`` follows."""
        self._stop_wanted.set()
        if self._race is not None:
            self._race.session.stop()

    async def _run(self, request: RaceRequest, measure_k: bool) -> None:
        """A race from its start to its end; given up, it ends the session and gives the workers back all the same."""
        begun: list[StartedRace] = []
        tell, chose = self._tasks.told(self.preparing.emit), self._tasks.told(self.chose.emit)
        stopped = self._stop_wanted

        def begin() -> None:
            measure_for_auto(request, self._places, self._pool, tell, stopped)
            wanted = request
            found = first_k(request, self._places, self._pool, tell, stopped) if measure_k else None
            if found is not None:
                chose(found)
                wanted = msgspec.structs.replace(request, k=found.k)
            begun.append(start_race(wanted, self._places, self._pool, tell=tell))

        self._over = asyncio.get_running_loop().create_future()
        try:
            await in_thread(begin, stop=stopped.set)
            self._begin(begun[0])
            await self._over
        finally:
            for race in begun:
                await self._end(race)
            self._starting, self._race = False, None
        problem = begun[0].session.trace_problem
        if problem is not None:
            self.refused.emit(problem)
        self.finished.emit()

    def _begin(self, race: StartedRace) -> None:
        self._starting, self._race, self._trace = False, race, race.trace
        self._view = RaceView(race.header, live=True)
        if self._stop_wanted.is_set():
            race.session.stop()
        self.started.emit(self._view)

    @staticmethod
    async def _end(race: StartedRace) -> None:
        if not race.session.over:
            race.session.stop()
            await in_thread(lambda: race.session.join(_END_S))
        race.finish()

    def poll(self) -> None:
        """Moves new records into the view. Called once a frame."""
        race, view = self._race, self._view
        if race is None or view is None or self._over.done():
            return
        try:
            over, stage = race.session.over, race.session.stage
            view.apply(race.session.drain())
            if stage is not None and not over:
                view.stage, view.turn = stage.short, stage.lane
            if over:
                view.finish()
                self._over.set_result(None)
        except Exception as error:  # noqa: BLE001 - the race cannot be shown any more: it ends, with its problem
            self._over.set_exception(error)

    @property
    def trace(self) -> Path | None:
        """Where the race that runs, or the last one, is recorded."""
        return self._trace

    async def close(self) -> None:
        """Starts nothing any more, and ends the workers."""
        self._closed = True
        self._tasks.close()
        await in_thread(lambda: self._pool.close(_QUIT_S))

    def _refused(self, problem: Problem) -> None:
        self._starting, self._race = False, None
        self.refused.emit(problem)
