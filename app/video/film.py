"""A film: scenes one after the other, and any of its frames on demand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from app.draw.fonts import Fonts
from app.draw.look import DARK, LIGHT
from app.present.film_options import FilmOptions
from app.present.playback import Playback
from app.race.problems import Problem, ProblemError
from app.race.trace import Trace
from app.sandbox.behaviour import Behaviour
from app.video.scenes import SCENE_MAKERS
from app.video.scenes.base import Scene, Set
from app.video.scenes.race import RaceScene
from app.video.stage import Stage

_FADE_S = 0.3


class Reel:
    """Scenes on one stage. The same scenes give the same frames, in whatever order they are asked.

    Attributes:
        scenes: Names, first frames and scenes, in order.
        frames: Number of frames.
        notes: What the user should know about the film, one sentence each.
        changed: Parts in which the last frame that was asked for differs from the one asked for before it.
    """

    def __init__(self, stage: Stage, options: FilmOptions) -> None:
        self.stage = stage
        self.options = options
        self.notes: list[str] = []
        self.scenes: list[tuple[str, int, Scene]] = []
        self.frames = 0
        self._image = QImage(options.width, options.height, QImage.Format.Format_RGB32)
        self._key: tuple[int, object, float] | None = None
        self.changed: list[QRect] = []

    def _splice(self, made: Sequence[tuple[str, Scene | None]], main: str) -> None:
        """Puts the scenes one after the other; ``main`` takes the time that the others leave it.

        Raises:
            ProblemError: there is none.
        """
        self.notes += [f"The scene {name!r} is left out: there is nothing for it." for name, it in made if not it]
        found = [(name, scene) for name, scene in made if scene is not None]
        if not found:
            raise ProblemError(Problem("film-empty", "No scene is left to film.", action="Choose other scenes."))
        fps = self.options.fps
        _fit([scene for _, scene in found], dict(found).get(main), self.options.seconds)
        at = 0.0
        for name, scene in found:
            self.scenes.append((name, round(at * fps), scene))
            at += max(scene.seconds, 2 / fps)
        self.frames = round(at * fps)

    @property
    def seconds(self) -> float:
        """Length of the film."""
        return self.frames / self.options.fps

    def span(self, name: str) -> tuple[int, int]:
        """Returns the first frame of a scene and the one after its last; KeyError if the film has no such scene."""
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


class Film(Reel):
    """A race as a film."""

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
        playback = Playback(trace, options.heat)
        final = playback.final()
        final.add_behaviour(behaviour)
        if not any(lane.state.tokens or lane.state.count for lane in final.lanes):
            raise ProblemError(
                Problem(
                    "trace-empty",
                    "There is nothing to film: no lane of this race wrote a token.",
                    cause=trace.note,
                    action="Choose another trace.",
                )
            )
        super().__init__(make_stage(options, resources), options)
        logo = read_logo(options.logo)
        self.set = Set(self.stage, options, playback, final, trace.note, logo, behaviour)
        self.notes = [trace.note] if trace.note else []
        self._splice([(name, SCENE_MAKERS[name](self.set)) for name in SCENE_MAKERS if name in options.scenes], "race")


def make_stage(options: FilmOptions, resources: Path) -> Stage:
    """Returns what a film of these options is drawn on."""
    return Stage(Fonts(resources), DARK if options.dark else LIGHT, options.width, options.height)


def _fit(scenes: Sequence[Scene], main: Scene | None, seconds: float) -> None:
    """Makes the scenes last ``seconds`` together: the main one takes what the others leave, at least half of it."""
    if seconds <= 0:
        return
    others = [scene for scene in scenes if scene is not main]
    rest = sum(scene.seconds for scene in others)
    room = seconds if main is None else max(seconds - rest, seconds / 2)
    left = seconds - room if main is not None else seconds
    if main is not None:
        main.seconds = room if others else seconds
    for scene in others:
        scene.seconds *= left / rest if rest else 1


def read_logo(path: Path | None) -> QImage | None:
    """Returns the picture for the corner.

    Raises:
        ProblemError: it is no picture.
    """
    if path is None:
        return None
    image = QImage(str(path))
    if image.isNull():
        raise ProblemError(
            Problem("logo-unreadable", f"{path} is no picture that can be read.", action="Use a PNG or JPEG file.")
        )
    return image
