"""What the Export dialog exports: a race or a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from app.places import Places
from app.present.sweep_figures import note
from app.race.sweep_result import SweepResult
from app.race.trace import Trace
from app.sandbox.races import stored_behaviour
from app.video.encoders import ENCODERS, FILM_ENCODERS
from app.video.encoders.base import Encoder, Footage, Job, Tell
from app.video.export import export, export_film
from app.video.options import SCENES, SWEEP_SCENES, FilmOptions
from app.video.sweep.film import SweepJob


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

    def footage(self, options: FilmOptions) -> Footage:
        """Returns its film, not made yet."""
        ...

    def write(self, options: FilmOptions, target: str, tell: Tell) -> Path:
        """Writes it to ``target``, as :func:`app.video.export.export` does."""
        ...


@dataclass(frozen=True)
class RaceSubject:
    """A race out of a trace file."""

    path: Path
    job: Job
    encoders = ENCODERS
    scenes = SCENES
    timed = True

    @classmethod
    def of(cls, places: Places, path: Path, trace: Trace) -> RaceSubject:
        """The race of the trace at ``path``."""
        return cls(path, Job(trace, path.name, FilmOptions(), places.resources, stored_behaviour(path)))

    @property
    def stem(self) -> str:
        """Name of the trace."""
        return self.path.stem

    @property
    def note(self) -> str:
        """What is wrong with the trace."""
        return self.job.trace.note

    def footage(self, options: FilmOptions) -> Job:
        """Returns the film of the race."""
        return replace(self.job, options=options)

    def write(self, options: FilmOptions, target: str, tell: Tell) -> Path:
        """Writes a film, a picture or a report."""
        return export(self.footage(options), target, tell)


@dataclass(frozen=True)
class SweepSubject:
    """A sweep."""

    result: SweepResult
    resources: Path
    encoders = FILM_ENCODERS
    scenes = SWEEP_SCENES
    timed = False

    @property
    def stem(self) -> str:
        """Name of the pair."""
        return f"sweep-{self.result.pair}"

    @property
    def note(self) -> str:
        """What is missing of the sweep."""
        return note(self.result)

    def footage(self, options: FilmOptions) -> SweepJob:
        """Returns the film of the sweep."""
        return SweepJob(self.result, options, self.resources)

    def write(self, options: FilmOptions, target: str, tell: Tell) -> Path:
        """Writes a film or a picture."""
        return export_film(self.footage(options), target, tell)
