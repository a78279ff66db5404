"""What all scenes have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.sandbox.behaviour import Behaviour
from app.ui.race_view import RaceView
from app.video.options import FilmOptions
from app.video.playback import Playback
from app.video.stage import Stage


@dataclass(slots=True)
class Set:
    """Everything a scene may show.

    Attributes:
        final: The race at its end.
        note: What is wrong with the trace; empty if nothing is.
        logo: The user's picture, or None.
        behaviour: What the lanes' programs did, or None.
    """

    stage: Stage
    options: FilmOptions
    playback: Playback
    final: RaceView
    note: str = ""
    logo: QImage | None = None
    behaviour: Behaviour | None = None


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


def column(stage: Stage, units: float) -> QRectF:
    """Returns a column in the middle of the frame, ``units`` wide where there is room."""
    wide = min(units * stage.full_unit, stage.width - 100 * stage.full_unit)
    return QRectF(round((stage.width - wide) / 2), 0, round(wide), stage.height)


class Decorated(Protocol):
    """What a film is made of, as far as a logo needs it."""

    stage: Stage
    logo: QImage | None


def draw_logo(set_: Decorated, box: QRectF) -> float:
    """Draws the user's picture at the upper right of ``box``, as large as it fits; returns its width in pixels."""
    logo = set_.logo
    if logo is None:
        return 0.0
    scale = min(box.width() / logo.width(), box.height() / logo.height())
    wide, high = round(logo.width() * scale), round(logo.height() * scale)
    set_.stage.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    set_.stage.painter.drawImage(QRectF(box.right() - wide, box.top(), wide, high), logo)
    return float(wide)


def mark(stage: Stage, x: float, y: float, tone: str) -> None:
    """Draws the sign of a verdict: a disc for good, a ring for warn, a square for bad, a small disc else."""
    painter, shade, reach = stage.painter, QColor(getattr(stage.look, tone)), stage.u(11)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shade)
    if tone == "warn":
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(shade, stage.u(6)))
        painter.drawEllipse(QPointF(x, y), reach * 0.8, reach * 0.8)
    elif tone == "bad":
        painter.drawRect(QRectF(x - reach, y - reach, 2 * reach, 2 * reach))
    else:
        reach *= 1.0 if tone == "good" else 0.6
        painter.drawEllipse(QPointF(x, y), reach, reach)


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
