"""The charts of a race in a film: token rates and accepted tokens a round, over the lanes' clock, on fixed axes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from app.look import mix
from app.ui.race_view import LaneView
from app.video.stage import RIGHT, Stage

_NICE: Final = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


def axis_top(value: float) -> float:
    """Returns a round number of at least ``value``."""
    power = 10.0 ** (len(str(int(max(value, 1)))) - 1)
    return next(step * power for step in _NICE if step * power >= value)


def ticks(end: float, most: int) -> list[float]:
    """Returns round steps from 0 to ``end``: at most ``most`` + 1 of them."""
    if end <= 0:
        return [0.0]
    power = 10.0
    while power > end:
        power /= 10
    while power * 10 <= end:
        power *= 10
    power /= 10
    step = next(
        (size * power * tens for tens in (1, 10) for size in (1, 2, 5) if end / (size * power * tens) <= most), end
    )
    return [number * step for number in range(int(end / step + 1e-9) + 1)]


class Plot:
    """A chart's frame: where its axes are, in pixels, and what they mean."""

    def __init__(self, stage: Stage, box: QRectF, right: float, top: float, size: float = 17) -> None:
        """``right`` in seconds, ``top`` in the chart's own unit; ``size`` of the labels in units."""
        self._stage = stage
        self._size = size
        self.right = max(right, 1e-9)
        self.top = max(top, 1e-9)
        left, below = stage.u(size * 2.6), stage.u(size * 1.9)
        self.area = box.adjusted(left, stage.u(size * 0.5), -stage.u(4), -below)

    def x(self, seconds: float) -> float:
        """Pixel of a moment."""
        return self.area.left() + self.area.width() * seconds / self.right

    def y(self, value: float) -> float:
        """Pixel line of a value."""
        return self.area.bottom() - self.area.height() * min(1.0, value / self.top)

    def grid(self, values: Sequence[float]) -> None:
        """Draws horizontal lines with their values, and the seconds below."""
        stage, look, area = self._stage, self._stage.look, self.area
        for value in values:
            line = round(self.y(value))
            stage.painter.fillRect(QRectF(area.left(), line, area.width(), max(1.0, stage.u(1))), QColor(look.line))
            stage.text(
                f"{value:g}",
                area.left() - stage.u(10),
                line + stage.u(self._size * 0.35),
                self._size,
                tone=look.muted,
                align=RIGHT,
            )
        marks = ticks(self.right, 4)
        for second in marks:
            label = f"{second:g}" + (" s" if second == marks[-1] else "")
            stage.text(
                label,
                self.x(second),
                area.bottom() + stage.u(self._size * 1.5),
                self._size,
                tone=look.muted,
                align="center" if second else "left",
            )


def rate_chart(stage: Stage, box: QRectF, lanes: Sequence[LaneView], right: float, top: float) -> None:
    """Draws tokens per second: a faint line for now, a strong one smoothed, for each lane."""
    plot = Plot(stage, box, right, top)
    plot.grid([top * part / 2 for part in range(3)])
    for lane in lanes:
        rates = lane.rates
        if len(rates.at) < 2:
            continue
        tone = stage.look.lane(lane.index)
        key = ("rates", lane.index, len(rates.at), rates.at[-1], box.width(), box.height())
        picture = stage.pictures.get(key, partial(_rate_lines, stage, plot, box, lane, tone))
        stage.painter.drawImage(box.topLeft(), picture)


def _rate_lines(stage: Stage, plot: Plot, box: QRectF, lane: LaneView, tone: str) -> QImage:
    image = QImage(int(box.width()), int(box.height()), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(-box.left(), -box.top())
    for values, shade, wide in (
        (lane.rates.current, mix(tone, stage.look.card, 0.42), 1.2),
        (lane.rates.smooth, tone, 3.2),
    ):
        points = [QPointF(plot.x(at), plot.y(value)) for at, value in zip(lane.rates.at, values, strict=True)]
        painter.setPen(
            QPen(
                QColor(shade),
                max(1.0, wide * stage.unit),
                Qt.PenStyle.SolidLine,
                Qt.PenCapStyle.RoundCap,
                Qt.PenJoinStyle.RoundJoin,
            )
        )
        painter.drawPolyline(QPolygonF(points))
    painter.end()
    return image


def round_chart(stage: Stage, box: QRectF, lane: LaneView, right: float) -> None:
    """Draws accepted draft tokens of each round: a bar from its start to its end, over a faint one of the drafted."""
    k = max(1, lane.spec.k)
    plot = Plot(stage, box, right, k + 0.15)
    step = max(1, -(-k // 4))
    plot.grid([float(value) for value in range(0, k + 1, step)])
    bars = lane.bars
    tone = QColor(stage.look.lane(lane.index))
    faint = QColor(mix(stage.look.lane(lane.index), stage.look.card, 0.18))
    for start, end, accepted, drafted in zip(bars.start, bars.end, bars.accepted, bars.drafted, strict=True):
        left = plot.x(start)
        wide = max(1.0, (plot.x(end) - left) * 0.78)
        for value, shade in ((drafted, faint), (accepted, tone)):
            if value > 0:
                stage.painter.fillRect(QRectF(left, plot.y(value), wide, plot.area.bottom() - plot.y(value)), shade)
