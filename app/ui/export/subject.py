"""What the Export dialog exports: a race or a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.draw.studio import Encoder, Export, Studio
from app.present.film_options import SCENES, SWEEP_SCENES, FilmOptions
from app.present.sweep_figures import note
from app.race.sweep_result import SweepResult
from app.race.trace import Trace
from app.sandbox.behaviour import Behaviour
from app.sandbox.races import stored_behaviour


class Subject(Protocol):
    """Something to export.

    ``stem`` begins the name of a file. ``encoders`` can write it. ``scenes`` are those its film can have. ``timed``:
    its film runs by a clock, and 1 is real time. ``note`` is what must be said of it beforehand, mostly nothing.
    """

    @property
    def stem(self) -> str: ...
    @property
    def encoders(self) -> Sequence[Encoder]: ...
    @property
    def scenes(self) -> tuple[str, ...]: ...
    @property
    def timed(self) -> bool: ...
    @property
    def note(self) -> str: ...

    def export(self, options: FilmOptions) -> Export:
        """Returns the export of it with these options; nothing is made yet."""
        ...


@dataclass(frozen=True)
class RaceSubject:
    """A race out of the trace file at ``path``."""

    studio: Studio
    path: Path
    trace: Trace
    behaviour: Behaviour | None
    scenes = SCENES
    timed = True

    @classmethod
    def of(cls, studio: Studio, path: Path, trace: Trace) -> RaceSubject:
        """The race of the trace at ``path``, with what is kept of its programs."""
        return cls(studio, path, trace, stored_behaviour(path))

    @property
    def stem(self) -> str:
        """Name of the trace."""
        return self.path.stem

    @property
    def encoders(self) -> Sequence[Encoder]:
        """What writes races."""
        return self.studio.race_encoders

    @property
    def note(self) -> str:
        """What is wrong with the trace."""
        return self.trace.note

    def export(self, options: FilmOptions) -> Export:
        """Returns the export of the race."""
        return self.studio.race(self.trace, self.path.name, options, self.behaviour)


@dataclass(frozen=True)
class SweepSubject:
    """A sweep."""

    studio: Studio
    result: SweepResult
    scenes = SWEEP_SCENES
    timed = False

    @property
    def stem(self) -> str:
        """Name of the pair."""
        return f"sweep-{self.result.pair}"

    @property
    def encoders(self) -> Sequence[Encoder]:
        """What writes films of anything."""
        return self.studio.film_encoders

    @property
    def note(self) -> str:
        """What is missing of the sweep."""
        return note(self.result)

    def export(self, options: FilmOptions) -> Export:
        """Returns the export of the sweep."""
        return self.studio.sweep(self.result, options)
