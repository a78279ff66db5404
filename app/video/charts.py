"""The charts of a race in a film: token rates and accepted tokens a round, over the lanes' clock, on fixed axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.draw.look import mix
from app.present.view import LaneView
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


class Growing:
    """A picture that only ever gets more: what was drawn before stays. Used for lines and bars that grow with time.

    The parts are drawn in the same order whether the picture grows frame by frame or is made at once, so both give
    the same picture.
    """

    def __init__(self, box: QRectF) -> None:
        self._box = box
        self._image = QImage(int(box.width()), int(box.height()), QImage.Format.Format_ARGB32_Premultiplied)
        self._key: object = None
        self._count = 0

    def show(self, stage: Stage, key: object, count: int, part: Callable[[QPainter, int], None]) -> None:
        """Draws ``count`` parts at the box; parts that were drawn under the same ``key`` are not drawn again."""
        if key != self._key or count < self._count:
            self._image.fill(0)
            self._key, self._count = key, 0
        if count > self._count:
            painter = QPainter(self._image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(-self._box.left(), -self._box.top())
            for number in range(self._count, count):
                part(painter, number)
            painter.end()
            self._count = count
        stage.painter.drawImage(self._box.topLeft(), self._image)


class RateChart:
    """Tokens per second: a faint line for now, a strong one smoothed, for each lane."""

    def __init__(self, stage: Stage, box: QRectF, lanes: int, right: float, top: float) -> None:
        self._stage = stage
        self._top = top
        self._plot = Plot(stage, box, right, top)
        self._faint = [Growing(box) for _ in range(lanes)]
        self._strong = [Growing(box) for _ in range(lanes)]

    def grid(self) -> None:
        """Draws the axes."""
        self._plot.grid([self._top * part / 2 for part in range(3)])

    def key(self, lanes: Sequence[LaneView]) -> object:
        """Returns a value that changes whenever the lines do."""
        return [(len(lane.rates.at), lane.rates.at[:1]) for lane in lanes]

    def draw(self, lanes: Sequence[LaneView]) -> None:
        """Draws the lines as far as they go."""
        look = self._stage.look
        for lane in lanes:
            tone = look.lane(lane.index)
            self._line(self._faint[lane.index], lane, lane.rates.current, mix(tone, look.card, 0.42), 1.2)
        for lane in lanes:
            self._line(self._strong[lane.index], lane, lane.rates.smooth, look.lane(lane.index), 3.2)

    def _line(self, picture: Growing, lane: LaneView, values: Sequence[float], tone: str, wide: float) -> None:
        plot, at = self._plot, lane.rates.at
        pen = QPen(QColor(tone), max(1.0, wide * self._stage.unit), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)

        def part(painter: QPainter, number: int) -> None:
            painter.setPen(pen)
            start = QPointF(plot.x(at[number]), plot.y(values[number]))
            painter.drawLine(start, QPointF(plot.x(at[number + 1]), plot.y(values[number + 1])))

        # The first point moves when neighbours are merged.
        picture.show(self._stage, at[:1], max(0, len(at) - 1), part)


class RoundChart:
    """Accepted draft tokens of each round: a bar from its start to its end, over a faint one of what it drafted."""

    def __init__(self, stage: Stage, box: QRectF, index: int, k: int, right: float) -> None:
        self._stage = stage
        self._k = max(1, k)
        self._plot = Plot(stage, box, right, self._k + 0.15)
        self._picture = Growing(box)
        self._tone = QColor(stage.look.lane(index))
        self._faint = QColor(mix(stage.look.lane(index), stage.look.card, 0.18))

    def grid(self) -> None:
        """Draws the axes."""
        self._plot.grid([float(value) for value in range(0, self._k + 1, max(1, -(-self._k // 4)))])

    def key(self, lane: LaneView) -> object:
        """Returns a value that changes whenever the bars do."""
        return lane.bars.rounds, len(lane.bars.start)

    def draw(self, lane: LaneView) -> None:
        """Draws the bars so far."""
        plot, bars = self._plot, lane.bars

        def part(painter: QPainter, number: int) -> None:
            left = plot.x(bars.start[number])
            wide = max(1.0, (plot.x(bars.end[number]) - left) * 0.78)
            for value, shade in ((bars.drafted[number], self._faint), (bars.accepted[number], self._tone)):
                if value > 0:
                    painter.fillRect(QRectF(left, plot.y(value), wide, plot.area.bottom() - plot.y(value)), shade)

        self._picture.show(self._stage, bars.rounds, len(bars.start), part)
