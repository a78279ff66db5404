"""The contract of what writes a film or a report."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, Protocol, TypeAlias, TypeVar

from PySide6.QtGui import QImage

from app.draw.studio import Encoder, Tell
from app.present.film_options import FilmOptions
from app.present.playback import Playback
from app.present.view import RaceView
from app.race.trace import Trace
from app.sandbox.behaviour import Behaviour
from app.video.film import Film, Reel

Made = TypeVar("Made", bound=Reel, covariant=True)


class FootageOf(ABC, Generic[Made]):
    """A film that is to be exported.

    Attributes:
        poster_s: Moment of a single picture, film seconds; None picks the best one.
    """

    poster_s: float | None

    @abstractmethod
    def make_film(self) -> Made:
        """Makes the film anew.

        Raises:
            ProblemError: there is nothing to film, or the logo is no picture.
        """

    @cached_property
    def film(self) -> Made:
        """The film, made when it is first asked for."""
        return self.make_film()

    def frames(self, tell: Tell) -> Iterator[QImage]:
        """Yields every frame of the film in order, telling about each. A frame is valid until the next one."""
        for number in range(self.film.frames):
            yield self.film.frame(number)
            tell(number + 1, self.film.frames)


Footage: TypeAlias = FootageOf[Reel]
"""A film of anything."""


@dataclass
class RaceJob(FootageOf[Film]):
    """A race that is to be exported.

    Attributes:
        trace_name: File name of the trace.
        resources: Folder of what comes with the app.
        behaviour: What the lanes' programs did, or None.
    """

    trace: Trace
    trace_name: str
    options: FilmOptions
    resources: Path
    behaviour: Behaviour | None = None
    poster_s: float | None = None

    @property
    def final(self) -> RaceView:
        """The race at its end, with what its programs did."""
        view = Playback(self.trace, self.options.heat).final()
        view.add_behaviour(self.behaviour)
        return view

    def make_film(self) -> Film:
        """Makes the film of the race."""
        return Film(self.trace, self.options, self.resources, self.behaviour)


class Usual:
    """The size and rate that most encoders are best at."""

    size = (1920, 1080)
    fps = 30


class RaceEncoder(Encoder, Protocol):
    """Writes races."""

    def write(self, job: RaceJob, path: Path, tell: Tell) -> None:
        """Writes ``job`` to ``path``, which is not there yet; whoever calls moves it to its place or removes it.

        Raises:
            OSError: it cannot be written.
            ProblemError: the job cannot be done.
            Cancelled: ``tell`` raised it.
        """
        ...


class FilmEncoder(Encoder, Protocol):
    """Writes films of anything."""

    def write(self, job: Footage, path: Path, tell: Tell) -> None:
        """Writes ``job``, as every encoder does."""
        ...
