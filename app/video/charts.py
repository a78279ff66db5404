"""The charts of a race in a film: what the drawing room describes, drawn on as time goes by."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from app.draw.canvas import SMALL, Canvas
from app.draw.race_charts import ChartPiece, RaceChart, RacePlot
from app.present.view import LaneView
from app.video.stage import Stage

_SIZE: Final = 17.0
"""Size of labels, in units of the stage."""


class Growing:
    """A picture that only ever gets more: what was drawn before stays. Used for lines and bars that grow with time.

    The parts are drawn in the same order whether the picture grows frame by frame or is made at once, so both give
    the same picture.
    """

    def __init__(self, box: QRectF) -> None:
        self._box = box
        self._image = QImage(int(box.width()), int(box.height()), QImage.Format.Format_ARGB32_Premultiplied)
        self._image.fill(0)
        self._key: object = None
        self._count = 0

    def show(
        self, stage: Stage, key: object, count: int, wide: float, draw: Callable[[QPainter, int, int], None]
    ) -> None:
        """Draws ``count`` parts at the box; parts that were drawn under the same ``key`` are not drawn again.

        Args:
            wide: Pixels from the left that they take.
            draw: Draws the parts from a first one to before another.
        """
        if key != self._key or count < self._count:
            self._image.fill(0)
            self._key, self._count = key, 0
        if count > self._count:
            painter = QPainter(self._image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw(painter, self._count, count)
            painter.end()
            self._count = count
        stage.painter.drawImage(self._box.topLeft(), self._image, QRectF(0, 0, wide, self._image.height()))


class FilmChart:
    """A :class:`RaceChart` on axes that stand still for the whole film."""

    def __init__(self, stage: Stage, box: QRectF, chart: RaceChart, right: float, final: Sequence[LaneView]) -> None:
        """``right``: end of the time axis in seconds; ``final``: the lanes at their end, which give the other one."""
        self._stage, self._box, self._chart = stage, box, chart
        self._scale = stage.unit * _SIZE / SMALL
        area = QRectF(0, 0, box.width() / self._scale, box.height() / self._scale)
        self._plot = RacePlot(chart, area, right, chart.top(final, 0.0))
        self._growing = [Growing(box) for _ in self._pieces(final)]

    def _pieces(self, lanes: Sequence[LaneView]) -> list[ChartPiece]:
        return self._chart.pieces(lanes, self._stage.look)

    def _canvas(self, painter: QPainter) -> Canvas:
        painter.scale(self._scale, self._scale)
        return Canvas(painter, self._stage.look, self._stage.said)

    def grid(self) -> None:
        """Draws the axes."""
        self._on_stage(self._plot.axes)

    def patch(self, name: str, lanes: Sequence[LaneView]) -> None:
        """Draws lines and bars as far as they go, and marks their ends; nothing if that is what is shown.

        Args:
            name: Of this part of the backdrop.
        """
        pieces = self._pieces(lanes)
        # The rate at the end of a line is the lane's last one once it is over, also where no point came with it.
        key = [(piece.key, piece.count) for piece in pieces], [lane.state.over for lane in lanes]
        self._stage.patch(name, key, self._box, lambda: self._draw(pieces))

    def _draw(self, pieces: Sequence[ChartPiece]) -> None:
        frame = self._plot.frame
        for piece, growing in zip(pieces, self._growing, strict=True):

            def draw(painter: QPainter, start: int, stop: int, piece: ChartPiece = piece) -> None:
                canvas = self._canvas(painter)
                for number in range(start, stop):
                    piece.draw(canvas, frame, number, number + 1)

            # A round end of a line goes beyond its point.
            wide = min(self._box.width(), math.ceil((frame.x(piece.reach) + 4) * self._scale))
            growing.show(self._stage, piece.key, piece.count, wide, draw)
        self._on_stage(lambda canvas: self._plot.ends(canvas, pieces))

    def _on_stage(self, draw: Callable[[Canvas], None]) -> None:
        painter = self._stage.painter
        painter.save()
        painter.translate(self._box.topLeft())
        draw(self._canvas(painter))
        painter.restore()
