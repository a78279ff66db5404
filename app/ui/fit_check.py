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

    def knows(self, choice: RaceRequest) -> bool:
        """Whether the choice was looked at, or need not be."""
        return _small(choice) or (self._known and self._key == _key(choice))

    def fit(self, choice: RaceRequest) -> Fit | None:
        """The estimate; None if it need not be made, cannot be made, or is not there yet."""
        return None if _small(choice) or self._key != _key(choice) else self._fit

    def blocks(self, choice: RaceRequest) -> bool:
        """Whether a race of it has to be asked for twice, since it does not fit."""
        return self._word(choice) == NO and not choice.load_anyway

    def easy(self, choice: RaceRequest) -> bool:
        """Whether it fits with room to spare, so that it may be loaded ahead. What is not known does."""
        return self._word(choice) == FITS

    def _word(self, choice: RaceRequest) -> str:
        """How it fits, loaded as it would be."""
        fit = self.fit(choice)
        if fit is None:
            return FITS
        return (fit.verdict_alone if choice.one_loaded else fit.verdict).value

    def settle(self, choice: RaceRequest) -> RaceRequest:
        """Returns the choice with what the user said to its estimate."""
        key = _key(choice)
        one_loaded = recorded_format(choice.format).repeats and key in self._one_loaded
        return msgspec.structs.replace(choice, one_loaded=one_loaded, load_anyway=key in self._anyway)

    def accept(self, choice: RaceRequest) -> None:
        """The user wants to race it anyway."""
        self._anyway.add(_key(choice))

    def load_one(self, choice: RaceRequest) -> None:
        """The user wants heats with one lane loaded at a time."""
        self._one_loaded.add(_key(choice))

    def forget(self) -> None:
        """The next look is a new one: memory may have become free."""
        self._known, self._key = False, None

    def judge(self, choice: RaceRequest) -> None:
        """Looks at a choice; ``judged`` follows, at once if it is known."""
        if self.knows(choice):
            self.judged.emit()
            return
        key = _key(choice)
        if key == self._key:
            return  # It is being looked at.
        self._key, self._known, self._fit = key, False, None
        self._tasks.start(self._look(choice, key), name="look", doing="the memory was looked at")

    async def _look(self, choice: RaceRequest, key: Key) -> None:
        def look() -> Fit | str:
            # Imported here: the built-in pair, with which the app starts, needs none of it.
            from app.models.fit.memory import free_memory
            from app.models.shelf.pair_fit import fit_race

            memory = (self.memory or free_memory)()
            memory = msgspec.structs.replace(memory, free=memory.free + self._held())
            found = availability(choice.pair, self._places)
            return fit_race(choice.pair, found, choice.drafting, choice.context, memory)

        fit: Fit | str | None = None
        try:
            fit = await in_thread(look)
        finally:  # What cannot be looked at is known to be unknown.
            if key == self._key:
                self._known, self._fit = True, None if isinstance(fit, str) else fit
                self.judged.emit()


def _key(choice: RaceRequest) -> Key:
    lanes = tuple((lane.kind, lane.drafter) for lane in choice.drafting)
    return choice.pair.id, lanes, choice.context


def _small(choice: RaceRequest) -> bool:
    return choice.pair.is_built_in and not any(lane.drafter for lane in choice.contenders)
