"""Films finished races by themselves, one after the other, and never while something is being measured."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal

from app.draw.studio import Cancelled, Studio
from app.library.traces import open_trace
from app.library.writing import make_folder
from app.places import Places
from app.race.problems import Problem
from app.ui.export.choices import recall_choices
from app.ui.tasks import Tasks, in_thread
from app.ui.theme import Theme


class _Order:
    """A race to be filmed, and the gate that its work passes at every frame."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace
        self.stopped = False


class FilmRecorder(QObject):
    """Exports each race that it is given, with what was last chosen in the Export dialog.

    Signals:
        changed: A film waits, began, was held up or let go on, or ended.
        progressed: Frames done and all frames.
        saved: A film is whole; carries its path.
        failed: It could not be made; carries the :class:`Problem`.
    """

    changed = Signal()
    progressed = Signal(int, int)
    saved = Signal(object)
    failed = Signal(object)

    def __init__(self, theme: Theme, places: Places, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._places = places
        self._studio = studio
        self._orders: deque[_Order] = deque()
        self._now: _Order | None = None
        self._held = self._closed = False
        self._gate = threading.Condition()
        self._tasks = Tasks(self)

    @property
    def busy(self) -> bool:
        """Whether a film is being made or waits to be."""
        return self._now is not None or bool(self._orders)

    @property
    def held(self) -> bool:
        """Whether everything waits until nothing is measured any more."""
        return self._held

    @property
    def trace(self) -> Path | None:
        """The race whose film is being made or waits first."""
        order = self._now or (self._orders[0] if self._orders else None)
        return order.trace if order else None

    def film(self, trace: Path) -> None:
        """Has a race filmed as soon as it may be."""
        if not self._closed:
            self._orders.append(_Order(trace))
            self._next()
            self.changed.emit()

    def hold(self, held: bool) -> None:
        """Waits with everything, in the middle of a film too, while ``held``."""
        if held == self._held:
            return
        with self._gate:
            self._held = held
            self._gate.notify_all()
        self._next()
        self.changed.emit()

    def cancel(self) -> None:
        """Gives up the film that is being made or waits first."""
        if self._now is not None:
            self._stop(self._now)
        elif self._orders:
            self._orders.popleft()
            self.changed.emit()

    def close(self) -> None:
        """Gives everything up."""
        self._closed = True
        self._orders.clear()
        self._tasks.close()

    def _stop(self, order: _Order) -> None:
        with self._gate:
            order.stopped = True
            self._gate.notify_all()

    def _next(self) -> None:
        if self._now is not None or not self._orders or self._held or self._closed:
            return
        order = self._now = self._orders.popleft()
        dark = self._theme.look.dark
        self._tasks.start(self._film(order, dark), name="film", doing="a film was made", failed=self._failed)

    async def _film(self, order: _Order, dark: bool) -> None:
        told = self._tasks.told(self.progressed.emit)
        path = await in_thread(lambda: self._make(order, dark, told), stop=lambda: self._stop(order))
        self._end()
        if path is not None:
            self.saved.emit(path)

    def _make(self, order: _Order, dark: bool, told: Callable[[int, int], None]) -> Path | None:
        """Makes the film, in the pool's thread; None if it was given up."""
        # Imported here: numpy comes with it, which the window starts without.
        from app.sandbox.races import stored_behaviour

        def tell(done: int, total: int) -> None:
            with self._gate:
                self._gate.wait_for(lambda: order.stopped or not self._held)
            if order.stopped:
                raise Cancelled
            told(done, total)

        choices = recall_choices(self._places)
        encoders = self._studio.race_encoders
        encoder = next((item for item in encoders if item.name == choices.format), encoders[0])
        folder = films_folder()
        make_folder(folder)
        try:
            tell(0, 0)
            trace = open_trace(order.trace)
            behaviour = stored_behaviour(order.trace)
            export = self._studio.race(trace, order.trace.name, choices.options(dark=dark), behaviour)
            return export.write(free_name(folder, order.trace.stem, encoder.endings[0]), tell)
        except Cancelled:
            return None

    def _failed(self, problem: Problem) -> None:
        self._end()
        self.failed.emit(problem)

    def _end(self) -> None:
        self._now = None
        self._next()
        self.changed.emit()


def films_folder() -> Path:
    """Returns where films of races are saved by themselves; it need not be there yet."""
    movies = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MoviesLocation)
    return (Path(movies) if movies else Path.home()) / "mtp-race"


def free_name(folder: Path, stem: str, ending: str) -> str:
    """Returns a path in ``folder`` that nothing has yet; ``ending`` ``"/"`` is for a folder."""
    number = 1
    while True:
        name = stem if number == 1 else f"{stem} {number}"
        if not (folder / (name if ending == "/" else name + ending)).exists():
            return str(folder / name) + ending
        number += 1
