"""Makes what window and terminal ask for. The media library is loaded with the first wish, not with this module."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.draw.studio import Encoder, Export, MovingPicture, Tell
from app.present.film_options import FilmOptions
from app.race.language import Catalogue

if TYPE_CHECKING:
    from app.race.sweep_result import SweepResult
    from app.race.trace import Trace
    from app.sandbox.behaviour import Behaviour
    from app.video.encoders.base import Footage


class FilmStudio:
    """The app's own :class:`app.draw.studio.Studio`; ``resources`` is the folder of what comes with the app."""

    def __init__(self, resources: Path) -> None:
        self._resources = resources

    @property
    def race_encoders(self) -> Sequence[Encoder]:
        """What can write a race."""
        from app.video.encoders import ENCODERS

        return ENCODERS

    @property
    def film_encoders(self) -> Sequence[Encoder]:
        """What can write a film of anything."""
        from app.video.encoders import FILM_ENCODERS

        return FILM_ENCODERS

    def race(
        self,
        trace: Trace,
        trace_name: str,
        options: FilmOptions,
        behaviour: Behaviour | None = None,
        poster_s: float | None = None,
    ) -> Export:
        """Returns the export of a race."""
        from app.video.encoders.base import RaceJob
        from app.video.export import export

        job = RaceJob(trace, trace_name, options, self._resources, behaviour, poster_s)
        return _FootageExport(job, lambda target, tell: export(job, target, tell))

    def sweep(self, result: SweepResult, options: FilmOptions, poster_s: float | None = None) -> Export:
        """Returns the export of a sweep."""
        from app.video.export import export_film
        from app.video.sweep.film import SweepJob

        job = SweepJob(result, options, self._resources, poster_s)
        return _FootageExport(job, lambda target, tell: export_film(job, target, tell))

    def article(
        self, sources: Sequence[Path], folder: Path, language: Catalogue, tell: Tell, *, film: bool = False
    ) -> Path:
        """Writes an article about traces and sweeps."""
        from app.video.article import write_article

        return write_article(sources, folder, self._resources, language, tell, film=film)

    def site(
        self, sources: Sequence[Path], folder: Path, blank: Collection[str], tell: Tell, *, dark: bool = True
    ) -> Path:
        """Writes a site of traces and sweeps."""
        from app.video.site import write_site

        return write_site(sources, folder, self._resources, blank, tell, dark=dark)


class _FootageExport:
    def __init__(self, footage: Footage, write: Callable[[str, Tell], Path]) -> None:
        self._footage, self._write = footage, write

    @property
    def film(self) -> MovingPicture:
        return self._footage.film

    def write(self, target: str, tell: Tell) -> Path:
        return self._write(target, tell)
