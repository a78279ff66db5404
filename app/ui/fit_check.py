"""Whether what is picked fits into memory: looked at in the background, before anything is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import msgspec
from PySide6.QtCore import QObject, Signal

from app.models.shelf.availability import availability
from app.places import Places
from app.race.formats import recorded_format
from app.race.lanes import LaneKind
from app.ui.tasks import Tasks, in_thread
from app.worker.request import RaceRequest

if TYPE_CHECKING:
    from app.models.fit.estimate import Fit, Memory

FITS, NO = "fits", "does not fit"
"""Verdicts by their words. Their module is loaded with the first model that has to be looked at."""
Key: TypeAlias = tuple[str, tuple[tuple[LaneKind, str], ...], int]


class FitCheck(QObject):
    """Knows the estimate for what is picked now, and what the user said to it.

    The built-in pair with its own drafter is small enough for any machine: it is not looked at.

    Args:
        held: Bytes that are given back when other models are loaded.

    Attributes:
        memory: Looks at the machine; None means as usual.

    Signals:
        judged: The choice that was given last is known now.
    """

    judged = Signal()

    def __init__(self, places: Places, held: Callable[[], int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = Tasks(self)
        self._places = places
        self._held = held
        self.memory: Callable[[], Memory] | None = None
        self._key: Key | None = None
        self._known = False
        self._fit: Fit | None = None
        self._anyway: set[Key] = set()
        self._one_loaded: set[Key] = set()

    def knows(self, request: RaceRequest) -> bool:
        """Whether the choice was looked at, or need not be."""
        return _small(request) or (self._known and self._key == _key(request))

    def fit(self, request: RaceRequest) -> Fit | None:
        """The estimate; None if it need not be made, cannot be made, or is not there yet."""
        return None if _small(request) or self._key != _key(request) else self._fit

    def blocks(self, request: RaceRequest) -> bool:
        """Whether a race of it has to be asked for twice, since it does not fit."""
        return self._word(request) == NO and not request.load_anyway

    def easy(self, request: RaceRequest) -> bool:
        """Whether it fits with room to spare, so that it may be loaded ahead. What is not known does."""
        return self._word(request) == FITS

    def _word(self, request: RaceRequest) -> str:
        """How it fits, loaded as it would be."""
        fit = self.fit(request)
        if fit is None:
            return FITS
        return (fit.verdict_alone if request.one_loaded else fit.verdict).value

    def settle(self, request: RaceRequest) -> RaceRequest:
        """Returns the choice with what the user said to its estimate."""
        key = _key(request)
        one_loaded = recorded_format(request.format).repeats and key in self._one_loaded
        return msgspec.structs.replace(request, one_loaded=one_loaded, load_anyway=key in self._anyway)

    def accept(self, request: RaceRequest) -> None:
        """The user wants to race it anyway."""
        self._anyway.add(_key(request))

    def load_one(self, request: RaceRequest) -> None:
        """The user wants heats with one lane loaded at a time."""
        self._one_loaded.add(_key(request))

    def forget(self) -> None:
        """The next look is a new one: memory may have become free."""
        self._known, self._key = False, None

    def judge(self, request: RaceRequest) -> None:
        """Looks at a choice; ``judged`` follows, at once if it is known."""
        if self.knows(request):
            self.judged.emit()
            return
        key = _key(request)
        if key == self._key:
            return  # It is being looked at.
        self._key, self._known, self._fit = key, False, None
        self._tasks.start(self._look(request, key), name="look", doing="the memory was looked at")

    async def _look(self, request: RaceRequest, key: Key) -> None:
        def look() -> Fit | str:
            # Imported here: the built-in pair, with which the app starts, needs none of it.
            from app.models.fit.memory import free_memory
            from app.models.shelf.pair_fit import fit_race

            memory = (self.memory or free_memory)()
            memory = msgspec.structs.replace(memory, free=memory.free + self._held())
            found = availability(request.pair, self._places)
            return fit_race(request.pair, found, request.drafting, request.context, memory)

        fit: Fit | str | None = None
        try:
            fit = await in_thread(look)
        finally:  # What cannot be looked at is known to be unknown.
            if key == self._key:
                self._known, self._fit = True, None if isinstance(fit, str) else fit
                self.judged.emit()


def _key(request: RaceRequest) -> Key:
    lanes = tuple((lane.kind, lane.drafter) for lane in request.drafting)
    return request.pair.id, lanes, request.context


def _small(request: RaceRequest) -> bool:
    return request.pair.is_built_in and not any(lane.drafter for lane in request.contenders)
