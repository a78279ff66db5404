"""What all scenes have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.present.film_options import FilmOptions
from app.present.playback import Playback
from app.present.view import RaceView
from app.sandbox.behaviour import Behaviour
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


@contextmanager
def centred(stage: Stage, height: Callable[[], float]) -> Iterator[float]:
    """Makes the unit small enough for ``height()``, as :meth:`Stage.fitted` does; yields the top that centres it."""
    with stage.fitted(height) as high:
        yield (stage.height - high) / 2


class Decorated(Protocol):
    """What a film is made of, as far as its frame needs it: whatever it is of, it has these around it."""

    stage: Stage
    options: FilmOptions
    note: str
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


def draw_corner_logo(set_: Decorated, wide: float, high: float) -> None:
    """Draws the user's picture in the frame's corner, in at most so many units."""
    stage = set_.stage
    draw_logo(set_, QRectF(stage.width - stage.u(wide + 60), stage.u(54), stage.u(wide), stage.u(high)))


def draw_card_logo(set_: Decorated, box: QRectF, top: float) -> None:
    """Draws the user's picture at the right of a card's heading."""
    u = set_.stage.u
    draw_logo(set_, QRectF(box.right() - u(200), top, u(200), u(72)))


def draw_title(set_: Decorated, kicker: str, lines: Iterable[str], size: float, box: QRectF, y: float) -> float:
    """Draws the lines of a title in ``size`` units, above them the user's caption or ``kicker``; returns its end."""
    stage, u = set_.stage, set_.stage.u
    kicker = set_.options.caption or kicker
    y += u(34)
    stage.text(kicker, box.left(), y, 32, style="semibold", tone=stage.look.muted, room=box.width())
    y += u(26)
    for line in lines:
        y += u(size * 1.15)
        stage.text(line, box.left(), y - u(12), size, style="bold")
    return y


Told = list[tuple[str, list[str]]]
"""Conditions of a measurement: the name and the lines of each."""


def told_lines(stage: Stage, told: Iterable[tuple[str, str]], size: float, room: float) -> Told:
    """Cuts what each condition says into lines of at most ``room`` pixels."""
    return [(name, stage.wrap(text, size, room, most=3)) for name, text in told]


def draw_told(stage: Stage, told: Told, at: QPointF, size: float, *, indent: float, gap: float) -> None:
    """Draws conditions: the first line stands on ``at``; texts are ``indent`` units in, ``gap`` units are between."""
    u, y = stage.u, at.y()
    for name, lines in told:
        stage.text(name, at.x(), y, size, tone=stage.look.muted)
        for line in lines:
            stage.text(line, at.x() + u(indent), y, size)
            y += u(size * 1.4)
        y += u(gap)


def draw_rule(stage: Stage, box: QRectF, y: float) -> None:
    """Draws the thin line above a table's row."""
    stage.painter.fillRect(QRectF(box.left(), y, box.width(), max(1.0, stage.u(1.5))), QColor(stage.look.line))


def draw_foot(set_: Decorated, foot: str, box: QRectF, y: float) -> None:
    """Draws the last line of a film: what is wrong with what it shows, or else the user's caption or ``foot``."""
    look = set_.stage.look
    text, tone = (set_.note, look.warn) if set_.note else (set_.options.caption or foot, look.muted)
    set_.stage.text(text, box.left(), y, 24, tone=tone, room=box.width())


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
