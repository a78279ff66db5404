"""Where things are in the race scene, for each shape of frame."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from app.video.scenes.base import columns, rows
from app.video.stage import Shape, Stage

_MOST_ROWS = 3


@dataclass(frozen=True, slots=True)
class RaceLayout:
    """Boxes in pixels; ``rates`` is None where there is no room for that chart.

    ``text`` and ``number`` are the sizes of a lane's text and of its rate, in units. ``stacked``: panes are so narrow
    that a lane's title and figures have a line each.
    """

    head: QRectF
    lanes: list[QRectF]
    ratio: QRectF
    rates: QRectF | None
    rounds: QRectF
    text: float
    number: float
    stacked: bool = False


def plan(stage: Stage, lanes: int) -> RaceLayout:
    """Returns the layout for the stage's shape and number of lanes."""
    return {Shape.WIDE: _wide, Shape.SQUARE: _square, Shape.TALL: _tall}[stage.shape](stage, lanes)


def _wide(stage: Stage, lanes: int) -> RaceLayout:
    u, gap = stage.u, stage.u(22)
    area = stage.area.adjusted(u(44), u(34), -u(44), -u(40))
    head = QRectF(area.left(), area.top(), area.width(), u(84))
    bottom = QRectF(area.left(), area.bottom() - u(250), area.width(), u(250))
    middle = QRectF(area.left(), head.bottom() + u(14), area.width(), bottom.top() - head.bottom() - u(14) - gap)
    ratio_wide = u(350)
    charts = columns(QRectF(bottom.left(), bottom.top(), bottom.width() - ratio_wide - gap, bottom.height()), 2, gap)
    ratio = QRectF(bottom.right() - ratio_wide, bottom.top(), ratio_wide, bottom.height())
    return RaceLayout(head, columns(middle, max(1, lanes), gap), ratio, charts[0], charts[1], 22, 64, stacked=lanes > 2)


def _square(stage: Stage, lanes: int) -> RaceLayout:
    u, gap = stage.u, stage.u(16)
    area = stage.area.adjusted(u(32), u(24), -u(32), -u(32))
    head = QRectF(area.left(), area.top(), area.width(), u(80))
    bottom = QRectF(area.left(), area.bottom() - u(206), area.width(), u(206))
    middle = QRectF(area.left(), head.bottom() + u(8), area.width(), bottom.top() - head.bottom() - u(8) - gap)
    ratio = QRectF(bottom.left(), bottom.top(), u(320), bottom.height())
    chart = QRectF(ratio.right() + gap, bottom.top(), bottom.right() - ratio.right() - gap, bottom.height())
    panes = _panes(middle, lanes, gap)
    return RaceLayout(head, panes, ratio, None, chart, 20, 52, stacked=lanes > _MOST_ROWS)


def _tall(stage: Stage, lanes: int) -> RaceLayout:
    u, gap = stage.u, stage.u(20)
    # Phones lay their own buttons over the upper and lower edge of a tall film.
    area = stage.area.adjusted(u(36), u(96), -u(36), -u(120))
    head = QRectF(area.left(), area.top(), area.width(), u(88))
    ratio = QRectF(area.left(), head.bottom() + u(8), area.width(), u(150))
    bottom = QRectF(area.left(), area.bottom() - u(250), area.width(), u(250))
    middle = QRectF(area.left(), ratio.bottom() + gap, area.width(), bottom.top() - ratio.bottom() - 2 * gap)
    panes = _panes(middle, lanes, gap)
    many = lanes > _MOST_ROWS
    return RaceLayout(head, panes, ratio, None, bottom, 22 if many else 25, 64, stacked=many)


def _panes(middle: QRectF, lanes: int, gap: float) -> list[QRectF]:
    """Returns the lanes' panes below each other, or in two columns where they would be too low for their text."""
    if lanes <= _MOST_ROWS:
        return rows(middle, max(1, lanes), gap)
    return [pane for row in rows(middle, -(-lanes // 2), gap) for pane in columns(row, 2, gap)][:lanes]
