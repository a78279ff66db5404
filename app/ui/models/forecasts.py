"""The forecasts of the window: one after the other, since two at once would measure each other."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import msgspec
from PySide6.QtCore import QObject, Signal

from app.models.fit.memory import free_memory
from app.models.pairs import Pair
from app.models.registry.reader import load_registry
from app.places import Places
from app.race.forecast import Forecast
from app.race.problems import Problem
from app.race.published import read_published
from app.ui.tasks import Tasks, in_thread


class Forecasts(QObject):
    """Makes forecasts, by the pair's id.

    Signals:
        began: (id), its turn came. progressed: (id, what is done now, share of it all that is done).
        ended: (id, Problem or None); the forecast is kept then. emptied: None is left to be made.
    """

    began = Signal(str)
    progressed = Signal(str, str, float)
    ended = Signal(str, object)
    emptied = Signal()

    def __init__(self, places: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places = places
        self._wanted: list[Pair] = []
        self._stopped = threading.Event()
        self.threads, self.gpu_layers = 0, -1
        self._tasks = Tasks(self)

    @property
    def running(self) -> str:
        """Id of the pair that is measured now, "" if none."""
        return self._wanted[0].id if self._wanted else ""

    @property
    def waiting(self) -> tuple[str, ...]:
        """Ids of the pairs whose turn will come."""
        return tuple(pair.id for pair in self._wanted[1:])

    def start(self, pairs: Iterable[Pair]) -> None:
        """Makes forecasts for these pairs, after those that are wanted already."""
        idle = not self._wanted
        known = {pair.id for pair in self._wanted}
        self._wanted += [pair for pair in pairs if pair.id not in known]
        if idle and self._wanted:
            self._tasks.start(self._run(), name="forecast", doing="a forecast was made")

    def cancel(self) -> None:
        """Gives up the one that is made and those that wait; ``ended`` and ``emptied`` follow."""
        del self._wanted[1:]
        self._stopped.set()

    async def _run(self) -> None:
        while self._wanted:
            pair = self._wanted[0]
            self._stopped = threading.Event()
            self.began.emit(pair.id)
            problem = await self._made(pair, self._stopped)
            self._wanted.pop(0)
            self.ended.emit(pair.id, problem)
        self.emptied.emit()

    async def _made(self, pair: Pair, stopped: threading.Event) -> Problem | None:
        tell = self._tasks.told(lambda words, share: self.progressed.emit(pair.id, words, share))

        def make() -> Forecast:
            # Here: what measures and what it needs are loaded only when something is measured.
            from app.worker.forecast import make_forecast, registry_subject

            resources = self._places.resources
            published = read_published((resources / "published-results.toml").read_text(encoding="utf-8"))
            subject = registry_subject(pair, load_registry(places=self._places))
            subject = msgspec.structs.replace(subject, threads=self.threads, gpu_layers=self.gpu_layers)
            return make_forecast(subject, self._places, published, free_memory(use_gpu=True), tell, stopped)

        try:
            await in_thread(make, stop=stopped.set)
        except Exception as error:  # noqa: BLE001 - a card that was told to wait must hear how it ended
            from app.boundary.unexpected import problem_of

            return problem_of(error, "models", f"{pair.title} was forecast")
        return None
