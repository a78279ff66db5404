"""A film: scenes one after the other, and any of its frames on demand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from app.look import DARK, LIGHT
from app.race.problems import Problem, ProblemError
from app.race.trace import Trace
from app.sandbox.behaviour import Behaviour
from app.video.fonts import Fonts
from app.video.options import FilmOptions
from app.video.playback import Playback
from app.video.scenes import SCENE_MAKERS
from app.video.scenes.base import Scene, Set
from app.video.scenes.race import RaceScene
from app.video.stage import Stage

_FADE_S = 0.3


class Film:
    """Draws the frames of a race. The same trace and options give the same frames, in whatever order they are asked.

    Attributes:
        scenes: Names, first frames and scenes, in order.
        frames: Number of frames.
        notes: What the user should know about the film, one sentence each.
        changed: Parts in which the last frame that was asked for differs from the one asked for before it.
    """

    def __init__(
        self,
        trace: Trace,
        options: FilmOptions,
        resources: Path,
        behaviour: Behaviour | None = None,
    ) -> None:
        """
        Raises:
            ProblemError: there is nothing to film, or the logo is no picture.
        """
        self.options = options
        playback = Playback(trace, options.heat)
        final = playback.final()
        if not any(lane.state.tokens or lane.state.count for lane in final.lanes):
            raise ProblemError(
                Problem(
                    "trace-empty",
                    "There is nothing to film: no lane of this race wrote a token.",
                    cause=trace.note,
                    action="Choose another trace.",
                )
            )
        self.stage = Stage(Fonts(resources), DARK if options.dark else LIGHT, options.width, options.height)
        self.set = Set(self.stage, options, playback, final, trace.note, _logo(options.logo), behaviour)
        self.notes = [trace.note] if trace.note else []
        self.scenes: list[tuple[str, int, Scene]] = []
        made = [(name, SCENE_MAKERS[name](self.set)) for name in SCENE_MAKERS if name in options.scenes]
        self.notes += [f"The scene {name!r} is left out: the trace has nothing for it." for name, it in made if not it]
        found = [(name, scene) for name, scene in made if scene is not None]
        if not found:
            raise ProblemError(Problem("film-empty", "No scene is left to film.", action="Choose other scenes."))
        _fit([scene for _, scene in found], options.seconds)
        at = 0.0
        for name, scene in found:
            self.scenes.append((name, round(at * options.fps), scene))
            at += max(scene.seconds, 2 / options.fps)
        self.frames = round(at * options.fps)
        self._image = QImage(options.width, options.height, QImage.Format.Format_RGB32)
        self._key: tuple[int, object, float] | None = None
        self.changed: list[QRect] = []

    @property
    def seconds(self) -> float:
        """Length of the film."""
        return self.frames / self.options.fps

    def span(self, name: str) -> tuple[int, int]:
        """Returns the first frame of a scene, and the one after its last."""
        for place, (found, first, _) in enumerate(self.scenes):
            if found == name:
                return first, self.scenes[place + 1][1] if place + 1 < len(self.scenes) else self.frames
        raise KeyError(name)

    def frame(self, number: int) -> QImage:
        """Draws a frame and returns it: 32 bits a pixel, BGR and a byte without meaning.

        The picture is used again for the next frame; whoever keeps it copies it.
        """
        place = max(at for at, (_, first, _) in enumerate(self.scenes) if first <= number)
        _, first, scene = self.scenes[place]
        at = (number - first) / self.options.fps
        veil = 1 - min(1.0, (at + 1 / self.options.fps) / _FADE_S)
        key, shown = (place, scene.key(at), veil), self._key
        if key == shown:
            self.changed = []
            return self._image
        self._key = None
        keep = shown is not None and shown[0] == place and shown[2] == veil == 0 and isinstance(scene, RaceScene)
        self.stage.begin(self._image, keep=keep)
        try:
            scene.draw(at)
            self.stage.veil(veil)
        finally:
            self.stage.end()
        self._key = key
        self.changed = self.stage.changed
        return self._image


def _fit(scenes: Sequence[Scene], seconds: float) -> None:
    """Makes the scenes last ``seconds`` together: the race takes what the others leave, at least half of it."""
    if seconds <= 0:
        return
    race = next((scene for scene in scenes if isinstance(scene, RaceScene)), None)
    others = [scene for scene in scenes if scene is not race]
    rest = sum(scene.seconds for scene in others)
    room = seconds if race is None else max(seconds - rest, seconds / 2)
    left = seconds - room if race is not None else seconds
    if race is not None:
        race.seconds = room if others else seconds
    for scene in others:
        scene.seconds *= left / rest if rest else 1


def _logo(path: Path | None) -> QImage | None:
    if path is None:
        return None
    image = QImage(str(path))
    if image.isNull():
        raise ProblemError(
            Problem("logo-unreadable", f"{path} is no picture that can be read.", action="Use a PNG or JPEG file.")
        )
    return image
