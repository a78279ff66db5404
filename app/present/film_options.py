"""What a film is to be like."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import msgspec

from app.race.problems import Problem, ProblemError

SCENES: Final = ("title", "race", "finish", "why", "programs", "closing", "figures")
"""Scenes in the order of the film."""
SWEEP_SCENES: Final = ("title", "curves", "advice", "closing")
"""Scenes of a sweep's film."""

SPEED_LIMITS: Final = (0.25, 8.0)
SIZE_LIMITS: Final = (120, 7680)
FRAME_RATES: Final = (10, 15, 24, 25, 30, 50, 60)


class FilmOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a race is filmed.

    Attributes:
        width, height: Pixels; even, since the usual codecs store colour for two pixels at a time.
        fps: Frames a second.
        dark: Theme.
        scenes: Names out of ``SCENES``, for a sweep of ``SWEEP_SCENES``; shown in that order whatever their order here.
        speed: Lane clock seconds a second of film; 1 is real time.
        seconds: Length of the whole film; the race's speed follows from it. 0 leaves ``speed`` as it is.
        caption: A line of the user's own, empty for none.
        logo: A picture shown in a corner, or None.
        heat: Heat of the race that is filmed; None takes the one that stands for the race.
    """

    width: int = 1920
    height: int = 1080
    fps: int = 30
    dark: bool = True
    scenes: tuple[str, ...] = SCENES
    speed: float = 1.0
    seconds: float = 0.0
    caption: str = ""
    logo: Path | None = None
    heat: int | None = None


def parse_size(text: str) -> tuple[int, int]:
    """Reads ``"1920x1080"``.

    Raises:
        ProblemError: it is no size, an odd one, or out of ``SIZE_LIMITS``.
    """
    found = re.fullmatch(r"(\d{1,5})\s*[x×*]\s*(\d{1,5})", text.strip().lower())
    if found is None:
        raise ProblemError(_size_problem(text, "A size is written as WIDTHxHEIGHT."))
    width, height = int(found[1]), int(found[2])
    least, most = SIZE_LIMITS
    if not (least <= width <= most and least <= height <= most):
        raise ProblemError(_size_problem(text, f"Each side is from {least} to {most} pixels."))
    if width % 2 or height % 2:
        raise ProblemError(_size_problem(text, "Both sides must be even: films store colour for 2 x 2 pixels."))
    return width, height


def parse_scenes(text: str, known: tuple[str, ...] = SCENES) -> tuple[str, ...]:
    """Reads ``"race,finish"``; ``known`` are the scenes that there are, in their order.

    Raises:
        ProblemError: a scene is unknown, or there is none.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        what = f"There is no scene {unknown[0]!r}." if unknown else "No scene is left."
        raise ProblemError(Problem("scene-unknown", what, action=f"Use some of: {', '.join(known)}."))
    return tuple(name for name in known if name in names)


def _size_problem(text: str, cause: str) -> Problem:
    action = "Use 1920x1080, 1080x1920, 1080x1080, 3840x2160 or another even size."
    return Problem("size-unknown", f"{text!r} is no size for a film.", cause=cause, action=action)
