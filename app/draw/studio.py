"""What window and terminal know of making films, pictures and reports: a contract, handed in by the entry point.

Nothing here loads a media library, and who asks for a film never knows who makes it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from PySide6.QtGui import QImage

from app.present.film_options import FilmOptions
from app.race.language import Catalogue
from app.race.problems import Problem, ProblemError

if TYPE_CHECKING:
    from app.race.sweep_result import SweepResult
    from app.race.trace import Trace
    from app.sandbox.behaviour import Behaviour

Tell = Callable[[int, int], None]
"""Called with the parts done (0 while the first is prepared) and all parts. It may raise :class:`Cancelled`."""


class Cancelled(Exception):
    """The user gave the export up."""


class Encoder(Protocol):
    """What is known of one kind of file before anything is made.

    ``name`` is for messages, ``title`` for people. ``endings`` are those of the files it writes, lower case with the
    dot; ``"/"`` stands for a folder. ``moving``: it writes a film, so that size, rate and scenes matter. ``size``
    (pixels) and ``fps`` are what it is best at.
    """

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def endings(self) -> tuple[str, ...]: ...
    @property
    def moving(self) -> bool: ...
    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def fps(self) -> int: ...


class MovingPicture(Protocol):
    """A film whose frames are drawn when they are asked for. ``notes`` are sentences that the user should know."""

    frames: int
    notes: list[str]

    @property
    def seconds(self) -> float: ...

    def frame(self, number: int) -> QImage:
        """Draws a frame, 0 to ``frames`` - 1; the picture is valid until the next one is asked for."""
        ...


class Export(Protocol):
    """A race or a sweep on its way to a file."""

    @property
    def film(self) -> MovingPicture:
        """The film of it, made when it is first asked for.

        Raises:
            ProblemError: there is nothing to film, or the logo is no picture.
        """
        ...

    def write(self, target: str, tell: Tell) -> Path:
        """Writes it to ``target``, in the format of its ending, and returns the path; a whole file or none.

        Raises:
            ProblemError: it cannot be written.
            Cancelled: ``tell`` raised it.
        """
        ...


class Studio(Protocol):
    """Makes films, pictures and reports. ``race_encoders`` write races, ``film_encoders`` races and sweeps."""

    @property
    def race_encoders(self) -> Sequence[Encoder]: ...
    @property
    def film_encoders(self) -> Sequence[Encoder]: ...

    def race(
        self,
        trace: Trace,
        trace_name: str,
        options: FilmOptions,
        behaviour: Behaviour | None = None,
        poster_s: float | None = None,
    ) -> Export:
        """Returns the export of a race.

        Args:
            trace_name: File name of the trace.
            behaviour: What the lanes' programs did, or None.
            poster_s: Moment of a single picture, film seconds; None picks the best one.
        """
        ...

    def sweep(self, result: SweepResult, options: FilmOptions, poster_s: float | None = None) -> Export:
        """Returns the export of a sweep."""
        ...

    def article(
        self, sources: Sequence[Path], folder: Path, language: Catalogue, tell: Tell, *, film: bool = False
    ) -> Path:
        """Writes an article about traces and sweeps into a folder, and returns its text's path.

        Raises:
            ProblemError: a source cannot be read, or the article cannot be written.
        """
        ...

    def site(
        self, sources: Sequence[Path], folder: Path, blank: Collection[str], tell: Tell, *, dark: bool = True
    ) -> Path:
        """Writes a site of traces and sweeps into a folder, and returns its index.

        Raises:
            ProblemError: a source cannot be read, or the site cannot be written.
        """
        ...


E = TypeVar("E", bound=Encoder)


def encoder_for(encoders: Sequence[E], target: str) -> E:
    """Returns what writes ``target``, a path; one that ends in ``/`` is a folder.

    Raises:
        ProblemError: nothing writes files of that ending.
    """
    ending = "/" if target.endswith(("/", os.sep)) or os.path.isdir(target) else Path(target).suffix.lower()
    found = next((encoder for encoder in encoders if ending in encoder.endings), None)
    if found is None:
        what = f"of the ending {ending!r}" if ending else "without an ending"
        known = ", ".join(dict.fromkeys(item.endings[0] for item in encoders))
        raise ProblemError(
            Problem(
                "ending-unknown",
                f"A file {what} cannot be written.",
                cause="The format follows from the ending.",
                action=f"Use one of: {known} (a folder, for single pictures).",
            )
        )
    return found
