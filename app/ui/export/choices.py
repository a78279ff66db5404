"""What was last chosen in the Export dialog, remembered between starts. No encoder is loaded for reading it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
from PySide6.QtCore import QSettings

from app.models.places import Places
from app.race.problems import ProblemError
from app.video.options import FRAME_RATES, SCENES, SPEED_LIMITS, FilmOptions, parse_size

FORMAT = "mp4"
_KEY = "export/choices"


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


def recall_choices(places: Places) -> ExportChoices:
    """Returns what was chosen last; the usual film if nothing was, or nothing that can be understood."""
    text = str(_settings(places).value(_KEY, "") or "")
    try:
        found = msgspec.json.decode(text.encode(), type=ExportChoices) if text else ExportChoices()
        parse_size(found.size)
    except (msgspec.MsgspecError, UnicodeError, ProblemError):
        return ExportChoices()
    slow, fast = SPEED_LIMITS
    right = found.fps in FRAME_RATES and (found.speed == 0 or slow <= found.speed <= fast) and found.seconds > 0
    return found if right and _known(found.scenes) else ExportChoices()


def remember_choices(places: Places, choices: ExportChoices) -> None:
    """Writes the choices down."""
    settings = _settings(places)
    settings.setValue(_KEY, msgspec.json.encode(choices).decode())
    settings.sync()


def _known(scenes: Iterable[str]) -> bool:
    names = list(scenes)
    return bool(names) and all(name in SCENES for name in names)


def _settings(places: Places) -> QSettings:
    return QSettings(str(places.config / "export.ini"), QSettings.Format.IniFormat)
