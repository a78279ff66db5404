"""The scenes of a film by name. Adding one is one file and one entry here."""

from __future__ import annotations

from collections.abc import Callable

from app.video.scenes.base import Scene, Set
from app.video.scenes.race import RaceScene

SCENE_MAKERS: dict[str, Callable[[Set], Scene | None]] = {
    "race": RaceScene,
}
"""Scenes in the order of the film; a maker returns None where the race has nothing for that scene."""
