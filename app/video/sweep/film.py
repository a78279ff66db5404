"""A sweep as a film: what was raced, the curves drawing themselves, the advice, and the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.draw.sweep.speedup import measured
from app.present.film_options import FilmOptions
from app.present.suite_rows import by_kind
from app.present.sweep_figures import note
from app.race.problems import Problem, ProblemError
from app.race.sweep_result import SweepResult
from app.video.encoders.base import FootageOf
from app.video.film import Reel, make_stage, read_logo
from app.video.sweep.scenes import SWEEP_SCENE_MAKERS, SweepSet


class SweepFilm(Reel):
    """A sweep as a film."""

    def __init__(self, result: SweepResult, options: FilmOptions, resources: Path) -> None:
        """
        Raises:
            ProblemError: there is nothing to film, or the logo is no picture.
        """
        if not any(measured(cell) for prompt in result.prompts for cell in prompt.cells):
            raise ProblemError(
                Problem(
                    "sweep-empty",
                    "There is nothing to film: no heat of this sweep is done.",
                    action="Let the sweep go on, or choose another one.",
                )
            )
        super().__init__(make_stage(options, resources), options)
        said = note(result)
        self.notes = [said] if said else []
        set_ = SweepSet(self.stage, options, by_kind(result), result, said, read_logo(options.logo))
        makers = SWEEP_SCENE_MAKERS.items()
        self._splice([(name, make(set_)) for name, make in makers if name in options.scenes], "curves")


@dataclass
class SweepJob(FootageOf[SweepFilm]):
    """A sweep that is to be filmed; ``resources`` is the folder of what comes with the app."""

    result: SweepResult
    options: FilmOptions
    resources: Path
    poster_s: float | None = None

    def make_film(self) -> SweepFilm:
        """Makes the film of the sweep."""
        return SweepFilm(self.result, self.options, self.resources)
