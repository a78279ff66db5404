"""The scenes of a film by name. Adding one is one file and one entry here."""

from __future__ import annotations

from collections.abc import Callable

from app.video.scenes.base import Scene, Set
from app.video.scenes.closing import ClosingScene
from app.video.scenes.figures import make_figures
from app.video.scenes.finish import FinishScene
from app.video.scenes.programs import make_programs
from app.video.scenes.race import RaceScene
from app.video.scenes.title import TitleScene
from app.video.scenes.why import make_why

SCENE_MAKERS: dict[str, Callable[[Set], Scene | None]] = {
    "title": TitleScene,
    "race": RaceScene,
    "finish": FinishScene,
    "why": make_why,
    "programs": make_programs,
    "closing": ClosingScene,
    "figures": make_figures,
}
"""Scenes in the order of the film; a maker returns None where the race has nothing for that scene."""
