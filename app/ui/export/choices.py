"""What was last chosen in the Export dialog, remembered between starts. No encoder is loaded for reading it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import QSettings

from app.places import Places
from app.present.film_options import FRAME_RATES, SCENES, SPEED_LIMITS, FilmOptions, parse_size
from app.race.problems import ProblemError
from app.ui import settings as remembered

FORMAT = "mp4"


class ExportChoices(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The choices of the dialog.

    Attributes:
        format: Name of an encoder.
        size: As ``parse_size`` reads it.
        fps: Frames a second.
        speed: Times real time; 0 fits the film into ``seconds``.
        dark: Theme; None takes that of the window.
        logo: Path of a picture, empty for none.
    """

    format: str = FORMAT
    size: str = "1920x1080"
    fps: int = 30
    speed: float = 1.0
    seconds: float = 20.0
    dark: bool | None = None
    scenes: tuple[str, ...] = SCENES
    caption: str = ""
    logo: str = ""

    def options(self, *, dark: bool) -> FilmOptions:
        """Returns them as a film's options; ``dark`` is the window's look."""
        width, height = parse_size(self.size)
        logo = Path(self.logo) if self.logo else None
        return FilmOptions(
            width=width,
            height=height,
            fps=self.fps,
            dark=dark if self.dark is None else self.dark,
            scenes=self.scenes,
            speed=self.speed or 1.0,
            seconds=0.0 if self.speed else self.seconds,
            caption=self.caption,
            # A picture that is gone meanwhile is no reason to make no film.
            logo=logo if logo is not None and logo.is_file() else None,
        )


def recall_choices(places: Places, scenes: Sequence[str] = SCENES) -> ExportChoices:
    """Returns what was chosen last for films of these scenes; the usual film if nothing was that can be understood."""
    usual = ExportChoices(scenes=tuple(scenes))
    text = remembered.text(_settings(places), _key(scenes))
    try:
        found = msgspec.json.decode(text.encode(), type=ExportChoices) if text else usual
        parse_size(found.size)
    except (msgspec.MsgspecError, UnicodeError, ProblemError):
        return usual
    slow, fast = SPEED_LIMITS
    right = found.fps in FRAME_RATES and (found.speed == 0 or slow <= found.speed <= fast) and found.seconds > 0
    return found if right and found.scenes and set(found.scenes) <= set(scenes) else usual


def remember_choices(places: Places, choices: ExportChoices, scenes: Sequence[str] = SCENES) -> None:
    """Writes the choices down; ``scenes`` are those of the film that can be chosen."""
    settings = _settings(places)
    settings.setValue(_key(scenes), msgspec.json.encode(choices).decode())
    settings.sync()


def _key(scenes: Sequence[str]) -> str:
    return "export/choices" if tuple(scenes) == SCENES else "export/sweep"


def _settings(places: Places) -> QSettings:
    return remembered.open_settings(places.config / "export.ini")
