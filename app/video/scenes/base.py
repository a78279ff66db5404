"""What all scenes have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from app.race.lanes import KPolicy, LaneKind, LaneSpec
from app.sandbox.results import RunResult
from app.ui.race_view import RaceView
from app.video.options import FilmOptions
from app.video.playback import Playback
from app.video.stage import Stage

DRAW = 1.005
"""Below this ratio no lane is called faster, as in the window."""


@dataclass(slots=True)
class Set:
    """Everything a scene may show.

    Attributes:
        final: The race at its end.
        note: What is wrong with the trace; empty if nothing is.
        logo: The user's picture, or None.
        programs: What each lane's program did, by lane id; empty where none ran.
        programs_sentence: How they compare, in plain words.
    """

    stage: Stage
    options: FilmOptions
    playback: Playback
    final: RaceView
    note: str = ""
    logo: QImage | None = None
    programs: dict[str, RunResult] | None = None
    programs_sentence: str = ""


class Scene(Protocol):
    """One scene. ``draw`` must depend on ``at`` alone, so that a film is the same however it is asked for.

    Attributes:
        seconds: Its natural length in film seconds; the film may set another one before it starts.
    """

    seconds: float

    def draw(self, at: float) -> None:
        """Draws the scene's moment ``at``, film seconds from its start."""
        ...

    def key(self, at: float) -> object:
        """Returns a value that two moments share only if their frames are equal, so that one is not drawn twice."""
        ...


def short_title(spec: LaneSpec) -> str:
    """Returns a lane's short name, such as ``"MTP K=3"``."""
    if spec.kind is LaneKind.BASELINE:
        return "Baseline"
    name = {LaneKind.MTP: "MTP", LaneKind.DRAFT_MODEL: "Draft model", LaneKind.LOOKUP: "Lookup"}[spec.kind]
    return f"{name} K={spec.k}" if spec.policy is KPolicy.FIXED else f"{name} K ≤ {spec.k}"


def verdict(view: RaceView) -> tuple[int, str, str]:
    """Returns who is ahead or has won: the lane's index (-1 for nobody), a phrase, and the ratio (empty if none)."""
    leader = view.leader
    if leader is None:
        return -1, "", ""
    lane, ratio = leader
    if ratio < DRAW:
        return -1, "Level" if view.over else "Level so far", f"{ratio:.2f}×"
    return lane.index, f"{short_title(lane.spec)} {'wins' if view.over else 'ahead'}", f"{ratio:.2f}×"


def columns(box: QRectF, count: int, gap: float) -> list[QRectF]:
    """Cuts a box into ``count`` columns of whole pixels."""
    wide = (box.width() - gap * (count - 1)) / count
    edges = [(round(box.left() + n * (wide + gap)), round(box.left() + n * (wide + gap) + wide)) for n in range(count)]
    return [QRectF(left, box.top(), right - left, box.height()) for left, right in edges]


def rows(box: QRectF, count: int, gap: float) -> list[QRectF]:
    """Cuts a box into ``count`` rows of whole pixels."""
    high = (box.height() - gap * (count - 1)) / count
    edges = [(round(box.top() + n * (high + gap)), round(box.top() + n * (high + gap) + high)) for n in range(count)]
    return [QRectF(box.left(), top, box.width(), bottom - top) for top, bottom in edges]
